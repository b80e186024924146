/**
 * @module web/model/groups
 * What the user does with groups. What becomes of it comes back as messages of the group, as everybody's changes do.
 */
import {
  type ChatClient,
  ChatError,
  type ChatMessage,
  Code,
  type GroupChange,
  type Refused,
  type Role,
  textId,
} from "../../client/index.ts";
import type { Conversation } from "./conversation.ts";
import type { Model } from "./model.ts";

export class Groups {
  readonly #client: ChatClient;
  readonly #model: Model;
  /** Groups that are being looked at. */
  readonly #looking = new Map<Conversation, { done: Promise<void>; again: Promise<void> | undefined }>();

  constructor(client: ChatClient, model: Model) {
    this.#client = client;
    this.#model = model;
  }

  /** Makes a group of oneself and friends. @returns it, and who could not be in it. */
  async create(
    name: string,
    members: readonly string[],
  ): Promise<{ readonly conversation: Conversation; readonly refused: readonly Refused[] }> {
    const { conversation: id, refused } = await this.#client.groups.create({ name, members }, textId());
    const conversation = this.#model.conversations.at({ conversation: id });
    conversation.name = name;
    await this.look(conversation);
    return { conversation, refused };
  }

  /** @returns who of those that were to be added was not. */
  async change(conversation: Conversation, change: GroupChange): Promise<readonly Refused[]> {
    const refused = await this.#client.groups.change(addressOf(conversation), change);
    await this.look(conversation);
    return refused;
  }

  async leave(conversation: Conversation): Promise<void> {
    await this.#client.groups.leave(addressOf(conversation));
    conversation.isOver = true;
    this.#model.changed();
  }

  /** What this account may do in a group, as far as its members are known. */
  roleIn(conversation: Conversation): Role | undefined {
    return conversation.members?.get(this.#client.uuid)?.role;
  }

  /**
   * Asks what a group is called, and who is in it, as it is by now. Nothing happens when it cannot be had, as for who
   * was removed.
   */
  look(conversation: Conversation): Promise<void> {
    if (conversation.peer !== undefined) return Promise.resolve();
    const running = this.#looking.get(conversation);
    // One that is under way may have begun before what there is to see; one more behind it is enough for all.
    if (running) {
      running.again ??= running.done.then(() => this.look(conversation));
      return running.again;
    }
    const done = this.#read(conversation).finally(() => this.#looking.delete(conversation));
    this.#looking.set(conversation, { done, again: undefined });
    return done;
  }

  /** A message came: a group that is new here, or is another now, is looked at. */
  told(message: ChatMessage): void {
    if (message.peer !== undefined) return;
    const conversation = this.#model.conversations.at(message);
    if (conversation.name === "" || message.kind === "members") void this.look(conversation);
  }

  async #read(conversation: Conversation): Promise<void> {
    try {
      const address = addressOf(conversation);
      const { name, avatar, description } = await this.#client.groups.info(address);
      const members = await this.#client.groups.members(address);
      Object.assign(conversation, { name, avatar, description, isOver: false });
      conversation.members = new Map(members.map((member) => [member.uuid, member]));
      this.#model.changed();
    } catch (error) {
      // Anything but that is asked again with the next message, or the next look.
      if (error instanceof ChatError && error.code === Code.NOT_A_MEMBER) conversation.isOver = true;
    }
  }
}

const addressOf = ({ id }: Conversation) => ({ conversation: id ?? "" });
