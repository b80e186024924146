/**
 * @module chat/dialects/original/desktop
 * What the original's desktop client needs that nobody else does, and habits of its that would look like bad input from
 * anybody else.
 */
import type { Profile } from "../../../domain/entities.ts";

/** Pictures that it has, as files `0.png`, `1.png` and so on. */
const PICTURES = 9;

/**
 * A profile as its cards can show it. They print the description as name and message and the avatar from a file of its
 * own, so that somebody who has neither, as everybody new, is a blank card: the nickname and one of its pictures stand in.
 */
export function withStandIns(profile: Profile): Profile {
  const { id, username, nickname, avatar, description } = profile;
  return {
    ...profile,
    avatar: avatar.trim() === "" ? `${id % PICTURES}.png` : avatar,
    description: description.trim() === "" ? nickname || username : description,
  };
}

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
