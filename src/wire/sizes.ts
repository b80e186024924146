/**
 * @module wire/sizes
 * How long and how many things may be, on every surface alike: the chat wire's bodies are declared with these
 * numbers, the SDK refuses by them before it sends, and domain/sizes holds what comes any other way to them.
 */

/** Largest text of one message, in bytes of UTF-8; more is TOO_LARGE. */
export const MAX_CONTENT_BYTES = 16_384;
/**
 * The same as JSON, in bytes: what escapes to more does not fit the frames that carry it on, with their ids, seq and
 * time (wire/frame: 65,531 bytes).
 */
export const MAX_CONTENT_JSON_BYTES = 60_000;
/** Characters of the id that a client gives a message; at least one. */
export const MAX_CLIENT_ID = 64;
/** Characters of the name of a kind of message. */
export const MAX_KIND = 20;
/** Messages that may be sent together; more is TOO_LARGE. */
export const MAX_TEXTS = 100;
/** Characters of a friend request's nickname and message, and of what one calls a friend. */
export const MAX_LABEL = 255;
/** Characters of a profile's fields. */
export const MAX_NICKNAME = 50;
export const MAX_AVATAR = 255;
export const MAX_DESCRIPTION = 4_096;
/** Characters of what a group is called. */
export const MAX_GROUP_NAME = 100;
/** Messages of one page of history; fewer when they do not fit one frame. */
export const MAX_HISTORY_PAGE = 200;
/** Entries of one page of heads or friends. */
export const MAX_PAGE = 200;

/** Bytes that `text` takes in UTF-8; a lone surrogate counts as U+FFFD (3 bytes), as TextEncoder writes it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2; // a pair: 2 units, 4 bytes
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * Whether a text has more than `max` characters, which are code points, as the columns of the database count them;
 * they are counted only where its length leaves it open.
 */
export function isLonger(text: string, max: number): boolean {
  return text.length > max && (text.length > 2 * max || [...text].length > max);
}

/** Whether a text is too large to be a message's content. A short one is not looked at: 6 is the longest escape. */
export function isContentTooLarge(text: string): boolean {
  if (text.length * 6 <= MAX_CONTENT_BYTES) return false;
  return (
    text.length > MAX_CONTENT_BYTES ||
    utf8Length(text) > MAX_CONTENT_BYTES ||
    utf8Length(JSON.stringify(text)) > MAX_CONTENT_JSON_BYTES
  );
}

/** Characters of what is searched for. */
export const MAX_SEARCH = 256;

/** Users that one change of a group may name, in all its lists together: what it became must fit one message. */
export const MAX_NAMED = 500;
/** Characters (code points) of a reaction: a family of several takes a dozen. */
export const MAX_EMOJI = 32;
/** Different emoji of one message that are told: those that most gave. */
export const MAX_EMOJI_SHOWN = 50;
