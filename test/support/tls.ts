/**
 * @module support/tls
 * A throw-away certificate authority with a server's and a client's certificate, made by openssl.
 */

import { join } from "node:path";
import { SetDate } from "./date.ts";
import { program } from "./process.ts";
import { tempDir } from "./tempdir.ts";

/** Paths of PEM files. All three certificates are valid for one day. */
export interface Certificates {
  /** The authority's certificate, which both sides trust. */
  ca: string;
  /** For `localhost` and 127.0.0.1. */
  serverCert: string;
  serverKey: string;
  /** For a client that proves who it is (mutual TLS); its common name is `client`. */
  clientCert: string;
  clientKey: string;
}

/** Makes a new authority and its two certificates in a folder of their own (about 50 ms). */
export function makeCerts(): Certificates {
  const { ca, issue } = makeAuthority();
  const [server, client] = [issue("server"), issue("client")];
  return {
    ca,
    serverCert: server.cert,
    serverKey: server.key,
    clientCert: client.cert,
    clientKey: client.key,
  };
}

/** Paths of a certificate and its key. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate. */
  readonly ca: string;
  /**
   * Makes a certificate with this common name for `localhost` and 127.0.0.1, good for one day from `atMs` from now.
   * @param signer the authority itself unless given: one that has no right to sign.
   */
  issue(name: string, options?: { readonly atMs?: number; readonly signer?: KeyPair }): KeyPair;
}

/** An authority in a folder of its own. */
export function makeAuthority(): Authority {
  const dir = tempDir("certs");
  const file = (name: string) => join(dir, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const lasting = ["-x509", "-days", "1"];

  openssl(
    ["req", ...lasting, ...newKey, "-subj", "/CN=chatsrv test authority"],
    file("ca.key"),
    file("ca.pem"),
  );
  const authority = { cert: file("ca.pem"), key: file("ca.key") };
  return {
    ca: authority.cert,
    issue(name, { atMs = 0, signer = authority } = {}) {
      const signed = ["-CA", signer.cert, "-CAkey", signer.key, "-subj", `/CN=${name}`];
      const names = [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-addext",
        "basicConstraints=CA:FALSE",
      ];
      const made = { cert: file(`${name}.pem`), key: file(`${name}.key`) };
      openssl(["req", ...lasting, ...newKey, ...signed, ...names], made.key, made.cert, atMs);
      return made;
    },
  };
}

/** @param atMs when it is to be as seen from now: the program is shown that date. */
function openssl(args: string[], key: string, cert: string, atMs = 0): void {
  const env = { ...process.env, ...(atMs !== 0 && new SetDate(atMs).env) };
  const run = Bun.spawnSync([program("openssl"), ...args, "-keyout", key, "-out", cert], { env });
  if (run.exitCode !== 0) throw new Error(`openssl ${args.join(" ")}: ${run.stderr.toString()}`);
}
