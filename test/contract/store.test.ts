/**
 * @module contract/store
 * The contract of src/store/store.ts, on every adapter.
 */
import { describe } from "bun:test";
import { factories } from "./store.harness.ts";
import { storeSuite } from "./store.suite.ts";

for (const factory of factories) describe(`store contract: ${factory.engine}`, () => storeSuite(factory));
