/**
 * @module e2e/web
 * The web client against a real server, over WebSocket: everything but the elements on the screen. Those are for
 * test/web, in a Chromium, which is too large (435 MB) to install wherever the tests run.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/client/index.ts";
import type { Account } from "../../src/web/model/account.ts";
import { openAccount } from "../../src/web/model/open.ts";
import { BrowserStorage } from "../../src/web/model/storage.ts";
import { Chatsrv } from "../support/chatsrv-process.ts";
import { freePort } from "../support/port.ts";
import { until } from "../support/until.ts";
import { makeUser, PASSWORD, type User } from "../support/users.ts";

// A page goes on calling the address that it came from, so a restart must find the port again.
const server = new Chatsrv({ env: { CHATSRV_GATESERVER_PORT: String(freePort()) } });
beforeAll(() => server.start(), 60_000);
afterAll(() => server.stop(), 60_000);

/** A browser: what it keeps, and the pages that are open in it. */
class Browser {
  readonly #values = new Map<string, string>();
  readonly storage = new BrowserStorage(() => ({
    getItem: (key) => this.#values.get(key) ?? null,
    setItem: (key, value) => void this.#values.set(key, value),
    removeItem: (key) => void this.#values.delete(key),
  }));
  readonly notes: string[] = [];
  readonly ends: (string | undefined)[] = [];
  #close: () => void = () => {};

  /** Opens the page: with the password, or as who was here before. */
  async open(user?: User): Promise<Account> {
    const saved = this.storage.login;
    const credentials = user ? { username: user.username, password: PASSWORD } : { ...saved };
    const account = openAccount({
      api: server.api,
      credentials,
      deviceName: "Test",
      page: new URL(server.url),
      storage: this.storage,
      now: Date.now,
      note: (text) => this.notes.push(text),
      ended: ({ reason }) => this.ends.push(reason),
    });
    this.#close = () => account.close();
    await until(() => account.model.listed);
    return account;
  }

  close(): void {
    this.#close();
  }
}

const browsers: Browser[] = [];
afterEach(() => {
  for (const browser of browsers.splice(0)) browser.close();
});
function browser(): Browser {
  const made = new Browser();
  browsers.push(made);
  return made;
}

/** Two friends, each with the page open. */
async function friends() {
  const [ann, bob] = [await makeUser(server, server.api, "ann"), await makeUser(server, server.api, "bob")];
  const [annsBrowser, bobsBrowser] = [browser(), browser()];
  const [a, b] = [await annsBrowser.open(ann), await bobsBrowser.open(bob)];
  await a.befriend((await a.search(bob.username)).uuid, "Hello");
  await until(() => b.model.requests.length === 1);
  expect(b.model.requests[0]).toMatchObject({ from: { username: ann.username }, message: "Hello" });
  await b.answer(ann.uuid, true);
  await until(() => a.model.friends.has(bob.uuid) && b.model.friends.has(ann.uuid));
  expect(b.model.requests).toEqual([]);
  return { ann, bob, a, b, annsBrowser, bobsBrowser };
}

/** How far the texts of a conversation got, in order. */
const progress = (account: Account, peer: string) => {
  const conversation = account.model.conversations.with(peer);
  return conversation.messages.map((message) => conversation.progressOf(message));
};

describe("the page", () => {
  test("is served at / with its script, style and icon as files of their own", async () => {
    const html = await (await fetch(server.url)).text();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
    const types = await Promise.all(
      files.map(async (path) => {
        const response = await fetch(new URL(path, server.url));
        expect(response.status).toBe(200);
        return response.headers.get("content-type")?.split(";")[0];
      }),
    );
    expect(types.sort()).toEqual(["image/svg+xml", "text/css", "text/javascript"]);
  });
});

describe("two friends", () => {
  test("write, and see each other's texts, ticks, typing and presence", async () => {
    const { ann, bob, a, b, annsBrowser } = await friends();
    expect(annsBrowser.notes).toEqual([`${bob.username} is now your friend.`]);
    await until(() => a.model.presence.get(bob.uuid)?.online === true);

    b.talk.typing(b.model.conversations.with(ann.uuid));
    await until(() => a.model.conversations.with(bob.uuid).isTyping(Date.now()));

    a.talk.send(a.model.conversations.with(bob.uuid), "one");
    a.talk.send(a.model.conversations.with(bob.uuid), "<b>two</b>");
    await until(() => b.model.unread === 2);
    await until(() => progress(a, bob.uuid).join() === "delivered,delivered");
    b.talk.select(b.model.conversations.with(ann.uuid));
    b.talk.seen();
    expect(b.model.unread).toBe(0);
    await until(() => progress(a, bob.uuid).join() === "read,read");
    expect(b.model.conversations.with(ann.uuid).messages.map(({ content }) => content)).toEqual([
      "one",
      "<b>two</b>",
    ]);

    a.close();
    await until(() => b.model.presence.get(ann.uuid)?.online === false);
  });

  test("own texts are not unread anywhere, and what one device read is read on the others", async () => {
    const { ann, bob, a, b } = await friends();
    const phone = await browser().open(ann);
    for (let i = 1; i <= 5; i++) a.talk.send(a.model.conversations.with(bob.uuid), `${i}`);
    await until(() => phone.model.conversations.with(bob.uuid).messages.length === 5);
    expect([a.model.unread, phone.model.unread]).toEqual([0, 0]);
    const fresh = await browser().open(ann);
    await until(() => fresh.model.conversations.with(bob.uuid).lastSeq === 5);
    expect(fresh.model.unread).toBe(0);

    b.talk.send(b.model.conversations.with(ann.uuid), "an answer");
    const devices = [a, phone, fresh];
    await until(() => devices.every(({ model }) => model.unread === 1));
    phone.talk.select(phone.model.conversations.with(bob.uuid));
    phone.talk.seen();
    await until(() => devices.every(({ model }) => model.unread === 0));
    await until(() => progress(b, ann.uuid).at(-1) === "read");
  });

  test("a page that is opened again is logged in, counts what is unread and scrolls back to the start", async () => {
    const { ann, bob, a, b, bobsBrowser } = await friends();
    b.close();
    for (let i = 1; i <= 90; i++) a.talk.send(a.model.conversations.with(bob.uuid), `${i}`);
    await until(() => a.model.conversations.with(bob.uuid).messages.length === 90);

    const again = await bobsBrowser.open();
    const conversation = again.model.conversations.with(ann.uuid);
    await until(() => conversation.messages.length === 90);
    expect(again.model.unread).toBe(90);
    again.close();

    const third = await bobsBrowser.open();
    const shown = third.model.conversations.with(ann.uuid);
    expect(shown.last).toMatchObject({ seq: 90, preview: "90" });
    expect(shown.messages).toEqual([]);
    while (shown.hasEarlier) await third.talk.earlier(shown);
    expect(shown.messages.map(({ content }) => Number(content))).toEqual(
      Array.from({ length: 90 }, (_, i) => i + 1),
    );
    expect(third.model.unread).toBe(90);
  });

  test("block and part: texts are refused with a reason and can be dropped", async () => {
    const { ann, bob, a, b } = await friends();
    const phone = await browser().open(ann);
    await a.block(bob.uuid, true);
    expect([...a.model.blocked.keys()]).toEqual([bob.uuid]);
    await until(() => phone.model.blocked.has(bob.uuid), { what: "the other device to be told" });
    const later = await browser().open(ann);
    await until(() => later.model.blocked.get(bob.uuid)?.username === bob.username);
    await until(() => b.model.presence.get(ann.uuid)?.online === false);
    b.talk.send(b.model.conversations.with(ann.uuid), "are you there?");
    const conversation = b.model.conversations.with(ann.uuid);
    await until(() => conversation.pending[0]?.problem !== undefined);
    expect(conversation.pending[0]?.problem).toContain("does not take messages");
    const [refused] = conversation.pending;

    await a.block(bob.uuid, false);
    await until(() => phone.model.blocked.size === 0 && b.model.presence.get(ann.uuid)?.online === true);
    b.talk.again(conversation, refused?.id ?? "");
    await until(() => conversation.last?.preview === "are you there?");
    expect(conversation.pending).toEqual([]);

    await a.remove(bob.uuid);
    await until(() => b.model.friends.size === 0 && phone.model.friends.size === 0);
    expect(a.model.friends.size).toBe(0);
  });
});

describe("an account", () => {
  test("changes its profile, lists its sessions and ends one of them", async () => {
    const user = await makeUser(server, server.api, "ann");
    const [here, there] = [browser(), browser()];
    const [a, b] = [await here.open(user), await there.open(user)];
    await a.updateProfile({ nickname: "Ann 🌱", description: "gardens", avatar: "", sex: 1 });
    expect(a.model.profile).toMatchObject({ nickname: "Ann 🌱", sex: 1 });
    expect(await b.search(user.username)).toMatchObject({ nickname: "Ann 🌱", description: "gardens" });
    await until(() => b.model.profile?.nickname === "Ann 🌱");

    const sessions = await a.sessions();
    expect(sessions.map(({ name }) => name)).toEqual(["Test", "Test"]);
    const other = sessions.find(({ session }) => session !== a.session);
    expect(other?.session).toBe(b.session ?? "none");
    await a.revoke(other?.session ?? "");
    await until(() => there.ends.length === 1);
    expect(there.ends).toEqual(["revoked"]);
    expect(there.storage.login).toBeUndefined();
    expect(here.storage.login?.username).toBe(user.username);
  });

  test("opened in another window of the browser leaves the first one, which may take it back", async () => {
    const user = await makeUser(server, server.api, "ann");
    const there = browser();
    await there.open(user);
    const second = await there.open();
    await until(() => there.ends.length === 1);
    expect(there.ends).toEqual(["replaced"]);
    expect(there.storage.login?.username).toBe(user.username);
    const first = await there.open();
    await until(() => there.ends.length === 2);
    expect(first.model.online).toBe(true);
    await until(async () => (await first.sessions()).length === 1); // The other is listed until its node ended it.
    expect((await first.sessions()).map(({ session }) => session)).toEqual([first.session ?? ""]);
    second.close();
  });

  test("that logs out is not logged in when the page is opened again", async () => {
    const user = await makeUser(server, server.api, "ann");
    const there = browser();
    const account = await there.open(user);
    const saved = there.storage.login;
    await account.logout();
    expect(there.ends).toEqual(["logout"]);
    expect(there.storage.login).toBeUndefined();
    const resumed = server.api.resume(saved?.uuid ?? "", saved?.resumeToken ?? "");
    await expect(resumed).rejects.toMatchObject({ code: Code.TOKEN_REFUSED });
  });

  test("comes back by itself when the server was away", async () => {
    const user = await makeUser(server, server.api, "ann");
    const there = browser();
    const account = await there.open(user);
    await server.stop();
    await until(() => !account.model.online);
    await server.start();
    await until(() => account.model.online);
    expect(there.ends).toEqual([]);
  }, 60_000);
});
