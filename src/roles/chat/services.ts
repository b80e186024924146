/**
 * @module roles/chat/services
 * The use cases of a chat node, put together.
 */

import { NodeSessions } from "../../chat/local-sessions.ts";
import type { Coordination } from "../../coordination/coordination.ts";
import { nodeName } from "../../domain/ids.ts";
import { randomSecret } from "../../lib/random.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { PeerStreams } from "../../rpc/peers.ts";
import type { Membership } from "../../services/cluster/membership.ts";
import { Conversations } from "../../services/conversations/conversations.ts";
import { Cursors } from "../../services/conversations/cursors.ts";
import { DeviceCursors } from "../../services/conversations/device-cursors.ts";
import { Groups } from "../../services/conversations/groups.ts";
import { Readers } from "../../services/conversations/readers.ts";
import { Settings } from "../../services/conversations/settings.ts";
import { Courier } from "../../services/delivery/courier.ts";
import { Doubts } from "../../services/delivery/doubts.ts";
import { GroupOrder } from "../../services/delivery/group-order.ts";
import { GroupReceipts } from "../../services/delivery/group-receipts.ts";
import { Interests } from "../../services/delivery/interests.ts";
import type { LocalSessions } from "../../services/delivery/ports.ts";
import { Reconciler } from "../../services/delivery/reconciler.ts";
import { Indexer } from "../../services/messages/indexer.ts";
import { Messaging } from "../../services/messages/messaging.ts";
import { Search } from "../../services/messages/search.ts";
import { Friends } from "../../services/people/friends.ts";
import { Presence } from "../../services/people/presence.ts";
import type { Allocator } from "../../services/ports.ts";
import { Endings } from "../../services/sessions/endings.ts";
import { Recovery } from "../../services/sessions/recovery.ts";
import { Sessions } from "../../services/sessions/sessions.ts";
import { Standing } from "../../services/sessions/standing.ts";
import type { MessageStore, Store } from "../../store/store.ts";
import type { RoleInput } from "../role.ts";
import { appendRules, groupLimits, requestLimit } from "./settings.ts";

/** Commits that may be under way at once; each lane has a share of the conversations. */
export const COMMIT_LANES = 2;
/** How long acknowledgements gather before they are stored, milliseconds. */
const CURSOR_INTERVAL_MS = 100;

export interface ServicesInput extends RoleInput {
  readonly store: Store;
  readonly coordination: Coordination;
  readonly allocator: Allocator;
  readonly rpcClient: RpcClient;
}

export type Services = ReturnType<typeof makeServices>;

/** @param membership the node's place in the cluster, which is taken when all of this is there */
export function makeServices(input: ServicesInput, membership: () => Membership) {
  const { config, store, coordination, allocator, rpcClient, logger, meter, clock } = input;
  const node = nodeName(config.gRPCServer.server_name);
  const incarnation = randomSecret(9);
  const leaseMs = config.Cluster.lease_ttl * 1_000;
  const local = new NodeSessions(logger);

  const peers = new PeerStreams({
    rpc: rpcClient,
    self: { node, incarnation },
    addressOf: (address) => {
      const peer = membership().peers.get(address.node);
      return peer?.incarnation !== address.incarnation
        ? undefined
        : { host: peer.grpcHost, port: peer.grpcPort };
    },
    logger,
  });
  const interests = new Interests({
    self: { node, incarnation },
    interest: coordination.interest,
    registry: coordination.nodes,
    local,
    alone: !coordination.shared,
    logger,
  });
  const groupOrder = new GroupOrder({ deliver: (events) => local.deliver(events) });
  /** Where everything ends that is for this node. */
  const inbox: Pick<LocalSessions, "has" | "deliver"> = {
    has: (user) => local.has(user),
    deliver: (events) => {
      groupReceipts.heard(events);
      groupOrder.deliver(events);
    },
  };
  const courier = new Courier({
    self: node,
    local: inbox,
    peers,
    routes: coordination.routes,
    interest: coordination.interest,
    onDead: (group, nodes) => void interests.forget(group, nodes),
    alone: !coordination.shared,
    livePeers: () => membership().peers,
    refreshPeers: () => membership().watch(),
    clock,
    logger,
  });
  const post: Courier["post"] = (events) => {
    courier.post(events);
    groupReceipts.posted(events);
  };
  const groupReceipts: GroupReceipts = new GroupReceipts({
    groups: store.conversations,
    local,
    post,
    clock,
    logger,
  });

  const conversations = new Conversations(store.conversations);
  const cursors = new Cursors({
    conversations: store.conversations,
    clock,
    logger,
    intervalMs: CURSOR_INTERVAL_MS,
    post,
  });
  const deviceCursors = new DeviceCursors({
    devices: store.devices,
    logger,
    intervalMs: CURSOR_INTERVAL_MS,
  });
  const readers = new Readers(store.conversations);
  const settings = new Settings(store.conversations);
  const search = new Search({ search: store.search, conversations });
  const indexer = new Indexer({ search: store.search, logger });
  const messages: MessageStore = {
    ...store.messages,
    append: async (entries, at) => {
      const outcomes = await store.messages.append(entries, at, appendRules(config));
      indexer.note();
      return outcomes;
    },
  };
  const messaging = new Messaging({
    conversations: store.conversations,
    messages,
    clock,
    logger,
    meter,
    lanes: COMMIT_LANES,
    post,
  });
  const groups = new Groups({
    groups: store.conversations,
    limits: groupLimits(config),
    uncertain: (change) => messaging.maybeStored(change),
    post,
    clock,
  });

  const friends = new Friends({ ...store, mayAsk: requestLimit(config, coordination, logger) });
  const presence = new Presence({
    friends: store.friends,
    routes: coordination.routes,
    local,
    courier,
    clock,
    logger,
  });

  const endings = new Endings({
    devices: coordination.devices,
    nodes: coordination.nodes,
    courier,
    onRecovered: coordination.onRecovered,
    leaseMs,
    clock,
    logger,
  });
  const sessions = new Sessions({
    store,
    presence,
    coordination,
    allocator,
    endings,
    local,
    node,
    incarnation,
    maxPerUser: config.ChattingServer.max_sessions_per_user,
    resumeTtlMs: config.BalanceService.resume_ttl * 1_000,
    clock,
    logger,
  });
  const standing = new Standing({
    routes: coordination.routes,
    accounts: store.accounts,
    sessions,
    membership,
    leaseMs,
    local: () => local.bound(),
    isHere: (session) => local.find(session.user, session.session) !== undefined,
    clock,
    logger,
  });

  const reconciler = new Reconciler({
    conversations: store.conversations,
    local,
    doubt: () => standing.doubt(),
    clock,
    logger,
  });
  const doubts = new Doubts({
    peers,
    livePeers: () => membership().peers,
    confirmedAt: () => membership().confirmedAt,
    leaseMs,
    reconciler,
    clock,
  });
  const recovery = new Recovery({
    standing,
    interests,
    presence,
    reconciler,
    registry: coordination.nodes,
    heardAt: (peer) => doubts.heardAt(peer),
    leaseMs,
    clock,
    logger,
  });

  return {
    node,
    incarnation,
    leaseMs,
    local,
    inbox,
    messages: store.messages,
    search,
    indexer,
    ...{
      peers,
      courier,
      conversations,
      groups,
      readers,
      settings,
      interests,
      cursors,
      deviceCursors,
      messaging,
      friends,
      presence,
    },
    ...{ sessions, standing, doubts, recovery },
  };
}
