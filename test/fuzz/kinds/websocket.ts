/**
 * @module fuzz/kinds/websocket
 * Handshakes and frames of RFC 6455 that no browser sends: texts, fragments, control frames of any length and in
 * any place, reserved bits and opcodes, unmasked, lengths that lie; frames of ours within them.
 */

import { RawSocket } from "../../support/raw-socket.ts";
import type { Dice } from "../dice.ts";
import { type Kind, sideBySide, type Tally, type Target } from "../tally.ts";
import { knownOf, mutatedFrame } from "./mutants.ts";

const utf8 = new TextEncoder();
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

interface WsFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly final?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, when that is not the payload's length. */
  readonly length?: bigint;
}

function encode({ opcode, payload, final = true, reserved = 0, masked = true, length }: WsFrame): Uint8Array {
  const said = length ?? BigInt(payload.length);
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (said < 126n) head.push(mask | Number(said));
  else if (said < 65_536n) head.push(mask | 126, Number(said >> 8n), Number(said & 0xffn));
  else {
    head.push(mask | 127);
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((said >> shift) & 0xffn));
  }
  if (!masked) return Uint8Array.from([...head, ...payload]);
  const key = [1, 2, 3, 4];
  return Uint8Array.from([...head, ...key, ...payload.map((byte, i) => byte ^ (key[i & 3] ?? 0))]);
}

function frames(target: Target, dice: Dice): Uint8Array[] {
  const ours = () => mutatedFrame(dice, knownOf(target, dice.below(target.users.length))).bytes;
  const payload = () => (dice.chance(0.6) ? ours() : dice.bytes(dice.below(300)));
  switch (dice.below(10)) {
    case 0:
      return [encode({ opcode: TEXT, payload: utf8.encode(dice.text(1_000)) })];
    case 1:
      return [encode({ opcode: TEXT, payload: dice.bytes(20) })];
    case 2: {
      // One message in fragments, a control frame or another message among them.
      const whole = ours();
      const at = dice.below(whole.length);
      const between = dice.chance(0.5)
        ? [encode({ opcode: dice.pick([9, 10, BINARY]), payload: dice.bytes(5) })]
        : [];
      return [
        encode({ opcode: BINARY, payload: whole.subarray(0, at), final: false }),
        ...between,
        encode({ opcode: dice.chance(0.9) ? 0 : BINARY, payload: whole.subarray(at) }),
      ];
    }
    case 3:
      return [
        encode({ opcode: dice.pick([9, 10]), payload: dice.bytes(dice.below(140)), final: dice.chance(0.9) }),
      ];
    case 4: {
      const code = dice.pick([0, 999, 1000, 1001, 1005, 1006, 1015, 2999, 3000, 4999, 5000, 65_535]);
      const reason = dice.chance(0.5) ? utf8.encode(dice.text(100)).subarray(0, 130) : dice.bytes(10);
      return [
        encode({
          opcode: CLOSE,
          payload: dice.chance(0.1) ? dice.bytes(1) : Uint8Array.of(code >> 8, code & 255, ...reason),
        }),
      ];
    }
    case 5:
      return [
        encode({
          opcode: dice.below(16),
          payload: payload(),
          reserved: dice.below(8),
          masked: dice.chance(0.5),
        }),
      ];
    case 6: {
      const length = dice.pick([
        0n,
        125n,
        65_535n,
        131_071n,
        1n << 31n,
        (1n << 63n) - 1n,
        1n << 63n,
        (1n << 64n) - 1n,
      ]);
      return [encode({ opcode: BINARY, payload: payload(), length })];
    }
    case 7:
      return [dice.bytes(dice.below(200))];
    default:
      return [encode({ opcode: BINARY, payload: ours() })];
  }
}

function handshake(dice: Dice): string {
  const good = [
    "Host: x",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  if (dice.chance(0.15))
    good.splice(
      dice.below(good.length),
      1,
      dice.pick([
        "Upgrade: h2c",
        "Sec-WebSocket-Key: x",
        "Sec-WebSocket-Version: 0",
        "Sec-WebSocket-Protocol: a,b",
        "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99",
      ]),
    );
  return `GET ${dice.pick(["/", "/ws", "/%ff", `/${"a".repeat(500)}`])} HTTP/1.1\r\n${good.join("\r\n")}\r\n\r\n`;
}

async function attack(target: Target, dice: Dice, inputs: number, tally: Tally): Promise<void> {
  for (let sent = 0; sent < inputs; ) {
    let answer = "";
    const decoder = new TextDecoder("latin1");
    const socket = await RawSocket.connect(target.at.ws, (bytes) => {
      answer += decoder.decode(bytes);
    });
    socket.write(utf8.encode(handshake(dice)));
    if (!(await socket.until(() => answer.includes("\r\n\r\n")))) tally.violation("no answer to a handshake");
    const status = answer.slice(9, 12);
    tally.count(answer === "" ? "closed" : `status ${status}`);
    const count = Math.min(1 + dice.below(12), inputs - sent);
    sent += count;
    const all = Buffer.concat(Array.from({ length: count }, () => frames(target, dice)).flat());
    if (dice.chance(0.5)) socket.write(all);
    else for (const piece of dice.split(all)) socket.write(piece);
    if (dice.chance(0.2)) socket.terminate();
    else {
      socket.end();
      if (!(await socket.until(() => false, 30_000)))
        tally.violation(`never closed: ${all.subarray(0, 100).toHex()}`);
      socket.terminate();
    }
    tally.count("connections");
  }
  tally.inputs += inputs;
}

export const websocket: Kind = (target, dice, inputs) =>
  sideBySide(8, inputs, dice, (_, own, share, tally) => attack(target, own, share, tally));
