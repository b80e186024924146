/**
 * @module faults/crew
 * People who are in a group together: friends of the one who made it.
 */
import type { User } from "../support/users.ts";
import type { Cast } from "./cast.ts";
import type { GroupDevice } from "./group-device.ts";

export interface Crew<D extends GroupDevice> {
  readonly conversation: string;
  /** Who made the group. */
  readonly owner: D;
  /** Everybody's, the owner's included; the second of them has two. */
  readonly devices: readonly D[];
}

/** Makes so many accounts, connects their devices, and has the first of them make a group of all. */
export async function assembleCrew<D extends GroupDevice>(
  cast: Cast,
  { size, prefix }: { readonly size: number; readonly prefix: string },
  open: (name: string, user: User, transport: "tcp" | "ws") => D,
): Promise<Crew<D>> {
  const users = await cast.makeUsers(size, prefix);
  const devices = users.flatMap((user, i) =>
    (i === 1 ? (["a", "b"] as const) : (["a"] as const)).map((letter) =>
      open(`${prefix}${i}${letter}`, user, letter === "a" ? "tcp" : "ws"),
    ),
  );
  const [owner] = devices;
  if (owner === undefined) throw new Error("nobody to make a group");
  await Promise.all(devices.map(({ client }) => client.connect()));
  for (const { account, client } of new Map(devices.map((one) => [one.user, one])).values()) {
    if (account === owner.account) continue;
    await owner.client.people.requestFriend(account.uuid);
    await client.people.confirmFriend(owner.user);
  }
  const { conversation } = await owner.client.groups.create({
    name: prefix,
    members: users.slice(1).map(({ uuid }) => uuid),
  });
  return { conversation, owner, devices };
}
