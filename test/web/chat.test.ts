/**
 * @module web-test/chat
 * The web client in a real browser, by what a person sees and presses. Where there is no browser it is not tried; what
 * is behind the elements is, in test/e2e/web.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Chatsrv, startEmbedded } from "../support/chatsrv-process.ts";
import { until } from "../support/until.ts";
import { befriend, connect, makeUsers, PASSWORD, type User } from "../support/users.ts";
import { Browser, CHROMIUM, type Page } from "./browser.ts";

describe.skipIf(CHROMIUM === undefined)("the web client in a browser", () => {
  let server: Chatsrv;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startEmbedded(), Browser.start()]);
  }, 60_000);
  afterAll(async () => {
    await browser.stop();
    await server.stop();
  }, 120_000);

  async function logIn(user: User): Promise<Page> {
    const page = await browser.open(server.url);
    await page.type("textbox", "User name", user.username);
    await page.type("textbox", "Password", PASSWORD);
    await page.press("button", "Log in");
    await page.reads("Online");
    return page;
  }

  /** So many users, the first one the friend of all others. */
  async function circle(count: number): Promise<User[]> {
    const users = await makeUsers(server, server.api, count, "web");
    const clients = await Promise.all(users.map((user) => connect(server.api, user)));
    const [first, ...others] = clients;
    for (const other of others) if (first) await befriend(first, other);
    for (const client of clients) client.close();
    return users;
  }

  async function write(page: Page, text: string): Promise<void> {
    await page.type("textbox", "Message", text);
    await page.key("Enter");
  }

  test("two friends write and answer", async () => {
    const [ann, bob] = await circle(2);
    if (!ann || !bob) throw new Error("two users were asked for");
    const [a, b] = await Promise.all([logIn(ann), logIn(bob)]);
    await a.press("link", bob.username);
    await write(a, "Shall we meet?");
    await b.sees("link", "1 unread");
    await b.press("link", ann.username);
    await b.reads("Shall we meet?");
    await b.misses("link", "1 unread");

    await b.press("button", "What to do with this message");
    await b.press("menuitem", "Reply");
    await b.reads(`Answer to ${ann.username}`);
    await write(b, "At noon.");
    await a.reads("You: Shall we meet?");
    await a.reads("At noon.");
  }, 120_000);

  test("a message is changed, gets reactions and is taken back, and a page opened later shows it so", async () => {
    const [ann, bob] = await circle(2);
    if (!ann || !bob) throw new Error("two users were asked for");
    const [a, b] = await Promise.all([logIn(ann), logIn(bob)]);
    await a.press("link", bob.username);
    await b.press("link", ann.username);
    await write(a, "Meet me at nune");
    await b.reads("Meet me at nune");
    await a.press("button", "What to do with this message");
    await a.press("menuitem", "Edit");
    await a.reads("Another text for:");
    await write(a, "Meet me at noon");
    await b.reads("Meet me at noon");
    await b.reads("edited,");
    await b.press("button", "What to do with this message");
    await b.press("menuitem", "React with 👍");
    await a.sees("button", "👍 1");
    await a.press("button", "👍 1");
    await b.sees("button", "👍 2");
    await b.press("button", "👍 2");
    await a.sees("button", "👍 1");
    const later = await logIn(bob);
    await later.press("link", ann.username);
    await later.reads("Meet me at noon");
    await later.sees("button", "👍 1");

    await a.press("button", "What to do with this message");
    await a.press("menuitem", "Take back");
    for (const page of [a, b, later]) await page.reads("This message was taken back.");
    await later.misses("button", "👍 1");
  }, 120_000);

  test("a group is made, written in, joined and left", async () => {
    const [ann, bob, cid] = await circle(3);
    if (!ann || !bob || !cid) throw new Error("three users were asked for");
    const [a, b, c] = await Promise.all([logIn(ann), logIn(bob), logIn(cid)]);
    await a.press("button", "New group");
    await a.type("textbox", "Name", "Hikers");
    await a.press("checkbox", bob.username);
    await a.press("button", "Make the group");
    await a.reads("2 members");
    await write(a, "Saturday?");
    await b.press("link", "Hikers");
    await b.reads("Saturday?");
    await a.sees("image", "read");
    await b.type("textbox", "Message", "Well…");
    await a.reads("typing…");

    await a.press("button", "Hikers");
    await a.press("checkbox", cid.username);
    await a.press("button", "Add");
    await a.sees("button", `Remove ${cid.username}`);
    await a.choose(`What ${bob.username} may do`, "Admin");
    await a.reads(`@${bob.username}, admin`);
    await a.key("Escape");
    await a.reads("changed what members may do");
    await b.press("button", "Hikers");
    await b.press("DisclosureTriangle", "Name, description and picture");
    await b.type("textbox", "About the group", "Slowly uphill");
    await b.press("button", "Save");
    await b.key("Escape");
    await b.reads("changed the description");
    await a.press("button", "Hikers");
    await a.reads("Slowly uphill");
    await a.key("Escape");
    await c.press("link", "Hikers");
    await write(c, "I am in.");
    await a.reads("I am in.");
    expect(await c.text()).not.toContain("Saturday?");

    await b.press("button", "Hikers");
    await b.press("button", "Leave the group");
    await b.press("button", "Leave: nothing of it comes here any more?");
    await b.reads("You left Hikers.");
    await a.reads("left the group");
  }, 120_000);

  test("a conversation is pinned and put away on every device; a group's message tells who has it", async () => {
    const [ann, bob, cid] = await circle(3);
    if (!ann || !bob || !cid) throw new Error("three users were asked for");
    const c = await connect(server.api, cid);
    await c.sendText(ann.uuid, "newest");
    const [a, phone] = await Promise.all([logIn(ann), logIn(ann)]);
    const first = (page: Page) => page.evaluate("document.querySelector('nav li .name')?.textContent");
    await until(async () => (await first(a)) === cid.username);
    await a.press("link", bob.username);
    await a.press("button", bob.username);
    await a.press("button", "Pin");
    await a.sees("button", "Unpin");
    await until(async () => (await first(phone)) === bob.username);
    await a.press("button", "Archive");
    await phone.sees("button", "Archive (1)");
    await phone.misses("link", bob.username);
    await a.key("Escape");

    await a.press("button", "New group");
    await a.type("textbox", "Name", "Readers");
    await a.press("checkbox", cid.username);
    await a.press("button", "Make the group");
    await a.reads("2 members");
    await write(a, "Look");
    await until(() => c.messages.some(({ content }) => content === "Look"));
    await a.press("button", "What to do with this message");
    await a.press("menuitem", "Who has it");
    await a.reads("Read by 0, delivered to");
    c.close();
  }, 120_000);

  test("a message is found by what it says, and leads to its conversation", async () => {
    const [ann, bob] = await circle(2);
    if (!ann || !bob) throw new Error("two users were asked for");
    const b = await connect(server.api, bob);
    await b.sendTexts(ann.uuid, ["The heron stands in the reeds", "and a coot"]);
    await until(async () => (await b.search("heron")).hits.length === 1);
    const a = await logIn(ann);
    await a.type("searchbox", "Search friends", "heron");
    await a.press("button", "Search the messages");
    await a.press("link", "The heron stands in the reeds");
    await a.sees("textbox", "Message");
    await a.reads("and a coot");
    b.close();
  }, 120_000);

  test("the list is there from the login alone, newest first, with the last words and what is unread", async () => {
    const [ann, bob, cid] = await circle(3);
    if (!ann || !bob || !cid) throw new Error("three users were asked for");
    const [b, c] = [await connect(server.api, bob), await connect(server.api, cid)];
    await c.sendText(ann.uuid, "older");
    await b.sendTexts(ann.uuid, ["newer", "newest"]);
    const a = await logIn(ann);
    await a.sees("link", "newest 2 unread");
    const list = String(await a.evaluate("document.querySelector('nav').innerText"));
    expect(list.indexOf("newest")).toBeLessThan(list.indexOf("older"));
    b.close();
    c.close();
  }, 120_000);
});
