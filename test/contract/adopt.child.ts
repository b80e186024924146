/**
 * @module contract/adopt.child
 * An adoption in a process of its own that is killed half way: with MySQL's options as its first argument, it
 * dies by SIGKILL once it has hashed as many passwords as its second argument says.
 */
import { silentLogger } from "../../src/lib/log.ts";
import { adopt } from "../../src/store/mysql/adopt.ts";

const [, , options = "", count = "0"] = process.argv;
let hashed = 0;

await adopt(
  JSON.parse(options),
  async (password) => {
    if (hashed >= Number(count)) process.kill(process.pid, "SIGKILL");
    const hash = await Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 64, timeCost: 1 });
    hashed += 1;
    return hash;
  },
  silentLogger,
);
