/**
 * @module config/sections/tls
 * Keys that several sections have.
 */
import * as is from "../kinds.ts";
import { key } from "../table.ts";

/** A certificate for listening ports. */
export const tlsCert = (what: string) =>
  key(is.path, "", `Certificate chain (PEM) for TLS on ${what}. Empty: no TLS.`, {
    example: "/etc/chatsrv/tls/fullchain.pem",
  });
/** Its key. */
export const tlsKey = key(
  is.path,
  "",
  "Private key (PEM) of tls_cert; the two are set together. SIGHUP reads both again.",
  {
    example: "/etc/chatsrv/tls/privkey.pem",
  },
);
