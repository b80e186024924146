/**
 * @module web/model/feed
 * From the SDK's events to the model.
 */
import type { ChatClient, StateChange } from "../../client/index.ts";
import { TYPING_MS } from "./conversation.ts";
import type { Groups } from "./groups.ts";
import { type Model, nameOf } from "./model.ts";
import type { BrowserStorage } from "./storage.ts";

export interface FeedPorts {
  readonly storage: BrowserStorage;
  readonly now: () => number;
  /** The login is over for good. */
  readonly ended: (change: StateChange) => void;
  /** Something worth a short note on the screen. */
  readonly note: (text: string) => void;
}

/** Keeps a model up to date from a client that has not been connected yet. */
export function feed(client: ChatClient, model: Model, groups: Groups, ports: FeedPorts): void {
  const { storage, now } = ports;

  client.on("state", (change) => {
    if (change.state === "online") {
      model.online = true;
      // The client has its new session when this turn is over.
      queueMicrotask(() => void loggedIn(client, model, storage));
    } else if (change.state === "ended") {
      // Who took this session's place in this browser has kept a newer login under the same name.
      if (change.reason !== "closed" && change.reason !== "replaced") storage.forgetLogin(client.uuid);
      ports.ended(change);
    } else model.disconnected();
    model.changed();
  });

  client.on("head", (head) => {
    model.conversations.at(head).head(head);
    model.changed();
  });
  client.on("message", (message) => {
    model.take(message);
    groups.told(message);
    model.changed();
  });
  client.on("receipt", (mark) => {
    model.conversations.at(mark).receipt(mark.deliveredSeq, mark.readSeq);
    model.changed();
  });
  client.on("groupReceipt", ({ conversation, seq, members, delivered, read }) => {
    // A tick says that all have it.
    const upTo = (count: number) => (count === members ? seq : 0);
    model.conversations.at({ conversation }).receipt(upTo(delivered), upTo(read));
    model.changed();
  });
  client.on("cursor", (mark) => {
    model.conversations.at(mark).read(mark.readSeq);
    model.changed();
  });
  client.on("typing", ({ who, ...place }) => {
    model.conversations.at(place).typed(who, now());
    model.changed();
    setTimeout(() => model.changed(), TYPING_MS + 50);
  });
  client.on("settings", ({ settings, ...place }) => {
    model.conversations.at(place).settings = settings;
    model.changed();
  });
  client.on("presence", ({ uuid, online, lastSeen }) => {
    model.presence.set(uuid, { online, lastSeen });
    model.changed();
  });

  client.on("friendRequest", () => showRequests(client, model));
  client.on("friendAdded", (friend) => {
    model.friends.set(friend.uuid, { alternativeName: "", ...friend });
    model.asked.delete(friend.uuid);
    showRequests(client, model);
    ports.note(`${nameOf(friend)} is now your friend.`);
  });
  client.on("friendRemoved", ({ uuid }) => {
    model.friends.delete(uuid);
    showRequests(client, model);
  });
  client.on("friendRequestGone", () => showRequests(client, model));
  client.on("profileChanged", (changed) => {
    model.profileChanged(changed);
    model.changed();
  });
  client.on("blockChanged", () => {
    showRequests(client, model);
    void showBlocked(client, model);
  });
}

function showRequests(client: ChatClient, model: Model): void {
  model.requests = client.people.friendRequests;
  model.changed();
}

/** Whom the account blocks, as the server has it. Without a connection the next login asks. */
export async function showBlocked(client: ChatClient, model: Model): Promise<void> {
  try {
    model.setBlocked(await client.people.blocked());
    model.changed();
  } catch {
    // As said.
  }
}

/** After every login: what it told, what to keep of it, and the lists that it does not bring. */
async function loggedIn(client: ChatClient, model: Model, storage: BrowserStorage): Promise<void> {
  const { resumeToken: token, uuid } = client;
  const { profile } = client.account;
  model.profile = profile;
  if (profile && token !== undefined)
    storage.keepLogin({ uuid, username: profile.username, resumeToken: token });
  showRequests(client, model);
  void showBlocked(client, model);
  try {
    model.setFriends(await client.people.friends());
    model.changed();
  } catch {
    // The connection is gone again; the next login begins anew.
  }
}
