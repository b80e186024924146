/**
 * @module services/conversations/groups
 * Groups: made, changed, left. Each change is a message of the group's log, and is told as one: to its members, and to
 * those whom it makes members, wherever they are. What the store refuses is refused; what has the wrong shape never gets there.
 */
import type { Group, GroupMember, Page } from "../../domain/entities.ts";
import { AppError, toAppError } from "../../domain/error.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import { requireShowable } from "../../domain/names.ts";
import { requireLength } from "../../domain/sizes.ts";
import type { Clock } from "../../lib/clock.ts";
import type {
  GroupChange,
  GroupLimits,
  GroupOutcome,
  GroupStore,
  NewGroup,
  PageRequest,
} from "../../store/store.ts";
import { MAX_AVATAR, MAX_DESCRIPTION, MAX_GROUP_NAME } from "../../wire/sizes.ts";
import type { UserEvent } from "../delivery/events.ts";
import { tellingOf } from "../messages/announcement.ts";

export interface GroupsOptions {
  readonly groups: Pick<GroupStore, "createGroup" | "change" | "leave" | "info" | "members">;
  readonly limits: GroupLimits;
  /** Told of a change that may have been stored, and nobody told of it. */
  readonly uncertain: (change: {
    readonly conversation: ConversationId;
    readonly sender: UserId;
    readonly clientId: string;
  }) => void;
  readonly post: (events: readonly UserEvent[]) => void;
  readonly clock: Pick<Clock, "now">;
}

export class Groups {
  readonly #options: GroupsOptions;

  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  /** @throws AppError INVALID_FIELD (name, avatar), TOO_LARGE, FULL, RATE_LIMITED, MESSAGE_ID_CONFLICT, UNAVAILABLE */
  async create(group: NewGroup): Promise<GroupOutcome> {
    const { groups, limits, clock } = this.#options;
    requireTexts(group);
    const outcome = await groups.createGroup(group, clock.now(), limits);
    this.#tell(outcome);
    return outcome;
  }

  /**
   * @throws AppError INVALID_FIELD (for one that asks for nothing too), TOO_LARGE, NOT_A_MEMBER, FORBIDDEN, FULL,
   *   MESSAGE_ID_CONFLICT, UNAVAILABLE
   */
  async change(change: GroupChange): Promise<GroupOutcome> {
    const { groups, limits, clock } = this.#options;
    const { add = [], remove = [], roles = [], name, avatar, description } = change;
    const asksFor = [add, remove, roles].some((those) => those.length > 0);
    if (!asksFor && name === undefined && avatar === undefined && description === undefined)
      throw new AppError("INVALID_FIELD", { field: "name", detail: "nothing to change" });
    requireTexts(change);
    const outcome = await this.#orUncertain(change, groups.change(change, clock.now(), limits));
    this.#tell(outcome);
    return outcome;
  }

  /** @throws AppError NOT_A_MEMBER, MESSAGE_ID_CONFLICT, UNAVAILABLE */
  async leave(conversation: ConversationId, user: UserId, clientId: string): Promise<void> {
    const { groups, clock } = this.#options;
    const change = { conversation, actor: user, clientId };
    const leaving = groups.leave(conversation, user, clientId, clock.now());
    this.#tell(await this.#orUncertain(change, leaving));
  }

  /** @throws AppError NOT_A_MEMBER, UNAVAILABLE */
  async info(conversation: ConversationId, reader: UserId): Promise<Group> {
    return required(await this.#options.groups.info(conversation, reader));
  }

  /** @throws AppError NOT_A_MEMBER, UNAVAILABLE */
  async members(conversation: ConversationId, reader: UserId, page: PageRequest): Promise<Page<GroupMember>> {
    return required(await this.#options.groups.members(conversation, reader, page));
  }

  /** One that was stored before is told again, as its answer may have been lost; sessions that have it drop it. */
  #tell({ conversation, message }: GroupOutcome): void {
    if (message === undefined) return;
    this.#options.post(tellingOf(conversation, message.sender, undefined, [message], undefined));
  }

  /** A change whose answer was lost may have been stored, and then its members are to be told. */
  async #orUncertain<T>(
    { conversation, actor: sender, clientId }: Pick<GroupChange, "conversation" | "actor" | "clientId">,
    change: Promise<T>,
  ): Promise<T> {
    try {
      return await change;
    } catch (error) {
      if (toAppError(error).retryable) this.#options.uncertain({ conversation, sender, clientId });
      throw error;
    }
  }
}

function requireTexts({ name, avatar, description }: Pick<GroupChange, "name" | "avatar" | "description">) {
  if (name !== undefined) {
    requireLength(name, MAX_GROUP_NAME, "name");
    if (name.trim() === "") throw new AppError("INVALID_FIELD", { field: "name" });
    requireShowable(name, "name");
  }
  if (avatar !== undefined) requireLength(avatar, MAX_AVATAR, "avatar");
  if (description !== undefined) requireLength(description, MAX_DESCRIPTION, "description");
}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new AppError("NOT_A_MEMBER", { field: "conversation" });
  return found;
}
