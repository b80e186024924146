/**
 * @module chat/desktop
 * Habits of the original's desktop client that would look like bad input from anybody else.
 */

/**
 * Whether a 17 is one of the two odd ones that the desktop client sends by itself: before each text over 1,024
 * characters a bare `{msg_receiver, msg_sender}`, and for an empty send a frame of nothing. They are answered
 * with an error and not held against it.
 */
export function isDesktopOddity(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const { text_msg, text_sender, text_receiver, msg_sender, msg_receiver } = body as Record<string, unknown>;
  if (text_msg === undefined) return msg_sender !== undefined && msg_receiver !== undefined;
  return Array.isArray(text_msg) && text_msg.length === 0 && text_sender === null && text_receiver === null;
}
