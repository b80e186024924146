/**
 * @module lib/random
 * Unguessable values. The bytes come from the system's generator.
 */

/** A URL-safe secret of `bytes` random bytes (32 by default: 43 characters). */
export function randomSecret(bytes = 32): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url");
}

/** `digits` decimal digits, uniformly distributed, leading zeros kept. */
export function randomDigits(digits: number): string {
  const bound = 10 ** digits;
  const limit = 2 ** 32 - (2 ** 32 % bound);
  const word = new Uint32Array(1);
  do crypto.getRandomValues(word);
  while ((word[0] ?? 0) >= limit);
  return String((word[0] ?? 0) % bound).padStart(digits, "0");
}

/** SHA-256 of a text, hex. For secrets that are random themselves (tokens), which need no slow hash. */
export function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
