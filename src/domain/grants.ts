/**
 * @module domain/grants
 * What a login token was given on. It is written into the token itself, behind its secret: coordination keeps the
 * hash of the whole, so a token with another grant is another token, and good for nothing.
 */

export interface Grant {
  /** The version of the account that was asked for its password, or that the ticket was given under. */
  readonly version: number;
  /** The resume ticket that it was given on (`Resumption.key`); absent when a password was. */
  readonly through?: string | undefined;
}

/** A grant as text: no `.` at its beginning, no white space. */
export const writeGrant = ({ version, through }: Grant): string =>
  through === undefined ? String(version) : `${version}.${through}`;

/** @returns undefined for a text that is none */
export function readGrant(text: string): Grant | undefined {
  const [, version, through] = /^(\d{1,15})(?:\.([\w-]{1,128}))?$/.exec(text) ?? [];
  return version === undefined ? undefined : { version: Number(version), through };
}

/** A token that carries its grant. @param secret without a `.` */
export const tokenOf = (secret: string, grant: Grant | undefined): string =>
  grant === undefined ? secret : `${secret}.${writeGrant(grant)}`;

/** What a token was given on; undefined for one that was asked for by a server that says nothing of it. */
export function grantOf(token: string): Grant | undefined {
  const dot = token.indexOf(".");
  return dot === -1 ? undefined : readGrant(token.slice(dot + 1));
}
