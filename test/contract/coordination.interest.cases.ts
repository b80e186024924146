/**
 * @module contract/coordination.interest.cases
 * Which nodes are interested in which groups, on any adapter.
 */
import { describe, expect, test } from "bun:test";
import type { NodeAddress } from "../../src/domain/entities.ts";
import { conversationId, nodeName } from "../../src/domain/ids.ts";
import { atOnce, type Current } from "./coordination.fixture.ts";

const at = (name: string, incarnation = `${name}#1`): NodeAddress => ({ node: nodeName(name), incarnation });
const group = conversationId(7);
/** In the same slot of a Cluster as `group`. */
const sibling = conversationId(7 + 64);
const huge = conversationId(Number.MAX_SAFE_INTEGER);

export function interestCases(current: Current): void {
  const interest = () => current().coordination.interest;
  const namesIn = async (conversation = group) =>
    ((await interest().of([conversation])).get(conversation) ?? []).map((one) => one.incarnation).sort();

  describe("interest", () => {
    test("who was added is found as it was added, by who asks for many, and not once it is removed", async () => {
      const odd = at("näme with spaces\n{x}", "odd-_1");
      await interest().add(odd, [group, huge]);
      await interest().add(at("b"), [sibling, group]);
      const found = await interest().of([group, sibling, conversationId(1), huge]);
      expect([...found.keys()]).toEqual([group, sibling, huge]);
      expect(found.get(huge)).toMatchObject([odd]);
      expect(found.get(sibling)).toMatchObject([at("b")]);
      expect(await namesIn()).toEqual(["b#1", "odd-_1"]);
      await interest().remove(odd, [group, huge, sibling]);
      expect([await namesIn(), await namesIn(sibling), await namesIn(huge)]).toEqual([["b#1"], ["b#1"], []]);
    });

    test("thousands of groups in one call each", async () => {
      const groups = Array.from({ length: 3_000 }, (_, i) => conversationId(i * 3 + 1));
      await interest().add(at("a"), groups);
      await interest().add(at("b"), groups.slice(0, 10));
      const found = await interest().of(groups);
      expect(found.size).toBe(3_000);
      expect([...found.values()].filter((nodes) => nodes.length === 2)).toHaveLength(10);
      await interest().remove(at("a"), groups);
      expect((await interest().of(groups)).size).toBe(10);
      await interest().add(at("a"), []);
      await interest().remove(at("a"), []);
      expect(await interest().of([])).toEqual(new Map());
    });

    test("a restarted node is another: removing one leaves the other", async () => {
      await interest().add(at("a", "a#1"), [group]);
      await interest().add(at("a", "a#2"), [group]);
      expect(await namesIn()).toEqual(["a#1", "a#2"]);
      await interest().remove(at("a", "a#1"), [group]);
      expect(await namesIn()).toEqual(["a#2"]);
    });

    test("the dead are forgotten, but for who was added again since they were read", async () => {
      await interest().add(at("a"), [group]);
      await interest().add(at("b"), [group]);
      await interest().add(at("c"), [group]);
      const read = (await interest().of([group])).get(group) ?? [];
      await interest().add(at("b"), [group]);
      await interest().forget(
        group,
        read.filter(({ node }) => node !== nodeName("c")),
      );
      expect(await namesIn()).toEqual(["b#1", "c#1"]);
    });

    test("a hundred nodes that are added at once are all there, each once", async () => {
      await atOnce(200, (i) => interest().add(at(`n${i % 100}`), [group, sibling]));
      expect(new Set(await namesIn()).size).toBe(100);
      expect(await namesIn(sibling)).toHaveLength(100);
    });
  });
}
