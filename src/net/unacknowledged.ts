/**
 * @module net/unacknowledged
 * What of the bytes written to a TCP connection the peer's machine has not acknowledged. The kernel knows, and takes half
 * a microsecond to say; Bun does not ask it, so this does.
 */
import { dlopen, ptr } from "bun:ffi";

/** Bytes under way on a socket, by its descriptor; undefined when the system does not tell. */
export type Unacknowledged = (fd: number) => number | undefined;

/** Bytes written and not acknowledged, of Linux's ioctls. */
const SIOCOUTQ = 0x5411;

/** Only Linux with glibc tells. */
export function unacknowledgedBytes(): Unacknowledged {
  const ioctl = findIoctl();
  const answer = new Int32Array(1);
  return (fd) => (ioctl?.(fd, SIOCOUTQ, ptr(answer)) === 0 ? answer[0] : undefined);
}

function findIoctl() {
  if (process.platform !== "linux") return undefined;
  try {
    return dlopen("libc.so.6", { ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" } }).symbols.ioctl;
  } catch {
    return undefined;
  }
}
