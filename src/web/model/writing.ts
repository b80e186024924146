/**
 * @module web/model/writing
 * What the text that is being written is for: a new message, an answer, or another text for one that was sent.
 */
import type { ChatMessage } from "../../client/index.ts";
import type { Model } from "./model.ts";

export type Purpose =
  | { readonly kind: "new" }
  | { readonly kind: "answer" | "edit"; readonly message: ChatMessage };

const NEW: Purpose = { kind: "new" };

export class Writing {
  readonly #model: Model;
  #purpose: Purpose = NEW;

  constructor(model: Model) {
    this.#model = model;
  }

  /** It is for the conversation that is open, and forgotten when another is opened. */
  get purpose(): Purpose {
    const { selected } = this.#model;
    if (this.#purpose.kind !== "new" && this.#purpose.message.conversation !== selected?.id) return NEW;
    return this.#purpose;
  }

  answer(message: ChatMessage): void {
    this.#for({ kind: "answer", message });
  }

  edit(message: ChatMessage): void {
    this.#for({ kind: "edit", message });
  }

  /** It was sent, or given up. */
  done(): void {
    this.#for(NEW);
  }

  #for(purpose: Purpose): void {
    this.#purpose = purpose;
    this.#model.changed();
  }
}
