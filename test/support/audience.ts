/** @module Whom an event is for. */
import type { UserId } from "../../src/domain/ids.ts";
import type { UserEvent } from "../../src/services/delivery/events.ts";

/** The users that it names; none where it is for a conversation. */
export const usersOf = ({ audience }: UserEvent): readonly UserId[] =>
  "users" in audience ? audience.users : [];
