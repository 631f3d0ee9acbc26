import { runStatuses } from "../../lab/store/store.ts";
import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  type Contents,
  contentsOf,
  EVENTS,
  hasKept,
  inOrder,
  newsOf,
  withNews,
} from "../../web/contents.ts";

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
    ...{ message: null, tone: "problem" as const, digest: null, note: "" },
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

Deno.test("metrics begin with the one that runs are judged by, then go by kind and name, timing last", () => {
  const ordered = [
    ...["evaluation/return_mean", "evaluation/episode_length", "evaluation/return_std"],
    ...["score/return_mean", "rollout/episode_return_mean", "losses/policy", "losses/value"],
    ...["schedule/learning_rate", "exploration/epsilon", "timing/iteration_seconds"],
  ];
  deepStrictEqual(inOrder(ordered), ordered);
  deepStrictEqual(inOrder(ordered.toReversed()), ordered);
  deepStrictEqual(inOrder(new Set(["b", "timing/a", "a"])), ["a", "b", "timing/a"]);
  const layers = [0, 1, 2, 10, 101].map((layer) => `layers/${layer}/grad_norm`);
  deepStrictEqual(inOrder(layers.toSorted()), layers);
});

Deno.test("a run's checkpoints are one an iteration, of several the final, then the best, oldest first", () => {
  const checkpoints = [
    ...[[1, "last", 30], [2, "best", 10], [3, "last", 10], [4, "final", 30], [5, "best", 30]],
    ...[[6, "diverged", 40], [7, "last", 20]],
  ].map(([id, kind, iteration]) => ({ id, kind, iteration }));
  const asked: unknown[] = [];
  const artifact = (name: string, mediaType: string, iteration = 1) => ({
    ...{ name, mediaType, iteration, hash: `${name}${iteration}` },
  });
  const store = {
    checkpoints: () => checkpoints,
    seriesNames: () => ["losses/a", "evaluation/return_mean"],
    series: () => ({ iterations: [10, 20], values: [1.5, 2.5] }),
    artifacts: () => [
      ...[artifact("samples", "image/png"), artifact("samples", "text/plain", 2)],
      ...[artifact("plane", "text/plain"), artifact("plane", "image/png")],
      artifact("weights", "application/octet-stream"),
    ],
    events: (...args: unknown[]) => (asked.push(args), []),
    eventCount: () => 7,
  };
  const of = (configuration: object, more: object = {}) =>
    contentsOf(store as never, {
      ...{ id: "r", message: "met", status: "stopped", digest: "d", note: "" },
      manifest: { determined: { configuration } },
      ...more,
    } as never);
  const kept = [
    { id: 2, kind: "best", iteration: 10 },
    { id: 7, kind: "last", iteration: 20 },
    { id: 4, kind: "final", iteration: 30 },
  ];
  const agent = of({ agent: {} });
  // A policy has the place and the figure of its evaluation, where there was one.
  deepStrictEqual(agent.policies, [
    { ...kept[0], evaluation: 0, score: 1.5 },
    { ...kept[1], evaluation: 1, score: 2.5 },
    { ...kept[2], evaluation: null, score: null },
  ]);
  deepStrictEqual([agent.models, of({ model: {} }).models], [[], kept]);
  deepStrictEqual(of({ model: {} }).policies, []);
  deepStrictEqual(agent.names, ["evaluation/return_mean", "losses/a"]);
  // A plane is a text of that name; what neither pictures nor texts are is left out.
  deepStrictEqual(agent.planes, [{ name: "plane", iteration: 1, hash: "plane1", isText: true }]);
  deepStrictEqual(agent.pictures, [
    { name: "samples", iteration: 1, hash: "samples1" },
    { name: "samples", iteration: 2, hash: "samples2", isText: true },
    { name: "plane", iteration: 1, hash: "plane1" },
  ]);
  deepStrictEqual(asked[0], ["r", { newest: EVENTS }]);
  const { eventCount, message, tone, digest } = agent;
  deepStrictEqual([eventCount, message, tone, digest], [7, "met", "success", "d"]);
  // What a run says that came to its end is no error.
  deepStrictEqual(
    runStatuses.map((status) => [status, of({ agent: {} }, { status }).tone]),
    [
      ...[["running", "note"], ["completed", "note"], ["stopped", "success"]],
      ...[["interrupted", "note"], ["diverged", "problem"], ["failed", "problem"]],
    ],
  );
  const left = of({ agent: {} }, { status: "interrupted", message: "after iteration 9" });
  deepStrictEqual([left.tone, left.message], ["note", "interrupted after iteration 9"]);
});
