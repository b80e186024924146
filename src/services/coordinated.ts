/**
 * @module services/coordinated
 * How callers outside learn that coordination (Redis) is away: by the original's own number for it.
 */
import { AppError } from "../domain/error.ts";

/**
 * Awaits a call to coordination.
 * @throws AppError REDIS_UNKOWN_ERROR where the call throws UNAVAILABLE; other errors pass.
 */
export async function coordinated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AppError) || error.codeName !== "UNAVAILABLE") throw error;
    const detail = error.detail ?? "coordination is not available";
    throw new AppError("REDIS_UNKOWN_ERROR", { detail, cause: error });
  }
}
