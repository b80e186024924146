/**
 * @module config/checks
 * What must hold between keys. Each row of a list below is one rule.
 */
import { isLoopback } from "../lib/loopback.ts";
import { type Config, schema } from "./schema.ts";
import type { Section } from "./table.ts";

type IsSet = (section: string, key: string) => boolean;

/** All rules that are broken, as sentences. */
export function crossCheck(config: Config, isSet: IsSet): string[] {
  return [...pairs(config), ...needs(config), ...engines(config, isSet), ...exampleSecrets(config)];
}

/** Settings that are useless one without the other. */
function pairs(config: Config): string[] {
  const problems: string[] = [];
  const together = (section: string, a: readonly [string, boolean], b: readonly [string, boolean]) => {
    if (a[1] === b[1]) return;
    const [there, missing] = a[1] ? [a[0], b[0]] : [b[0], a[0]];
    problems.push(`[${section}] ${missing} is not set: ${there} needs it`);
  };
  for (const name of ["GateServer", "ChattingServer", "Cluster"] as const) {
    const section = config[name];
    together(name, ["tls_cert", section.tls_cert !== ""], ["tls_key", section.tls_key !== ""]);
  }
  const { sentinel_nodes, sentinel_name, cluster_nodes, db } = config.Redis;
  together("Redis", ["sentinel_nodes", sentinel_nodes.length > 0], ["sentinel_name", sentinel_name !== ""]);
  for (const key of ["sentinel_username", "sentinel_password"] as const)
    if (config.Redis[key] !== "" && sentinel_nodes.length === 0)
      problems.push(`[Redis] sentinel_nodes is not set: ${key} needs it`);
  if (config.Redis.sentinel_username !== "" && config.Redis.sentinel_password === "")
    problems.push("[Redis] sentinel_password is not set: sentinel_username needs it");
  if (sentinel_nodes.length > 0 && cluster_nodes.length > 0)
    problems.push("[Redis] sentinel_nodes and cluster_nodes are both set: set one of them");
  if (cluster_nodes.length > 0 && db !== 0)
    problems.push(`[Redis] db = ${db}: must be 0 with cluster_nodes, a Cluster has no other`);
  return problems;
}

/** Settings without which another one cannot work. */
function needs(config: Config): string[] {
  const { transport, resend_api_key, smtp_url } = config.Mail;
  const { tls_ca, tls_cert } = config.Cluster;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      transport === "resend" && resend_api_key === "",
      "[Mail] resend_api_key is not set: transport=resend needs it",
    ],
    [transport === "smtp" && smtp_url === "", "[Mail] smtp_url is not set: transport=smtp needs it"],
    [
      tls_cert !== "" && tls_ca === "",
      "[Cluster] tls_ca is not set: tls_cert needs it, or no peer can be verified",
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, message]) => message);
}

/** An engine that was named has its section. */
function engines(config: Config, isSet: IsSet): string[] {
  const values: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  return Object.entries<Section>(schema).flatMap(([section, { keys, selects }]) => {
    if (!selects || values[selects.section]?.[selects.key] !== selects.value) return [];
    if (Object.keys(keys).some((key) => isSet(section, key))) return [];
    return [
      `[${selects.section}] ${selects.key} = ${selects.value}: needs a section [${section}] that says where the server is`,
    ];
  });
}

/** Everybody knows the secrets of config.ini.example: they are good on loopback only. */
function exampleSecrets(config: Config): string[] {
  const { MySQL, Redis } = config;
  const redisNodes = [...Redis.cluster_nodes, ...Redis.sentinel_nodes].map((node) => node.host);
  const redisHosts = redisNodes.length > 0 ? redisNodes : [Redis.host];
  const grpcHosts = [config.VerificationServer.host, config.BalanceService.host, config.gRPCServer.host];
  const uses = [
    ["MySQL", "password", MySQL.password, schema.MySQL.keys.password.example, [MySQL.host]],
    ["Redis", "password", Redis.password, schema.Redis.keys.password.example, redisHosts],
    [
      "Redis",
      "sentinel_password",
      Redis.sentinel_password,
      schema.Redis.keys.sentinel_password.example,
      redisHosts,
    ],
    ["Cluster", "secret", config.Cluster.secret, schema.Cluster.keys.secret.example, grpcHosts],
  ] as const;
  return uses.flatMap(([section, key, value, example, hosts]) => {
    const outside = hosts.find((host) => !isLoopback(host));
    if (value !== example || outside === undefined) return [];
    return [
      `[${section}] ${key} is the one of config.ini.example, which everybody knows: choose another for a host outside loopback (${outside})`,
    ];
  });
}
