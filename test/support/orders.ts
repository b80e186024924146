/**
 * @module support/orders
 * Two things that happen at once, in every order of their steps: each step waits for its turn.
 */

/** Every way to put the steps of two things into one row, each thing's own in their order: `"aab"`, `"aba"`, `"baa"`. */
export function orders(a: string, aSteps: number, b: string, bSteps: number): string[] {
  if (aSteps === 0) return [b.repeat(bSteps)];
  if (bSteps === 0) return [a.repeat(aSteps)];
  return [
    ...orders(a, aSteps - 1, b, bSteps).map((rest) => a + rest),
    ...orders(a, aSteps, b, bSteps - 1).map((rest) => b + rest),
  ];
}

/** Lets steps go in one order. */
export class Turns {
  #order: string;
  readonly #waiting: { readonly who: string; readonly go: () => void }[] = [];

  constructor(order: string) {
    this.#order = order;
  }

  /** Does a step of `who` when it is its turn. */
  async step<T>(who: string, work: () => Promise<T>): Promise<T> {
    if (this.#order[0] !== who && this.#order.includes(who))
      await new Promise<void>((go) => this.#waiting.push({ who, go }));
    try {
      return await work();
    } finally {
      if (this.#order[0] === who) this.#order = this.#order.slice(1);
      this.#next();
    }
  }

  /** Runs all of `who`'s steps; those that it turns out not to take are left out. */
  async run<T>(who: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#order = this.#order.replaceAll(who, "");
      this.#next();
    }
  }

  /** An object whose named methods are steps of `who`. */
  stepping<T extends object>(who: string, target: T, methods: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== "function") return value;
        const method = value.bind(object);
        if (!methods.includes(name as keyof T)) return method;
        return (...args: unknown[]) => this.step(who, () => method(...args));
      },
    });
  }

  #next(): void {
    const at = this.#waiting.findIndex(({ who }) => who === this.#order[0] || !this.#order.includes(who));
    const [next] = at === -1 ? [] : this.#waiting.splice(at, 1);
    next?.go();
  }
}
