/**
 * @module rpc/client
 * Calls to other processes: one channel per address, reused; a deadline on every unary call; the secret in its
 * metadata. A call waits for the connection (up to a second) and is sent once; only a call that is marked
 * idempotent is sent again, with backoff, when it was lost on the way.
 */
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import {
  Client,
  type ClientDuplexStream,
  connectivityState,
  type Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from "@grpc/grpc-js";
import { AppError } from "../domain/error.ts";
import { addressText } from "../lib/address.ts";
import { credentialsOf } from "./auth.ts";
import { type Method, methodDefinition } from "./definition.ts";
import { callError } from "./errors.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { type ChannelSecurity, channelSecurity, readTls, type TlsFiles, type TlsTexts } from "./tls.ts";

export interface RpcAddress {
  readonly host: string;
  readonly port: number;
}

export interface RpcClientOptions {
  readonly secret: string;
  readonly tls: TlsFiles;
  /** Milliseconds a unary call may take in all, retries included; 3 s unless given. */
  readonly deadlineMs?: number;
  /** Milliseconds of it to wait for a connection; 1 s unless given. */
  readonly connectMs?: number;
}

export interface UnaryOptions {
  /** Added to the call's metadata. Values are ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Doing it twice is as good as once: it may be sent again when the answer was lost. */
  readonly idempotent?: boolean;
}

const CHANNEL = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  "grpc.keepalive_time_ms": 10_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1_000,
  // A proxy for the web is none for the cluster; addresses carry no service configuration.
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  // Channels are shared here, per address, and end with `close`.
  "grpc.use_local_subchannel_pool": 1,
} as const;
/** Backoff before each further try of an idempotent call. */
const RETRY_AFTER_MS = [50, 200];

export class RpcClient {
  readonly #options: RpcClientOptions;
  #security: (host: string) => ChannelSecurity;
  readonly #channels = new Map<string, Client>();

  /** @throws the file system's error for a TLS file that cannot be read. */
  constructor(options: RpcClientOptions) {
    this.#options = options;
    this.#security = channelSecurity(readTls(options.tls));
  }

  /**
   * Calls a unary method. Gives the answer, whatever its `error`, and the trailing metadata.
   * @throws AppError PEER_AWAY when there is no answer in time.
   */
  async unary<I extends DescMessage, O extends DescMessage>(
    address: RpcAddress,
    method: Method<I, O>,
    request: MessageInitShape<I>,
    options: UnaryOptions = {},
  ): Promise<{ answer: MessageShape<O>; trailer: Metadata }> {
    const { deadlineMs = 3_000, connectMs = 1_000 } = this.#options;
    const until = performance.now() + deadlineMs;
    const to = addressText(address);
    const message = create(method.input, request);
    for (let attempt = 0; ; attempt++) {
      await this.#connected(address, Math.min(until - performance.now(), connectMs));
      try {
        return await this.#send(address, method, message, options, until - performance.now());
      } catch (error) {
        const pause = RETRY_AFTER_MS[attempt];
        const again = options.idempotent === true && isLost(error) && pause !== undefined;
        if (!again || performance.now() + pause >= until) throw callError(error as ServiceError, to);
        await Bun.sleep(pause);
      }
    }
  }

  /** Opens a bidirectional stream; errors come as its `error` event. It has no deadline. */
  stream<I extends DescMessage, O extends DescMessage>(
    address: RpcAddress,
    method: Method<I, O>,
  ): ClientDuplexStream<MessageShape<I>, MessageShape<O>> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    const channel = this.#channel(address);
    return channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, this.#metadata());
  }

  /** New connections are made with these; calls and streams under way go on over those that are there. */
  exchangeTls(tls: TlsTexts): void {
    this.#security = channelSecurity(tls);
    const former = [...this.#channels.values()];
    this.#channels.clear();
    for (const channel of former) channel.close();
  }

  /** Closes all channels; calls under way fail. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #send<I extends DescMessage, O extends DescMessage>(
    address: RpcAddress,
    method: Method<I, O>,
    message: MessageShape<I>,
    options: UnaryOptions,
    withinMs: number,
  ): Promise<{ answer: MessageShape<O>; trailer: Metadata }> {
    const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
    const metadata = this.#metadata();
    for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
    return new Promise((resolve, reject) => {
      let answer: MessageShape<O> | undefined;
      this.#channel(address)
        .makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          message,
          metadata,
          { deadline: Date.now() + withinMs }, // the library asks for a date
          (error, value) => {
            if (error !== null) reject(error);
            else answer = value;
          },
        )
        // Follows the callback, and brings the trailing metadata.
        .on("status", ({ metadata: trailer }: StatusObject) => {
          if (answer !== undefined) resolve({ answer, trailer });
        });
    });
  }

  #connected(address: RpcAddress, withinMs: number): Promise<void> {
    const channel = this.#channel(address);
    if (channel.getChannel().getConnectivityState(true) === connectivityState.READY) return Promise.resolve();
    return new Promise((resolve, reject) =>
      channel.waitForReady(Date.now() + withinMs, (error) =>
        error === undefined || error === null
          ? resolve()
          : reject(
              new AppError("PEER_AWAY", {
                detail: `${addressText(address)}: no connection`,
                cause: error,
              }),
            ),
      ),
    );
  }

  #channel(address: RpcAddress): Client {
    const to = addressText(address);
    let channel = this.#channels.get(to);
    if (channel === undefined) {
      const { credentials, options } = this.#security(address.host);
      channel = new Client(to, credentials, { ...CHANNEL, ...options });
      this.#channels.set(to, channel);
    }
    return channel;
  }

  #metadata(): Metadata {
    return credentialsOf(this.#options.secret);
  }
}

const isLost = (error: unknown): boolean => (error as ServiceError).code === status.UNAVAILABLE;
