/**
 * @module chat/dialects/original/original
 * Sessions of the original's protocol: nothing beyond its contract is sent to them, nothing beyond it taken. Its clients
 * acknowledge nothing and remember nothing: what their device was shown is kept for them, and the rest sent by itself.
 */
import { AppError } from "../../../domain/error.ts";
import type { ConversationId } from "../../../domain/ids.ts";
import { type Clock, systemTimer } from "../../../lib/clock.ts";
import type { Connection } from "../../../net/connection.ts";
import type { Cursors } from "../../../services/conversations/cursors.ts";
import type { DeviceCursors } from "../../../services/conversations/device-cursors.ts";
import type { BoundSession } from "../../../services/sessions/sessions.ts";
import { ORIGINAL_IDS_END } from "../../../wire/ids.ts";
import type { Request, RequestName } from "../../../wire/messages.ts";
import { DirectOutbox } from "../../outbox.ts";
import { type Dialect, ORIGINAL_ECHOES, type Start } from "../dialect.ts";
import { isDesktopOddity, withStandIns } from "./desktop.ts";
import type { PaceSettings } from "./pace.ts";
import { PacedOutbox } from "./paced-outbox.ts";
import { withoutLater } from "./requests.ts";
import { Shown } from "./shown.ts";
import { originalTexts, showsSomething } from "./texts.ts";
import { originalViews } from "./views.ts";

/** Its clients do not say which device they are: an account has one of them. */
const DEVICE = "desktop";
const NOTHING_MORE = {};

export interface OriginalOptions {
  /** The pace of frames; undefined when each is sent at once. */
  readonly pace: PaceSettings | undefined;
  /** What may wait for a client. */
  readonly sendQueue: { readonly frames: number; readonly bytes: number };
  readonly cursors: Pick<Cursors, "move">;
  readonly deviceCursors: Pick<DeviceCursors, "move" | "standings">;
  readonly clock: Pick<Clock, "monotonic">;
}

export class Original implements Dialect {
  readonly proto = 1;
  readonly views = originalViews;
  readonly knowsGroups = false;
  readonly shows = showsSomething;
  readonly ownTexts = false;
  /** They need not say anything: who is away is noticed by the system. */
  readonly idleTimeoutMs = 0;
  readonly echoes = ORIGINAL_ECHOES;
  readonly strip = withoutLater;
  readonly seen = withStandIns;
  readonly #options: OriginalOptions;

  constructor(options: OriginalOptions) {
    this.#options = options;
  }

  has(id: number): boolean {
    return id < ORIGINAL_IDS_END;
  }

  /** The number alone: they know no other field. */
  failure({ code }: AppError): object {
    return { error: code };
  }

  oddity(name: RequestName, body: unknown): AppError | undefined {
    if (name !== "TEXTCHATMSGREQUEST" || !isDesktopOddity(body)) return undefined;
    return new AppError("INVALID_FIELD", { field: "text_msg" });
  }

  stored(): object {
    return NOTHING_MORE;
  }

  client({ name = "" }: Request<"LOGINSERVER">) {
    return { device: DEVICE, name, resumes: false };
  }

  equip(connection: Connection<unknown>, bound: BoundSession) {
    const { pace, sendQueue: limits, clock } = this.#options;
    const { user } = bound;
    const shown = this.#witness(connection, bound);
    const onWritten = (conversation: ConversationId, seq: number) => shown.written(conversation, seq);
    const outbox =
      pace === undefined
        ? new DirectOutbox(connection, user, originalTexts, onWritten)
        : new PacedOutbox({ connection, user, pace, limits, onWritten, clock, timer: systemTimer });
    return { outbox, shown };
  }

  #witness(connection: Connection<unknown>, { user, device, session }: BoundSession): Shown {
    const { cursors, deviceCursors, clock } = this.#options;
    return new Shown({
      connection,
      clock,
      timer: systemTimer,
      onGot: (conversation, seq) => cursors.move(conversation, user, { delivered: seq }, session),
      onShown: (conversation, seq) => deviceCursors.move(user, device, conversation, seq),
    });
  }

  /** It is sent what its device was not shown: what waits longest comes first. */
  async start({ user, device }: BoundSession): Promise<Start> {
    const standings = await this.#options.deviceCursors.standings(user, device);
    return {
      fields: {},
      behind: standings
        .filter(({ lastSeq, shownSeq }) => lastSeq > shownSeq)
        .sort((a, b) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0)),
      place: (delivery) => {
        for (const { conversation, peer, shownSeq } of standings)
          delivery.startAt(conversation, peer, shownSeq);
        delivery.knowsAll();
      },
    };
  }
}
