/**
 * @module store/contract/devices
 * Devices that keep nothing themselves: what each was shown. What holds for every method stands in store/store.
 */
import type { Page } from "../../domain/entities.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { PageRequest } from "./paging.ts";

/** Where a device stands in one of its account's conversations. */
export interface DeviceStanding {
  readonly conversation: ConversationId;
  readonly peer: UserId;
  readonly lastSeq: number;
  /** Everything up to here was shown on the device. */
  readonly shownSeq: number;
  /** When the first message beyond it was stored, milliseconds since 1970; undefined when there is none. */
  readonly waitingSince: number | undefined;
}

/** What a device was shown of a conversation: everything up to `shown`, the seq of a stored message. */
export interface DeviceMove {
  readonly user: UserId;
  readonly device: string;
  readonly conversation: ConversationId;
  readonly shown: number;
}

/** What devices were shown that keep nothing themselves: those of the original's clients. */
export interface DeviceStore {
  /**
   * The device is here. The first time it counts as having been shown what the account had got delivered by then;
   * of a conversation that is made later it was shown nothing. Does nothing the other times, and for an account
   * that is not there.
   */
  begin(user: UserId, device: string): Promise<void>;
  /** All conversations of the account, ascending by id, and where the device stands in each. */
  standings(user: UserId, device: string, page: PageRequest): Promise<Page<DeviceStanding>>;
  /** Moves devices that began: never back. An account that is not there is passed over. */
  advance(moves: readonly DeviceMove[]): Promise<void>;
}
