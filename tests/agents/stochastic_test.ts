/** Evaluation with actions that are drawn: whose policy has probabilities, and that they are its own. */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects } from "node:assert";
import { policyDistribution } from "../../agents/distributions/mod.ts";
import { makeEnv } from "../../envs/mod.ts";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import { train } from "../../lab/experiment/train.ts";
import { registries } from "../../registries.ts";
import { definitions, knownFields, subjectOf, worldFor } from "./laboratory.ts";

/** Those that take the action of the greatest value, or a deterministic policy's. */
const greedy = ["dqn", "ddpg", "td3"];

for (const agent of Object.keys(definitions)) {
  Deno.test(`${agent} is evaluated by draws where its policy has probabilities`, async () => {
    const fields = knownFields(agent, { hiddenSizes: [8], bufferSize: 500, learningStarts: 100 });
    const { trainer } = await subjectOf(agent, worldFor(agent), fields, { budget: 500 });
    const before = await trainer.snapshot();
    const random = () => defaultRng(3);
    const drawn = trainer.evaluate({ random: random(), episodes: 30, stochastic: true });
    if (greedy.includes(agent)) await rejects(drawn, /the policy must have probabilities/);
    else {
      const { metrics } = await drawn;
      const again = trainer.evaluate({ random: random(), episodes: 30, stochastic: true });
      deepStrictEqual((await again).metrics, metrics);
      notDeepStrictEqual(
        (await trainer.evaluate({ random: random(), episodes: 30 })).metrics,
        metrics,
      );
    }
    // Single actions, too: from one generator the same ones again, which the best ones are not.
    const environment = worldFor(agent)();
    const { observation } = environment.reset({ seed: 1 });
    const act = async (random?: Generator) => {
      const actions = [];
      for (let i = 0; i < 30; i++) actions.push(await trainer.act!(observation, { random }));
      return actions;
    };
    if (greedy.includes(agent)) await rejects(act(random()), /policy must have probabilities/);
    else {
      deepStrictEqual(await act(random()), await act(random()));
      notDeepStrictEqual(await act(random()), await act());
    }
    deepStrictEqual(await trainer.snapshot(), before);
    trainer.dispose();
  });
}

Deno.test("a policy that is nearly uniform plays at random when drawn", async () => {
  // CartPole: one action over and over falls within 8 to 11 steps, random ones last about 22.
  const { trainer } = await subjectOf("ppo", () => makeEnv("CartPole-v1"), { hiddenSizes: [] });
  const length = async (stochastic: boolean) =>
    (await trainer.evaluate({ random: defaultRng(1), episodes: 300, stochastic }))
      .metrics["evaluation/length_mean"];
  const drawn = await length(true);
  ok(drawn > 19 && drawn < 26, `${drawn}`);
  trainer.dispose();
});

Deno.test("draws under state-dependent noise have its variance and hold none of it", () => {
  const space = new Box({ low: -1, high: 1, shape: [2] });
  const distribution = policyDistribution(space, { stateDependentNoise: true, noiseEvery: 4 }, 3);
  const row = [1, -2, Math.log(0.5), Math.log(2), ...new Array<number>(6).fill(NaN)];
  const count = 20_000;
  const inputs = Array.from({ length: count }, () => row).flat();
  const actions = new Float32Array(2 * count);
  distribution.draw(inputs, defaultRng(1), actions);
  for (const [k, mean, deviation] of [[0, 1, 0.5], [1, -2, 2]]) {
    const column = actions.filter((_, i) => i % 2 === k);
    const average = column.reduce((sum, each) => sum + each, 0) / count;
    const square = column.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count;
    ok(Math.abs(average - mean) < 4 * deviation / Math.sqrt(count), `${average}`);
    ok(Math.abs(Math.sqrt(square) / deviation - 1) < 4 / Math.sqrt(2 * count), `${square}`);
  }
});

Deno.test("an experiment may say that its evaluations draw", async () => {
  const run = async (evaluation: object) => {
    const { metrics, dispose } = await train({
      name: "draws",
      environment: { id: "CartPole-v1" },
      agent: { name: "a2c", hiddenSizes: [4] },
      budget: 200,
      evaluation: { every: 200, episodes: 20, ...evaluation },
    }, { registries, seed: 1 });
    dispose();
    return metrics["evaluation/return_mean"];
  };
  notDeepStrictEqual(await run({ stochastic: true }), await run({}));
});

Deno.test("where reaching the goal is all that is paid the success rate is the return", async () => {
  const { metrics, dispose } = await train({
    name: "lake",
    environment: { id: "FrozenLake-v1" },
    agent: { name: "q-learning" },
    budget: 4000,
    evaluation: { every: 4000, episodes: 50 },
  }, { registries, seed: 1 });
  const rates = metrics["evaluation/success_rate"], returns = metrics["evaluation/return_mean"];
  deepStrictEqual(rates, returns);
  dispose();
});
