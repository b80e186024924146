/**
 * @module chat/families/signals
 * What is worth nothing a moment later: voice and video signalling, an opaque payload that is passed between friends who
 * are online, and "is writing".
 */
import { AppError } from "../../domain/error.ts";
import type { Conversations } from "../../services/conversations/conversations.ts";
import type { Groups } from "../../services/conversations/groups.ts";
import type { Courier } from "../../services/delivery/courier.ts";
import { only } from "../../services/delivery/events.ts";
import type { Friends } from "../../services/people/friends.ts";
import type { Request } from "../../wire/messages.ts";
import type { ChatSession } from "../session.ts";
import { atOnce, type Rows, requireLogin, requirePlace, requireSelf, requireUser } from "./family.ts";

export interface SignalServices {
  readonly conversations: Pick<Conversations, "withPeer" | "byId">;
  readonly friends: Pick<Friends, "requireReachable">;
  readonly groups: Pick<Groups, "info">;
  readonly courier: Pick<Courier, "post" | "reach">;
}

/** Members of a group in which it is told who is writing, to those who have it open; beyond it nobody wants to know. */
const MAX_TYPED_TO = 100;

type Names = "VOICECHATMSGREQUEST" | "VIDEOCHATMSGREQUEST" | "TYPING";

export function signalFamily({ conversations, friends, groups, courier }: SignalServices): Rows<Names> {
  const relay = async (
    session: ChatSession,
    { src_uuid, dst_uuid, signal }: Request<"VOICECHATMSGREQUEST">,
    medium: "voice" | "video",
  ): Promise<void> => {
    const from = requireSelf(session, src_uuid, "src_uuid");
    const to = requireUser(dst_uuid, "dst_uuid");
    await friends.requireReachable(from, to);
    if (!(await courier.reach({ type: "signal", audience: only(to), from, medium, signal })))
      throw new AppError("NO_SUCH_USER", { detail: "not online" });
  };
  return {
    VOICECHATMSGREQUEST: atOnce("signal", async (session, body) => {
      await relay(session, body, "voice");
      session.send("VOICETCHATMSGRESPONSE", { error: 0 });
    }),

    VIDEOCHATMSGREQUEST: atOnce("signal", async (session, body) => {
      await relay(session, body, "video");
      session.send("VIDEOCHATMSGRESPONSE", { error: 0 });
    }),

    TYPING: atOnce("typing", async (session, body) => {
      const { user } = requireLogin(session).bound;
      const { conversation, peer } = await requirePlace(conversations, user, body);
      if (peer === undefined) {
        const { members } = await groups.info(conversation, user);
        if (members >= MAX_TYPED_TO) return;
        const audience = { conversation, except: [user] };
        courier.post([{ type: "typing", audience, conversation, from: user }]);
      } else {
        await friends.requireReachable(user, peer);
        courier.post([{ type: "typing", audience: only(peer), conversation, from: user }]);
      }
    }),
  };
}
