/**
 * @module support/packet-gate
 * A TCP proxy before a MySQL server that takes packets up to a length only, and closes the connection on a longer
 * one, as proxies that know the protocol do.
 */
import { connect, createServer } from "node:net";
import { freePort } from "./port.ts";

/** Three bytes of length, one of the packet's number. */
const HEADER_BYTES = 4;

export interface PacketGate {
  readonly port: number;
  /** Connections closed for a packet that was too long. */
  refused(): number;
  stop(): void;
}

/** @param target port of the server on loopback. @param limit bytes of the longest packet let through. */
export function startPacketGate(target: number, limit: number): PacketGate {
  let refused = 0;
  const port = freePort();
  const listener = createServer((client) => {
    const server = connect(target, "127.0.0.1");
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
    const longest = packetLengths();
    client.on("data", (bytes: Buffer) => {
      if (longest(bytes) <= limit) return;
      refused += 1;
      client.resetAndDestroy();
      server.destroy();
    });
    client.pipe(server).pipe(client);
  }).listen(port, "127.0.0.1");
  return { port, refused: () => refused, stop: () => void listener.close() };
}

/** Follows the packets of one direction. @returns what tells, read by read, the longest packet that began in it. */
function packetLengths(): (bytes: Buffer) => number {
  let header: Buffer = Buffer.alloc(0);
  let left = 0;
  return (bytes) => {
    let rest = Buffer.concat([header, bytes]);
    let longest = 0;
    for (;;) {
      const skipped = Math.min(left, rest.length);
      left -= skipped;
      rest = rest.subarray(skipped);
      if (left > 0 || rest.length < HEADER_BYTES) break;
      left = rest.readUIntLE(0, 3);
      longest = Math.max(longest, left);
      rest = rest.subarray(HEADER_BYTES);
    }
    header = rest;
    return longest;
  };
}
