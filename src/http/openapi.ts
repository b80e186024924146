/**
 * @module http/openapi
 * The description of the HTTP calls for machines (OpenAPI 3.1), made of the tables of src/wire.
 */
import { type HttpPath, httpCalls, MAX_HTTP_BODY_BYTES } from "../wire/http.ts";
import { answerSchema, failureSchema } from "./failure-schema.ts";

/** @param server the address under which people reach the gateway; "" for the one the document came from. */
export function openApi(version: string, server: string): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: {
      title: "chatsrv gateway",
      version,
      description: [
        "Every call is POST with a JSON object and answers status 200, also when it failed: `error` is 0 for",
        `success, else a number of the table at Failure. Bodies are limited to ${MAX_HTTP_BODY_BYTES} bytes.`,
        "What comes after the login, the chat wire, is described by `/asyncapi.json`.",
      ].join(" "),
    },
    servers: [{ url: server === "" ? "/" : server }],
    paths: Object.fromEntries((Object.keys(httpCalls) as HttpPath[]).map((path) => [path, describe(path)])),
    components: { schemas: { Failure: failureSchema() } },
  };
}

function describe(path: HttpPath): Record<string, unknown> {
  const { request, answer, meaning } = httpCalls[path];
  return {
    post: {
      operationId: path.slice(1),
      summary: meaning,
      requestBody: { required: true, content: { "application/json": { schema: request.json } } },
      responses: {
        200: {
          description: "`error` 0 and the answer, or the failure.",
          content: { "application/json": { schema: answerSchema(answer.json) } },
        },
      },
    },
  };
}
