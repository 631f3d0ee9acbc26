/** PPO's update, as the lab's agent runs it. @module */
import { compileUpdate, ppo } from "../../agents/ppo.ts";
import { actorCritic } from "../../agents/networks/actor_critic.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { type BenchStep, choices, denseProducts, fed, normals, numbersOf } from "./step.ts";

const batch = 128;
const hiddenSizes = [64, 64];

/** CartPole's sizes in CleanRL's set-up: two networks of 4-64-64, minibatches of 128. */
export const ppoStep: BenchStep = {
  name: "ppo",
  title: "PPO update, 2 × 4-64-64, batch 128",
  stocks: [{ stock: "tfjs-wasm", reach: 15 }, { stock: "tfjs-cpu" }],
  peerBars: { portable: 8, native: 10 },
  peers: ["jax_steps.py", "jax_js.js"],
  products: [2, 1].flatMap((heads) => denseProducts(batch, [4, ...hiddenSizes, heads])),
  bind(workspace) {
    const random = numbersOf("ppo");
    const observationSpace = new Box({ low: -1, high: 1, shape: [4] });
    const shape = { observationSpace, observationSize: 4, actionSpace: new Discrete(2) };
    const configuration = ppo.configuration.parse({ hiddenSizes });
    const networks = actorCritic(shape, configuration);
    const parameters = networks.initialParameters(random);
    workspace.define("parameters", parameters);
    workspace.define("optimizer", adam().initialState(parameters));
    const update = compileUpdate({ name: "ppo", configuration, workspace }, shape, networks, batch);
    update.scalar.learningRate = 2.5e-4;
    update.scalar.clipRange = 0.2;
    return fed(update, {
      observations: normals(random, batch * 4),
      actions: choices(random, batch, 2),
      oldLogProbabilities: new Float32Array(batch).fill(-Math.LN2),
      oldValues: normals(random, batch),
      advantages: normals(random, batch),
      returns: normals(random, batch),
    });
  },
};
