/**
 * @module wire/codes
 * The one table of errors, shared by HTTP, the chat wire and gRPC. Inside, an error is named for what happened; the
 * number that travels and, for 0 to 20, the name it has in the original (as it spells it; its next version has 21 to 24
 * for files) are columns. 64 and up are ours. A new error is one row here, and `proto/README.md` is held equal to it by a test.
 */

/** An error: its number on the wire, and what it means to whoever receives it. */
export interface CodeInfo<C extends number = number> {
  readonly code: C;
  /** The original's name of the number; undefined for ours. */
  readonly original: string | undefined;
  /** True when the same call may succeed later without being changed. */
  readonly retryable: boolean;
  /** One sentence for people; the English text behind `message` fields and the documentation. */
  readonly meaning: string;
}

const original = <const C extends number>(
  code: C,
  name: string,
  retryable: boolean,
  meaning: string,
): CodeInfo<C> => ({ code, original: name, retryable, meaning });

const ours = <const C extends number>(code: C, retryable: boolean, meaning: string): CodeInfo<C> => ({
  code,
  original: undefined,
  retryable,
  meaning,
});

/** The original gave two things one number (8): of such, the one that may pass by itself comes last. */
export const codeTable = {
  SUCCESS: original(0, "SERVICE_SUCCESS", false, "Done."),
  NOT_JSON: original(1, "JSONPARSE_ERROR", false, "The body is not JSON."),
  NETWORK_FAILED: original(2, "NETWORK_ERROR", true, "The mail or the network failed; try again."),
  PEER_AWAY: original(3, "GRPC_ERROR", true, "Another server did not answer; try again."),
  GRPC_NODE_UNKNOWN: original(
    4,
    "GRPC_SERVER_NOT_EXISTS",
    false,
    "No chat server of that name is registered for gRPC.",
  ),
  GRPC_NODE_NAME_TAKEN: original(
    5,
    "GRPC_SERVER_ALREADY_EXISTS",
    false,
    "A live chat server holds that name for gRPC.",
  ),
  NO_CHAT_NODE: original(6, "CHATTING_SERVER_NOT_EXISTS", true, "No chat server is available."),
  NODE_NAME_TAKEN: original(
    7,
    "CHATTING_SERVER_ALREADY_EXISTS",
    false,
    "A live chat server holds that name.",
  ),
  CODE_MISSING: original(8, "REDIS_UNKOWN_ERROR", false, "No code is stored for that e-mail, or it expired."),
  COORDINATION_AWAY: original(8, "REDIS_UNKOWN_ERROR", true, "The coordination server is away; try again."),
  CODE_WRONG: original(9, "REDIS_CPATCHA_NOT_FOUND", false, "The code is wrong."),
  NAME_TAKEN: original(10, "MYSQL_INTERNAL_ERROR", false, "The username or e-mail is taken."),
  NO_ACCOUNT_TO_RESET: original(11, "MYSQL_MISSING_INFO", false, "No account has that username and e-mail."),
  NO_SUCH_ACCOUNT: original(
    12,
    "MYSQL_ACCOUNT_NOT_EXISTS",
    false,
    "No account has that username and e-mail.",
  ),
  WRONG_CREDENTIALS: original(13, "LOGIN_INFO_ERROR", false, "The username or password is wrong."),
  TOKEN_REFUSED: original(14, "LOGIN_UNSUCCESSFUL", false, "The token is wrong, spent or expired."),
  LOGGED_IN_ELSEWHERE: original(15, "LOGIN_FOR_MULTIPLE_TIMES", false, "The account logged in elsewhere."),
  LOGOUT_FAILED: original(16, "LOGOUT_UNSUCCESSFUL", false, "The session could not be ended."),
  NAME_NOT_FOUND: original(17, "SEARCHING_USERNAME_NOT_FOUND", false, "Nobody has that username."),
  WITH_ONESELF: original(18, "FRIENDING_YOURSELF", false, "One cannot befriend oneself."),
  NO_OPEN_REQUEST: original(19, "FRIENDING_ERROR", false, "The friend request cannot be made or confirmed."),
  NO_SUCH_USER: original(20, "FRIENDING_TARGET_USER_NOT_FOUND", false, "No such user, or not online."),
  RATE_LIMITED: ours(64, true, "Too many requests; wait retry_after_ms."),
  NOT_FRIENDS: ours(65, false, "The two are not friends."),
  BLOCKED: ours(66, false, "One of the two has blocked the other."),
  INVALID_FIELD: ours(67, false, "The field named in field is missing or wrong."),
  MESSAGE_ID_CONFLICT: ours(68, false, "That msg_id was used with other content."),
  TOO_LARGE: ours(69, false, "The content is too large."),
  UNAVAILABLE: ours(70, true, "A server that is needed is away; try again."),
  NOT_LOGGED_IN: ours(71, false, "Log in first."),
  UNSUPPORTED: ours(72, false, "Unknown service id."),
  WEAK_PASSWORD: ours(
    73,
    false,
    "The password needs 8 characters with an upper-case letter, a lower-case letter and a digit.",
  ),
  CODE_ATTEMPTS_EXCEEDED: ours(74, false, "Too many wrong codes; ask for a new one."),
  NOT_A_MEMBER: ours(75, false, "You are no member of that group."),
  FORBIDDEN: ours(76, false, "Your role does not allow it."),
  FULL: ours(77, false, "There is no room for more."),
  NOT_FOUND: ours(78, false, "There is no such message."),
  EXPIRED: ours(79, false, "It is too late to edit it."),
} as const satisfies Readonly<Record<string, CodeInfo>>;

export type CodeName = keyof typeof codeTable;
export type Code = (typeof codeTable)[CodeName]["code"];

const entries = Object.entries(codeTable) as [CodeName, CodeInfo<Code>][];

/** The number of each error. */
export const Code = Object.fromEntries(entries.map(([name, { code }]) => [name, code])) as {
  readonly [N in CodeName]: (typeof codeTable)[N]["code"];
};

const names: ReadonlyMap<number, CodeName> = new Map(entries.map(([name, { code }]) => [code, name]));

/**
 * The name of a number as it came from elsewhere; undefined when it is not in the table. Of two with one number, the
 * one that may pass by itself: who only has the number may try again.
 */
export function codeNameOf(code: number): CodeName | undefined {
  return names.get(code);
}
