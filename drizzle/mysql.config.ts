/** @module drizzle/mysql.config: what `drizzle-kit generate` makes drizzle/mysql from. Run from the root. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "mysql",
  schema: "./src/store/mysql/schema.ts",
  out: "./drizzle/mysql",
});
