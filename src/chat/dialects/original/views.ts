/**
 * @module chat/dialects/original/views
 * What sessions of the original's protocol are told of: what its contract has, and nothing beyond.
 */
import type { EventOf } from "../../../services/delivery/events.ts";
import type { Told, View, Views } from "../dialect.ts";
import { sharedViews } from "../views.ts";
import { withStandIns } from "./desktop.ts";

const shared = sharedViews(withStandIns);

/** What is told again, to be sure, its client would show twice. */
const once =
  <T extends "friend_request" | "friend_added">(view: View<T> | undefined) =>
  (to: Told, event: EventOf<T>): void => {
    if (event.again !== true) view?.(to, event);
  };

export const originalViews: Views = {
  ...shared,
  texts: (to, event) => {
    if (event.peer !== undefined) shared.texts?.(to, event);
  },
  friend_request: once(shared.friend_request),
  friend_added: once(shared.friend_added),
  friend_removed: undefined,
  receipt: undefined,
  group_moved: undefined,
  group_receipt: undefined,
  typing: undefined,
  presence: undefined,
  cursor_moved: undefined,
  settings_changed: undefined,
  request_gone: undefined,
  block_changed: undefined,
  profile_changed: undefined,
  // Its connection closes; there is no frame that would say why.
  end_session: undefined,
};
