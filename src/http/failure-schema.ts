/**
 * @module http/failure-schema
 * What a failure looks like, and an answer that is none, for the descriptions that machines read.
 */
import { Code, type CodeName, codeTable } from "../wire/codes.ts";
import { failure } from "../wire/messages.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where both descriptions keep `failureSchema()`. */
export const FAILURE = { $ref: "#/components/schemas/Failure" } as const;

/** JSON Schema of a failure: the whole table of errors at its `error`. */
export function failureSchema(): Json {
  const errors = (Object.keys(Code) as CodeName[]).filter((name) => Code[name] !== Code.SUCCESS);
  return {
    ...failure.json,
    description: "`field` names what is wrong (67, 69, 10); `retry_after_ms` says when to try again (64).",
    properties: {
      ...(failure.json.properties as Json),
      error: {
        type: "integer",
        anyOf: errors.map((name) => ({
          const: Code[name],
          title: name,
          description: codeTable[name].meaning,
        })),
      },
    },
  };
}

/** An answer with this schema where `error` is 0, or a failure. */
export function answerSchema(answer: Json): Json {
  const succeeded = {
    ...answer,
    properties: { ...(answer.properties as Json), error: { const: Code.SUCCESS } },
  };
  return { anyOf: [succeeded, FAILURE] };
}
