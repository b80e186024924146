/**
 * @module web/main
 * The web client, as the gateway serves it at `/`: who was here before goes straight in, others log in first.
 */
import { type Credentials, HttpApi } from "../client/index.ts";
import { h } from "./dom/h.ts";
import { notes } from "./dom/note.ts";
import { deviceName } from "./model/device.ts";
import { openAccount } from "./model/open.ts";
import { BrowserStorage } from "./model/storage.ts";
import { explainEnd } from "./model/words.ts";
import { chat } from "./views/chat/chat.ts";
import { elsewhere } from "./views/entrance/elsewhere.ts";
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
    const account = openAccount({
      api,
      credentials,
      deviceName: deviceName(navigator.userAgent),
      page: location,
      storage,
      now,
      note,
      ended: ({ reason }) => {
        left.abort();
        // Who logs in next need not know the one that was talked to.
        history.replaceState(null, "", location.pathname);
        for (const dialog of document.querySelectorAll("dialog")) dialog.close();
        // Another window of this browser took over, and keeps the login for all of them.
        const kept = reason === "replaced" ? storage.login : undefined;
        if (kept) page.replaceChildren(elsewhere(() => enter(kept)));
        else logIn(explainEnd(reason));
      },
    });
    page.replaceChildren(chat({ account, note, now }, left.signal));
  }

  const saved = storage.login;
  if (saved) enter(saved);
  else logIn();
}

const root = document.getElementById("app");
if (root) start(root);
