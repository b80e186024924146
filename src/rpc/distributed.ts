/**
 * @module rpc/distributed
 * DistributedChattingService of the original: what one of its chat servers asks of another. Our own nodes talk by
 * the stream of rpc/peers; this stays served so that the original's servers and tools find it.
 */
import { AppError } from "../domain/error.ts";
import type { UserId } from "../domain/ids.ts";
import type { Logger } from "../lib/log.ts";
import type { HandedText, PeerRequests } from "../services/ports.ts";
import { type RpcService, rpcService, type UnaryContext } from "./definition.ts";
import { answered } from "./errors.ts";
import { requireUser } from "./fields.ts";
import { type ChattingHistoryData, DistributedChattingService } from "./gen/message_pb.ts";

/** Who a request is from and for, in the original's field names. */
interface Pair {
  readonly srcUuid: number;
  readonly dstUuid: number;
}

/** Serves PeerRequests. Every answer repeats `src_uuid` and `dst_uuid`. */
export function distributedService(requests: PeerRequests, logger: Logger): RpcService {
  const answer = async (
    context: UnaryContext,
    { srcUuid, dstUuid }: Pair,
    run: (src: UserId, dst: UserId) => Promise<void>,
  ) => {
    const done = await answered(context, logger, async () => {
      await run(requireUser(srcUuid, "src_uuid"), requireUser(dstUuid, "dst_uuid"));
      return {};
    });
    return { ...done, srcUuid, dstUuid };
  };
  return rpcService(DistributedChattingService, {
    sendFriendRequest: (request, context) =>
      answer(context, request, (asker, target) =>
        requests.friendRequest(asker, target, request.nickName, request.reqMsg),
      ),
    confirmFriendRequest: (request, context) =>
      answer(context, request, (asker, confirmer) => requests.confirm(asker, confirmer, request.nickName)),
    friendshipVerification: (request, context) =>
      answer(context, request, async (a, b) => {
        if (!(await requests.areFriends(a, b))) throw new AppError("NOT_FRIENDS");
      }),
    sendChattingTextMsg: (request, context) =>
      answer(context, request, (sender, receiver) =>
        requests.texts(sender, receiver, requireTexts(request.lists, sender, receiver)),
      ),
  });
}

function requireTexts(lists: readonly ChattingHistoryData[], sender: UserId, receiver: UserId): HandedText[] {
  return lists.map((entry) => {
    if (entry.msgSender !== String(sender)) throw new AppError("INVALID_FIELD", { field: "msg_sender" });
    if (entry.msgReceiver !== String(receiver))
      throw new AppError("INVALID_FIELD", { field: "msg_receiver" });
    return { clientId: entry.msgId, body: entry.msgContent };
  });
}
