/**
 * @module web/dom/h
 * Makes elements. Text becomes text nodes only, so that nothing a user wrote is ever read as HTML.
 */

/** What an element may contain; `undefined` and `false` are left out. */
export type Child = Node | string | undefined | false;

type Handlers = {
  readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void;
};

/** Properties of the element, and beside them attributes by name and listeners by event. */
export type Props<E extends HTMLElement> = Partial<Omit<E, "children" | "style" | "dataset">> & {
  readonly attrs?: Readonly<Record<string, string>>;
  readonly on?: Handlers;
};

/**
 * @example
 * h("button", { className: "primary", on: { click: send } }, "Send")
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const { attrs, on, ...properties } = props;
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attrs ?? {})) element.setAttribute(name, value);
  for (const [event, listener] of Object.entries(on ?? {}))
    element.addEventListener(event, listener as EventListener);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Sets a text only where it differs, so that screen readers and selections are left in peace. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
