/**
 * @module web/model/words
 * Errors and reasons in words for people.
 */
import { ChatError, Code, codeTable } from "../../client/index.ts";

/** What to do about a field that the server does not take. */
const FIELDS: Readonly<Record<string, string>> = {
  username: "That user name cannot be used: up to 50 characters, none of them invisible.",
  email: "That is not an e-mail address.",
  password: "Please enter the password.",
  cpatcha: "Please enter the 6-digit code from the mail.",
  msg_content: "The message is too long.",
  nickname: "The name is too long.",
  avator: "The address of the picture is too long.",
  description: "The description is too long.",
};

/** Why a call failed, in one sentence or two. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof ChatError)) return "Something unexpected happened. Please try again.";
  const { code, codeName, field, retryAfterMs } = thrown;
  if (retryAfterMs !== undefined) return `That was a little fast. Try again in ${duration(retryAfterMs)}.`;
  if (code === Code.NETWORK_FAILED) return "The server cannot be reached right now. Please try again.";
  if (code === Code.CODE_MISSING) return "There is no valid code for that e-mail. Ask for a new one.";
  if (code === Code.BLOCKED) return "This user does not take messages from you.";
  if (code === Code.NOT_FRIENDS) return "You are not friends with this user.";
  if (code === Code.NO_OPEN_REQUEST) return "That request is not open any more, or was made already.";
  if (field !== undefined && FIELDS[field] && code !== Code.WEAK_PASSWORD) return FIELDS[field];
  return codeName === undefined ? thrown.message : codeTable[codeName].meaning;
}

/** Why the account was logged out; "" when the user wanted it. */
export function explainEnd(reason: string | undefined): string {
  switch (reason) {
    case "kicked":
      return "You were logged out here because the account logged in on too many devices.";
    case "replaced":
      return "Your account is open in another window of this browser.";
    case "revoked":
      return "This session was ended from another device.";
    case "reset":
      return "The password was changed. Please log in again.";
    case "refused":
      return "Please log in again.";
    default:
      return "";
  }
}

function duration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 90) return seconds === 1 ? "a second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
