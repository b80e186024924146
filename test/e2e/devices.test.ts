/**
 * @module e2e/devices
 * Devices of one account, as people have them: a phone that comes and goes, a laptop beside it, a page that is
 * reloaded. Who may come back, who is replaced, and that what was ended has ended.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/client/index.ts";
import { startEmbedded } from "../support/chatsrv-process.ts";
import { failureCode } from "../support/failure.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { connect, makeUser, TestClient, type User } from "../support/users.ts";

const MAX = 3;

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    const clients: TestClient[] = [];
    const peers: RawPeer[] = [];
    beforeAll(async () => {
      shape = await start({ env: { CHATSRV_CHATTINGSERVER_MAX_SESSIONS_PER_USER: String(MAX) } });
    }, 60_000);
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
      for (const peer of peers.splice(0)) peer.terminate();
    });
    afterAll(() => shape?.stop(), 60_000);

    const newUser = () => makeUser(shape, shape.api, "dev");
    const online = async (user: User, device: string): Promise<TestClient> => {
      const client = await connect(shape.api, user, { device, name: `${device}/1` });
      clients.push(client);
      return client;
    };
    /** Comes back with a ticket alone, as an app does that keeps no password. */
    const back = async ({ uuid }: User, device: string, resumeToken: string): Promise<TestClient> => {
      const credentials = { uuid, resumeToken };
      const client = new TestClient(
        shape.api,
        { uuid, username: "", password: "", email: "" },
        { device, credentials },
      );
      clients.push(client);
      await client.connect();
      return client;
    };
    const resumes = (user: User, ticket: string) => failureCode(shape.api.resume(user.uuid, ticket));
    const ticketOf = (client: TestClient) => client.resumeToken ?? "";
    /** A login over a connection that never closes and never says a word. */
    const deadSocket = async (user: User, device: string): Promise<RawPeer> => {
      const peer = await RawPeer.login(shape.api, user, { proto: 2, device });
      peers.push(peer);
      return peer;
    };

    test("SESSIONREVOKE and LOGOUT void the ticket; a kicked device cannot come back either", async () => {
      const user = await newUser();
      const [phone, laptop, tablet] = [
        await online(user, "phone"),
        await online(user, "laptop"),
        await online(user, "t"),
      ];
      const tickets = [phone, laptop, tablet].map(ticketOf);
      await laptop.account.revokeSession(phone.session?.id ?? "");
      expect(await resumes(user, tickets[0] ?? "")).toBe(Code.TOKEN_REFUSED);
      await until(() => phone.states.at(-1) === "ended: revoked");
      expect(phone.resumeToken).toBeUndefined();
      await laptop.logout();
      expect(await resumes(user, tickets[1] ?? "")).toBe(Code.TOKEN_REFUSED);
      for (const device of ["a", "b", "c"]) await online(user, device);
      await until(() => tablet.states.at(-1) === "ended: kicked");
      expect(await resumes(user, tickets[2] ?? "")).toBe(Code.TOKEN_REFUSED);
    }, 30_000);

    test("12 returns of a phone and 16 reloads of a page cost the laptop, and each other, nothing", async () => {
      const user = await newUser();
      const laptop = await online(user, "laptop");
      laptop.close();
      const last: Record<string, string> = {};
      for (const [device, times] of [
        ["phone", 12],
        ["page", 16],
      ] as const)
        for (let i = 0; i < times; i++) {
          const ticket = last[device];
          const client = ticket === undefined ? await online(user, device) : await back(user, device, ticket);
          last[device] = ticketOf(client);
          client.close();
        }
      for (const ticket of [ticketOf(laptop), last.phone, last.page])
        expect(await resumes(user, ticket ?? "")).toBe(0);
      const again = await back(user, "laptop", ticketOf(laptop));
      const others = (await again.account.sessions()).filter(({ device }) => device !== "laptop");
      expect(others.map(({ device, online, node }) => [device, online, node])).toEqual([
        ["phone", false, ""],
        ["page", false, ""],
      ]);
    }, 60_000);

    test("a phone that logs in again and again over dead sockets takes its own place, not the laptop's", async () => {
      const user = await newUser();
      const laptop = await online(user, "laptop");
      const dead: RawPeer[] = [];
      for (let i = 0; i < 5; i++) dead.push(await deadSocket(user, "phone"));
      for (const peer of dead.slice(0, -1)) {
        expect(await peer.next("GOAWAY")).toMatchObject({ reason: "replaced", resume: false });
        await until(() => peer.closed);
      }
      expect(laptop.states).toEqual(["connecting", "online"]);
      expect((await laptop.here()).map(({ device }) => device)).toEqual(["laptop", "phone"]);
    }, 30_000);

    test("the original's clients are one device; the one before is closed without a word of protocol 2", async () => {
      const user = await newUser();
      const laptop = await online(user, "laptop");
      const first = await RawPeer.login(shape.api, user);
      const second = await RawPeer.login(shape.api, user);
      peers.push(first, second);
      await until(() => first.closed);
      expect(first.violations).toEqual([]);
      expect(first.frames).toHaveLength(1);
      expect(second.closed).toBe(false);
      expect((await laptop.here()).map(({ device }) => device)).toEqual(["laptop", "desktop"]);
      second.terminate();
      await until(async () => (await laptop.account.sessions()).length === 1);
    }, 30_000);

    test("a device that is away is listed, and can be ended like one that is here", async () => {
      const user = await newUser();
      const [laptop, phone] = [await online(user, "laptop"), await online(user, "phone")];
      const session = phone.session?.id ?? "";
      phone.close();
      const entry = await until(async () =>
        (await laptop.account.sessions()).find((one) => one.device === "phone" && !one.online),
      );
      expect(entry).toMatchObject({ session, name: "phone/1", node: "" });
      expect(Math.abs(entry.seen - Date.now())).toBeLessThan(10_000);
      await laptop.account.revokeSession(session);
      expect((await laptop.account.sessions()).map(({ device }) => device)).toEqual(["laptop"]);
      expect(await resumes(user, ticketOf(phone))).toBe(Code.TOKEN_REFUSED);
      expect(await failureCode(laptop.account.revokeSession(session))).toBe(Code.INVALID_FIELD);
    }, 30_000);

    test("an answer that was lost costs nobody the way back; one that arrived voids the former ticket", async () => {
      const user = await newUser();
      const phone = await online(user, "phone");
      const ticket = ticketOf(phone);
      phone.close();
      for (let i = 0; i < 3; i++) {
        const { uuid, token, host, port } = await shape.api.resume(user.uuid, ticket);
        const peer = await RawPeer.connect(`${host}:${port}`);
        peer.send("LOGINSERVER", { uuid, token, proto: 2, device: "phone" });
        await peer.next("LOGINRESPONSE");
        peer.terminate(); // Nobody has read it.
      }
      const again = await back(user, "phone", ticket);
      expect(again.resumeToken).not.toBe(ticket);
      await until(async () => (await resumes(user, ticket)) === Code.TOKEN_REFUSED, {
        what: "the first PING to void the former ticket",
      });
      expect(await resumes(user, ticketOf(again))).toBe(0);
    }, 30_000);

    test("a login token that was got with a ticket dies with the ticket", async () => {
      const user = await newUser();
      const [laptop, phone] = [await online(user, "laptop"), await online(user, "phone")];
      const { uuid, token, host, port } = await shape.api.resume(user.uuid, ticketOf(phone));
      await laptop.account.revokeSession(phone.session?.id ?? "");
      const peer = await RawPeer.connect(`${host}:${port}`);
      peers.push(peer);
      peer.send("LOGINSERVER", { uuid, token, proto: 2, device: "phone" });
      expect(await peer.next("LOGINRESPONSE")).toEqual({ error: Code.TOKEN_REFUSED });
      await until(() => peer.closed);
      expect((await laptop.account.sessions()).map(({ device }) => device)).toEqual(["laptop"]);
    }, 30_000);

    test("the device one is on can be revoked by itself: answered, then ended", async () => {
      const user = await newUser();
      const phone = await online(user, "phone");
      const ticket = ticketOf(phone);
      await phone.account.revokeSession(phone.session?.id ?? "");
      await until(() => phone.states.at(-1) === "ended: revoked");
      expect(await resumes(user, ticket)).toBe(Code.TOKEN_REFUSED);
    });
  });

test("a server that is alone is killed and started again: who may come back still may, nobody else", async () => {
  const server = await startEmbedded();
  const user = await makeUser(server, server.api, "kept");
  const [phone, laptop, tablet] = [
    await connect(server.api, user, { device: "phone" }),
    await connect(server.api, user, { device: "laptop" }),
    await connect(server.api, user, { device: "tablet" }),
  ];
  const tickets = [phone, laptop, tablet].map(({ resumeToken }) => resumeToken ?? "");
  laptop.close();
  await phone.account.revokeSession(tablet.session?.id ?? "");
  await server.kill();
  for (const client of [phone, laptop, tablet]) client.close();
  await server.start();
  const codes = await Promise.all(tickets.map((ticket) => failureCode(server.api.resume(user.uuid, ticket))));
  expect(codes).toEqual([0, 0, Code.TOKEN_REFUSED]);
  const credentials = { uuid: user.uuid, resumeToken: tickets[0] ?? "" };
  const back = new TestClient(server.api, user, { device: "phone", credentials });
  await back.connect();
  expect((await back.account.sessions()).map(({ device, online }) => [device, online])).toEqual([
    ["laptop", false],
    ["phone", true],
  ]);
  back.close();
  await server.stop();
}, 30_000);
