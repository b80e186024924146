/**
 * @module faults/scenes/guest
 * A session without the SDK's manners: when the server says that it is over, it stays and asks on, so that it is seen
 * whether it is still served.
 */
import { Link } from "../../../src/client/link.ts";
import type { User } from "../../support/users.ts";
import type { Place } from "../place.ts";
import { now, type Stage, sleep } from "../stage.ts";

const TIMEOUT_MS = 10_000;
const ASK_EVERY_MS = 100;

export class Guest {
  closedAt: number | undefined;
  /** Where it is. */
  place: Place | undefined;
  session = "";
  readonly #link: Link;

  private constructor(readonly device: string) {
    this.#link = new Link(
      {
        push: () => {},
        closed: () => {
          this.closedAt ??= now();
        },
      },
      TIMEOUT_MS,
    );
  }

  /** Logs in. @throws ChatError */
  static async login(
    { world, api }: Stage,
    user: User,
    device: string,
    password = user.password,
  ): Promise<Guest> {
    const guest = new Guest(device);
    const placement = await api.login(user.username, password);
    const dial = world.dialer("tcp", (place) => {
      guest.place = place;
    });
    guest.#link.attach(await dial(placement, guest.#link));
    const { uuid, token } = placement;
    const answer = await guest.#link.request("LOGINSERVER", {
      uuid,
      token,
      proto: 2,
      device,
      name: "guest/1.0",
    });
    guest.session = answer.session ?? "";
    return guest;
  }

  /** Asks on until the connection ends or the time is up. @returns how often it was served, and for how long after `since` */
  async askOn(forMs: number, since = now()): Promise<{ readonly served: number; readonly forMs: number }> {
    let [served, last] = [0, since];
    while (this.closedAt === undefined && now() - since < forMs) {
      try {
        await this.#link.request("FRIENDLISTREQUEST", {});
        served++;
        last = now();
      } catch {
        // Refused, or the connection is gone.
      }
      await sleep(ASK_EVERY_MS);
    }
    return { served, forMs: Math.round(last - since) };
  }

  close(): void {
    this.#link.close("the guest left");
  }
}
