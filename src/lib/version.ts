/**
 * @module lib/version
 * Which build this is.
 */
import { version as release } from "../../package.json";

/** The commit of the build, put in by deploy/build.ts; not there when run from the sources. */
declare const CHATSRV_COMMIT: string | undefined;

/** The release of package.json and the commit it was built from: `0.1.0+1a2b3c4`, or `0.1.0+source`. */
export const version = `${release}+${typeof CHATSRV_COMMIT === "string" ? CHATSRV_COMMIT : "source"}`;
