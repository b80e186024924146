/**
 * @module lib/secret
 * The cluster's shared secret as processes show it to each other: `authorization: Bearer SECRET`.
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** The value of the header. */
export const bearer = (secret: string): string => `Bearer ${secret}`;

/** Compares what was shown with the secret, in the same time whatever it is. */
export function bearerCheck(secret: string): (shown: string) => boolean {
  const expected = digest(bearer(secret));
  return (shown) => timingSafeEqual(digest(shown), expected);
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
