/** Worlds that do not show their whole state: what a policy without memory provably gets in them. */
import { ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { switchedCorridor } from "../../envs/switched_corridor.ts";

Deno.test("no policy without memory gets more than 0 from the memory corridor on average", () => {
  // Every deterministic policy: an action for each of the four observations. Stochastic ones are
  // mixtures of them, action by action, and the corridor's side is hidden at the fork.
  const env = makeEnv("MemoryCorridor-v0", { length: 2 });
  const seeds = [0, 1, 2, 3, 4, 5].map((seed) => [seed, env.reset({ seed }).observation]);
  const bySide = [1, 2].map((side) => seeds.find(([, shown]) => shown === side)![0]);
  let best = -Infinity;
  for (let policy = 0; policy < 81; policy++) {
    const actions = [0, 1, 2, 3].map((observation) => Math.floor(policy / 3 ** observation) % 3);
    let total = 0;
    for (const seed of bySide) {
      let { observation } = env.reset({ seed });
      for (let ended = false; !ended;) {
        const result = env.step(actions[observation]);
        observation = result.observation;
        total += result.reward;
        ended = result.terminated || result.truncated;
      }
    }
    best = Math.max(best, total);
  }
  strictEqual(best, 0);
});

Deno.test("who remembers the sign always gets 1 from the memory corridor", () => {
  const env = makeEnv("MemoryCorridor-v0");
  for (let seed = 0; seed < 10; seed++) {
    let { observation } = env.reset({ seed });
    const sign = observation;
    let result;
    do {
      result = env.step(observation === 3 ? sign : 0);
      observation = result.observation;
    } while (!result.terminated);
    strictEqual(result.reward, 1);
  }
});

Deno.test("who remembers gets every reward of repeat-previous, another a share by chance", () => {
  const play = (choose: (shown: number[]) => number) => {
    const env = makeEnv("RepeatPrevious-v0", { symbols: 3, delay: 2, timeLimit: 3002 });
    const shown = [env.reset({ seed: 1 }).observation as number];
    let episodeReturn = 0;
    for (let ended = false; !ended;) {
      const result = env.step(choose(shown));
      shown.push(result.observation);
      episodeReturn += result.reward;
      ended = result.truncated;
    }
    return episodeReturn;
  };
  // Before there is anything to repeat nothing is rewarded, not even the first symbol.
  strictEqual(play((shown) => shown.at(-3) ?? shown[0]), 3000);
  for (const policy of [(seen: number) => seen, (seen: number) => (seen + 1) % 3, () => 2]) {
    // Binomial(3000, 1/3): a deviation of 26.
    ok(Math.abs(play((shown) => policy(shown.at(-1)!)) - 1000) < 100);
  }
});

Deno.test("the switched corridor is walked best by a policy that draws its actions, and by none that does not", () => {
  // v(s) = Σ_a π(a) (−1 + v(s')), swept until it stands: the closed form of example 13.1.
  const { step } = switchedCorridor();
  const random = undefined as never;
  const value = (right: number) => {
    const values = [0, 0, 0];
    for (let sweep = 0; sweep < 5000; sweep++) {
      for (const cell of [2, 1, 0]) {
        values[cell] = [1 - right, right].reduce((sum, share, action) => {
          const { state, reward, terminated } = step(cell, action, random);
          return sum + share * (reward + (terminated ? 0 : values[state as number]));
        }, 0);
      }
    }
    return values[0];
  };
  for (const p of [0.1, 0.5, 2 - Math.SQRT2, 0.9]) {
    ok(Math.abs(value(p) + 2 * (2 - p) / (p * (1 - p))) < 1e-9, `${p}`);
  }
  ok(Math.abs(value(2 - Math.SQRT2) + 6 + 4 * Math.SQRT2) < 1e-9);
  for (const action of [0, 1]) {
    const env = makeEnv("SwitchedCorridor-v0");
    env.reset({ seed: 1 });
    let steps = 0;
    for (let ended = false; !ended; steps++) {
      const { terminated, truncated, observation } = env.step(action);
      strictEqual(observation, 0);
      strictEqual(terminated, false);
      ended = truncated;
    }
    strictEqual(steps, 200);
  }
});
