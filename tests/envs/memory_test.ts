/** Worlds that a policy without memory provably cannot solve. */
import { ok, strictEqual } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";

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
