/**
 * @module cli/version
 * `chatsrv version`: which build this is.
 */
import { version as build } from "../lib/version.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./io.ts";

export const version: Command = {
  name: "version",
  words: [],
  flags: [],
  summary: "the release and the commit it was built from",
  more: "",
  run: async (_args, io) => {
    io.stdout.write(`chatsrv ${build} (Bun ${Bun.version}, ${process.platform} ${process.arch})\n`);
    return EXIT.ok;
  },
};
