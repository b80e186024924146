/**
 * @module fuzz/kinds/accounts
 * Kinds whose workers each have an account of the target: every fourth speaks the original's protocol.
 */
import type { Known } from "../bodies.ts";
import { Account } from "../chat-session.ts";
import type { Dice } from "../dice.ts";
import { type Kind, sideBySide, type Tally, type Target } from "../tally.ts";
import { knownOf } from "./mutants.ts";

/** What one worker works with. */
export interface Worker {
  readonly target: Target;
  readonly account: Account;
  readonly username: string;
  /** What fields say that leads somewhere for this account. */
  readonly known: Known;
  readonly dice: Dice;
  /** How many inputs are its share; it counts them itself. */
  readonly inputs: number;
  readonly tally: Tally;
}

const WORKERS = 8;

export function accountKind(attack: (worker: Worker) => Promise<void>): Kind {
  return (target, dice, inputs) =>
    sideBySide(WORKERS, inputs, dice, async (worker, own, share, tally) => {
      const index = worker % target.users.length;
      const user = target.users[index];
      if (user === undefined) throw new Error("there are no users");
      const account = new Account(user, worker % 4 === 3 ? 1 : 2);
      const known = knownOf(target, index);
      await attack({ target, account, username: user.username, known, dice: own, inputs: share, tally });
      tally.inputs += share;
    });
}
