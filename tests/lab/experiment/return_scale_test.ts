/** What a return is held against: the world's own marks, those of allowed actions where an agent keeps to them. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import * as z from "zod";
import type { Environment } from "../../../lab/core/environment.ts";
import type { EnvironmentEntry } from "../../../lab/core/registry.ts";
import type { Json } from "../../../lab/core/snapshot.ts";
import {
  evaluatedRandom,
  randomWords,
  registeredWorld,
  returnScale,
  returnScales,
  scaleKey,
  taskOf,
} from "../../../lab/experiment/return_scale.ts";
import type { Run } from "../../../lab/store/store.ts";
import { registries as lab } from "../../../registries.ts";

let closed = 0;
const [all, allowed] = [{ mean: -700, deviation: 90 }, { mean: -200, deviation: 5 }];
const entry = (id: string, more: Partial<EnvironmentEntry>): EnvironmentEntry => ({
  ...{ id, summary: "" },
  configuration: z.strictObject({ size: z.int().default(4) }),
  make: ({ size }) =>
    ({ rewardThreshold: 2 * size, close: () => closed++ }) as unknown as Environment,
  ...more,
});
const registries = {
  environments: [
    entry("Masked-v0", { randomReturn: all, randomAllowedReturn: allowed }),
    entry("Plain-v0", { randomReturn: all }),
  ],
};
type Given = { readonly [key: string]: Json };
const scaleOf = (environment: Given, agent?: Given) =>
  returnScale({ environment, ...agent && { agent } }, registries);

Deno.test("a world with its default options has all its marks, with others its threshold alone", () => {
  deepStrictEqual(scaleOf({ id: "Plain-v0" }), {
    ...{ id: "Plain-v0", random: all, masked: false, threshold: 8 },
  });
  deepStrictEqual(scaleOf({ id: "Plain-v0", size: 4 })?.random, all);
  deepStrictEqual(scaleOf({ id: "Plain-v0", size: 5 }), {
    ...{ id: "Plain-v0", random: undefined, masked: false, threshold: 10 },
  });
  strictEqual(closed, 3, "each world that was made is closed");
});

Deno.test("own worlds, unknown ones, options that a world does not take and models have no scale", () => {
  const without: Given[] = [
    { environment: { id: "Other-v0" } },
    { environment: { id: "Plain-v0", own: true } },
    { environment: { id: "Plain-v0", colour: "red" } },
    { environment: { id: "Plain-v0", size: 4.5 } },
    { model: { name: "vae" } },
  ];
  for (const configuration of without) {
    strictEqual(returnScale(configuration, registries), undefined);
    strictEqual(registeredWorld(configuration, registries), undefined);
  }
  deepStrictEqual(registeredWorld({ environment: { id: "Plain-v0" } }, registries), {
    ...{ entry: registries.environments[1], options: { size: 4 } },
  });
});

Deno.test("an agent that keeps to a world's masks is held against actions that they allow", () => {
  const of = (agent: Given | undefined, id = "Masked-v0") => {
    const { random, masked } = scaleOf({ id }, agent)!;
    return [random, masked];
  };
  deepStrictEqual(of({ name: "ppo", maskActions: true }), [allowed, true]);
  deepStrictEqual(of({ name: "ppo", maskActions: false }), [all, false]);
  deepStrictEqual(of({ name: "ppo" }), [all, false]);
  deepStrictEqual(of({ name: "random" }), [allowed, true]);
  deepStrictEqual(of({ name: "random", maskActions: false }), [all, false]);
  deepStrictEqual(of(undefined), [all, false]);
  deepStrictEqual(of({ name: "ppo", maskActions: true }, "Plain-v0"), [all, false]);
  deepStrictEqual([true, false].map((masked) => randomWords({ masked })), [
    ...["random allowed actions", "random actions"],
  ]);
});

Deno.test("what evaluations play is cut where they cut it", () => {
  const cut = { mean: -100, deviation: 2, after: 50 };
  deepStrictEqual(evaluatedRandom({ ...all, cut }), cut);
  deepStrictEqual(evaluatedRandom(all), all);
});

Deno.test("runs have a scale for each world, its options, and whether its masks are kept to", () => {
  const configurations: Given[] = [
    { environment: { id: "Masked-v0" }, agent: { name: "ppo", maskActions: true } },
    { environment: { id: "Masked-v0" }, agent: { name: "random" } },
    { environment: { id: "Masked-v0" }, agent: { name: "dqn" } },
    { environment: { id: "Own-v0" }, agent: { name: "dqn" } },
    { environment: { id: "Plain-v0", size: 5 }, agent: { name: "dqn" } },
    { environment: { id: "Plain-v0" }, agent: { name: "dqn" } },
    { environment: { id: "Plain-v0" }, agent: { name: "ppo", maskActions: true } },
    { environment: { id: "Plain-v0", size: 4 }, agent: { name: "dqn" } }, // the default
    { model: { name: "vae" } },
  ];
  const runs = configurations.map((configuration) => ({
    manifest: { determined: { configuration } },
  }));
  deepStrictEqual(
    returnScales(runs as unknown as Run[], registries).map(({ id, masked, threshold }) => [
      ...[id, masked, threshold],
    ]),
    [
      ["Masked-v0", true, 8],
      ["Masked-v0", false, 8],
      ["Plain-v0", false, 10],
      ["Plain-v0", false, 8],
    ],
  );
  const keys = configurations.map((configuration) => scaleKey(configuration, registries));
  deepStrictEqual([keys[0] === keys[1], keys[0] === keys[2], keys[5] === keys[6]], [
    ...[true, false, true],
  ]);
});

Deno.test("a task is a world with its options, an own or unknown world as it stands, or data", () => {
  const taskIn = (configuration: Given, code?: string) =>
    taskOf({ configuration, code }, registries);
  const plain = taskIn({ environment: { id: "Plain-v0" } });
  strictEqual(taskIn({ environment: { size: 4, id: "Plain-v0" }, agent: { name: "dqn" } }), plain);
  const others: Given[] = [
    { environment: { id: "Plain-v0", size: 5 } },
    { environment: { id: "Plain-v0", own: true } },
    { environment: { id: "Plain-v0", colour: "red" } },
    { environment: { id: "Masked-v0" } },
    { dataset: { name: "glyphs" } },
    {},
  ];
  strictEqual(new Set([plain, ...others.map((each) => taskIn(each))]).size, 7);
  // An own one is what its code says, whatever it is called; a registered one says all itself.
  const ownParts: Given[] = [others[1], { dataset: { name: "a", own: true } }];
  for (const own of ownParts) {
    strictEqual(new Set(["0a", "0a", "1b", undefined].map((code) => taskIn(own, code))).size, 3);
  }
  strictEqual(taskIn({ environment: { id: "Plain-v0" } }, "0a"), plain);
});

Deno.test("where an agent cuts episodes it is held against random actions that are cut as it is", () => {
  const { environments } = lab;
  const of = (episodeLimit?: number) =>
    returnScale({
      environment: { id: "CliffWalking-v1" },
      agent: { name: "q-learning", ...episodeLimit !== undefined && { episodeLimit } },
    }, { environments })!.random;
  for (const limit of [undefined, 0, 10_000]) strictEqual(of(limit)!.cut!.after, 10_000);
  deepStrictEqual(of(200)!.cut, { after: 200, mean: -2079.1, deviation: 677.02 });
  strictEqual(of(20), undefined, "not measured");
});

Deno.test("random actions are measured as every preset cuts their episodes", async () => {
  let count = 0;
  for (const { name, load } of lab.experiments) {
    const { environment, agent } = await load() as { environment?: { id: string }; agent: object };
    const world = lab.environments.find(({ id }) => id === environment?.id);
    if (world?.randomReturn?.cuts === undefined) continue;
    const configuration = { environment: { id: world.id }, agent } as Record<string, Json>;
    ok(returnScale(configuration, lab)!.random !== undefined, name);
    count++;
  }
  ok(count > 3);
});
