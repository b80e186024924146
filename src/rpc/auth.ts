/**
 * @module rpc/auth
 * The cluster's shared secret in the metadata of every call: `authorization: Bearer SECRET`.
 */
import {
  Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from "@grpc/grpc-js";
import { bearer, bearerCheck } from "../lib/secret.ts";

const HEADER = "authorization";

/** Metadata that proves to hold the secret; empty when there is none. */
export function credentialsOf(secret: string): Metadata {
  const metadata = new Metadata();
  if (secret !== "") metadata.set(HEADER, bearer(secret));
  return metadata;
}

/**
 * Refuses every call, streams too, whose metadata lacks the secret: UNAUTHENTICATED before a message is read
 * or a handler runs. The comparison takes the same time whatever came.
 */
export function requireSecret(secret: string): ServerInterceptor {
  const isRight = bearerCheck(secret);
  return (_method, call) => {
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const [given = ""] = metadata.get(HEADER);
        if (isRight(String(given))) next(metadata);
        else
          call.sendStatus({
            code: status.UNAUTHENTICATED,
            details: "the cluster's secret is missing or wrong",
          });
      })
      .build();
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    );
  };
}
