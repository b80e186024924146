/**
 * @module support/port
 * Ports for servers that must be told theirs and keep it over a restart. What can bind port 0 should.
 */

const FIRST = 15_000;
const LAST = 32_000;
/** Ports this process has handed out: a server that is down for a moment keeps its own. */
const handedOut = new Set<number>();

/**
 * A TCP port of 127.0.0.1 that nobody listens on. It lies below Linux's ephemeral range, so that no outgoing
 * connection takes it while its server is down; it is picked at random, so that test processes side by side
 * rarely pick the same.
 *
 * @throws Error when 100 picks in a row are taken.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (handedOut.has(port)) continue;
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      handedOut.add(port);
      return port;
    } catch {
      // Taken: pick another.
    }
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} in 100 picks`);
}
