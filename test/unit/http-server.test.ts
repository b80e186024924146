/**
 * @module unit/http-server
 * The gateway on a real port: what arrives byte by byte, too much of it, TLS, the page, and the end.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Hono } from "hono";
import type { HttpEnv } from "../../src/http/env.ts";
import { pageFiles } from "../../src/http/page.ts";
import { type HttpServerOptions, startHttp } from "../../src/http/server.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { openGateway, PASSWORD } from "../support/gateway.ts";
import { tempDir } from "../support/tempdir.ts";
import { makeCerts } from "../support/tls.ts";
import { until } from "../support/until.ts";

const gateway = await openGateway();
const start = (options: Partial<HttpServerOptions> = {}) =>
  startHttp({ host: "127.0.0.1", port: 0, app: gateway.app, logger: silentLogger, ...options });
const server = start();
afterAll(() => server.stop(0));

/** A connection of which everything that arrives is kept as text. */
async function connect(port = server.port) {
  const state = { text: "", closed: false };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, chunk) => {
        state.text += chunk.toString();
      },
      close: () => {
        state.closed = true;
      },
      error: () => {},
    },
  });
  /** Bodies of the JSON answers so far. */
  const answers = () =>
    [...state.text.matchAll(/\r\n\r\n(\{.*?\})/g)].map(([, body]) => JSON.parse(body ?? ""));
  return { socket, state, answers };
}

const body = JSON.stringify({ username: "Ada", password: PASSWORD });
const request = (content: string, length = content.length) =>
  `POST /trylogin_server HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${content}`;

describe("requests", () => {
  test("one connection serves many, one after the other", async () => {
    const { socket, state, answers } = await connect();
    for (let i = 1; i <= 3; i++) {
      socket.write(request(body));
      await until(() => answers().length === i);
    }
    expect(answers()).toEqual([{ error: 13 }, { error: 13 }, { error: 13 }]);
    expect(state.closed).toBe(false);
    socket.end();
  });

  test("pipelined requests end in answers in order or in a closed connection, never in a mix-up", async () => {
    const { socket, state, answers } = await connect();
    socket.write(request(body) + request("no JSON") + request("[]") + request(body));
    await until(() => state.closed || answers().length === 4);
    const all = [{ error: 13 }, { error: 1 }, { error: 67, field: "" }, { error: 13 }];
    expect(answers()).toEqual(all.slice(0, answers().length));
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    socket.end();
  });

  test("a request that arrives byte by byte is a request", async () => {
    const { socket, answers } = await connect();
    for (const byte of request(body)) {
      socket.write(byte);
      socket.flush();
      await Bun.sleep(0);
    }
    await until(() => answers().length === 1);
    expect(answers()).toEqual([{ error: 13 }]);
    socket.end();
  });

  test("a body in chunks, and one in too many", async () => {
    const head = "POST /trylogin_server HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const small = await connect();
    small.socket.write(`${head}${chunk(body.slice(0, 7))}${chunk(body.slice(7))}0\r\n\r\n`);
    await until(() => small.answers().length === 1);
    expect(small.answers()).toEqual([{ error: 13 }]);
    small.socket.end();
    const large = await connect();
    large.socket.write(head + chunk(" ".repeat(30_000)).repeat(3));
    await until(() => large.state.closed);
    expect(large.answers()).toEqual([{ error: 69 }]);
  });

  test("a body announced as huge is answered with 69 at once, and the connection ends", async () => {
    for (const length of [65_537, 10 ** 9, 10 ** 15]) {
      const { socket, state, answers } = await connect();
      socket.write(request("{", length));
      await until(() => state.closed);
      expect(state.text).toStartWith("HTTP/1.1 200 OK");
      expect(answers()).toEqual([{ error: 69 }]);
    }
  });

  test("who keeps on sending is cut off, and what was sent is not kept", async () => {
    const { socket, state } = await connect();
    const before = process.memoryUsage.rss();
    socket.write(request("", 10 ** 9));
    const megabyte = new Uint8Array(1_000_000);
    let sent = 0;
    while (!state.closed && sent < 200_000_000) {
      const taken = socket.write(megabyte);
      if (taken < 0) break;
      sent += taken;
      await Bun.sleep(0);
    }
    await until(() => state.closed);
    expect(sent).toBeLessThan(100_000_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  test("who goes away in the middle of a body leaves nothing but a log line", async () => {
    const count = () => gateway.log.filter(({ fields }) => fields.detail === "the client went away").length;
    const before = count();
    await until(async () => {
      const { socket } = await connect();
      socket.write(request("{", 100));
      socket.flush();
      socket.terminate();
      return count() > before;
    });
    expect(gateway.log.filter(({ level }) => level === "error")).toEqual([]);
  });

  test.each(["GARBAGE\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", `${"\0".repeat(100)}\r\n\r\n`, request("{}", -5)])(
    "what is no HTTP is refused: %p",
    async (text) => {
      const { socket, state } = await connect();
      socket.write(text);
      await until(() => state.closed);
      expect(state.text).toMatch(/^HTTP\/1.1 (400|505)/);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    },
  );

  test("the socket's address is the client's", async () => {
    await fetch(`${server.url}/healthz`);
    expect(gateway.log.at(-1)?.fields.client).toBe("127.0.0.1");
  });
});

test("TLS: https with a certificate that the client trusts", async () => {
  const { ca, serverCert, serverKey } = makeCerts();
  const read = (path: string) => Bun.file(path).text();
  const secure = start({ tls: { current: { cert: await read(serverCert), key: await read(serverKey) } } });
  expect(secure.url).toStartWith("https://");
  const response = await fetch(`https://localhost:${secure.port}/healthz`, { tls: { ca: await read(ca) } });
  expect(await response.json()).toEqual({ status: "ok" });
  await secure.stop(0);
});

test("a taken port is an error, not a silent second server", () => {
  expect(() => start({ port: server.port })).toThrow();
});

describe("stop", () => {
  /** A server with a request under way that ends when the test says so. */
  async function underWay() {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const app = new Hono<HttpEnv>();
    let arrived = false;
    app.get("/slow", () => {
      arrived = true;
      return promise;
    });
    const slow = start({ app });
    const answer = fetch(`${slow.url}/slow`).then((response) => response.text());
    answer.catch(() => {});
    await until(() => arrived);
    return { slow, answer, finish: () => resolve(new Response("done")) };
  }

  test("lets a request under way finish, and takes no new one", async () => {
    const { slow, answer, finish } = await underWay();
    const stopped = slow.stop(10_000);
    await expect(fetch(`${slow.url}/slow`)).rejects.toThrow();
    finish();
    expect(await answer).toBe("done");
    await stopped;
  });

  test("does not wait longer than it was told", async () => {
    const { slow, answer } = await underWay();
    const began = performance.now();
    await slow.stop(50);
    expect(performance.now() - began).toBeLessThan(2_000);
    await expect(answer).rejects.toThrow();
  });
});

describe("the page", () => {
  /** A page as `bun build --compile` hands it over. */
  async function builtPage(): Promise<Bun.HTMLBundle> {
    const dir = tempDir("page");
    const file = async (name: string, loader: Bun.Loader, type: string, text: string) => {
      await Bun.write(join(dir, name), text);
      const headers = { etag: `"${name}"`, "content-type": type };
      return { path: join(dir, name), loader, isEntry: true, headers };
    };
    return {
      index: join(dir, "index-abc.html"),
      files: [
        await file("chunk-1.js", "js", "text/javascript;charset=utf-8", "hello()"),
        await file("index-abc.html", "html", "text/html;charset=utf-8", "<p>hello</p>"),
      ],
    };
  }

  test("is served at / with its files, under a policy of its own; the calls stay what they are", async () => {
    const page = start({ page: await builtPage() });
    const index = await fetch(`${page.url}/`);
    expect(await index.text()).toBe("<p>hello</p>");
    expect(index.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(index.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(index.headers.get("content-security-policy")).not.toContain("unsafe");
    expect(index.headers.get("cache-control")).toBe("no-cache");
    const script = await fetch(`${page.url}/chunk-1.js`);
    expect(await script.text()).toBe("hello()");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect((await fetch(`${page.url}/`, { method: "HEAD" })).headers.get("content-length")).toBe("12");
    expect((await fetch(`${page.url}/`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${page.url}/index-abc.html`)).status).toBe(404);
    const call = await fetch(`${page.url}/trylogin_server`, { method: "POST", body });
    expect(await call.json()).toEqual({ error: 13 });
    await page.stop(0);
  });

  test("one that was not built ahead has no files; Bun bundles it", () => {
    expect(pageFiles({ index: "./index.html" }).size).toBe(0);
  });
});
