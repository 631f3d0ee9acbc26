import { ok, strictEqual, throws } from "node:assert";
import { makeEnv } from "../../envs/mod.ts";
import { defaultRng } from "../../lab/core/random.ts";

Deno.test("ε-greedy on the ten-armed testbed does as well as in Sutton and Barto's figure 2.2", () => {
  // There, ε = 0.1 chooses the best arm in about 80 % of the plays after 1000, for a reward of 1.4.
  const env = makeEnv("Bandit-v0", { newArms: true });
  const random = defaultRng(5);
  env.reset({ seed: 6 });
  let [optimal, reward, count] = [0, 0, 0];
  for (let episode = 0; episode < 200; episode++) {
    env.reset();
    const [counts, estimates] = [new Float64Array(10), new Float64Array(10)];
    for (let t = 0; t < 1000; t++) {
      const greedy = estimates.indexOf(Math.max(...estimates));
      const arm = random.random() < 0.1 ? random.integers(10) : greedy;
      const result = env.step(arm);
      estimates[arm] += (result.reward - estimates[arm]) / ++counts[arm];
      if (t < 900) continue;
      optimal += result.info.optimal ? 1 : 0;
      reward += result.reward;
      count++;
    }
  }
  ok(Math.abs(optimal / count - 0.8) < 0.07, `${optimal / count}`);
  ok(Math.abs(reward / count - 1.38) < 0.12, `${reward / count}`);
});

Deno.test("regret is what the best arm would have paid more on average", () => {
  const env = makeEnv("Bandit-v0", { arms: 3, means: [0.5, 0.25, 0.9], kind: "bernoulli" });
  env.reset({ seed: 1 });
  const regrets = [0, 1, 2, 1].map((arm) => env.step(arm).info);
  ok(Math.abs(regrets[0].regret as number - 0.4) < 1e-12);
  strictEqual(regrets[2].regret, 0);
  ok(Math.abs(regrets[3].totalRegret as number - (0.4 + 0.65 + 0.65)) < 1e-12);
});

Deno.test("arms pay their means", () => {
  for (const kind of ["bernoulli", "gaussian"]) {
    const env = makeEnv("Bandit-v0", { arms: 2, means: [0.2, 0.7], kind, timeLimit: 20_000 });
    env.reset({ seed: 1 });
    const sums = [0, 0];
    for (let t = 0; t < 20_000; t++) sums[t % 2] += env.step(t % 2).reward;
    ok(Math.abs(sums[0] / 10_000 - 0.2) < 0.04 && Math.abs(sums[1] / 10_000 - 0.7) < 0.04);
  }
});

Deno.test("arms stay the same from episode to episode unless new ones are asked for", () => {
  const regrets = (options: object) => {
    const env = makeEnv("Bandit-v0", options);
    env.reset({ seed: 3 });
    return [0, 1].map(() => {
      env.reset();
      return env.step(0).info.regret;
    });
  };
  const [[one, same], [first, other]] = [{}, { newArms: true }].map(regrets);
  strictEqual(one, same);
  ok(first !== other);
});

Deno.test("non-stationary means start equal and drift by their deviation", () => {
  const env = makeEnv("Bandit-v0", { kind: "non-stationary", drift: 0.1, timeLimit: 400 });
  env.reset({ seed: 4 });
  strictEqual(env.step(0).info.regret, 0);
  const regrets = Array.from({ length: 399 }, () => env.step(1).info.regret as number);
  // Ten walks of up to 400 steps of 0.1, a deviation of 2 at the end.
  const most = Math.max(...regrets);
  ok(most > 0.3 && most < 12, `${most}`);
});

Deno.test("a contextual bandit pays by context: knowing it beats every single arm", () => {
  const env = makeEnv("ContextualBandit-v0", { noise: 0, timeLimit: 3000 });
  let context = env.reset({ seed: 1 }).observation;
  const means: number[][] = [[], [], []];
  for (let t = 0; t < 200; t++) {
    const { observation, reward } = env.step(t % 4);
    means[context][t % 4] = reward;
    context = observation;
  }
  let total = 0;
  for (let t = 0; t < 1000; t++) {
    const { observation, reward, info } = env.step(
      means[context].indexOf(Math.max(...means[context])),
    );
    strictEqual(info.regret, 0);
    context = observation;
    total += reward;
  }
  const single = Math.max(
    ...[0, 1, 2, 3].map((arm) => means.reduce((sum, own) => sum + own[arm], 0) / 3),
  );
  ok(total / 1000 > single + 0.1);
});

Deno.test("wrong means are refused", () => {
  throws(() => makeEnv("Bandit-v0", { means: [1] }), /10 arms must have one mean: 1 means/);
  throws(() => makeEnv("Bandit-v0", { arms: 1, means: [2], kind: "bernoulli" }), /\[0, 1\]: 2/);
  const both = { arms: 2, means: [0, 1], newArms: true };
  throws(
    () => makeEnv("Bandit-v0", both),
    /newArms, .* must be false where means are given: 2 means/,
  );
});
