import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { LONGEST } from "../../agents/trainers/evaluated_episodes.ts";
import { makeEnv } from "../../envs/mod.ts";
import { tunableWorlds } from "../../envs/tunable.ts";
import { timeLimit } from "../../envs/wrappers/time_limit.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import { type Actor, clear, Episodes } from "../../web/episodes.ts";
import { evaluationSeeds, playedThrough } from "../../web/evaluated_episodes.ts";
import { disturbancesOf, returnUnder } from "../../web/robustness.ts";
import type { Run } from "../../lab/store/store.ts";
import { playerOf } from "../../web/run_parts.ts";
import { manifestOf } from "./sample_store.ts";

/** Pushes to where the pole leans, which sways it more and more. */
const sway: Actor = {
  masked: false,
  act(observation) {
    const [, , angle] = observation as Float32Array;
    return angle > 0 ? 1 : 0;
  },
  reset() {},
};
const world = { id: "CartPole-v1" };

Deno.test("an undrawn episode is the one that is drawn, whatever the senses", () => {
  const returns = new Set<number>();
  for (const senses of [clear, { latency: 3, noise: 0 }, { latency: 1, noise: 0.02 }]) {
    const drawn = new Episodes(makeEnv(world.id), sway);
    drawn.senses = senses;
    drawn.begin(5);
    while (drawn.standing.end === null) drawn.step();
    const undrawn = playedThrough(makeEnv(world.id), sway, 5, senses);
    strictEqual(undrawn, drawn.standing.episodeReturn, JSON.stringify(senses));
    returns.add(undrawn);
  }
  strictEqual(returns.size, 3, "senses matter");
});

Deno.test("a disturbance is measured at what the policy was trained with, too, to the same bits", () => {
  const tunable = tunableWorlds[world.id];
  const all = disturbancesOf(tunable.constants({}), makeEnv(world.id));
  deepStrictEqual(
    all.map(({ key }) => key),
    ["gravity", "length", "massPole", "massCart", "force", "latency", "noise"],
  );
  const constants = Object.fromEntries(tunable.constants({}).map((each) => [each.key, each.value]));
  const worldWith = (values?: typeof constants) =>
    values === undefined ? makeEnv(world.id) : environmentOf(tunable.define({}, values));
  const plain = playedThrough(makeEnv(world.id), sway, 7);
  for (const disturbance of all) {
    const { key, own, values } = disturbance;
    ok(values.includes(own), key);
    deepStrictEqual(values, values.toSorted((a, b) => a - b));
    const at = (value: number) => returnUnder(worldWith, sway, disturbance, value, constants, 7);
    strictEqual(at(own), plain, key);
    ok(values.some((value) => at(value) !== plain), `${key} matters`);
  }
  deepStrictEqual(
    disturbancesOf([], makeEnv("FrozenLake-v1")).map(({ key }) => key),
    ["latency"],
  );
});

Deno.test("an episode that is played through begins without the memory of the one before", () => {
  let steps = 0;
  const counting: Actor = { masked: false, act: () => Number(++steps < 6), reset: () => steps = 0 };
  const returns = [5, 5, 6, 5].map((seed) => playedThrough(makeEnv(world.id), counting, seed));
  deepStrictEqual([returns[1], returns[3]], [returns[0], returns[0]]);
});

Deno.test("the first hundred episodes of an evaluation have a seed each, of its own stream", () => {
  const seeds = (episodes: number, evaluation = 3) =>
    evaluationSeeds({ seed: "1", evaluation, episodes });
  strictEqual(seeds(250).length, 100);
  deepStrictEqual(seeds(5), seeds(250).slice(0, 5));
  strictEqual(seeds(5).some((seed) => seeds(5, 4).includes(seed)), false);
});

Deno.test("an episode without an end is left where the evaluation left it", () => {
  // Against the wall at −1 a step.
  const stay: Actor = { masked: false, act: () => 3, reset() {} };
  const cliff = () => makeEnv("CliffWalking-v1");
  strictEqual(playedThrough(cliff(), stay, 1), -LONGEST);
  strictEqual(playedThrough(cliff(), stay, 1, clear, 200), -200);
  const configuration = {
    environment: { id: "CliffWalking-v1" },
    agent: { name: "q-learning", episodeLimit: 50 },
    evaluation: { episodes: 3 },
  };
  const manifest = manifestOf({ experiment: "cliff", configuration, seed: 1 });
  const player = playerOf({ id: "r", manifest } as Run)!;
  deepStrictEqual([player.episodes, player.episodeLimit], [3, 50]);
  strictEqual(playedThrough(cliff(), stay, 1, clear, player.episodeLimit), -50);
  const late = disturbancesOf([], cliff()).find(({ key }) => key === "latency")!;
  strictEqual(returnUnder(cliff, stay, late, 2, {}, 1, 50), -50);
  // A world's own limit goes before.
  strictEqual(playedThrough(timeLimit(cliff(), 30), stay, 1, clear, 20), -30);
});
