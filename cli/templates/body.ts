/**
 * my-body: what stands between the observation and the dense layers of an agent's networks. This one
 * adds waves of the observation, with learned frequencies.
 *
 *   deno task -q experiment run my-body.ts
 */
import { defineBody, defineExperiment } from "reverie";
import { normal, tf } from "reverie/blocks";

const WAVES = 16;

export const body = defineBody({
  name: "my-body",
  // `space` is the world's observation space; observations arrive flat, [B, space.flatSize].
  create: (space) => ({
    // Features that come out.
    size: space.flatSize + 2 * WAVES,
    // Named tensors, drawn from the agent's stream of initial weights; names begin with body/.
    initialParameters: (random) => ({
      "body/frequencies": normal(random, [space.flatSize, WAVES]),
    }),
    // Pure: tensors in, features [B, size] out. Gradients and compilation come for free.
    features(parameters, observations) {
      const phase = tf.matMul(
        observations as tf.Tensor2D,
        parameters["body/frequencies"] as tf.Tensor2D,
      );
      return tf.concat([observations, tf.sin(phase), tf.cos(phase)], 1);
    },
  }),
});

export default defineExperiment({
  name: "cartpole-my-body",
  summary: "DQN balances the pole and sees it through waves",
  environment: { id: "CartPole-v1" },
  agent: { name: "dqn" },
  body,
  budget: 30_000, // environment steps
});
