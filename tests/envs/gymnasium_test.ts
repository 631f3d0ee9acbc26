/**
 * Episodes recorded from Gymnasium, replayed.
 *
 * Golden: tests/golden/gymnasium/*.json, each made by gymnasium.make(environment, **arguments),
 * reset(seed), then step with the listed actions; float32 observations and float64 rewards, with
 * the versions of Gymnasium and NumPy named in the file (record.py beside them says more).
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";

interface Golden {
  environment: string;
  arguments: Record<string, unknown>;
  reset_options?: Record<string, number> | null;
  time_limit: number | null;
  reward_threshold: number | null;
  episodes: {
    seed: number;
    actions: (number | number[])[];
    observations: (number | number[])[];
    rewards: number[];
    terminated: boolean[];
    truncated: boolean[];
  }[];
}

/** Largest difference of an observation's element; 0 where not named: equal to the bit. */
const tolerance: Record<string, number> = { "Acrobot-v1": 1e-6 };

/** Largest difference of a reward: the C library's pow(x, 2) is not always x × x. */
const rewardTolerance: Record<string, number> = { "Pendulum-v1": 4e-15 };

const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const renamed = <T>(options: Record<string, T>) =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
const listOf = (value: unknown) => typeof value === "number" ? [value] : [...value as number[]];

function check(actual: unknown, expected: unknown, within: number, where: string): void {
  const [a, b] = [listOf(actual), listOf(expected)];
  if (within === 0) return deepStrictEqual(a, b, where);
  strictEqual(a.length, b.length);
  a.forEach((value, i) => ok(Math.abs(value - b[i]) <= within, `${where}: ${a} and ${b}`));
}

const folder = new URL("../golden/gymnasium/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
for (const name of names.filter((name) => name.endsWith(".json"))) {
  Deno.test(`${name} goes Gymnasium's way, draws of reset included`, () => {
    const golden: Golden = JSON.parse(Deno.readTextFileSync(new URL(name, folder)));
    const id = golden.environment;
    const env = makeEnv(id, renamed(golden.arguments));
    const options = golden.reset_options ? renamed(golden.reset_options) : undefined;
    strictEqual(env.timeLimit ?? null, golden.time_limit);
    strictEqual(env.rewardThreshold ?? null, golden.reward_threshold);
    for (const episode of golden.episodes) {
      const { observation } = env.reset({ seed: episode.seed, options });
      const first = `seed ${episode.seed}, reset`;
      check(observation, episode.observations[0], tolerance[id] ?? 0, first);
      episode.actions.forEach((action, t) => {
        const where = `seed ${episode.seed}, step ${t + 1}`;
        const result = env.step(Array.isArray(action) ? Float32Array.from(action) : action);
        check(result.observation, episode.observations[t + 1], tolerance[id] ?? 0, where);
        check(result.reward, episode.rewards[t], rewardTolerance[id] ?? 0, where);
        strictEqual(result.terminated, episode.terminated[t], where);
        strictEqual(result.truncated, episode.truncated[t], where);
      });
    }
  });
}
