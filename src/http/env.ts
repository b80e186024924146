/**
 * @module http/env
 * What travels with a request through the Hono app.
 */
export interface HttpEnv {
  Bindings: {
    /** The address at the other end of the socket. */
    peer: string;
  };
  Variables: {
    /** The client's address, see http/client-address. */
    client: string;
  };
}
