/**
 * @module support/tls
 * A throw-away certificate authority with a server's and a client's certificate, made by openssl.
 */

import { join } from "node:path";
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
  const dir = tempDir("certs");
  const file = (name: string) => join(dir, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const lasting = ["-x509", "-days", "1"];

  openssl(
    ["req", ...lasting, ...newKey, "-subj", "/CN=chatsrv test authority"],
    file("ca.key"),
    file("ca.pem"),
  );
  for (const name of ["server", "client"]) {
    const signed = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-subj", `/CN=${name}`];
    const names = [
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-addext",
      "basicConstraints=CA:FALSE",
    ];
    openssl(["req", ...lasting, ...newKey, ...signed, ...names], file(`${name}.key`), file(`${name}.pem`));
  }
  return {
    ca: file("ca.pem"),
    serverCert: file("server.pem"),
    serverKey: file("server.key"),
    clientCert: file("client.pem"),
    clientKey: file("client.key"),
  };
}

function openssl(args: string[], key: string, cert: string): void {
  const run = Bun.spawnSync([program("openssl"), ...args, "-keyout", key, "-out", cert]);
  if (run.exitCode !== 0) throw new Error(`openssl ${args.join(" ")}: ${run.stderr.toString()}`);
}
