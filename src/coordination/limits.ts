/**
 * @module coordination/limits
 * What both rate limiters share.
 */

/** Sums of `perMs / burst` that should meet `perMs` miss it by less than this (milliseconds). */
export const LIMIT_ROUNDING_MS = 1e-3;
