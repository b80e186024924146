/**
 * @module services/cluster/peer-requests
 * The original's server-to-server calls: another server acts for its user. Who calls has shown the cluster's
 * secret; from there on it is the same path that a session's request takes.
 */
import type { UserId } from "../../domain/ids.ts";
import type { Conversations } from "../conversations/conversations.ts";
import type { Courier } from "../delivery/courier.ts";
import type { Messaging, OutgoingText } from "../messages/messaging.ts";
import type { Friends } from "../people/friends.ts";
import type { Presence } from "../people/presence.ts";
import type { PeerRequests } from "../ports.ts";

export interface PeerRequestsOptions {
  readonly friends: Friends;
  readonly conversations: Conversations;
  readonly messaging: Messaging;
  readonly courier: Pick<Courier, "post">;
  readonly presence: Pick<Presence, "introduce">;
}

export class IncomingPeerRequests implements PeerRequests {
  readonly #options: PeerRequestsOptions;

  constructor(options: PeerRequestsOptions) {
    this.#options = options;
  }

  async friendRequest(asker: UserId, target: UserId, nickname: string, message: string): Promise<void> {
    const { friends, courier } = this.#options;
    courier.post(await friends.request(asker, target, nickname, message));
  }

  async confirm(asker: UserId, confirmer: UserId, alternativeName: string): Promise<void> {
    const { friends, courier, presence } = this.#options;
    const events = await friends.confirm(asker, confirmer, alternativeName);
    courier.post(events);
    if (events.length > 0) await presence.introduce(confirmer, asker);
  }

  areFriends(a: UserId, b: UserId): Promise<boolean> {
    return this.#options.friends.areFriends(a, b);
  }

  async texts(sender: UserId, receiver: UserId, texts: readonly OutgoingText[]): Promise<void> {
    const place = await this.#options.conversations.withPeer(sender, receiver);
    await new Promise<void>((resolve, reject) =>
      this.#options.messaging.send(sender, undefined, place, texts, ({ error }) => {
        if (error === undefined) resolve();
        else reject(error);
      }),
    );
  }
}
