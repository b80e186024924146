/**
 * @module client/id
 * Ids made by the client.
 */

/**
 * A new `msg_id`: a random UUID in braces, 38 characters. Made of random bytes because `crypto.randomUUID`
 * is missing in pages that were not served over TLS.
 */
export function textId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `{${parts.join("-")}}`;
}
