/**
 * @module rpc/limits
 * Sizes that both ends of a call hold to.
 */

/** Largest message either way. A batch of events holds up to 1 MiB and the one event that passed it. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
