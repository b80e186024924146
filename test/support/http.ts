/**
 * @module support/http
 * Calls of a gateway's app without a socket.
 */
import type { HttpApp } from "../../src/http/app.ts";

/** An answer as a client of the original sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** POSTs `body`: a text or a blob of bytes as it is, anything else as JSON. */
export async function post(
  app: HttpApp,
  path: string,
  body: unknown,
  { headers = {}, peer = "192.0.2.1" }: { headers?: Record<string, string>; peer?: string } = {},
): Promise<Answer> {
  const raw = typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body);
  const response = await app.request(path, { method: "POST", body: raw ?? null, headers }, { peer });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
