/**
 * @module support/failure
 * The AppError that a call must end in.
 */
import { AppError } from "../../src/domain/error.ts";

/** @returns what the promise rejected with. @throws Error when it did not, or with anything but an AppError. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error("expected an AppError", { cause: error });
  return error;
}
