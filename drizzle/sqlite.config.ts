/** @module drizzle/sqlite.config: what `drizzle-kit generate` makes drizzle/sqlite from. Run from the root. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/store/sqlite/schema.ts",
  out: "./drizzle/sqlite",
});
