/**
 * @module web/model/times
 * Times as people read them, in the language and zone of the browser. All in milliseconds since 1970.
 */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** `14:05`. */
export const clockTime = (at: number): string => time.format(at);

/** A key that is the same for all times of one day. */
export const dayKey = (at: number): string => new Date(at).toDateString();

/** `Today`, `Yesterday`, `Monday`, `3 May`, `3 May 2024`. */
export function dayName(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return weekday.format(at);
  return sameYear(at, now) ? day.format(at) : dayOfYear.format(at);
}

/** For a list: the time today, the day before that. */
export function shortTime(at: number, now: number): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return "Yesterday";
  return shortDay.format(at);
}

/** `last seen today at 14:05`; "" for never. */
export function lastSeen(at: number, now: number): string {
  if (at <= 0) return "";
  return `last seen ${dayName(at, now).replace(/^(To|Yes)/, (start) => start.toLowerCase())} at ${clockTime(at)}`;
}

function daysBetween(at: number, now: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}

const sameYear = (a: number, b: number): boolean => new Date(a).getFullYear() === new Date(b).getFullYear();
