/**
 * @module faults/mutants/rights
 * Builds that serve who has no right to it any more, and builds that leave things behind.
 */
import { KILL_ON_ACK } from "../kinds/kills.ts";
import { BLOCKS } from "../scenes/blocks.ts";
import { CHANGES } from "../scenes/changes.ts";
import { EVICTIONS, REVOKES } from "../scenes/endings.ts";
import { GROUPS } from "../scenes/groups.ts";
import type { Mutant } from "./mutant.ts";

const RUN = "void run(process.argv.slice(2), io).then(end);";
/** Only chat nodes, from their start on. */
const inChatNodes = (what: string) => `${RUN}\nif (process.argv.includes("--role=chat")) ${what}`;

export const RIGHTS_MUTANTS: readonly Mutant[] = [
  {
    name: "take no notice of blocks",
    changes: [
      {
        file: "src/store/mysql/locked.ts",
        replace: "friends ? (blocked ? BLOCKED : undefined) : NOT_FRIENDS",
        by: "friends ? undefined : NOT_FRIENDS",
      },
    ],
    scenes: [BLOCKS],
    breaks: "accepted after a block",
  },
  {
    name: "tell who is in the group no more",
    changes: [
      {
        file: "src/chat/turns.ts",
        replace: 'return removed.includes(text) || left.includes(text) ? "out" : undefined;',
        by: "return void [removed, left];",
      },
    ],
    scenes: [GROUPS],
    breaks: "shown to a non-member",
  },
  {
    name: "let anybody write in a group",
    changes: [
      {
        file: "src/store/mysql/plan.ts",
        replace: "if (standing?.isGroup && !writers.has(writerKey(entry))) return",
        by: "if (standing === undefined) return",
      },
    ],
    scenes: [GROUPS],
    breaks: "stored from a non-member",
  },
  {
    name: "let anybody edit",
    changes: [
      {
        file: "src/store/changes.ts",
        replace: "if (!isOwn || !EDITABLE_KINDS.includes(target.kind)) return FORBIDDEN;",
        by: "if (!EDITABLE_KINDS.includes(target.kind)) return FORBIDDEN;",
      },
    ],
    scenes: [CHANGES],
    breaks: "changed without the right to",
  },
  {
    name: "not end a session",
    short: true,
    changes: [
      {
        file: "src/chat/session.ts",
        replace: "      this.#show(login, event);\n      this.end();",
        by: "      return;",
      },
    ],
    scenes: [REVOKES],
    breaks: "served after its end",
  },
  {
    name: "keep whoever is one too many",
    changes: [
      {
        file: "src/services/sessions/sessions.ts",
        replace: 'void this.#options.endings.close(evicted, "kicked");',
        by: "void evicted;",
      },
    ],
    scenes: [EVICTIONS],
    breaks: "evicted but served",
  },
  {
    name: "never clear up behind the dead",
    changes: [
      {
        file: "src/coordination/redis/nodes.ts",
        replace: "if (!alive.has(incarnation)) await this.#reapIncarnation(incarnation, users);",
        by: "void [alive, incarnation];",
      },
    ],
    faults: { count: 4, kinds: [KILL_ON_ACK] },
    breaks: "keys left in Redis",
  },
  {
    name: "hoard memory",
    changes: [
      {
        file: "src/main.ts",
        replace: RUN,
        by: inChatNodes(
          "{ const hoard: Buffer[] = []; setInterval(() => hoard.push(Buffer.alloc(8 << 20, 1)), 200); }",
        ),
      },
    ],
    breaks: "memory grew",
  },
  {
    name: "hoard descriptors",
    changes: [
      {
        file: "src/main.ts",
        replace: RUN,
        by: inChatNodes(
          'setInterval(() => process.getBuiltinModule("node:fs").openSync("/dev/null", "r"), 50);',
        ),
      },
    ],
    breaks: "descriptors grew",
  },
  {
    name: "end sessions for no reason",
    changes: [
      {
        file: "src/chat/session.ts",
        replace: "  /** The login answer is written:",
        by: '  readonly hourglass = setTimeout(() => this.connection.destroy("error"), 9_000);\n  /** The login answer is written:',
      },
    ],
    breaks: "a healthy session ended",
  },
  {
    name: "die of itself",
    changes: [
      { file: "src/main.ts", replace: RUN, by: inChatNodes("setTimeout(() => process.exit(3), 15_000);") },
    ],
    breaks: "a process died by itself",
  },
];
