/**
 * @module http/path
 * The path of a request. A request may come without a host, as from an old balancer's health check, or with one that
 * is none: its url cannot be parsed as one then, yet it has a path like any other.
 */

/** The path of a request's url, percent-encoding undone where it is well-formed; `/` at least. */
export function pathOf(url: string): string {
  const [path = ""] = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/, 1);
  try {
    return decodeURIComponent(path) || "/";
  } catch {
    return path;
  }
}
