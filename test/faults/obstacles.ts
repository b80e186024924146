/**
 * @module faults/obstacles
 * What stands in the way of a device while a fault lasts, so that the time it is given does not run: a text cannot
 * be shown over a connection that is held, or read from a database that is away. Whatever happens to other nodes,
 * to the links between nodes and to Redis is no obstacle to texts: the node of the device is to find them.
 */
import type { Place } from "./place.ts";

/** A device as an obstacle sees it: where its session is. */
export interface Device {
  readonly place: Place | undefined;
}

export interface Obstacle {
  readonly of: {
    /** Whether the device cannot be shown texts and receipts. */
    readonly texts: (device: Device) => boolean;
    /** Whether what it is told of its friends' presence may be late or wrong. */
    readonly presence: (device: Device) => boolean;
    /** Whether its session may end. */
    readonly sessions: (device: Device) => boolean;
  };
}

const everybody = () => true;
const nobody = () => false;

/** Nobody's texts: other nodes, Redis. */
export const NO_OBSTACLE: Obstacle = { of: { texts: nobody, presence: everybody, sessions: everybody } };
/** Nothing that a client could notice: links between nodes, the time of day. */
export const OUT_OF_SIGHT: Obstacle = { of: { texts: nobody, presence: everybody, sessions: nobody } };
/** Everybody's: the database, all clients' connections. */
export const OBSTACLE_TO_ALL: Obstacle = {
  of: { texts: everybody, presence: everybody, sessions: everybody },
};

/** Of those whose session is at a place. */
export const obstacleAt = (place: Place): Obstacle => ({
  of: { texts: (device) => device.place === place, presence: everybody, sessions: everybody },
});

/** A copy, so that two faults of a kind are two obstacles. */
export const fresh = ({ of }: Obstacle): Obstacle => ({ of });

export function hinderedBy(
  obstacles: Iterable<Obstacle>,
  what: keyof Obstacle["of"],
  device: Device,
): boolean {
  for (const { of } of obstacles) if (of[what](device)) return true;
  return false;
}
