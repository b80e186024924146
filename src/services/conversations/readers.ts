/**
 * @module services/conversations/readers
 * How far a message got, and by whom: for whoever may see it.
 */
import type { Page } from "../../domain/entities.ts";
import { AppError } from "../../domain/error.ts";
import type { ConversationId, UserId } from "../../domain/ids.ts";
import type { GroupStore, PageRequest, Reader, Receipts } from "../../store/store.ts";

export class Readers {
  readonly #store: Pick<GroupStore, "standing" | "readers">;

  constructor(store: Pick<GroupStore, "standing" | "readers">) {
    this.#store = store;
  }

  /** @throws AppError NOT_A_MEMBER, NOT_FOUND (no such message, or none that `asker` may see), UNAVAILABLE */
  async of(
    conversation: ConversationId,
    asker: UserId,
    seq: number,
    page: PageRequest,
  ): Promise<Page<Reader> & Receipts> {
    const standing = await this.#store.standing(conversation, asker);
    if (standing === undefined) throw new AppError("NOT_A_MEMBER", { field: "conversation" });
    const { visibleFrom, leftSeq = Number.POSITIVE_INFINITY } = standing;
    const isVisible = seq >= visibleFrom && seq <= leftSeq;
    const found = isVisible ? await this.#store.readers(conversation, seq, page) : undefined;
    if (found === undefined) throw new AppError("NOT_FOUND", { field: "seq" });
    return found;
  }
}
