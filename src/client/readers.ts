/**
 * @module client/readers
 * How far one message got.
 */
import type { Addresses, MessageAddress } from "./addresses.ts";
import { allPages, type Calls } from "./calls.ts";

export interface Reader {
  readonly uuid: string;
  readonly delivered: boolean;
  readonly read: boolean;
}

/** Of the others who may see a message: how many have got it and read it, and who. */
export interface Readers {
  readonly delivered: number;
  readonly read: number;
  readonly members: readonly Reader[];
}

export async function readersOf(
  { connection, addresses }: { readonly connection: Calls; readonly addresses: Addresses },
  { conversation, seq }: MessageAddress,
): Promise<Readers> {
  const target = addresses.targetOf({ conversation });
  let counts = { delivered: 0, read: 0 };
  const members = await allPages(
    (cursor) => connection.request("READERS", { ...target, seq, ...cursor }),
    ({ delivered, read, members: page }) => {
      counts = { delivered, read };
      return page;
    },
  );
  return { ...counts, members };
}
