/**
 * @module chat/dialects/newcomer
 * Who has not said yet what it speaks: any frame may come, and an error is the number that every client knows.
 */
import type { Voice } from "./dialect.ts";

export const newcomer: Voice = {
  has: () => true,
  failure: ({ code }) => ({ error: code }),
  echoes: {},
  oddity: undefined,
  strip: undefined,
};
