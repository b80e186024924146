/**
 * @module services/coordinated
 * How callers outside learn that coordination (Redis) is away: by the original's own number for it.
 */
import { AppError } from "../domain/error.ts";

/**
 * Awaits a call to coordination.
 * @throws AppError COORDINATION_AWAY where the call throws UNAVAILABLE; other errors pass.
 */
export async function coordinated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AppError) || error.codeName !== "UNAVAILABLE") throw error;
    const detail = error.detail ?? "coordination is not available";
    throw new AppError("COORDINATION_AWAY", { detail, cause: error });
  }
}
