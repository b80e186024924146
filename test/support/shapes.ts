/**
 * @module support/shapes
 * The two shapes in which the system runs, behind one face, so that a test of what users see runs on both:
 * embedded (one process), and a cluster of two gateways and two chat nodes over MariaDB and Redis.
 */
import type { HttpApi } from "../../src/client/index.ts";
import { startEmbedded } from "./chatsrv-process.ts";
import { startCluster } from "./cluster-process.ts";
import type { System } from "./users.ts";

export interface Shape extends System {
  /** Whether there are several chat nodes, so that two users can be on different ones. */
  readonly spread: boolean;
  /** A gateway; the next one at each call. */
  readonly api: HttpApi;
  stop(): Promise<unknown>;
}

export interface ShapeOptions {
  /** Settings for every process. */
  env?: Record<string, string>;
}

/** Starts by name. */
export const shapes: Readonly<Record<string, (options?: ShapeOptions) => Promise<Shape>>> = {
  embedded: async ({ env = {} } = {}) => {
    const server = await startEmbedded({ env });
    return {
      spread: false,
      api: server.api,
      code: (email) => server.code(email),
      stop: () => server.stop(),
    };
  },
  cluster: async ({ env = {} } = {}) => {
    const cluster = await startCluster({ gateways: 2, chats: 2, env });
    let calls = 0;
    return {
      spread: true,
      get api() {
        calls += 1;
        return cluster.api(calls % 2);
      },
      code: (email) => cluster.code(email),
      stop: () => cluster.stop(),
    };
  },
};
