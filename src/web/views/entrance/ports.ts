/**
 * @module web/views/entrance/ports
 * What the forms of the entrance have in common.
 */
import type { Credentials, HttpApi } from "../../../client/index.ts";

/** What the forms need, and where they lead. */
export interface EntrancePorts {
  readonly api: HttpApi;
  /** The account is known: go in. */
  enter(credentials: Credentials): void;
  /** Shows another form. */
  show(form: EntranceForm): void;
}

export type EntranceForm = "login" | "register" | "reset";

/** Puts the cursor where one begins to write. */
export function focusFirst(parent: HTMLElement): void {
  const inputs = [...parent.querySelectorAll("input")];
  (inputs.find((input) => input.value === "") ?? inputs[0])?.focus();
}
