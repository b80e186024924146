/**
 * @module net/hub
 * Who is connected to this process: the items (sessions, connections) of each user. Most users have one, so
 * one costs one small link and no array or map.
 */

interface Link<K, T> {
  readonly key: K;
  item: T;
  next: Link<K, T> | undefined;
}

/** `T` is what hangs on a user, `K` tells a user's items apart, `U` is a user. */
export class Hub<T, U = number, K = string> {
  readonly #links = new Map<U, Link<K, T>>();
  #items = 0;

  /** Users with at least one item. */
  get users(): number {
    return this.#links.size;
  }

  /** Items of all users. */
  get items(): number {
    return this.#items;
  }

  /** Adds an item behind the user's others; one of the same key is replaced in its place. */
  add(user: U, key: K, item: T): void {
    const link: Link<K, T> = { key, item, next: undefined };
    let last = this.#links.get(user);
    if (last === undefined) this.#links.set(user, link);
    while (last !== undefined) {
      if (last.key === key) {
        last.item = item;
        return;
      }
      if (last.next === undefined) {
        last.next = link;
        break;
      }
      last = last.next;
    }
    this.#items++;
  }

  /** @returns whether there was such an item. */
  remove(user: U, key: K): boolean {
    let before: Link<K, T> | undefined;
    for (let link = this.#links.get(user); link !== undefined; before = link, link = link.next) {
      if (link.key !== key) continue;
      if (before !== undefined) before.next = link.next;
      else if (link.next !== undefined) this.#links.set(user, link.next);
      else this.#links.delete(user);
      this.#items--;
      return true;
    }
    return false;
  }

  /** The user's item of that key. */
  get(user: U, key: K): T | undefined {
    for (let link = this.#links.get(user); link !== undefined; link = link.next) {
      if (link.key === key) return link.item;
    }
    return undefined;
  }

  has(user: U): boolean {
    return this.#links.has(user);
  }

  /**
   * The user's items in the order they were added. Removing the item at hand while iterating is safe; every
   * other item is still visited.
   */
  *of(user: U): IterableIterator<T> {
    for (let link = this.#links.get(user); link !== undefined; link = link.next) yield link.item;
  }

  /** All users that have an item, each once. */
  userIds(): IterableIterator<U> {
    return this.#links.keys();
  }

  /** All items of all users. */
  *all(): IterableIterator<T> {
    for (const user of this.#links.keys()) yield* this.of(user);
  }
}
