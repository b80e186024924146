/**
 * @module rpc/definition
 * From a service that protoc-gen-es describes to what grpc-js serves and calls. The one place where messages
 * become bytes.
 */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

/** A method whose message types are known. */
export type Method<I extends DescMessage, O extends DescMessage> = DescMethod & { input: I; output: O };

/** What a unary handler knows beside the request, and what it may answer beside the response. */
export interface UnaryContext {
  readonly metadata: Metadata;
  readonly trailer: Metadata;
}

type Handler<M> = M extends { methodKind: "unary"; input: infer I; output: infer O }
  ? (
      request: MessageShape<I & DescMessage>,
      context: UnaryContext,
    ) => Promise<MessageInitShape<O & DescMessage>>
  : M extends { methodKind: "server_streaming"; input: infer I; output: infer O }
    ? (call: ServerWritableStream<MessageShape<I & DescMessage>, MessageShape<O & DescMessage>>) => void
    : M extends { methodKind: "bidi_streaming"; input: infer I; output: infer O }
      ? (call: ServerDuplexStream<MessageShape<I & DescMessage>, MessageShape<O & DescMessage>>) => void
      : never;

/** A unary handler throws it to end the call with a gRPC status; anything else it throws becomes INTERNAL. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  constructor(
    readonly code: status,
    readonly details: string,
  ) {
    super(details);
  }
}

/** One handler for each method. */
export type Handlers<S extends GenServiceMethods> = { readonly [K in keyof S]: Handler<S[K]> };

/** A service as a server takes it. */
export interface RpcService {
  /** Full name, as `message.BalancerService`. */
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Ends the streams that would otherwise outlive the server's stop. */
  readonly close?: () => void;
}

/** Path and codecs of one method. */
export function methodDefinition<I extends DescMessage, O extends DescMessage>(
  method: Method<I, O>,
): MethodDefinition<MessageShape<I>, MessageShape<O>> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
    responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
    requestSerialize: (message) => bytesOf(method.input, message),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => bytesOf(method.output, message),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

/** A service and its handlers, ready to be served. */
export function rpcService<S extends GenServiceMethods>(
  service: GenService<S>,
  handlers: Handlers<S>,
  close?: () => void,
): RpcService {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const method of service.methods) {
    const handler: unknown = handlers[method.localName as keyof S];
    definition[method.localName] = methodDefinition(method) as MethodDefinition<unknown, unknown>;
    implementation[method.localName] =
      method.methodKind === "unary"
        ? serveUnary(method, handler as UnaryHandler)
        : (handler as handleBidiStreamingCall<unknown, unknown>);
  }
  return { name: service.typeName, definition, implementation, ...(close && { close }) };
}

type UnaryHandler = (request: unknown, context: UnaryContext) => Promise<MessageInitShape<DescMessage>>;

function serveUnary(method: DescMethod, handler: UnaryHandler): handleUnaryCall<unknown, unknown> {
  return (call, respond) => {
    const trailer = new Metadata();
    handler(call.request, { metadata: call.metadata, trailer }).then(
      (answer) => respond(null, create(method.output, answer), trailer),
      (error: unknown) =>
        respond(error instanceof StatusError ? error : { code: status.INTERNAL, details: String(error) }),
    );
  };
}

function bytesOf<D extends DescMessage>(type: D, message: MessageShape<D>): Buffer {
  const bytes = toBinary(type, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
