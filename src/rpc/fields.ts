/**
 * @module rpc/fields
 * Checks of what came in by gRPC that its types cannot say.
 */
import { AppError } from "../domain/error.ts";
import { type UserId, userId } from "../domain/ids.ts";

/** @throws AppError INVALID_FIELD unless the number can be a user's id. */
export function requireUser(uuid: number, field: string): UserId {
  if (uuid <= 0) throw new AppError("INVALID_FIELD", { field });
  return userId(uuid);
}
