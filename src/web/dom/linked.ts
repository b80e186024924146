/**
 * @module web/dom/linked
 * A text whose addresses can be followed.
 */
import { h } from "./h.ts";

/** http and https only; what ends a sentence is no part of an address. */
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?'()[\]{}]/g;

/** The text as nodes: text, and links that tell the other side nothing of this page. */
export function linked(text: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    nodes.push(document.createTextNode(text.slice(end, index)));
    nodes.push(h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    end = index + address.length;
  }
  nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}
