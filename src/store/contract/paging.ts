/**
 * @module store/contract/paging
 * Pages of what there may be much of. What holds for every method stands in store/store.
 */

export interface PageRequest {
  /** A former page's `next`; undefined for the first page. One that is no cursor reads as the first page. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}
