import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import { type Contents, EVENTS, hasKept, newsOf, withNews } from "../../web/contents.ts";

function contents(count: number, more: Partial<Contents> = {}): Contents {
  const from = Math.max(0, count - EVENTS);
  const events = Array.from({ length: count - from }, (_, i) => ({
    ...{ at: 0, iteration: from + i, level: "info" as const },
    message: `event ${from + i}`,
  }));
  return {
    ...{
      names: ["a"],
      pictures: [],
      planes: [],
      policies: [],
      models: [],
      events,
      eventCount: count,
    },
    ...{ message: null, wanted: false, digest: null },
    ...more,
  };
}

Deno.test("news hold what changed, of the events the new ones", () => {
  const before = contents(300);
  deepStrictEqual(newsOf(before, before), {});
  deepStrictEqual(newsOf(before, contents(300)), {});
  deepStrictEqual(newsOf(before, contents(301, { names: ["a", "b"] })), {
    names: ["a", "b"],
    events: contents(301).events.slice(-1),
    eventCount: 301,
  });
});

Deno.test("news lead from any contents to any later ones", () => {
  const count = fc.nat({ max: 3 * EVENTS });
  fc.assert(
    fc.property(count, count, fc.string(), (a, b, message) => {
      const [before, now] = [contents(Math.min(a, b)), contents(Math.max(a, b), { message })];
      deepStrictEqual(withNews(before, newsOf(before, now)), now);
    }),
    { numRuns: 50 },
  );
});

Deno.test("what a run was before it diverged is nothing that it has kept", () => {
  const has = (...kinds: string[]) =>
    hasKept({ checkpoints: () => kinds.map((kind) => ({ kind })) } as never, "r");
  deepStrictEqual([has(), has("diverged"), has("diverged", "last")], [false, false, true]);
  strictEqual(has("final"), true);
});
