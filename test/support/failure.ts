/**
 * @module support/failure
 * How a call that must fail failed.
 */
import { ChatError } from "../../src/client/index.ts";
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

/** The error number that a call of the SDK ended in; 0 when it succeeded. @throws anything but a ChatError */
export async function failureCode(promise: Promise<unknown>): Promise<number> {
  try {
    await promise;
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown;
    return thrown.code;
  }
}
