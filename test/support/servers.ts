/**
 * @module support/servers
 * The real servers a test can start, and what it needs around them: one import for all of it.
 */

export { atEnd, closeAll } from "./cleanup.ts";
export {
  type DatabaseAddress,
  MariaDb,
  type MariaDbOptions,
  sharedMariaDb,
  startMariaDb,
} from "./mariadb.ts";
export { freePort } from "./port.ts";
export { type ProcessOptions, ServerProcess } from "./process.ts";
export { RedisServer, type RedisServerOptions, startRedis } from "./redis.ts";
export { type RedisCluster, startRedisCluster } from "./redis-cluster.ts";
export { type RedisSentinel, startSentinel } from "./redis-sentinel.ts";
export { type SqlPair, startSqlPair } from "./sql-pair.ts";
export { tempDir } from "./tempdir.ts";
export { type Certificates, makeCerts } from "./tls.ts";
export { type UntilOptions, until } from "./until.ts";
