/** @module What the errors of MySQL and MariaDB mean for a connection, a call and its caller. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/domain/error.ts";
import {
  breaksConnection,
  isCrowded,
  lostRace,
  mayBeTooLong,
  readOnlyServer,
  timedOut,
  translated,
} from "../../src/store/mysql/errors.ts";
import { sessionSettings } from "../../src/store/mysql/options.ts";

/** An error as the driver makes it of the server's answer. */
const answered = (errno: number, sqlState = "HY000", message = "words") =>
  Object.assign(new Error(message), { code: `ER_${errno}`, errno, sqlState });
/** An error of the socket. */
const lost = (code: string) => Object.assign(new Error(code), { code, errno: -104, fatal: true });

const codeOf = (thrown: unknown) => {
  const error = translated(thrown);
  return error instanceof AppError ? error.codeName : error;
};

describe("errors of MySQL and MariaDB", () => {
  test.each([
    [1290, "HY000", "--read-only"],
    [1792, "25006", "read only transaction"],
    [1836, "HY000", "running in read-only mode"],
    [1047, "08S01", "WSREP has not yet prepared node"],
    [1053, "08S01", "server shutdown in progress"],
    [1152, "08S01", "aborting connection"],
    [1927, "70100", "connection was killed"],
    [3032, "HY000", "offline mode"],
    [4031, "HY000", "disconnected because of inactivity"],
  ])("%d (%s): the connection is given up, the call may be made again", (errno, sqlState, message) => {
    const error = answered(errno, sqlState, message);
    expect([breaksConnection(error), codeOf(error)]).toEqual([true, "UNAVAILABLE"]);
    expect(lostRace(error)).toBe(false);
  });

  test.each([1205, 1213, 1020, 1180, 3101])(
    "%d: lost against another, run again where it stands",
    (errno) => {
      const error = answered(errno, "40001");
      expect([lostRace(error), breaksConnection(error), codeOf(error)]).toEqual([true, false, "UNAVAILABLE"]);
    },
  );

  test.each([1040, 1203, 1226])("%d: no connection left, nothing was begun", (errno) => {
    expect(isCrowded(answered(errno, errno === 1040 ? "08004" : "42000"))).toBe(true);
  });

  test.each([1317, 3024, 1969, 1114, 1021])("%d: this statement failed, the connection is good", (errno) => {
    const error = answered(errno, "70100");
    expect([breaksConnection(error), lostRace(error), codeOf(error)]).toEqual([false, false, "UNAVAILABLE"]);
  });

  test("a statement that is too long is the statement's fault, or looks like a lost connection", () => {
    const refused = answered(1153, "08S01");
    expect([mayBeTooLong(refused), breaksConnection(refused), codeOf(refused)]).toEqual([
      ...[true, true],
      "TOO_LARGE",
    ]);
    for (const code of ["EPIPE", "ECONNRESET", "PROTOCOL_CONNECTION_LOST"])
      expect([mayBeTooLong(lost(code)), codeOf(lost(code))]).toEqual([true, "UNAVAILABLE"]);
    for (const error of [lost("ECONNREFUSED"), timedOut(1), readOnlyServer()])
      expect([mayBeTooLong(error), breaksConnection(error)]).toEqual([false, true]);
  });

  test("what wraps an error hides nothing", () => {
    const wrapped = new Error("query failed", { cause: answered(1290) });
    expect([breaksConnection(wrapped), codeOf(wrapped)]).toEqual([true, "UNAVAILABLE"]);
    const bug = new TypeError("ours");
    expect([breaksConnection(bug), translated(bug)]).toEqual([false, bug]);
  });
});

test("a server gives a connection up after three heartbeats that did not come", () => {
  expect(sessionSettings({ heartbeatSeconds: 5 }).join(";")).toContain("wait_timeout = 15");
});
