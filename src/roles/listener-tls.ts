/**
 * @module roles/listener-tls
 * TLS of what clients connect to, from the two files of a section. The files are read at the start, and again when
 * somebody says that they changed: then new connections meet the new certificate, and those that are there go on.
 */
import { dayText, endOf, type KeyPair, requireUsable } from "../lib/certificates.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { pem } from "./options.ts";

export interface TlsSection {
  readonly tls_cert: string;
  readonly tls_key: string;
}

/** A listening socket, as http/ and net/ have it. */
export interface Reopening {
  setAccepting(accepting: boolean): void;
  reopen(): void;
}

export interface ListenerTlsOptions {
  /** For the log, as `[GateServer]`. */
  readonly name: string;
  readonly section: TlsSection;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two tries to open a socket that could not be opened again, milliseconds. */
const REOPEN_MS = 500;

export class ListenerTls {
  readonly #options: ListenerTlsOptions;
  #current: KeyPair;

  constructor(options: ListenerTlsOptions, current: KeyPair) {
    this.#options = options;
    this.#current = current;
  }

  /** Reads the files of a section. @returns undefined when there are none. @throws Error that names an unreadable one */
  static async read(options: ListenerTlsOptions): Promise<ListenerTls | undefined> {
    const pair = await keyPair(options.section);
    return pair && new ListenerTls(options, pair);
  }

  /** What new connections are met with. */
  get current(): KeyPair {
    return this.#current;
  }

  /** Reads the files again, and has the listeners use them. Never throws: files that cannot be used change nothing. */
  async reload(listeners: readonly Reopening[]): Promise<void> {
    const { name, section, clock, logger } = this.#options;
    try {
      const pair = await keyPair(section);
      if (pair === undefined || isSame(pair, this.#current))
        return logger.log("info", "tls.unchanged", { section: name });
      const own = requireUsable(pair, section.tls_cert, clock.now());
      this.#current = pair;
      await Promise.all(listeners.map((listener) => this.#reopen(listener)));
      logger.log("info", "tls.reloaded", { section: name, until: dayText(endOf(own)) });
    } catch (error) {
      logger.log("error", "tls.kept", {
        section: name,
        certificate: section.tls_cert,
        key: section.tls_key,
        error,
      });
    }
  }

  async #reopen(listener: Reopening): Promise<void> {
    try {
      listener.reopen();
    } catch (error) {
      this.#options.logger.log("error", "tls.closed", { section: this.#options.name, error });
      // Until it is open, or was ended.
      while (!isOpened(listener)) await Bun.sleep(REOPEN_MS);
    }
  }
}

async function keyPair({ tls_cert, tls_key }: TlsSection): Promise<KeyPair | undefined> {
  const [cert, key] = await Promise.all([pem(tls_cert), pem(tls_key)]);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

const isSame = (a: KeyPair, b: KeyPair): boolean => a.cert === b.cert && a.key === b.key;

function isOpened(listener: Reopening): boolean {
  try {
    listener.setAccepting(true);
    return true;
  } catch {
    return false;
  }
}
