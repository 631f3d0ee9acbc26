/**
 * my-experiment: an agent in a world, watched by callbacks of its own.
 *
 *   deno task -q experiment describe my-experiment.ts     # every field that can be set
 *   deno task -q experiment run my-experiment.ts --seeds 3
 */
import { defineCallbacks, defineExperiment } from "reverie";

const callbacks = defineCallbacks({
  // What the callbacks keep: plain data, part of every checkpoint.
  state: () => ({ best: -Infinity, since: 0 }),
  // After every iteration: the metrics returned become series of the run.
  onIteration: async ({ trainer }) => {
    const { parameters } = await trainer.snapshot();
    let sum = 0;
    for (const { values } of Object.values(parameters)) {
      for (const value of values) sum += value ** 2;
    }
    return { metrics: { "weights/norm": Math.sqrt(sum) } };
  },
  // After every evaluation: stop where five in a row were no better than the best before.
  onEvaluation: ({ metrics, state }) => {
    const score = metrics["evaluation/return_mean"];
    state.since = score > state.best ? 0 : state.since + 1;
    state.best = Math.max(score, state.best);
    return state.since >= 5 ? { stop: `no better than ${state.best} five times` } : {};
  },
});

export default defineExperiment({
  name: "my-experiment",
  summary: "PPO balances the pole until it gets no better",
  environment: { id: "CartPole-v1" },
  agent: { name: "ppo", learningRate: 1e-3 },
  callbacks,
  budget: 50_000, // environment steps
  evaluation: { every: 4096, episodes: 20 },
});
