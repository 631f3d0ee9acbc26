import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import type { Environment } from "../../../lab/core/environment.ts";
import type { DatasetDefinition } from "../../../lab/core/registry.ts";
import {
  agentsThatFit,
  modelsThatFit,
  pictureNote,
  requireBody,
  requireDataFit,
} from "../../../lab/experiment/fit.ts";
import type { Registries } from "../../../lab/experiment/registries.ts";
import { Box, Discrete } from "../../../lab/core/space.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { registries } from "../../../registries.ts";

const box = (...shape: number[]) => new Box({ low: 0, high: 1, shape });

Deno.test("a picture that meets dense layers is said in one line, and no other observation is", () => {
  strictEqual(
    pictureNote(box(84, 84, 4), []),
    "pictures enter dense layers, which learn little from them: Box(0, 1, [84, 84, 4]); " +
      "set agent.convolutions",
  );
  strictEqual(
    pictureNote(box(84, 84), "nature"),
    "pictures enter dense layers, which learn little from them: Box(0, 1, [84, 84]); " +
      "show them with an axis of channels to convolve them",
  );
  for (const space of [box(84, 84, 4), box(4), new Discrete(3)]) {
    strictEqual(pictureNote(space, "nature"), undefined);
  }
  for (const space of [box(4), new Discrete(3)]) strictEqual(pictureNote(space, []), undefined);
  strictEqual(pictureNote(box(84, 84), undefined), undefined);
});

Deno.test("a resolved experiment carries the line, for every agent with networks", async () => {
  for (const name of ["ppo", "a2c", "dqn", "recurrent-ppo"]) {
    const notes = async (convolutions: string | number[][]) =>
      (await resolve({
        ...{ name: "seen", environment: { id: "CartPolePixels-v0", size: 32 }, budget: 10_000 },
        agent: { name, convolutions },
      }, registries)).notes.length;
    deepStrictEqual([await notes([]), await notes("impala")], [1, 0], name);
  }
});

/** Registries of agents and models that take this and that. */
function takers(agents: Record<string, object>, models: Record<string, object>) {
  const entries = (all: Record<string, object>) =>
    Object.entries(all).map(([name, takes]) => ({
      ...{ name, summary: "", load: () => Promise.resolve({ name, takes }) },
    }));
  return { agents: entries(agents), models: entries(models) } as unknown as Registries;
}

Deno.test("those that fit a world or a data set are named, the others are not", async () => {
  const [any, images] = [["images", "points", "sequences"], ["images"]];
  const known = takers({
    both: { actions: ["discrete", "box"] },
    choices: { actions: ["discrete"], body: true },
    tables: { actions: ["discrete"], observations: ["discrete"] },
    planners: { actions: ["discrete"], observations: ["discrete"], transitions: true },
  }, {
    all: { examples: any },
    pictures: { examples: images },
    classes: { examples: any, labels: "required" },
    pairs: { examples: images, partners: "required" },
    bits: { examples: images, values: "binary" },
  });
  const world = (observationSpace: object, actionSpace: object, more = {}) =>
    agentsThatFit({ observationSpace, actionSpace, ...more } as Environment, known);
  const five = new Discrete(5);
  deepStrictEqual(await world(box(4), box(1)), ["both"]);
  deepStrictEqual(await world(box(4), five), ["both", "choices"]);
  deepStrictEqual(await world(five, five), ["both", "choices", "tables"]);
  const transitions = () => [];
  deepStrictEqual(await world(five, five, { transitions }), [
    ...["both", "choices", "tables", "planners"],
  ]);
  const held = (kind: "images" | "points", more = {}) => modelsThatFit({ kind, ...more }, known);
  deepStrictEqual(await held("points"), ["all"]);
  deepStrictEqual(await held("points", { labels: true }), ["all", "classes"]);
  deepStrictEqual(await held("images", { partners: true }), ["all", "pictures", "pairs"]);
  deepStrictEqual(await held("images", { binary: true, labels: true }), [
    ...["all", "pictures", "classes", "bits"],
  ]);
  const load = (name: string) => known.agents.find((each) => each.name === name)!.load();
  await requireBody(await load("choices"), "own", known);
  await rejects(
    requireBody(await load("both"), "own", known),
    /^InputError: Cannot use "own" as both takes no network body\. Agents that do: choices$/,
  );
  const model = await known.models.find(({ name }) => name === "classes")!.load();
  const data = (holds?: object) => ({ name: "dots", holds }) as DatasetDefinition;
  await requireDataFit(model, data(), known);
  await requireDataFit(model, data({ kind: "points", labels: true }), known);
  await rejects(
    requireDataFit(model, data({ kind: "points" }), known),
    /Cannot train classes on dots as it takes .*Models that fit: all$/,
  );
});
