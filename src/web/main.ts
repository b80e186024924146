/**
 * @module web/main
 * The web client, as the gateway serves it at `/`: who was here before goes straight in, others log in first.
 */
import { ChatClient, type Credentials, HttpApi, wsDialer } from "../client/index.ts";
import { h } from "./dom/h.ts";
import { notes } from "./dom/note.ts";
import { Account } from "./model/account.ts";
import { reachable } from "./model/address.ts";
import { deviceName } from "./model/device.ts";
import { feed } from "./model/feed.ts";
import { Model } from "./model/model.ts";
import { BrowserStorage } from "./model/storage.ts";
import { explainEnd } from "./model/words.ts";
import { chat } from "./views/chat/chat.ts";
import { entrance } from "./views/entrance/entrance.ts";

/** Runs the page in an element until the window is closed. */
function start(root: HTMLElement): void {
  const api = new HttpApi("");
  const storage = new BrowserStorage(() => localStorage);
  const now = Date.now;
  const page = h("div", { className: "page" });
  const { element: notesPlace, note } = notes();
  root.replaceChildren(page, notesPlace);

  const logIn = (notice = "") => page.replaceChildren(entrance({ api, enter }, notice));

  function enter(credentials: Credentials): void {
    const left = new AbortController();
    const client = new ChatClient({
      server: api,
      credentials,
      device: storage.device,
      name: deviceName(navigator.userAgent),
      dial: wsDialer({ open: (url) => new WebSocket(reachable(url, location.hostname)) }),
    });
    const model = new Model();
    const account = new Account({ client, model, storage, now });
    feed(client, model, {
      storage,
      now,
      note,
      ended: ({ reason }) => {
        left.abort();
        for (const dialog of document.querySelectorAll("dialog")) dialog.close();
        logIn(explainEnd(reason));
      },
    });
    page.replaceChildren(chat({ account, note, now }, left.signal));
    // How it ends is told as a state, above.
    client.connect().catch(() => {});
  }

  const saved = storage.login;
  if (saved) enter({ uuid: saved.uuid, resumeToken: saved.resumeToken });
  else logIn();
}

const root = document.getElementById("app");
if (root) start(root);
