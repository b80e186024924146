/**
 * @module client/account
 * One's own account: what others see of it, and the devices that it is used on.
 */
import type { Calls } from "./calls.ts";
import type { UserProfile } from "./events.ts";
import type { Known } from "./known.ts";

/** What may be changed of one's own profile. */
export type ProfilePatch = Partial<Omit<UserProfile, "uuid" | "username">>;

/** A device of this account, by the session it has or had last. Times are milliseconds since 1970. */
export interface SessionInfo {
  readonly session: string;
  readonly device: string;
  readonly name: string;
  /** Where it is; "" while it is away. */
  readonly node: string;
  readonly since: number;
  /** False for a device that is away and may come back without the password. */
  readonly online: boolean;
  /** When it was last here. */
  readonly seen: number;
}

export class OwnAccount {
  readonly #calls: Calls;
  readonly #known: Known;

  constructor(calls: Calls, known: Known) {
    this.#calls = calls;
    this.#known = known;
  }

  /** Undefined before the first login. */
  get profile(): UserProfile | undefined {
    return this.#known.profile;
  }

  /** Changes one's own profile; what is not given stays. */
  async updateProfile(patch: ProfilePatch): Promise<void> {
    const { avatar, ...rest } = patch;
    await this.#calls.request("PROFILEUPDATE", { ...rest, ...(avatar !== undefined && { avator: avatar }) });
    this.#known.changed(patch);
  }

  /** All devices of this account, those that are away included. */
  async sessions(): Promise<SessionInfo[]> {
    return (await this.#calls.request("SESSIONLIST", {})).sessions;
  }

  /** Ends a device of this account, by its session: it is told `revoked`, and cannot come back by its resume token. */
  async revokeSession(session: string): Promise<void> {
    await this.#calls.request("SESSIONREVOKE", { session });
  }
}
