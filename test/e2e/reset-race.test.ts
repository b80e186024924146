/**
 * @module e2e/reset-race
 * A reset and a login with the old password at the same time, on real processes: after both answers nothing that the
 * old password opened is open, whichever was first.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "../../src/client/index.ts";
import { failureCode } from "../support/failure.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Shape, shapes } from "../support/shapes.ts";
import { until } from "../support/until.ts";
import { makeUser, type User } from "../support/users.ts";

const NEW_PASSWORD = "Another-2-password";
/** How much later than the reset the login is asked for, milliseconds; before it, too. */
const OFFSETS = [-300, -40, -20, -5, 0, 5, 10, 20, 30, 45, 60, 80];

for (const [name, start] of Object.entries(shapes))
  describe(name, () => {
    let shape: Shape;
    beforeAll(async () => {
      shape = await start();
    }, 60_000);
    afterAll(() => shape?.stop(), 60_000);

    const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
    const reset = async ({ username, email }: User) => {
      await shape.api.getVerification(email);
      const cpatcha = await shape.code(email);
      return () => shape.api.resetPassword({ username, email, password: NEW_PASSWORD, cpatcha });
    };

    test("a token of the old password is worth nothing after both answers", async () => {
      const tokens: number[] = [];
      for (const offset of OFFSETS) {
        const user = await makeUser(shape, shape.api, "race");
        const run = await reset(user);
        const [login, ended] = await Promise.allSettled([
          later(offset).then(() => shape.api.login(user.username, user.password)),
          later(-offset).then(run),
        ]);
        expect(ended.status).toBe("fulfilled");
        if (login.status === "rejected") {
          expect(login.reason).toMatchObject({ code: Code.WRONG_CREDENTIALS });
          continue;
        }
        tokens.push(offset);
        const { uuid, token, host, port } = login.value;
        const peer = await RawPeer.connect(`${host}:${port}`);
        peer.send("LOGINSERVER", { uuid, token, proto: 2, device: "phone" });
        expect({ offset, body: await peer.next("LOGINRESPONSE") }).toEqual({
          offset,
          body: { error: Code.TOKEN_REFUSED },
        });
      }
      expect(tokens).toContain(-300); // Else nothing was tried.
    }, 60_000);

    test("a session of the old password is closed when the reset is answered, and its ticket void", async () => {
      for (const offset of OFFSETS) {
        const user = await makeUser(shape, shape.api, "race");
        const run = await reset(user);
        const enter = async () => {
          const { uuid, token, host, port } = await shape.api.login(user.username, user.password);
          const peer = await RawPeer.connect(`${host}:${port}`);
          peer.send("LOGINSERVER", { uuid, token, proto: 2, device: "phone" });
          return { peer, answer: await peer.next("LOGINRESPONSE") };
        };
        const [entered, ended] = await Promise.allSettled([
          later(offset).then(enter),
          later(-offset).then(run),
        ]);
        expect(ended.status).toBe("fulfilled");
        if (entered.status === "rejected") continue;
        const { peer, answer } = entered.value;
        peer.send("PING", { t: 1 });
        await until(() => peer.closed, { what: `the session to be closed, ${offset} ms` });
        expect(peer.bodies("PONG")).toEqual([]);
        if (answer.error !== 0) continue;
        expect(await failureCode(shape.api.resume(user.uuid, String(answer.resume_token)))).toBe(
          Code.TOKEN_REFUSED,
        );
      }
    }, 60_000);
  });
