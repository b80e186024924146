/**
 * @module http/openapi
 * The description of the HTTP calls for machines (OpenAPI 3.1), made of the tables of src/wire.
 */
import { Code, type CodeName, codeTable } from "../wire/codes.ts";
import { type HttpPath, httpCalls, MAX_HTTP_BODY_BYTES } from "../wire/http.ts";
import { failure } from "../wire/messages.ts";

const FAILURE = "#/components/schemas/Failure";

/** @param server the address under which people reach the gateway; "" for the one the document came from. */
export function openApi(version: string, server: string): Record<string, unknown> {
  const errors = (Object.keys(Code) as CodeName[]).filter((name) => Code[name] !== Code.SUCCESS);
  return {
    openapi: "3.1.0",
    info: {
      title: "chatsrv gateway",
      version,
      description: [
        "Every call is POST with a JSON object and answers status 200, also when it failed: `error` is 0 for",
        `success, else a number of the table at Failure. Bodies are limited to ${MAX_HTTP_BODY_BYTES} bytes.`,
      ].join(" "),
    },
    servers: [{ url: server === "" ? "/" : server }],
    paths: Object.fromEntries((Object.keys(httpCalls) as HttpPath[]).map((path) => [path, describe(path)])),
    components: {
      schemas: {
        Failure: {
          ...failure.json,
          description:
            "`field` names what is wrong (67, 69, 10); `retry_after_ms` says when to try again (64).",
          properties: {
            ...(failure.json.properties as Record<string, unknown>),
            error: {
              type: "integer",
              anyOf: errors.map((name) => ({
                const: Code[name],
                title: name,
                description: codeTable[name].meaning,
              })),
            },
          },
        },
      },
    },
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
          content: { "application/json": { schema: { anyOf: [succeeded(answer.json), { $ref: FAILURE }] } } },
        },
      },
    },
  };
}

/** An answer's schema, where `error` can only be 0. */
const succeeded = (json: Readonly<Record<string, unknown>>) => ({
  ...json,
  properties: { ...(json.properties as Record<string, unknown>), error: { const: Code.SUCCESS } },
});
