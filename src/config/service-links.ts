/**
 * @module config/service-links
 * Variables that an orchestrator makes by itself. Kubernetes tells every process of every Service: one named
 * `chatsrv-redis` gives CHATSRV_REDIS_PORT=tcp://10.0.0.1:6379 and a dozen more, which look like settings and are none.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/** Whether a variable tells of a Service. */
export function isServiceLink(variable: string, env: Environment): boolean {
  if (/_PORT(?:_\d+_(?:TCP|UDP|SCTP))?$/.test(variable) && ADDRESS.test(env[variable] ?? "")) return true;
  return /_PORT_\d+_(?:TCP|UDP|SCTP)_(?:PROTO|PORT|ADDR)$/.test(variable) || isServiceAddress(variable);
}

/**
 * Whether it can be nothing else: the name alone may also be a setting of [BalanceService] with an underscore too
 * many, but an orchestrator makes the others beside it.
 */
export function isSurelyServiceLink(variable: string, env: Environment): boolean {
  if (!isServiceAddress(variable)) return isServiceLink(variable, env);
  return ADDRESS.test(env[variable.replace(/_SERVICE_(?:HOST|PORT).*$/, "_PORT")] ?? "");
}

const isServiceAddress = (variable: string): boolean => /_SERVICE_(?:HOST|PORT(?:_\w+)?)$/.test(variable);
