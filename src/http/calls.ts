/**
 * @module http/calls
 * The calls of wire/http, each with what it counts against and what it does. A new call is a row there and
 * an entry here; the compiler asks for both.
 */

import { parseUserId } from "../domain/ids.ts";
import { usernameKey } from "../domain/names.ts";
import { normalizeEmail } from "../domain/rules.ts";
import type { AccountService, Admission } from "../services/accounts/accounts.ts";
import type { Asker } from "../services/accounts/passwords.ts";
import type { CodeSender } from "../services/ports.ts";
import type { HttpAnswer, HttpPath, HttpRequest } from "../wire/http.ts";
import type { LimitName, Toll } from "./limits.ts";
import type { WebSocketPlace } from "./public-url.ts";

export interface CallOptions {
  readonly accounts: AccountService;
  readonly codeSender: CodeSender;
}

/** Who asks; `from` is the client's address as limits count it. */
export interface Caller extends Asker {
  /** The URL under which they reach a node's WebSocket; "" for none. */
  readonly webSocketUrl: (place: WebSocketPlace) => string;
}

export interface Call<P extends HttpPath> {
  /** The bucket per client address. */
  readonly perAddress: LimitName;
  /** The bucket per account or e-mail; nothing for a name that no account can have. @throws AppError INVALID_FIELD */
  readonly toll: (request: HttpRequest<P>, from: string) => Toll | undefined;
  /** The account that a success opens, as limits count it. */
  readonly opens?: (request: HttpRequest<P>) => string | undefined;
  /** @returns the answer's fields beside `error: 0`. @throws AppError */
  readonly run: (request: HttpRequest<P>, caller: Caller) => Promise<Omit<HttpAnswer<P>, "error">>;
}

export type Calls = { readonly [P in HttpPath]: Call<P> };

export function createCalls({ accounts, codeSender }: CallOptions): Calls {
  return {
    "/get_verification": {
      perAddress: "verification_ip",
      // One person's mailbox, however many addresses lead to it.
      toll: ({ email }) => ({ name: "verification_email", key: mailboxOf(normalizeEmail(email)) }),
      run: async (request) => {
        const email = normalizeEmail(request.email);
        await codeSender.sendCode(email);
        return { email };
      },
    },
    "/post_registration": {
      perAddress: "registration_ip",
      toll: ({ email }) => ({ name: "registration_email", key: normalizeEmail(email) }),
      opens: ({ username }) => usernameKey(username),
      run: async ({ username, email, password, cpatcha }, asker) => {
        const account = await accounts.register({ username, email, password, code: cpatcha }, asker);
        return { username: account.username, email: account.email, uuid: String(account.id) };
      },
    },
    "/check_accountexists": {
      perAddress: "check_ip",
      toll: ({ email }) => ({ name: "check_email", key: normalizeEmail(email) }),
      run: (request) => accounts.check(request),
    },
    "/reset_password": {
      perAddress: "reset_ip",
      toll: ({ username }) => perAccount("reset_account", username),
      opens: ({ username }) => usernameKey(username),
      run: async ({ username, email, password, cpatcha }, asker) => {
        await accounts.resetPassword({ username, email, password, code: cpatcha }, asker);
        return {};
      },
    },
    "/trylogin_server": {
      perAddress: "login_ip",
      toll: ({ username }) => perAccount("login_account", username),
      opens: ({ username }) => usernameKey(username),
      run: async ({ username, password }, caller) =>
        placement(await accounts.logIn(username, password, caller), caller),
    },
    "/resume_server": {
      perAddress: "resume_ip",
      // Ids are no secret, and a ticket cannot be guessed: who tries keeps nobody else from it.
      toll: ({ uuid }, from) => {
        const id = parseUserId(uuid);
        return id === undefined ? undefined : { name: "resume_account", key: `${id}:${from}` };
      },
      run: async ({ uuid, resume_token }, caller) =>
        placement(await accounts.resume(uuid, resume_token), caller),
    },
  };
}

/** Strings throughout: the desktop client reads a numeric port as 0 and a numeric uuid as nothing. */
function placement(admission: Admission, caller: Caller) {
  const { user, host, port, token, node } = admission;
  const url = caller.webSocketUrl(admission);
  return {
    uuid: String(user),
    host,
    port: String(port),
    token,
    // The node is what the gateway's own WebSocket has to be told.
    ...(url !== "" && { ws_url: url, ...(node !== "" && { node }) }),
  };
}

/** Names that differ in case alone, or in what is not seen, are one account, so they share its bucket. */
function perAccount(limit: LimitName, username: string): Toll | undefined {
  const key = usernameKey(username);
  return key === undefined ? undefined : { name: limit, key, sparesOwner: true };
}

/** The mailbox of an address: what is behind a + is the owner's own business. */
const mailboxOf = (email: string): string => email.replace(/\+[^@]*@/, "@");
