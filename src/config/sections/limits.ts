/**
 * @module config/sections/limits
 * The `[Limits]` part of the table: token buckets, one per kind of call and who makes it. They bound what one
 * address, account or session can cost the others; they are wide enough for an office behind one address.
 */
import { bool, int, rate } from "../kinds.ts";
import { key } from "../table.ts";

const limit = (burst: number, seconds: number, meaning: string) =>
  key(rate, { burst, perMs: seconds * 1000 }, meaning);

export const limits = {
  about:
    "Rate limits: burst/seconds. 60/60 lets 60 pass at once and 60 more within every 60 seconds. Who is over it gets error 64 with retry_after_ms, and nothing else happens. Frames (session_…) cost one, and one more for each 4 KiB.",
  keys: {
    enabled: key(bool, true, "The switch of all limits below. Set false for load tests only."),

    verification_ip: limit(30, 600, "Code mails (POST /get_verification) per client address."),
    verification_email: limit(
      20,
      3600,
      "Code mails per mailbox (what stands behind a + in the address does not make another), beside [VerificationServer] resend_cooldown.",
    ),
    registration_ip: limit(30, 600, "Registrations (POST /post_registration) per client address."),
    registration_email: limit(20, 600, "Registrations per e-mail address, successful or not."),
    check_ip: limit(60, 60, "Account checks (POST /check_accountexists) per client address."),
    check_email: limit(20, 60, "Account checks per e-mail address."),
    reset_ip: limit(30, 600, "Password resets (POST /reset_password) per client address."),
    reset_account: limit(
      10,
      600,
      "Password resets per account, successful or not; addresses from which it was opened in the last 30 days have each a limit of their own.",
    ),
    login_ip: limit(60, 60, "Logins (POST /trylogin_server) per client address, successful or not."),
    login_account: limit(
      10,
      60,
      "Logins per username, successful or not: what a guesser of passwords gets. Addresses from which the account was opened in the last 30 days have each a limit of their own, so that a guesser does not keep its owner out.",
    ),
    resume_ip: limit(
      300,
      60,
      "Resumptions (POST /resume_server) per client address; wide, because all clients of a lost node resume at once.",
    ),
    resume_account: limit(20, 60, "Resumptions per account and client address."),

    friend_requests_user: limit(
      100,
      3600,
      "Friend requests (11) per user, over all chat servers: strangers see each of them.",
    ),
    waiting_ip: key(
      int(1, 1_000_000),
      500,
      "Connections to a chat server per client address that have not logged in; one more closes the oldest of them. Any is closed after ten seconds without a login.",
    ),

    group_members: key(int(1, 100_000), 1_000, "Members of a group."),
    groups_user: key(int(1, 100_000), 500, "Groups that a user is a member of."),
    groups_created_user: key(
      int(1, 100_000),
      50,
      "Groups that a user makes within an hour (134), over all chat servers.",
    ),

    edit_window: key(int(0, 31_536_000), 86_400, "Seconds in which a message may be edited by who sent it."),

    session_login: limit(10, 60, "LOGINSERVER and LOGOUTSERVER (5, 7) per session."),
    session_text: limit(500, 10, "Texts (17, each entry one) per session."),
    session_friend: limit(
      60,
      60,
      "Friend requests, confirmations, refusals, removals and blocks (11, 14, 121, 124, 126) per session.",
    ),
    session_group: limit(
      60,
      60,
      "Groups made, changed and left (134, 138, 140) per session; each 20 users named cost one more.",
    ),
    session_search: limit(
      60,
      60,
      "Searches for a username or messages (9, 142) per session; each 20 messages asked for cost one more.",
    ),
    session_signal: limit(200, 10, "Voice and video signalling (20, 22) per session."),
    session_history: limit(
      600,
      10,
      "Reads: history, heads, friend list, members of a group, readers, block list (110, 117, 119, 136, 144, 149) per session; each 20 entries asked for cost one more.",
    ),
    session_cursor: limit(500, 10, "Acknowledgements (112) per session."),
    session_typing: limit(60, 10, "Signs of typing (114) per session."),
    session_profile: limit(20, 60, "Changes of the profile (128) per session."),
    session_other: limit(
      120,
      60,
      "PING, session list and revocation, settings of a conversation (100, 130, 131, 146) per session.",
    ),
    session_refused: limit(
      1000,
      60,
      "What is refused for these limits, per session. A session that goes on beyond it is closed (GOAWAY `overload` where it is understood).",
    ),
    user_sessions: key(
      int(1, 1000),
      2,
      "How many sessions' worth of each of these a user has on one chat server over all sessions, former ones included.",
    ),
  },
} as const;
