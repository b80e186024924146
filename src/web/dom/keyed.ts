/**
 * @module web/dom/keyed
 * A list of elements that follows a list of items: those that stay are kept, with their focus and selection.
 */

/** One item's element, and how to show the item's present state in it. */
export interface Row<T> {
  readonly element: HTMLElement;
  update?(item: T): void;
}

/**
 * @param keyOf unique within the list, and the same for the same thing.
 * @param make called once per key, and again after the key was gone.
 * @returns the function that shows a list.
 */
export function keyedList<T>(
  parent: HTMLElement,
  keyOf: (item: T) => string,
  make: (item: T) => Row<T>,
): (items: readonly T[]) => void {
  let rows = new Map<string, Row<T>>();
  return (items) => {
    const next = new Map<string, Row<T>>();
    const keys = new Set(items.map(keyOf));
    for (const [key, { element }] of rows) if (!keys.has(key)) element.remove();
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const row = rows.get(key) ?? make(item);
      next.set(key, row);
      row.update?.(item);
      if (row.element === place) place = place.nextElementSibling;
      else parent.insertBefore(row.element, place);
    }
    rows = next;
  };
}
