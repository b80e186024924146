/**
 * @module client/emitter
 * Typed events: `on` returns the function that ends the subscription.
 */

type Listener<T> = (value: T) => void;

/** `E` maps each event's name to what its listeners get. */
export class Emitter<E extends object> {
  readonly #listeners = new Map<keyof E, Set<Listener<never>>>();
  readonly #failed: (error: unknown, event: keyof E) => void;

  /** @param failed told when a listener throws; the other listeners and the caller go on undisturbed. */
  constructor(failed: (error: unknown, event: keyof E) => void) {
    this.#failed = failed;
  }

  on<K extends keyof E>(event: K, listener: Listener<E[K]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls the listeners in the order in which they came. */
  emit<K extends keyof E>(event: K, value: E[K]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as Listener<E[K]>)(value);
      } catch (error) {
        this.#failed(error, event);
      }
    }
  }
}
