/**
 * @module wire/codes
 * The one table of `error` numbers, shared by HTTP, the chat wire and gRPC. 0 to 20 are the original's
 * (names as it spells them; its next version has 21 to 24 for files), 64 and up are ours. A new error is one row here: `codeTable` is checked to be
 * exhaustive by the compiler, and `proto/README.md` is held equal to it by a test.
 */

export const Code = {
  SERVICE_SUCCESS: 0,
  JSONPARSE_ERROR: 1,
  NETWORK_ERROR: 2,
  GRPC_ERROR: 3,
  GRPC_SERVER_NOT_EXISTS: 4,
  GRPC_SERVER_ALREADY_EXISTS: 5,
  CHATTING_SERVER_NOT_EXISTS: 6,
  CHATTING_SERVER_ALREADY_EXISTS: 7,
  REDIS_UNKOWN_ERROR: 8,
  REDIS_CPATCHA_NOT_FOUND: 9,
  MYSQL_INTERNAL_ERROR: 10,
  MYSQL_MISSING_INFO: 11,
  MYSQL_ACCOUNT_NOT_EXISTS: 12,
  LOGIN_INFO_ERROR: 13,
  LOGIN_UNSUCCESSFUL: 14,
  LOGIN_FOR_MULTIPLE_TIMES: 15,
  LOGOUT_UNSUCCESSFUL: 16,
  SEARCHING_USERNAME_NOT_FOUND: 17,
  FRIENDING_YOURSELF: 18,
  FRIENDING_ERROR: 19,
  FRIENDING_TARGET_USER_NOT_FOUND: 20,
  RATE_LIMITED: 64,
  NOT_FRIENDS: 65,
  BLOCKED: 66,
  INVALID_FIELD: 67,
  MESSAGE_ID_CONFLICT: 68,
  TOO_LARGE: 69,
  UNAVAILABLE: 70,
  NOT_LOGGED_IN: 71,
  UNSUPPORTED: 72,
  WEAK_PASSWORD: 73,
  CODE_ATTEMPTS_EXCEEDED: 74,
} as const;

export type CodeName = keyof typeof Code;
export type Code = (typeof Code)[CodeName];

/** What a code means to whoever receives it. */
export interface CodeInfo {
  /** True when the same call may succeed later without being changed. */
  readonly retryable: boolean;
  /** One sentence for people; the English text behind `message` fields and the documentation. */
  readonly meaning: string;
}

const row = (retryable: boolean, meaning: string): CodeInfo => ({ retryable, meaning });

export const codeTable: { readonly [N in CodeName]: CodeInfo } = {
  SERVICE_SUCCESS: row(false, "Done."),
  JSONPARSE_ERROR: row(false, "The body is not JSON."),
  NETWORK_ERROR: row(true, "The mail or the network failed; try again."),
  GRPC_ERROR: row(true, "Another server did not answer; try again."),
  GRPC_SERVER_NOT_EXISTS: row(false, "No chat server of that name is registered for gRPC."),
  GRPC_SERVER_ALREADY_EXISTS: row(false, "A live chat server holds that name for gRPC."),
  CHATTING_SERVER_NOT_EXISTS: row(true, "No chat server is available."),
  CHATTING_SERVER_ALREADY_EXISTS: row(false, "A live chat server holds that name."),
  REDIS_UNKOWN_ERROR: row(
    true,
    "No code is stored for that e-mail (or it expired), or the coordination server is away.",
  ),
  REDIS_CPATCHA_NOT_FOUND: row(false, "The code is wrong."),
  MYSQL_INTERNAL_ERROR: row(false, "The username or e-mail is taken."),
  MYSQL_MISSING_INFO: row(false, "No account has that username and e-mail."),
  MYSQL_ACCOUNT_NOT_EXISTS: row(false, "No account has that username and e-mail."),
  LOGIN_INFO_ERROR: row(false, "The username or password is wrong."),
  LOGIN_UNSUCCESSFUL: row(false, "The token is wrong, spent or expired."),
  LOGIN_FOR_MULTIPLE_TIMES: row(false, "The account logged in elsewhere."),
  LOGOUT_UNSUCCESSFUL: row(false, "The session could not be ended."),
  SEARCHING_USERNAME_NOT_FOUND: row(false, "Nobody has that username."),
  FRIENDING_YOURSELF: row(false, "One cannot befriend oneself."),
  FRIENDING_ERROR: row(false, "The friend request cannot be made or confirmed."),
  FRIENDING_TARGET_USER_NOT_FOUND: row(false, "No such user, or not online."),
  RATE_LIMITED: row(true, "Too many requests; wait retry_after_ms."),
  NOT_FRIENDS: row(false, "The two are not friends."),
  BLOCKED: row(false, "One of the two has blocked the other."),
  INVALID_FIELD: row(false, "The field named in field is missing or wrong."),
  MESSAGE_ID_CONFLICT: row(false, "That msg_id was used with other content."),
  TOO_LARGE: row(false, "The content is too large."),
  UNAVAILABLE: row(true, "A server that is needed is away; try again."),
  NOT_LOGGED_IN: row(false, "Log in first."),
  UNSUPPORTED: row(false, "Unknown service id."),
  WEAK_PASSWORD: row(
    false,
    "The password needs 8 characters with an upper-case letter, a lower-case letter and a digit.",
  ),
  CODE_ATTEMPTS_EXCEEDED: row(false, "Too many wrong codes; ask for a new one."),
};

const names: ReadonlyMap<number, CodeName> = new Map(
  (Object.entries(Code) as [CodeName, Code][]).map(([name, code]) => [code, name]),
);

/** The name of a number as it came from elsewhere; undefined when it is not in the table. */
export function codeNameOf(code: number): CodeName | undefined {
  return names.get(code);
}
