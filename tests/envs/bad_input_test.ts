/** What anyone may get wrong: each is one line that names the value. */
import { throws } from "node:assert";
import { definitionOf, environments, makeEnv, makeVectorEnv } from "../../envs/mod.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { show } from "../../lab/core/plain.ts";
import { defaultRng } from "../../lab/core/random.ts";

/** The text, to be met as it is. */
const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const refuses = (act: () => unknown, message: RegExp) =>
  throws(act, { name: "InputError", message });

/** Actions that are wrong for the space, whatever its numbers are. */
function wrongFor({ kind, flatSize }: Environment["actionSpace"]): unknown[] {
  const common = [NaN, 0.5, -1, Infinity, "1", null, undefined, [0], true, 1n, 2 ** 40];
  if (kind !== "box") return [...common, Float32Array.of(0)];
  return [
    ...common,
    0,
    new Float32Array(flatSize + 1),
    new Float32Array(0),
    new Float32Array(flatSize).fill(NaN),
    new Float64Array(flatSize),
    Array(flatSize).fill(0),
  ];
}

for (const { id } of environments) {
  Deno.test(`${id}: a step before reset, after the end and with a wrong action names the value`, () => {
    const env = makeEnv(id);
    const random = defaultRng(1);
    const draw = () => env.actionSpace.sample(random);
    const first = draw();
    refuses(
      () => env.step(first),
      new RegExp(`^Cannot step ${id} as no episode was started.*: ${literally(show(first))}$`),
    );
    env.reset({ seed: 1 });
    for (const action of wrongFor(env.actionSpace)) {
      refuses(
        () => env.step(action),
        new RegExp(
          `action must lie in ${literally(`${env.actionSpace}`)}: ${literally(show(action))}$`,
        ),
      );
    }
    if (env.timeLimit === undefined) return;
    let ended = "";
    for (let t = 1; ended === ""; t++) {
      const { terminated, truncated } = env.step(draw());
      if (terminated || truncated) {
        ended = `${terminated ? "terminated" : "truncated"} at step ${t}`;
      }
    }
    const last = draw();
    refuses(
      () => env.step(last),
      new RegExp(`${ended}, call reset first: ${literally(show(last))}$`),
    );
  });

  Deno.test(`${id}: seeds that are negative or not whole are named`, () => {
    const env = makeEnv(id);
    for (const seed of [-1, 0.5, NaN, Infinity, -1n, "1", null, {}]) {
      refuses(() => env.reset({ seed: seed as number }), new RegExp(`: ${literally(show(seed))}$`));
    }
  });
}

for (const { id } of environments) {
  Deno.test(`${id}: reset options that it has not, or that are no finite numbers, are refused`, () => {
    const env = makeEnv(id);
    const reset = (options: object) => () => env.reset({ seed: 1, options: { ...options } });
    refuses(reset({ nonsense: 1 }), new RegExp(`^Cannot reset ${id} .*"nonsense"`));
    for (const name of definitionOf(id).resetOptions ?? []) {
      for (const value of [NaN, Infinity, "1"]) {
        refuses(reset({ [name]: value }), new RegExp(`^Cannot reset ${id} as ${name} must be a`));
      }
    }
  });
}

Deno.test("the cliff's walker cannot go on after the goal", () => {
  const env = makeEnv("CliffWalking-v1");
  env.reset({ seed: 1 });
  for (const action of [0, ...Array(11).fill(1), 2]) env.step(action);
  refuses(() => env.step(0), /terminated at step 13, call reset first: 0$/);
});

const wrongOptions: readonly (readonly [id: string, options: object, message: RegExp])[] = [
  // Sizes and counts.
  ["GridWorld-v0", { mapName: "maze", mapSize: -3 }, /mapSize .*: -3$/],
  ["GridWorld-v0", { mapName: "empty-0x0" }, /mapName .*"?empty-0x0"?$/],
  ["GridWorld-v0", { observation: "window", windowRadius: -1 }, /windowRadius .*: -1$/],
  ["GridWorld-v0", { timeLimit: 0 }, /timeLimit .*: 0$/],
  ["GridWorld-v0", { mapName: "maze", mapSeed: -1 }, /mapSeed .*: -1$/],
  ["GridWorldPixels-v0", { size: -84 }, /size .*: -84$/],
  ["CartPolePixels-v0", { frames: -4 }, /frames .*: -4$/],
  ["FrozenLake-v1", { mapName: "random", mapSize: -8 }, /mapSize .*: -8$/],
  ["Bandit-v0", { arms: -10 }, /arms .*: -10$/],
  ["ContextualBandit-v0", { contexts: -1 }, /contexts .*: -1$/],
  ["MemoryCorridor-v0", { length: -1 }, /length .*: -1$/],
  ["RepeatPrevious-v0", { delay: -1 }, /delay .*: -1$/],
  ["RepeatPrevious-v0", { symbols: 2.5 }, /symbols .*: 2\.5$/],
  ["Identity-v0", { dimensions: 0 }, /dimensions .*: 0$/],
  // Probabilities.
  ["GridWorld-v0", { slip: 1.5 }, /slip .*: 1\.5$/],
  ["GridWorld-v0", { slip: NaN }, /slip .*: NaN$/],
  ["FrozenLake-v1", { successRate: -0.1 }, /successRate .*: -0\.1$/],
  ["FrozenLake-v1", { frozenProbability: 2 }, /frozenProbability .*: 2$/],
  ["Taxi-v4", { rainyProbability: 1.01 }, /rainyProbability .*: 1\.01$/],
  ["Taxi-v4", { fickleProbability: -1 }, /fickleProbability .*: -1$/],
  ["Bandit-v0", { kind: "bernoulli", arms: 2, means: [0.5, 1.5] }, /\[0, 1\]: 1\.5$/],
  // Other numbers and types.
  ["Bandit-v0", { drift: -1 }, /drift .*: -1$/],
  ["Acrobot-v1", { torqueNoiseMax: -1 }, /torqueNoiseMax .*: -1$/],
  ["Pendulum-v1", { g: Infinity }, /g .*: Infinity$/],
  ["FrozenLake-v1", { rewardSchedule: [1, 0] }, /rewardSchedule .*: \[1,0\]$/],
  ["Blackjack-v1", { natural: "yes" }, /natural .*: "yes"$/],
];

for (const [id, options, message] of wrongOptions) {
  Deno.test(`${id} refuses ${JSON.stringify(options)}`, () => {
    refuses(() => makeEnv(id, options), message);
    refuses(() => makeVectorEnv(id, { count: 2, options }), message);
  });
}
