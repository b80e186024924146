/**
 * @module web/model/open
 * Opens an account: a client that stays connected, the model that follows it, and what the user can do.
 */
import { ChatClient, type Credentials, type HttpApi, wsDialer } from "../../client/index.ts";
import { Account } from "./account.ts";
import { type PageOrigin, webSocketUrl } from "./address.ts";
import { type FeedPorts, feed } from "./feed.ts";
import { Model } from "./model.ts";

export interface OpenOptions extends FeedPorts {
  readonly api: HttpApi;
  readonly credentials: Credentials;
  /** What the list of sessions calls this browser. */
  readonly deviceName: string;
  /** Where the page came from. */
  readonly page: PageOrigin;
}

/** Starts connecting and returns at once; the model tells how it goes, `ended` when it is over. */
export function openAccount({ api, credentials, deviceName, page, ...ports }: OpenOptions): Account {
  const { storage, now } = ports;
  const client = new ChatClient({
    server: api,
    credentials,
    device: storage.device,
    name: deviceName,
    dial: wsDialer({ urlOf: (placement) => webSocketUrl(placement, page) }),
  });
  const model = new Model();
  const account = new Account({ client, model, storage, now });
  feed(client, model, account.groups, ports);
  // How it ends is told as a state.
  client.connect().catch(() => {});
  return account;
}
