/**
 * @module client/settings
 * How this account wants a conversation, on all of its devices.
 */
import type { Address, Addresses } from "./addresses.ts";
import type { Calls } from "./calls.ts";

export interface Settings {
  /** Milliseconds since 1970; 0, or any time that is over, for one that is not muted. */
  readonly mutedUntil: number;
  readonly pinned: boolean;
  readonly archived: boolean;
}

/** Changes them; what is not given stays. */
export async function changeSettings(
  { connection, addresses }: { readonly connection: Calls; readonly addresses: Addresses },
  address: Address,
  { mutedUntil, ...rest }: Partial<Settings>,
): Promise<void> {
  await connection.request("CONVERSATIONSET", {
    ...addresses.targetOf(address),
    ...rest,
    ...(mutedUntil !== undefined && { muted_until: mutedUntil }),
  });
}
