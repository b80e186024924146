/**
 * @module web/views/chat/message-list
 * The texts of the open conversation. Scrolling up fetches what was before; what is new scrolls into view where
 * one was at the end, or wrote it.
 */
import { h, setText } from "../../dom/h.ts";
import { keyedList, type Row } from "../../dom/keyed.ts";
import type { Conversation } from "../../model/conversation.ts";
import { dayName } from "../../model/times.ts";
import { bubble } from "./bubble.ts";
import { type DayItem, type Item, itemsOf, type NoticeItem, type TextItem } from "./items.ts";
import { noticeRow } from "./notice.ts";
import type { ChatPorts, View } from "./ports.ts";

/** So close to an edge counts as being there, pixels. */
const NEAR = 120;

export function messageList(ports: ChatPorts): View {
  const { account, now } = ports;
  const { model } = account;
  const list = h("ol");
  const earlier = h("p", { className: "earlier", attrs: { role: "status" } }, "Loading earlier messages…");
  const element = h(
    "div",
    {
      className: "messages",
      tabIndex: 0,
      attrs: { role: "log", "aria-label": "Messages" },
      on: { scroll: () => more() },
    },
    earlier,
    list,
  );
  let open: Conversation | undefined;
  let show: (items: readonly Item[]) => void = () => {};
  let shown: readonly Item[] = [];

  const make = (item: Item): Row<Item> =>
    item.kind === "day"
      ? asRow<DayItem>(dayRow(now))
      : item.kind === "notice"
        ? asRow<NoticeItem>(noticeRow(ports))
        : asRow<TextItem>(bubble(ports, item));
  const more = () => {
    if (open !== undefined && element.scrollTop < NEAR) void account.talk.earlier(open);
  };

  const update = () => {
    const { selected: conversation } = model;
    if (conversation === undefined) return;
    const opened = conversation !== open;
    if (opened) {
      open = conversation;
      shown = [];
      list.replaceChildren();
      show = keyedList(list, ({ key }) => key, make);
    }
    const fromEnd = element.scrollHeight - element.scrollTop;
    const atEnd = opened || fromEnd - element.clientHeight < NEAR;
    earlier.hidden = !conversation.loading;
    const items = itemsOf(conversation);
    show(items);
    const wrote = conversation.pending.at(-1) !== undefined && items.at(-1)?.key !== shown.at(-1)?.key;
    const grewAbove = items[0]?.key !== shown[0]?.key;
    shown = items;
    if (atEnd || wrote) element.scrollTop = element.scrollHeight;
    else if (grewAbove) element.scrollTop = element.scrollHeight - fromEnd;
    // As long as there is room, there is nothing to scroll.
    if (element.scrollHeight <= element.clientHeight) more();
  };
  return { element, update };
}

/** A row of one kind as a row of the list: the same key always means the same kind. */
function asRow<T extends Item>({ element, update }: Row<T>): Row<Item> {
  return { element, update: (item) => update?.(item as T) };
}

function dayRow(now: () => number): Row<DayItem> {
  const name = h("span");
  return {
    element: h("li", { className: "day" }, name),
    update: ({ at }) => setText(name, dayName(at, now())),
  };
}
