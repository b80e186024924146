/**
 * @module contract/mail.resend
 * Resend's SDK against an HTTP server that stands in for its API.
 */
import { expect, test } from "bun:test";
import { silentLogger } from "../../src/lib/log.ts";
import { type MailOptions, openMail } from "../../src/mail/open.ts";
import { resendTransport } from "../../src/mail/resend.ts";
import { atEnd } from "../support/cleanup.ts";
import { failureOf } from "../support/failure.ts";
import { FROM, mail, mailContract } from "./mail.cases.ts";

const KEY = "re_a_test's_key";

interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly body: Record<string, string>;
}

/** An API that answers every call as `answer` says; "silence" never answers. */
function standIn(answer: (call: Call) => Response | "silence") {
  const calls: Call[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const text = await request.text();
      const call = {
        method: request.method,
        path: new URL(request.url).pathname,
        authorization: request.headers.get("authorization"),
        body: text === "" ? {} : (JSON.parse(text) as Record<string, string>),
      };
      calls.push(call);
      const response = answer(call);
      return response === "silence" ? new Promise<Response>(() => {}) : response;
    },
  });
  atEnd(() => server.stop(true));
  return { calls, url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

const accepted = (call: Call) =>
  Response.json(call.path === "/emails" ? { id: "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" } : { data: [] });
const refused = (status: number, name: string) =>
  Response.json({ statusCode: status, name, message: `because of ${name}` }, { status });

const address = (text = "") => {
  const [, name = "", at = text] = /^(.*) <(.*)>$/.exec(text) ?? [];
  return { name, address: at };
};

mailContract("resend", async () => {
  const { calls, url, stop } = standIn(accepted);
  return {
    transport: resendTransport({ apiKey: KEY, baseUrl: `${url}/`, from: FROM }),
    received: async () =>
      calls
        .filter(({ path }) => path === "/emails")
        .map(({ body }) => ({
          from: address(body.from),
          to: [address(body.to)],
          subject: body.subject ?? "",
          text: body.text ?? "",
          html: body.html ?? "",
        })),
    breakIt: stop,
  };
});

test("calls the API with the key, and tells it nothing but the mail", async () => {
  const { calls, url } = standIn(accepted);
  const options: MailOptions = {
    transport: "resend",
    from: FROM,
    resendApiKey: KEY,
    resendBaseUrl: url,
    smtpUrl: "",
    outboxDir: "",
  };
  await openMail(options, silentLogger).send(mail);
  const { to, subject, text, html } = mail;
  expect(calls).toEqual([
    {
      method: "POST",
      path: "/emails",
      authorization: `Bearer ${KEY}`,
      body: { from: FROM, to, subject, text, html },
    },
  ]);
});

const failures: [string, () => Response][] = [
  ["a wrong key", () => refused(401, "validation_error")],
  ["a domain that is not verified", () => refused(403, "validation_error")],
  ["too many requests", () => refused(429, "rate_limit_exceeded")],
  ["an error of theirs", () => refused(500, "internal_server_error")],
  ["an error page that is not JSON", () => new Response("<h1>Bad Gateway</h1>", { status: 502 })],
  ["a success that is not JSON", () => new Response("<h1>Hello</h1>")],
];

test.each(failures)("%s is NETWORK_FAILED, after one call", async (_, answer) => {
  const { calls, url } = standIn(answer);
  const failure = await failureOf(resendTransport({ apiKey: KEY, baseUrl: url, from: FROM }).send(mail));
  expect(failure.codeName).toBe("NETWORK_FAILED");
  expect(failure.message).not.toContain(KEY);
  expect(calls).toHaveLength(1);
});

test("the reason is kept for the log", async () => {
  const { url } = standIn(() => refused(429, "rate_limit_exceeded"));
  const failure = await failureOf(resendTransport({ apiKey: KEY, baseUrl: url, from: FROM }).send(mail));
  expect(failure.detail).toBe("resend: 429 rate_limit_exceeded because of rate_limit_exceeded");
});

test("an API that never answers is given up in time", async () => {
  const { url } = standIn(() => "silence");
  const transport = resendTransport({ apiKey: KEY, baseUrl: url, from: FROM, timeoutMs: 50 });
  expect((await failureOf(transport.send(mail))).detail).toContain("50 ms");
  expect((await failureOf(transport.probe())).codeName).toBe("NETWORK_FAILED");
});

test("probe takes a key that may only send, and no wrong one", async () => {
  const restricted = standIn(() => refused(401, "restricted_api_key"));
  await resendTransport({ apiKey: KEY, baseUrl: restricted.url, from: FROM }).probe();
  expect(restricted.calls[0]?.method).toBe("GET");
  const wrong = standIn(() => refused(401, "validation_error"));
  const failure = await failureOf(resendTransport({ apiKey: KEY, baseUrl: wrong.url, from: FROM }).probe());
  expect(failure.codeName).toBe("NETWORK_FAILED");
});
