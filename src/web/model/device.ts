/**
 * @module web/model/device
 * What the account's list of sessions calls this browser.
 */

const BROWSERS: readonly [name: string, mark: RegExp][] = [
  ["Edge", /Edg\//],
  ["Opera", /OPR\//],
  ["Firefox", /Firefox\/|FxiOS\//],
  ["Chrome", /Chrom(e|ium)\/|CriOS\//],
  ["Safari", /Safari\//],
];
const SYSTEMS: readonly [name: string, mark: RegExp][] = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/** `Firefox on Linux`, from what the browser says of itself; `Web` where that is not understood. */
export function deviceName(userAgent: string): string {
  const named = (list: readonly [string, RegExp][]) => list.find(([, mark]) => mark.test(userAgent))?.[0];
  const browser = named(BROWSERS) ?? "Web";
  const system = named(SYSTEMS);
  return system === undefined ? browser : `${browser} on ${system}`;
}
