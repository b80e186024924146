/**
 * @module fuzz/kinds/http
 * Requests for the gateway: every call with mutated bodies, any method, path, version, header and length, in
 * pieces, cut off. What is answered is HTTP; what is answered to a call is the contract's.
 */
import { Code } from "../../../src/wire/codes.ts";
import { type HttpPath, httpCalls } from "../../../src/wire/http.ts";
import { RawSocket } from "../../support/raw-socket.ts";
import { type Known, mutatedBody } from "../bodies.ts";
import type { Dice } from "../dice.ts";
import { type Kind, sideBySide, type Tally, type Target } from "../tally.ts";

const paths = Object.keys(httpCalls) as HttpPath[];
const codes: ReadonlySet<unknown> = new Set(Object.values(Code));
const utf8 = new TextEncoder();

interface Sent {
  readonly bytes: Uint8Array;
  /** What can be said of the answer: the contract's, HTTP's, or nothing at all. */
  readonly expects: "contract" | "http" | "anything";
}

/** Bodies that would have a password hashed are few: they cost a hundred times what the others do. */
function bodyOf(path: HttpPath, dice: Dice, known: Known): string {
  const schema = httpCalls[path].request;
  for (;;) {
    const json = mutatedBody(schema.json, dice, known);
    if (path !== "/trylogin_server" || dice.chance(0.01)) return json;
    try {
      schema.check(JSON.parse(json), "");
    } catch {
      return json;
    }
  }
}

function wellFormed(dice: Dice, known: Known): Sent {
  const path = dice.pick(paths);
  const body = utf8.encode(bodyOf(path, dice, known));
  const type = dice.pick(["application/json", "text/plain", "x", "application/json; charset=latin1", ""]);
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { bytes: Buffer.concat([utf8.encode(head), body]), expects: "contract" };
}

/** Legal as HTTP goes, but nothing that a client of ours sends. */
function unusual(dice: Dice, known: Known): Sent {
  const method = dice.pick(["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "POST", "HEAD"]);
  const target = dice.pick([
    ...paths,
    ...[
      "/",
      "/healthz",
      "/openapi.json",
      "/asyncapi.json",
      "/nope",
      "//",
      "/%00",
      "/..%2f..%2fetc/passwd",
      "/?a=%ff",
      "/a".repeat(500),
    ],
  ]);
  const headers = Array.from({ length: dice.below(6) }, () =>
    dice.pick([
      "X-Forwarded-For: 1.2.3.4, ::1, junk",
      `Cookie: ${"a=b; ".repeat(dice.below(200))}`,
      "Range: bytes=0-,5-1,-1",
      "Accept-Encoding: gzip, br, *;q=0",
      "Origin: null",
      "Expect: 200-ok",
      "If-None-Match: *",
      `X-${"y".repeat(dice.below(300))}: z`,
    ]),
  );
  const body = dice.chance(0.5) ? utf8.encode(bodyOf(dice.pick(paths), dice, known)) : new Uint8Array();
  const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\n${headers.map((line) => `${line}\r\n`).join("")}Content-Length: ${body.length}\r\n\r\n`;
  return {
    bytes: Buffer.concat([utf8.encode(head), body]),
    expects: method === "HEAD" ? "anything" : "http",
  };
}

function malformed(dice: Dice, known: Known): Sent {
  const bytes = wellFormed(dice, known).bytes.slice();
  const text = () => new TextDecoder().decode(bytes);
  const edit = (): Uint8Array => {
    switch (dice.below(8)) {
      case 0:
        return bytes.subarray(0, dice.below(bytes.length));
      case 1:
        return utf8.encode(
          text().replace(
            /Content-Length: \d+/,
            `Content-Length: ${dice.pick(["-1", "1e3", "99999999999999999999", "5, 6", "0x10", ""])}`,
          ),
        );
      case 2:
        return utf8.encode(text().replace("Content-Length", "Transfer-Encoding: chunked\r\nContent-Length"));
      case 3:
        return utf8.encode(text().replace("HTTP/1.1", dice.pick(["HTTP/9.9", "HTTP/1.0", "ICY/1", ""])));
      case 4:
        return utf8.encode(text().replace("\r\n", dice.pick(["\n", "\r", "\r\n \r\n", "\0"])));
      case 5:
        return utf8.encode(
          `POST /trylogin_server HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(dice.below(100_000))}\r\n\r\n`,
        );
      case 6:
        return dice.bytes(dice.below(2_000));
      default: {
        for (let flips = 1 + dice.below(10); flips > 0; flips--)
          bytes[dice.below(bytes.length)] = dice.below(256);
        return bytes;
      }
    }
  };
  return { bytes: edit(), expects: "anything" };
}

/** The answers that bytes hold so far: HTTP/1.1 with a length each. */
class Answers {
  #bytes: Uint8Array = new Uint8Array();
  readonly seen: { readonly status: number; readonly body: string }[] = [];

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const end = Buffer.from(this.#bytes).indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = Buffer.from(this.#bytes.subarray(0, end)).toString("latin1");
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      const from = end + 4;
      if (this.#bytes.length < from + length) return;
      this.seen.push({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        body: new TextDecoder().decode(this.#bytes.subarray(from, from + length)),
      });
      this.#bytes = this.#bytes.subarray(from + length);
    }
  }
}

function judge(sent: Sent, answer: { status: number; body: string } | undefined, tally: Tally): void {
  const shown = () => new TextDecoder().decode(sent.bytes.subarray(0, 300));
  if (answer === undefined) {
    tally.count("closed");
    if (sent.expects !== "anything") tally.violation(`no answer to ${shown()}`);
    return;
  }
  const { status, body } = answer;
  tally.count(`status ${status}`);
  // 505 is HTTP's own word for a version that is none.
  if (status < 200 || (status >= 500 && status !== 505)) tally.violation(`status ${status} to ${shown()}`);
  if (sent.expects !== "contract") return;
  try {
    const { error } = JSON.parse(body) as { error: unknown };
    tally.count(`error ${error}`);
    if (status !== 200 || !codes.has(error) || error === Code.UNAVAILABLE)
      tally.violation(`${status} ${body} to ${shown()}`);
  } catch {
    tally.violation(`no JSON: ${body.slice(0, 100)} to ${shown()}`);
  }
}

async function attack(target: Target, dice: Dice, inputs: number, tally: Tally): Promise<void> {
  const { at, users } = target;
  const known: Known = (field, own) => {
    if (field === "uuid" && own.chance(0.5)) return users[own.below(users.length)]?.uuid;
    if (field === "username" && own.chance(0.5)) return users[own.below(users.length)]?.username;
    if (field === "email") return own.chance(0.3) ? users[own.below(users.length)]?.email : own.text(50);
    return undefined;
  };
  let line: Line | undefined;
  for (let sent = 0; sent < inputs; sent++) {
    const kind = dice.next();
    const request =
      kind < 0.6 ? wellFormed(dice, known) : kind < 0.8 ? unusual(dice, known) : malformed(dice, known);
    const used = line !== undefined && !line.socket.closed;
    if (line === undefined || !used) line = await connect(at.http);
    let answer = await ask(line, request, dice, tally);
    // A server may close between two requests; whoever speaks HTTP asks again then.
    if (answer === undefined && used && request.expects !== "anything") {
      tally.count("asked again");
      line = await connect(at.http);
      answer = await ask(line, request, dice, tally);
    }
    judge(request, answer, tally);
    if (request.expects === "anything") line.socket.terminate();
  }
  tally.inputs += inputs;
  line?.socket.terminate();
}

interface Line {
  readonly socket: RawSocket;
  readonly answers: Answers;
}

async function connect(address: string): Promise<Line> {
  const answers = new Answers();
  return { answers, socket: await RawSocket.connect(address, (bytes) => answers.push(bytes)) };
}

/** @returns the answer, if one came before the connection was closed */
async function ask({ socket, answers }: Line, request: Sent, dice: Dice, tally: Tally) {
  const { bytes, expects } = request;
  const before = answers.seen.length;
  if (dice.chance(0.9)) socket.write(bytes);
  else for (const piece of dice.split(bytes)) socket.write(piece);
  // What may be incomplete gets no answer until the server knows that no more comes.
  if (expects === "anything") socket.end();
  if (!(await socket.until(() => answers.seen.length > before && expects !== "anything")))
    tally.violation(`neither answered nor closed: ${new TextDecoder().decode(bytes.subarray(0, 300))}`);
  return answers.seen[before];
}

export const http: Kind = (target, dice, inputs) =>
  sideBySide(8, inputs, dice, (_, own, share, tally) => attack(target, own, share, tally));
