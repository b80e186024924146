/**
 * @module faults/kinds/kills
 * Processes that die, pause, or are restarted.
 */
import type { ServerProcess } from "../../support/process.ts";
import { bringDown, type Fault, PAST_LEASE_MS, revive } from "../fault.ts";
import { NO_OBSTACLE, OBSTACLE_TO_ALL, obstacleAt } from "../obstacles.ts";
import type { World } from "../world.ts";

const kill = (name: string, pick: (world: World) => ServerProcess, obstacle = NO_OBSTACLE): Fault => ({
  kind: `kill -9 ${name}`,
  strike: ({ world }) => {
    const server = pick(world);
    bringDown(world, server);
    return { target: server.name, obstacle, mend: () => revive(world, server) };
  },
});

const KILL_CHAT: Fault = {
  kind: "kill -9 chat",
  strike: ({ world }, _cast, random) => {
    const { process, name } = random.pick(world.places);
    bringDown(world, process);
    return { target: name, obstacle: NO_OBSTACLE, mend: () => revive(world, process) };
  },
};

/** The node of a quiet text's writer, at the moment in which the acknowledgement is there. */
export const KILL_ON_ACK: Fault = {
  kind: "kill -9 chat on the ack",
  strike: async ({ world }, cast, random) => {
    const place = random.pick(cast.placesOfWriters());
    const { process, name } = place;
    const acked = await cast.whisper(
      (writer) => writer.place === place,
      () => bringDown(world, process),
    );
    if (!acked) bringDown(world, process);
    return {
      target: `${name}, ${acked ? "a text acknowledged" : "nothing to acknowledge"}`,
      obstacle: NO_OBSTACLE,
      mend: () => revive(world, process),
    };
  },
};

const pauseChat = (kind: string, lastsMs?: readonly [number, number]): Fault => ({
  kind,
  ...(lastsMs !== undefined && { lastsMs }),
  strike: ({ world }, _cast, random) => {
    const place = random.pick(world.places);
    const { process } = place;
    process.signal("SIGSTOP");
    return { target: place.name, obstacle: obstacleAt(place), mend: () => process.signal("SIGCONT") };
  },
});

const PAUSE_DATABASE: Fault = {
  kind: "pause (SIGSTOP) database",
  strike: ({ world: { database } }) => {
    database.signal("SIGSTOP");
    return { target: "mariadb", obstacle: OBSTACLE_TO_ALL, mend: () => database.signal("SIGCONT") };
  },
};

/** A disk whose every write takes its time: the server stands still more often than not. */
const SLOW_FSYNC: Fault = {
  kind: "slow fsync",
  strike: ({ world: { database } }, _cast, random) => {
    const stillMs = random.int(50, 250);
    let still = false;
    const timer = setInterval(() => {
      still = !still;
      database.signal(still ? "SIGSTOP" : "SIGCONT");
    }, stillMs);
    const mend = () => {
      clearInterval(timer);
      database.signal("SIGCONT");
    };
    return { target: `mariadb, ${stillMs} ms`, obstacle: NO_OBSTACLE, mend };
  },
};

/** One node after the other under SIGTERM, as an upgrade does it; with a second build to and fro. */
const ROLL: Fault = {
  kind: "rolling restart",
  lastsMs: [200, 1_000],
  strike: ({ world }, _cast, random) => {
    const place = random.pick(world.places);
    const { command, beside } = world.options;
    const { process } = place;
    const other = beside !== undefined && random.next() < 0.5;
    world.down.add(process);
    const stopped = process.stop().catch(() => {});
    const mend = async () => {
      await stopped;
      if (beside !== undefined) place.become(other ? beside : command);
      await revive(world, place.process);
      world.down.delete(process);
    };
    return { target: `${place.name}${other ? " to the other build" : ""}`, obstacle: NO_OBSTACLE, mend };
  },
};

export const KILLS: readonly Fault[] = [
  KILL_ON_ACK,
  KILL_CHAT,
  kill("database", ({ database }) => database, OBSTACLE_TO_ALL),
  kill("redis", ({ redis }) => redis),
  kill("balance", ({ cluster }) => cluster.balance),
  kill("gateway", ({ cluster }) => cluster.gateways[0] as ServerProcess),
  pauseChat("pause (SIGSTOP) chat"),
  pauseChat("pause (SIGSTOP) chat past its lease", PAST_LEASE_MS),
  PAUSE_DATABASE,
  SLOW_FSYNC,
  ROLL,
];
