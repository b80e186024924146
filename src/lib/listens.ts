/**
 * @module lib/listens
 * Whether anybody takes connections at an address.
 */

/** Connects and hangs up. Neither a refusal nor silence for `withinMs` counts as somebody. Never rejects. */
export async function listens(host: string, port: number, withinMs: number): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => answer.resolve(false), withinMs);
  Bun.connect({
    hostname: host,
    port,
    socket: {
      open(socket) {
        answer.resolve(true);
        socket.end();
      },
      data() {},
      connectError: () => answer.resolve(false),
      error() {},
    },
  }).catch(() => answer.resolve(false));
  const found = await answer.promise;
  clearTimeout(timer);
  return found;
}
