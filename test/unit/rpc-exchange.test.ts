/**
 * @module unit/rpc-exchange
 * Certificates between processes are exchanged while they serve: what is under way goes on, and from then on only the
 * new authority's are let in, at either end.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { addressText } from "../../src/lib/address.ts";
import { rpcService } from "../../src/rpc/definition.ts";
import type { EventBatch } from "../../src/rpc/gen/cluster_pb.ts";
import { PeerService } from "../../src/rpc/gen/cluster_pb.ts";
import { VerificationService } from "../../src/rpc/gen/message_pb.ts";
import { readTls, type TlsFiles } from "../../src/rpc/tls.ts";
import { rejection, rpcBench } from "../support/rpc.ts";
import { shownName } from "../support/shown-certificate.ts";
import { makeAuthority } from "../support/tls.ts";
import { until } from "../support/until.ts";

const { serve, client } = rpcBench();
const [former, next] = [makeAuthority(), makeAuthority()];
const files = (authority: typeof former, name: string): TlsFiles => ({
  ca: authority.ca,
  ...authority.issue(name),
});
const ca = (authority: typeof former) => readFileSync(authority.ca, "utf8");

const echo = rpcService(PeerService, {
  deliver: (call) =>
    call.on("data", (batch: EventBatch) =>
      call.write({ $typeName: "chatsrv.cluster.BatchAck", id: batch.id }),
    ),
});
const codes = rpcService(VerificationService, {
  getVerificationCode: async ({ email }) => ({ error: 0, email }),
});

test("from one authority to another", async () => {
  const server = await serve([echo, codes], { tls: files(former, "before") });
  const at = addressText(server.address);
  const member = client({ tls: files(former, "member"), connectMs: 500 });
  const ask = (who: typeof member) =>
    who.unary(server.address, VerificationService.method.getVerificationCode, { email: "a" });
  const acknowledged: number[] = [];
  const stream = member.stream(server.address, PeerService.method.deliver);
  stream.on("error", () => {}); // Its end is none of this test's.
  stream.on("data", ({ id }) => acknowledged.push(id));
  const send = async (id: number) => {
    stream.write({
      $typeName: "chatsrv.cluster.EventBatch",
      id,
      events: [],
      node: "",
      missedMs: 0,
      incarnation: "",
    });
    await until(() => acknowledged.at(-1) === id, { what: `batch ${id}` });
  };
  await send(1);
  expect((await ask(member)).answer.error).toBe(0);
  expect(await shownName(at, ca(former), ["h2"])).toBe("before");

  const changed = readTls(files(next, "after"));
  server.exchangeTls(changed);
  expect(await shownName(at, ca(next), ["h2"])).toBe("after");
  await send(2);
  // Who comes now with what was good before is a stranger.
  const late = client({ tls: files(former, "late"), connectMs: 500 });
  expect(await rejection(ask(late))).toMatchObject({ codeName: "PEER_AWAY" });
  member.exchangeTls(readTls(files(next, "member")));
  expect((await ask(member)).answer.error).toBe(0);
  await send(3);
  late.exchangeTls(readTls(files(next, "late")));
  expect((await ask(late)).answer.error).toBe(0);
});
