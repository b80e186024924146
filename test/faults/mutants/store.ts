/**
 * @module faults/mutants/store
 * Builds whose store is not what its senders were told.
 */
import { KILL_ON_ACK } from "../kinds/kills.ts";
import { CUT_ON_ACK, LOST_ANSWERS } from "../kinds/wires.ts";
import { BLOCKS } from "../scenes/blocks.ts";
import { CHANGES } from "../scenes/changes.ts";
import { PAGES } from "../scenes/pages.ts";
import type { Mutant } from "./mutant.ts";

const APPEND = "src/store/mysql/append.ts";
const HISTORY = "src/store/mysql/history.ts";
const PLAN = "src/store/mysql/plan.ts";
const ROW = "rows.push([conversation, seq, sender, clientId, kind, body, at, dataText(data), replyTo]);";
const lostAnswers = { count: 6, kinds: [LOST_ANSWERS] };

export const STORE_MUTANTS: readonly Mutant[] = [
  {
    // Without any fault, so that it is found every time.
    name: "acknowledge what is not committed",
    short: true,
    changes: [
      {
        file: APPEND,
        replace: "await insert(session, planned, shorter ? SURE_BYTES : session.statementBytes);",
        by: 'await insert(session, planned, shorter ? SURE_BYTES : session.statementBytes);\nif (Math.random() < 0.03) await session.client.query("ROLLBACK");',
      },
    ],
    faults: { count: 0, kinds: [] },
    breaks: "acknowledged but not stored",
  },
  {
    name: "acknowledge before commit",
    short: true,
    changes: [
      {
        file: "src/store/mysql/pool.ts",
        replace: 'await client.query("COMMIT");',
        by: 'client.query("COMMIT").catch(() => {});',
      },
    ],
    faults: { count: 4, kinds: [CUT_ON_ACK] },
    breaks: "acknowledged but not stored",
  },
  {
    name: "skip dedup",
    short: true,
    changes: [
      {
        file: PLAN,
        replace: ROW,
        by: ROW.replace("clientId", "clientId + crypto.randomUUID().slice(0, 8)"),
      },
    ],
    faults: lostAnswers,
    breaks: "stored twice",
  },
  {
    name: "store other words",
    changes: [{ file: PLAN, replace: ROW, by: ROW.replace("body", "body + 1") }],
    breaks: "stored but never sent",
  },
  {
    name: "leave out a seq now and then",
    changes: [
      {
        file: PLAN,
        replace: "const seq = (grown.get(conversation) ?? standing.lastSeq) + 1;",
        by: "const seq = (grown.get(conversation) ?? standing.lastSeq) + (Math.random() < 0.01 ? 2 : 1);",
      },
    ],
    breaks: "gap in the store",
  },
  {
    name: "store a batch backwards",
    changes: [
      {
        file: PLAN,
        replace: "const outcomes = entries.map(",
        by: "const outcomes = entries.toReversed().map(",
      },
      {
        file: PLAN,
        replace: "return { outcomes, rows, grown };",
        by: "return { outcomes: outcomes.toReversed(), rows, grown };",
      },
    ],
    faults: lostAnswers,
    breaks: "sender's order broken",
  },
  {
    name: "store what it refuses",
    changes: [
      {
        file: PLAN,
        replace: "if (refusal !== undefined) return refusal;",
        by: `if (refusal !== undefined) {
          const next = (grown.get(conversation) ?? standing.lastSeq) + 1;
          grown.set(conversation, next);
          rows.push([conversation, next, entry.sender, entry.clientId, entry.kind, entry.body, at, null, null]);
          return refusal;
        }`,
      },
    ],
    scenes: [BLOCKS],
    breaks: "refused but stored",
  },
  {
    name: "refuse now and then",
    changes: [
      {
        file: PLAN,
        replace: "if (refusal !== undefined) return refusal;",
        by: 'if (Math.random() < 0.01) return { status: "conflict" };',
      },
    ],
    breaks: "refused for no reason",
  },
  {
    name: "take each node's own time",
    changes: [{ file: PLAN, replace: "const at = Math.max(now, standing.lastAt);", by: "const at = now;" }],
    faults: { count: 2, kinds: [KILL_ON_ACK] },
    breaks: "time went back in a conversation",
  },
  {
    name: "leave a text unanswered",
    changes: [
      {
        file: "src/chat/families/texts.ts",
        replace: "if (session.isOpen) answerTexts",
        by: "if (session.isOpen && !result.receipts.some(({ seq }) => seq % 100 === 0)) answerTexts",
      },
    ],
    breaks: "neither acknowledged nor refused",
  },
  {
    name: "begin a page of history one too late",
    changes: [
      {
        file: HISTORY,
        replace: "gt(message.seq, Math.max(after ?? 0,",
        by: "gt(message.seq, Math.max((after ?? 0) + 1,",
      },
    ],
    scenes: [PAGES],
    breaks: "history is not as pushed",
  },
  {
    name: "keep the first text from who has none",
    changes: [
      {
        file: HISTORY,
        replace: "gt(message.seq, Math.max(after ?? 0,",
        by: "gt(message.seq, Math.max(after === 0 ? 1 : (after ?? 0),",
      },
    ],
    breaks: "a fresh device differs",
  },
  {
    name: "store a reaction that is given already",
    changes: [
      {
        file: "src/store/changes.ts",
        replace:
          'return given && { status: "duplicate", conversation: entry.conversation, seq: given.seq, at: given.at };',
        by: "return undefined;",
      },
    ],
    scenes: [CHANGES],
    breaks: "shown otherwise",
  },
  {
    name: "forget the edits of a message",
    changes: [
      {
        file: "src/store/mysql/changes.ts",
        replace: "    SET_EDITED,\n    edits.map(",
        by: "    SET_EDITED,\n    edits.slice(0, 0).map(",
      },
    ],
    scenes: [CHANGES],
    breaks: "a change without effect",
  },
];
