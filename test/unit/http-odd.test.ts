/**
 * @module unit/http-odd
 * Whatever request HTTP allows gets an answer of the contract, or a refusal of Bun's own; none is a failure of ours.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { pathOf } from "../../src/http/path.ts";
import { startHttp } from "../../src/http/server.ts";
import type { Logger } from "../../src/lib/log.ts";
import { openGateway } from "../support/gateway.ts";

const failures: string[] = [];
const logger: Logger = { log: (level, event) => void (level === "error" && failures.push(event)) };
const gateway = await openGateway();
const page = {
  index: "x",
  files: [{ path: "index.html", loader: "html", headers: {} }],
} as unknown as Bun.HTMLBundle;
const server = startHttp({ host: "127.0.0.1", port: 0, app: gateway.app, logger, page });
afterAll(() => server.stop(0));

/** Status and body of the answer to these bytes; status 0 when the connection ends without one. */
function ask(bytes: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes));
    socket.setEncoding("latin1").on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      const last = text.split(/(?=HTTP\/1\.1 [2-5])/).at(-1) ?? "";
      resolve({ status: Number(last.slice(9, 12)), body: last.split("\r\n\r\n")[1] ?? "" });
    });
  });
}

const HOST = "Host: x\r\nConnection: close\r\n";
const post = (path: string, head = HOST, body = "{}") =>
  `POST ${path} HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`;
const INVALID = '{"error":67,"field":"username"}';

describe("answers of the contract", () => {
  test.each([
    ["HTTP/1.0 without a host", "GET /healthz HTTP/1.0\r\n\r\n", 200, '{"status":"ok"}'],
    ["an empty host", "GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 200, '{"status":"ok"}'],
    [
      "a host that is none",
      "GET /healthz HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
      200,
      '{"status":"ok"}',
    ],
    [
      "a host with a path",
      "GET /healthz HTTP/1.1\r\nHost: a/b?c\r\nConnection: close\r\n\r\n",
      200,
      '{"status":"ok"}',
    ],
    ["the absolute form", `GET http://y/healthz HTTP/1.1\r\n${HOST}\r\n`, 200, '{"status":"ok"}'],
    ["percent-encoding", `GET /%68ealthz HTTP/1.1\r\n${HOST}\r\n`, 200, '{"status":"ok"}'],
    ["percent-encoding that is none", `GET /%zz HTTP/1.1\r\n${HOST}\r\n`, 404, '{"error":72}'],
    ["a query", `GET /healthz?a=//b#c HTTP/1.1\r\n${HOST}\r\n`, 200, '{"status":"ok"}'],
    ["two slashes", `GET //healthz HTTP/1.1\r\n${HOST}\r\n`, 404, '{"error":72}'],
    ["HEAD", `HEAD /healthz HTTP/1.1\r\n${HOST}\r\n`, 200, ""],
    ["HEAD of a call", `HEAD /trylogin_server HTTP/1.1\r\n${HOST}\r\n`, 405, ""],
    ["OPTIONS", `OPTIONS /trylogin_server HTTP/1.1\r\n${HOST}\r\n`, 405, '{"error":72}'],
    ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 404, '{"error":72}'],
    ["PROPFIND", `PROPFIND / HTTP/1.1\r\n${HOST}\r\n`, 404, '{"error":72}'],
    [
      "PUT of a call",
      `PUT /trylogin_server HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\n{}`,
      405,
      '{"error":72}',
    ],
    ["a call", post("/trylogin_server"), 200, INVALID],
    ["a call without a host", post("/trylogin_server", "Host:\r\nConnection: close\r\n"), 200, INVALID],
    ["a call with Expect", post("/trylogin_server", `${HOST}Expect: 100-continue\r\n`), 200, INVALID],
    ["a call by GET with a body", post("/trylogin_server").replace("POST", "GET"), 405, '{"error":72}'],
    ["a call without a body", `POST /trylogin_server HTTP/1.1\r\n${HOST}\r\n`, 200, '{"error":1}'],
    ["bytes behind a call", `${post("/trylogin_server")}trailing garbage\r\n\r\n`, 200, INVALID],
  ])("%s", async (_, bytes, status, body) => {
    expect(await ask(bytes)).toEqual({ status, body });
  });
});

describe("refusals of Bun's own", () => {
  test.each([
    ["no host in HTTP/1.1", "GET /healthz HTTP/1.1\r\n\r\n", 400],
    ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 400],
    ["no HTTP", "garbage\r\n\r\n", 400],
    ["another version", `GET / HTTP/9.9\r\n${HOST}\r\n`, 505],
    ["huge headers", `GET /healthz HTTP/1.1\r\n${HOST}X: ${"x".repeat(100_000)}\r\n\r\n`, 431],
    ["two lengths", `POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ["a length that is none", `POST / HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n{}`, 400],
    ["a chunk that is none", `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nx\r\n`, 400],
    // It knows the registered methods and closes the connection on any other.
    ["a method that nobody registered", `FOO / HTTP/1.1\r\n${HOST}\r\n`, 0],
  ])("%s", async (_, bytes, status) => {
    expect((await ask(bytes)).status).toBe(status);
  });
});

test("none of it was a failure of ours", () => {
  expect(failures).toEqual([]);
});

test.each([
  ["http://a/b/c?d#e", "/b/c"],
  ["https://[::1]:8/", "/"],
  ["http://a", "/"],
  ["/b?c", "/b"],
  ["http://[::1/b", "/b"],
  ["http://a/%2Fb%C3%A9", "//bé"],
  ["http://a/%", "/%"],
  ["", "/"],
])("the path of %j is %j", (url, path) => {
  expect(pathOf(url)).toBe(path);
});
