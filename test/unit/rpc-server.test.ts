/**
 * gRPC servers and clients: secret, TLS, deadlines, retries, health.
 */
import { describe, expect, test } from "bun:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { AppError } from "../../src/domain/error.ts";
import { addressText } from "../../src/lib/address.ts";
import { methodDefinition, type RpcService, rpcService } from "../../src/rpc/definition.ts";
import { PeerService } from "../../src/rpc/gen/cluster_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "../../src/rpc/gen/health_pb.ts";
import { VerificationService } from "../../src/rpc/gen/message_pb.ts";
import { freePort } from "../support/port.ts";
import { CLEAR_TEXT, LogBook, rejection, rpcBench } from "../support/rpc.ts";
import { makeCerts } from "../support/tls.ts";
import { until } from "../support/until.ts";

const { serve, client } = rpcBench();
const METHOD = VerificationService.method.getVerificationCode;

/** A service that counts calls and answers through `respond`. */
function counting(respond: (email: string) => Promise<void> = async () => {}) {
  const seen: string[] = [];
  const service: RpcService = rpcService(VerificationService, {
    getVerificationCode: async ({ email }) => {
      seen.push(email);
      await respond(email);
      return { error: 0, email };
    },
  });
  return { seen, service };
}

/** A raw unary call with this metadata. */
function rawCall(address: { host: string; port: number }, headers: Record<string, string>): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(METHOD);
  const raw = new Client(addressText(address), credentials.createInsecure());
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const request = { $typeName: "message.GetVerificationRequest", email: "raw" } as const;
  return new Promise<string>((resolve) =>
    raw.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error) =>
      resolve(status[error?.code ?? status.OK]),
    ),
  ).finally(() => raw.close());
}

describe("the secret", () => {
  test("is needed by every call, before the handler runs", async () => {
    const { seen, service } = counting();
    const { address } = await serve([service], { secret: "right" });
    for (const authorization of ["", "right", "Bearer wrong", "Bearer right ", "bearer right", "Bearer righ"])
      expect(await rawCall(address, authorization === "" ? {} : { authorization })).toBe("UNAUTHENTICATED");
    expect(await rejection(client({ secret: "wrong" }).unary(address, METHOD, { email: "a" }))).toMatchObject(
      {
        codeName: "PEER_AWAY",
      },
    );
    expect(seen).toEqual([]);
    expect(await rawCall(address, { authorization: "Bearer right" })).toBe("OK");
    expect((await client({ secret: "right" }).unary(address, METHOD, { email: "b" })).answer.email).toBe("b");
    expect(seen).toEqual(["raw", "b"]);
  });

  test("is needed by streams and by the health service too", async () => {
    let opened = 0;
    const service = rpcService(PeerService, { deliver: () => opened++ });
    const { address } = await serve([service], { secret: "right" });
    const stream = client({ secret: "" }).stream(address, PeerService.method.deliver);
    const code = await new Promise((resolve) =>
      stream.on("error", (error: ServiceError) => resolve(error.code)),
    );
    expect(code).toBe(status.UNAUTHENTICATED);
    expect(opened).toBe(0);
    const health = rejection(client({ secret: "" }).unary(address, Health.method.check, {}));
    expect(String(await health)).toContain("UNAUTHENTICATED");
  });

  test("without one a server binds to loopback only, and says so", async () => {
    const log = new LogBook();
    const { service } = counting();
    const { address } = await serve([service], { secret: "", host: "0.0.0.0", logger: log });
    expect(address.host).toBe("127.0.0.1");
    expect(log.lines).toEqual([
      { level: "warn", event: "grpc.loopback", fields: expect.objectContaining({ host: "127.0.0.1" }) },
    ]);
    expect(String(log.lines[0]?.fields.message)).toContain("loopback");
    expect((await client({ secret: "" }).unary(address, METHOD, { email: "a" })).answer.error).toBe(0);
    const open = await serve([service], { secret: "s", host: "0.0.0.0" });
    expect(open.address.host).toBe("0.0.0.0");
  });
});

describe("TLS", () => {
  const certs = makeCerts();
  const other = makeCerts();
  const server = { ca: certs.ca, cert: certs.serverCert, key: certs.serverKey };
  const call = (address: { host: string; port: number }, tls: typeof server) =>
    client({ tls, connectMs: 500 }).unary(address, METHOD, { email: "a" });

  test("with a certificate only, the server proves itself", async () => {
    const { service } = counting();
    const { address } = await serve([service], { tls: { ...server, ca: "" } });
    expect((await call(address, { ca: certs.ca, cert: "", key: "" })).answer.error).toBe(0);
    expect(await rejection(call(address, CLEAR_TEXT))).toBeInstanceOf(AppError);
    expect(await rejection(call(address, { ca: other.ca, cert: "", key: "" }))).toBeInstanceOf(AppError);
  });

  test("the certificate has to be for the name or address that is dialled", async () => {
    const { service } = counting();
    const { address } = await serve([service], { tls: { ...server, ca: "" }, host: "0.0.0.0" });
    const at = (host: string) => call({ host, port: address.port }, { ca: certs.ca, cert: "", key: "" });
    for (const host of ["127.0.0.1", "localhost"]) expect((await at(host)).answer.error).toBe(0);
    expect(await rejection(at("127.0.0.2"))).toBeInstanceOf(AppError);
  });

  test("with an authority, the client has to prove itself too", async () => {
    const { seen, service } = counting();
    const { address } = await serve([service], { tls: server });
    const mutual = { ca: certs.ca, cert: certs.clientCert, key: certs.clientKey };
    expect((await call(address, mutual)).answer.error).toBe(0);
    expect(await rejection(call(address, { ca: certs.ca, cert: "", key: "" }))).toBeInstanceOf(AppError);
    const stranger = { ca: certs.ca, cert: other.clientCert, key: other.clientKey };
    expect(await rejection(call(address, stranger))).toBeInstanceOf(AppError);
    expect(seen.length).toBe(1);
  });

  test("a file that cannot be read fails at the start", async () => {
    const { service } = counting();
    expect(await rejection(serve([service], { tls: { ...server, key: "/nowhere.pem" } }))).toBeInstanceOf(
      Error,
    );
    expect(() => client({ tls: { ...server, ca: "/nowhere.pem" } })).toThrow("nowhere");
  });
});

describe("deadlines and retries", () => {
  test("a peer that does not answer ends the call at the deadline", async () => {
    let calls = 0;
    const { service } = counting(() => (++calls === 1 ? Promise.resolve() : new Promise(() => {})));
    const { address } = await serve([service]);
    // Connected by then: what is measured is the call.
    const calling = client({ deadlineMs: 1_000 });
    await calling.unary(address, METHOD, { email: "a" });
    const started = performance.now();
    const error = await rejection(calling.unary(address, METHOD, { email: "a" }));
    expect(error).toMatchObject({ codeName: "PEER_AWAY" });
    expect(String(error)).toContain("DEADLINE_EXCEEDED");
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test("a peer that is away fails soon, and is found when it comes", async () => {
    const port = freePort();
    const address = { host: "127.0.0.1", port };
    const rpc = client({ connectMs: 150 });
    const started = performance.now();
    expect(await rejection(rpc.unary(address, METHOD, { email: "a" }))).toMatchObject({
      codeName: "PEER_AWAY",
    });
    expect(performance.now() - started).toBeLessThan(3_000);
    const { service } = counting();
    const first = await serve([service], { port });
    expect(await until(() => rpc.unary(address, METHOD, { email: "b" }))).toMatchObject({
      answer: { email: "b" },
    });
    await first.stop(0);
    await serve([service], { port });
    expect(await until(() => rpc.unary(address, METHOD, { email: "c" }))).toMatchObject({
      answer: { email: "c" },
    });
  });

  test("waits for a peer that starts a moment later", async () => {
    const port = freePort();
    const answer = client().unary({ host: "127.0.0.1", port }, METHOD, { email: "early" });
    const { service } = counting();
    await serve([service], { port });
    expect((await answer).answer.email).toBe("early");
  });

  test("only an idempotent call is sent again when it was lost", async () => {
    for (const idempotent of [false, true]) {
      const port = freePort();
      const address = { host: "127.0.0.1", port };
      let lose = true;
      const { seen, service } = counting(async () => {
        if (!lose) return;
        lose = false;
        await server.stop(0);
        // The operating system may hold on to the port for a moment.
        server = await until(() => serve([service], { port }));
      });
      let server = await serve([service], { port });
      const call = client().unary(address, METHOD, { email: "a" }, { idempotent });
      if (idempotent) expect((await call).answer.email).toBe("a");
      else expect(await rejection(call)).toMatchObject({ codeName: "PEER_AWAY" });
      expect(seen.length).toBe(idempotent ? 2 : 1);
      await until(() => !lose);
      await server.stop(0);
    }
  });

  test("a handler's bug and a stop end calls, not the process", async () => {
    const { service } = counting(async (email) => {
      if (email === "bug") throw new Error("boom");
      await new Promise(() => {});
    });
    const server = await serve([service]);
    const rpc = client();
    expect(String(await rejection(rpc.unary(server.address, METHOD, { email: "bug" })))).toContain(
      "INTERNAL",
    );
    const hanging = rejection(rpc.unary(server.address, METHOD, { email: "hang" }));
    await server.stop(50);
    expect(await hanging).toMatchObject({ codeName: "PEER_AWAY" });
  });
});

describe("health", () => {
  test("check: the server, each service, and unknown ones", async () => {
    const { service } = counting();
    const { address } = await serve([service]);
    const rpc = client();
    for (const name of ["", "message.VerificationService"])
      expect((await rpc.unary(address, Health.method.check, { service: name })).answer.status).toBe(
        Serving.SERVING,
      );
    const unknown = await rejection(rpc.unary(address, Health.method.check, { service: "x" }));
    expect(String(unknown)).toContain("NOT_FOUND");
  });

  test("watch: serving until the stop", async () => {
    const { service } = counting();
    const server = await serve([service]);
    const raw = new Client(addressText(server.address), credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = methodDefinition(Health.method.watch);
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer a secret of the tests");
    const request = { $typeName: "grpc.health.v1.HealthCheckRequest", service: "" } as const;
    const seen: Serving[] = [];
    const ended = new Promise((resolve) => {
      raw
        .makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata)
        .on("data", (response) => seen.push(response.status))
        .on("error", () => {})
        .on("end", resolve);
    });
    await until(() => seen.length === 1);
    await server.stop();
    await ended;
    expect(seen).toEqual([Serving.SERVING, Serving.NOT_SERVING]);
    raw.close();
  });
});
