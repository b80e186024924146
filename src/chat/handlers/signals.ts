/**
 * @module chat/handlers/signals
 * Voice and video signalling: an opaque payload, passed between friends who are online.
 */
import { AppError } from "../../domain/error.ts";
import { only } from "../../services/delivery/events.ts";
import type { Request } from "../../wire/messages.ts";
import type { ChatContext } from "../context.ts";
import { type Handler, requireSelf, requireUser } from "../handler.ts";
import type { ChatSession } from "../session.ts";

type Signal = Request<"VOICECHATMSGREQUEST">;

const relay =
  (medium: "voice" | "video") =>
  async (context: ChatContext, session: ChatSession, body: Signal): Promise<void> => {
    const from = requireSelf(session, body.src_uuid, "src_uuid");
    const to = requireUser(body.dst_uuid, "dst_uuid");
    await context.friends.requireReachable(from, to);
    const { signal } = body;
    if (!(await context.courier.reach({ type: "signal", audience: only(to), from, medium, signal })))
      throw new AppError("NO_SUCH_USER", { detail: "not online" });
    session.send(medium === "voice" ? "VOICETCHATMSGRESPONSE" : "VIDEOCHATMSGRESPONSE", { error: 0 });
  };

export const voice: Handler<"VOICECHATMSGREQUEST"> = relay("voice");
export const video: Handler<"VIDEOCHATMSGREQUEST"> = relay("video");
