/**
 * @module rpc/health
 * The standard health service (grpc.health.v1) of a server: SERVING from its start until it begins to stop.
 */
import { create } from "@bufbuild/protobuf";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import { type RpcService, rpcService, StatusError } from "./definition.ts";
import {
  Health,
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "./gen/health_pb.ts";

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/** Answers for the server as a whole ("") and for each of its services by full name; its `close` says NOT_SERVING. */
export function healthService(serviceNames: readonly string[]): RpcService {
  const known = new Set(["", ...serviceNames]);
  const watchers = new Set<Watcher>();
  let now = Serving.SERVING;
  const report = (service: string) =>
    create(HealthCheckResponseSchema, { status: known.has(service) ? now : Serving.SERVICE_UNKNOWN });
  return rpcService(
    Health,
    {
      check: async ({ service }) => {
        if (known.has(service)) return report(service);
        throw new StatusError(status.NOT_FOUND, `no service ${service} here`);
      },
      watch: (call) => {
        call.write(report(call.request.service));
        watchers.add(call);
        call.on("cancelled", () => watchers.delete(call));
      },
    },
    () => {
      now = Serving.NOT_SERVING;
      for (const call of watchers) {
        call.write(report(call.request.service));
        call.end();
      }
      watchers.clear();
    },
  );
}
