/**
 * @module wire/messages
 * Every body of the chat wire, declared once: what a client sends is checked against it, what the server
 * sends is typed by it, `proto/README.md` is rendered from it. The rows are in wire/original and
 * wire/protocol2; here they are one table.
 */
import type { ServiceId, ServiceName } from "./ids.ts";
import { originalFrames } from "./original.ts";
import { protocol2Frames } from "./protocol2.ts";
import type { Infer, ObjectSchema } from "./schema.ts";
import type { FrameSpec, friendRequest, head, profile, pushedEntry, textEntry } from "./shapes.ts";

export {
  type Direction,
  type Failure,
  type FrameSpec,
  failure,
} from "./shapes.ts";

export const frames = { ...originalFrames, ...protocol2Frames } as const satisfies {
  readonly [N in ServiceName]: FrameSpec;
};

/** Names of the frames that a client may send. */
export type RequestName = {
  [N in ServiceName]: (typeof frames)[N] extends { request: unknown } ? N : never;
}[ServiceName];
/** Names of the frames that the server sends. */
export type ServerName = {
  [N in ServiceName]: (typeof frames)[N] extends { body: unknown } ? N : never;
}[ServiceName];
/** The body that a client sends under a name. */
export type Request<N extends RequestName> = (typeof frames)[N] extends { request: ObjectSchema<infer C> }
  ? C
  : never;
/** The name of the frame that answers a client's; never for one that is not answered. */
export type ReplyName<N extends RequestName> = {
  [R in ServiceName]: (typeof ServiceId)[R] extends (typeof frames)[N]["reply"] ? R : never;
}[ServiceName] &
  ServerName;
/** The body that the server sends under a name when `error` is 0. */
export type Body<N extends ServerName> = (typeof frames)[N] extends { body: ObjectSchema<infer S> }
  ? S
  : never;

export type ProfileBody = Infer<typeof profile>;
export type FriendRequestBody = Infer<typeof friendRequest>;
export type TextEntry = Infer<typeof textEntry>;
export type PushedEntry = Infer<typeof pushedEntry>;
export type HeadBody = Infer<typeof head>;
