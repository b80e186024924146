/**
 * @module faults/mutants/delivery
 * Builds that do not show what is stored, or tell it wrongly.
 */
import { LINK_REFUSES } from "../kinds/links.ts";
import { LOST_ANSWERS } from "../kinds/wires.ts";
import { ZOMBIE } from "../kinds/zombies.ts";
import { ABSENCES } from "../scenes/absences.ts";
import { FIRST_TEXTS } from "../scenes/friendships.ts";
import { MOVES } from "../scenes/moves.ts";
import { ORIGINALS } from "../scenes/originals.ts";
import { WHISPERS } from "../scenes/whispers.ts";
import type { Mutant } from "./mutant.ts";

const BATCH = '"chatsrv.cluster.EventBatch", id: batch.id, events';
const without = (kind: string) => `${BATCH}: events.filter(({ event }) => event.case !== "${kind}")`;
const EMIT = "outbox.sendTexts(conversation, peer, run, isLast ? through : (run.at(-1)?.seq ?? 0));";

const NEVER_RECONCILE = {
  file: "src/services/delivery/reconciler.ts",
  replace: "this.#rounds.push({ reason, since });",
  by: "void [reason, since];",
};

export const DELIVERY_MUTANTS: readonly Mutant[] = [
  {
    // Of texts only: the run makes friends before it begins.
    name: "drop texts to peers",
    short: true,
    changes: [{ file: "src/rpc/peer-link.ts", replace: BATCH, by: without("texts") }],
    breaks: "not shown in time",
  },
  {
    name: "tell other nodes only of who is not here",
    short: true,
    changes: [
      {
        file: "src/services/delivery/courier.ts",
        replace: "for (const event of events) this.#remote.push(event);",
        by: 'for (const event of events) if (!("users" in event.audience && event.audience.users.some((user) => this.#options.local.has(user)))) this.#remote.push(event);',
      },
    ],
    scenes: [WHISPERS],
    breaks: "shown to one device, not to the other",
  },
  {
    name: "take a conversation that is new to a session for shown",
    changes: [
      {
        file: "src/chat/delivery.ts",
        replace: "void this.#locate(first.conversation, peer, first.seq, last);",
        by: "this.#positions.add(first.conversation, peer, last);",
      },
    ],
    scenes: [FIRST_TEXTS],
    breaks: "first text of a friendship not shown",
  },
  {
    name: "never reconcile what was left out",
    short: true,
    changes: [
      NEVER_RECONCILE,
      {
        file: "src/services/delivery/peer-queues.ts",
        replace: "const MAX_OWED = 10_000;",
        by: "const MAX_OWED = 0;",
      },
    ],
    faults: { count: 3, kinds: [LINK_REFUSES] },
    breaks: "not shown after a link healed",
  },
  {
    name: "serve on when its name is taken",
    changes: [
      { file: "src/services/cluster/membership.ts", replace: "events.superseded();", by: "" },
      NEVER_RECONCILE,
    ],
    faults: { count: 1, kinds: [ZOMBIE] },
    breaks: "kept by a zombie",
  },
  {
    name: "drop receipts to peers",
    changes: [{ file: "src/rpc/peer-link.ts", replace: BATCH, by: without("receipt") }],
    breaks: "receipt not told in time",
  },
  {
    name: "not tell one's other devices what was read",
    changes: [
      {
        file: "src/chat/dialects/protocol2/views.ts",
        replace: 'if (news) outbox.send("CURSOR"',
        by: 'if (news && !news) outbox.send("CURSOR"',
      },
    ],
    breaks: "cursor not told in time",
  },
  {
    name: "tell receipts as they come",
    changes: [
      {
        file: "src/chat/positions.ts",
        replace: "return after === before ? undefined : after;",
        by: "return told;",
      },
    ],
    breaks: "receipt went back",
  },
  {
    name: "tell presence as it comes",
    changes: [
      {
        file: "src/chat/local-sessions.ts",
        replace: 'if (event.type === "presence" && !this.#presence.accepts(event, user)) return;',
        by: "",
      },
    ],
    scenes: [MOVES],
    seconds: 25,
    breaks: "presence went back",
  },
  {
    name: "tell nobody who leaves",
    changes: [
      {
        file: "src/services/sessions/sessions.ts",
        replace: "await presence.announce(user);",
        by: "void presence;",
      },
    ],
    scenes: [ABSENCES],
    breaks: "presence is wrong",
  },
  {
    name: "push everything twice",
    changes: [{ file: "src/chat/delivery.ts", replace: EMIT, by: EMIT + EMIT }],
    breaks: "pushed twice to a session",
  },
  {
    name: "push backwards",
    changes: [{ file: "src/chat/delivery.ts", replace: EMIT, by: EMIT.replace("run,", "run.toReversed(),") }],
    faults: { count: 6, kinds: [LOST_ANSWERS] },
    breaks: "session out of order",
  },
  {
    name: "push to whoever is here",
    changes: [
      {
        file: "src/chat/local-sessions.ts",
        replace:
          "for (const session of this.#hub.of(user)) this.#tell(session, (one) => one.receive(event));",
        by: "for (const session of this.#hub.all()) this.#tell(session, (one) => one.receive(event));",
      },
      {
        file: "src/chat/delivery.ts",
        replace: "void this.#locate(first.conversation, peer, first.seq, last);",
        by: "this.#emit(first.conversation, peer, messages, last);",
      },
    ],
    breaks: "pushed to a wrong user",
  },
  {
    name: "tell the original's client more than it knows",
    changes: [
      {
        file: "src/chat/dialects/original/original.ts",
        replace: "return NOTHING_MORE;",
        by: "return { ...NOTHING_MORE, acks: [] };",
      },
    ],
    scenes: [ORIGINALS],
    breaks: "not of the original's protocol",
  },
  {
    name: "not tell the original's client of texts",
    changes: [
      {
        file: "src/chat/dialects/original/views.ts",
        replace: "if (event.peer !== undefined) shared.texts?.(to, event);",
        by: "",
      },
    ],
    scenes: [ORIGINALS],
    breaks: "not shown by the original's client",
  },
];
