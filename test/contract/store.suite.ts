/**
 * @module contract/store.suite
 * The contract of src/store/store.ts, for one adapter. Called inside a `describe`.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Store } from "../../src/store/store.ts";
import { failureOf } from "../support/failure.ts";
import { accountCases } from "./store.accounts.cases.ts";
import { blockCases } from "./store.blocks.cases.ts";
import { changeCases } from "./store.changes.cases.ts";
import { concurrencyCases } from "./store.concurrency.cases.ts";
import { cursorCases } from "./store.cursors.cases.ts";
import { deviceCases } from "./store.devices.cases.ts";
import { friendCases } from "./store.friends.cases.ts";
import { groupHeadCases } from "./store.group-heads.cases.ts";
import { groupRaceCases } from "./store.group-races.cases.ts";
import { groupCases } from "./store.groups.cases.ts";
import { register, type StoreFactory, type StoreHarness } from "./store.harness.ts";
import { messageCases } from "./store.messages.cases.ts";
import { searchCases } from "./store.search.cases.ts";

export function storeSuite(factory: StoreFactory): void {
  let harness: StoreHarness;
  let store: Store;

  beforeAll(async () => {
    harness = await factory.emptyDatabase();
    store = await harness.open();
    await store.migrate();
  });
  afterAll(() => store.close());

  test("says which engine it is, and answers", async () => {
    expect(store.engine).toBe(factory.engine);
    await store.ping();
  });

  test("a closed store refuses calls, and closes again without complaint", async () => {
    const one = await harness.open();
    await one.ping();
    await one.close();
    await one.close();
    for (const call of [() => one.ping(), () => one.accounts.list({ limit: 1 }), () => register(one)])
      expect((await failureOf(call())).codeName).toBe("UNAVAILABLE");
  });

  describe("accounts and profiles", () => accountCases(factory, () => store));
  describe("friends", () => friendCases(() => store));
  describe("blocks", () => blockCases(() => store));
  describe("messages", () => messageCases(() => store));
  describe("cursors", () => cursorCases(() => store));
  describe("groups", () => groupCases(() => store));
  describe("where members of groups stand", () => groupHeadCases(() => store));
  describe("changes", () => changeCases(() => store));
  describe("search", () => searchCases(() => store));
  describe("devices", () => deviceCases(() => store));
  describe("several handles at once", () => concurrencyCases(() => harness));

  describe("groups from several handles at once", () => groupRaceCases(() => harness));

  describe("migrations", () => {
    test("fill an empty database once", async () => {
      const empty = await (await factory.emptyDatabase()).open();
      const due = await empty.pendingMigrations();
      expect(due.length).toBeGreaterThan(0);
      expect(await empty.migrate()).toEqual({ applied: due });
      expect(await empty.pendingMigrations()).toEqual([]);
      expect(await empty.migrate()).toEqual({ applied: [] });
      expect(await register(empty)).toBeGreaterThan(0);
      await empty.close();
    });

    test("run from four handles at once are applied by one of them", async () => {
      const database = await factory.emptyDatabase();
      const handles = await Promise.all([1, 2, 3, 4].map(() => (database.openOnOne ?? database.open)()));
      const due = await handles[0]?.pendingMigrations();
      const reports = await Promise.all(handles.map((handle) => handle.migrate()));
      expect(reports.map(({ applied }) => applied).sort((a, b) => a.length - b.length)).toEqual([
        ...[[], [], []],
        due as string[],
      ]);
      await Promise.all(handles.map((handle) => handle.close()));
    });

    test("keep what is there", async () => {
      const id = await register(store);
      await store.migrate();
      expect((await store.accounts.find(id))?.id).toBe(id);
    });
  });
}
