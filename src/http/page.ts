/**
 * @module http/page
 * The web client as the gateway serves it. In the compiled binary the page comes as a list of embedded files,
 * served here with the headers that protect it; from the sources Bun bundles it when it is first asked for.
 */
import { basename } from "node:path";

/** Answers a GET of one of the page's files, or nothing for other paths. */
export type PageFiles = ReadonlyMap<string, () => Response>;

/**
 * Scripts and styles come from here and nowhere else; the chat nodes may be on any host; avatars are links.
 * Nobody may show the page in a frame of theirs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data: https: http:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** The files of a page that was built ahead, by path; empty for one that was not. The HTML is at `/`. */
export function pageFiles(page: Bun.HTMLBundle): PageFiles {
  const files = (page.files ?? []).map(({ path, loader, headers }): [string, () => Response] => {
    const isPage = loader === "html";
    const fixed = {
      ...headers,
      // The name of every other file holds a hash of its content.
      "cache-control": isPage ? "no-cache" : "public, max-age=31536000, immutable",
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    };
    return [isPage ? "/" : `/${basename(path)}`, () => new Response(Bun.file(path), { headers: fixed })];
  });
  return new Map(files);
}
