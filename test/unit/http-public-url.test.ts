/**
 * @module unit/http-public-url
 * What a client is told of where a chat node's WebSocket is, by how it came.
 */
import { expect, test } from "bun:test";
import { originOf, webSocketUrl } from "../../src/http/public-url.ts";
import { openGateway, PASSWORD } from "../support/gateway.ts";
import { post } from "../support/http.ts";

const PROXY = { "x-forwarded-proto": "https", "x-forwarded-host": "chat.example.org" };

test.each([
  ["http://gate:8080/x", {}, "http://gate:8080"],
  ["https://gate/x", {}, "https://gate"],
  ["http://gate:8080/x", PROXY, "https://chat.example.org"],
  ["http://gate:8080/x", { "x-forwarded-proto": "https" }, "https://gate:8080"],
  ["http://gate/x", { "x-forwarded-proto": "https, http", "x-forwarded-host": "a, b" }, "https://a"],
  ["http://[fd00::1]:8080/x", {}, "http://[fd00::1]:8080"],
  ["http://gate/x", { "x-forwarded-proto": "javascript", "x-forwarded-host": "a" }, undefined],
  ["http://gate/x", { "x-forwarded-host": "a/b?c" }, undefined],
  ["http://gate/x", { host: "" }, undefined],
])("%s %j comes to %s", (url, headers, origin) => {
  const request = new Request(url, { headers: { host: new URL(url).host, ...headers } });
  expect(originOf(request, { publicUrl: "", trustProxy: true })).toBe(origin);
  expect(originOf(request, { publicUrl: "https://set", trustProxy: false })).toBe("https://set");
});

test("who does not trust its proxy does not listen to it", () => {
  const request = new Request("http://gate/x", { headers: { host: "gate", ...PROXY } });
  expect(originOf(request, { publicUrl: "", trustProxy: false })).toBe("http://gate");
});

const RELAYED = "wss://chat.example.org/ws?node=n%201";
test.each([
  ["ws://10.0.0.1:60001", "http://10.0.0.1:8080", "", "ws://10.0.0.1:60001"],
  ["ws://10.0.0.1:60001", "https://chat.example.org", "", RELAYED],
  ["ws://10.0.0.1:60001", "https://chat.example.org", "https://chat.example.org", RELAYED],
  ["ws://10.0.0.1:60001", "http://chat.lan", "http://chat.lan", "ws://chat.lan/ws?node=n%201"],
  ["wss://127.0.0.1:60001", "https://chat.example.org", "", RELAYED],
  ["wss://127.0.0.1:60001", "https://localhost:8443", "", "wss://127.0.0.1:60001"],
  [
    "wss://node1.example.org",
    "https://chat.example.org",
    "https://chat.example.org",
    "wss://node1.example.org",
  ],
  ["ws://10.0.0.1:60001", undefined, "", "ws://10.0.0.1:60001"],
  ["", "https://chat.example.org", "https://chat.example.org", ""],
])("a node at %j is told, to who came to %j with public_url %j, as %j", (wsUrl, origin, publicUrl, told) => {
  expect(webSocketUrl({ node: "n 1", wsUrl }, origin, { publicUrl, trustProxy: false })).toBe(told);
});

test("the login tells it, and the node's name", async () => {
  const gateway = await openGateway({ trustProxy: true });
  await gateway.register("Ada", "ada@example.com");
  const login = { username: "Ada", password: PASSWORD };
  const { body } = await post(gateway.app, "/trylogin_server", login, { headers: PROXY });
  expect(body.ws_url).toBe(`wss://chat.example.org/ws?node=${body.node}`);
});
