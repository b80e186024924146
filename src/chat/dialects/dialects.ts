/**
 * @module chat/dialects/dialects
 * The one place where a protocol is chosen.
 */
import type { Request } from "../../wire/messages.ts";
import type { Dialect } from "./dialect.ts";

export class Dialects {
  readonly #original: Dialect;
  readonly #protocol2: Dialect;

  constructor(original: Dialect, protocol2: Dialect) {
    this.#original = original;
    this.#protocol2 = protocol2;
  }

  /** What a client asks for with its LOGINSERVER; a later protocol than ours gets ours. */
  of({ proto = 1 }: Request<"LOGINSERVER">): Dialect {
    return proto >= 2 ? this.#protocol2 : this.#original;
  }
}
