/**
 * @module store/mysql/heartbeat
 * Pings every open connection from time to time, so that neither the server nor a firewall in between drops an
 * idle one, and one that died unnoticed is gone before a call meets it.
 */
import type { Pool, PoolConnection } from "mysql2";
import type { Logger } from "../../lib/log.ts";

/**
 * @param seconds between two pings of a connection.
 * @param answerMs a connection that has not answered by then is given up.
 */
export function keepAlive(pool: Pool, seconds: number, answerMs: number, logger: Logger): { stop(): void } {
  const open = new Set<PoolConnection>();

  pool.on("connection", (connection) => {
    open.add(connection);
    const forget = () => open.delete(connection);
    connection.on("end", forget);
    connection.on("error", forget);
  });

  function ping(connection: PoolConnection): void {
    const giveUp = (error: unknown) => {
      open.delete(connection);
      connection.destroy();
      logger.log("warn", "store.connection.lost", { error });
    };
    const timer = setTimeout(() => giveUp(new Error(`no answer to a ping in ${answerMs} ms`)), answerMs);
    timer.unref();
    connection.ping((error) => {
      clearTimeout(timer);
      if (error) giveUp(error);
    });
  }

  const timer = setInterval(() => open.forEach(ping), seconds * 1000);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
