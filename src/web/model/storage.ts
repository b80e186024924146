/**
 * @module web/model/storage
 * What the browser keeps between visits: how to log in again. Every key holds the user, so that several accounts of one
 * browser do not mix. Where nothing may be kept the page works for one visit.
 */
import { textId } from "../../client/index.ts";

/** A login that can be taken up again without the password. */
export interface SavedLogin {
  readonly uuid: string;
  readonly username: string;
  readonly resumeToken: string;
}

const DEVICE = "chatsrv.device";
/** The account of this browser's last visit. */
const LAST = "chatsrv.last";
const resumeKey = (uuid: string) => `chatsrv.resume.${uuid}`;

type KeyValues = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class BrowserStorage {
  readonly #storage: () => KeyValues;

  /** @param storage `localStorage` of a page; asked each time, because a browser may forbid even the asking. */
  constructor(storage: () => KeyValues) {
    this.#storage = storage;
  }

  /** A stable id of this browser. */
  get device(): string {
    const known = this.#get(DEVICE);
    if (known) return known;
    const made = textId().slice(1, -1);
    this.#set(DEVICE, made);
    return made;
  }

  /** The login of the last visit; undefined after a log-out. */
  get login(): SavedLogin | undefined {
    const uuid = this.#get(LAST);
    if (!uuid) return undefined;
    const { username, resumeToken } = parsed<Partial<SavedLogin>>(this.#get(resumeKey(uuid))) ?? {};
    if (typeof username !== "string" || typeof resumeToken !== "string") return undefined;
    return { uuid, username, resumeToken };
  }

  keepLogin({ uuid, username, resumeToken }: SavedLogin): void {
    this.#set(resumeKey(uuid), JSON.stringify({ username, resumeToken }));
    this.#set(LAST, uuid);
  }

  forgetLogin(uuid: string): void {
    this.#set(resumeKey(uuid), undefined);
    if (this.#get(LAST) === uuid) this.#set(LAST, undefined);
  }

  #get(key: string): string | undefined {
    try {
      return this.#storage().getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  #set(key: string, value: string | undefined): void {
    try {
      if (value === undefined) this.#storage().removeItem(key);
      else this.#storage().setItem(key, value);
    } catch {
      // Full, or forbidden by the browser's settings: the next visit begins with a login.
    }
  }
}

function parsed<T>(json: string | undefined): T | undefined {
  try {
    return json === undefined ? undefined : (JSON.parse(json) ?? undefined);
  } catch {
    return undefined;
  }
}
