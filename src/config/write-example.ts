/**
 * @module config/write-example
 * Writes config.ini.example anew after a change of the table: `bun src/config/write-example.ts`.
 */
import { join } from "node:path";
import { renderExample } from "./render.ts";

await Bun.write(join(import.meta.dir, "../../config.ini.example"), renderExample());
