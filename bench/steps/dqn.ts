/** DQN's update, as the lab's agent runs it. @module */
import { compileUpdate, dqn, partsOf } from "../../agents/dqn.ts";
import { Box } from "../../lab/core/space.ts";
import { mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import {
  type BenchStep,
  choices,
  denseProducts,
  fed,
  normals,
  numbersOf,
  type Product,
} from "./step.ts";

const batch = 64;
const sizes = [4, 256, 256, 2];
const target: readonly Product[] = sizes.slice(1).map((columns, layer) => (
  { rows: batch, inner: sizes[layer], columns, layout: "NN" }
));

/** CartPole's sizes in rl-baselines3-zoo's set-up. */
export const dqnStep: BenchStep = {
  name: "dqn",
  title: "DQN update, 4-256-256-2, batch 64",
  stocks: [{ stock: "tfjs-wasm", reach: 9 }, { stock: "tfjs-cpu" }],
  peerBars: { portable: 3, native: 4 },
  peers: ["jax_steps.py", "jax_js.js"],
  threadReach: 1.7,
  products: [...target, ...denseProducts(batch, sizes)],
  bind(workspace) {
    const random = numbersOf("dqn");
    const parameters = mlpParameters(random, sizes, { prefix: "q" });
    workspace.define("parameters", parameters);
    workspace.define("target", parameters);
    workspace.define("optimizer", adam().initialState(parameters));
    const configuration = dqn.configuration.parse({ batchSize: batch, hiddenSizes: [256, 256] });
    const observationSpace = new Box({ low: -1, high: 1, shape: [4] });
    const shape = { observationSpace, observationSize: 4, flatActionSize: 2 };
    const parts = partsOf(configuration, shape);
    const context = { name: "dqn", configuration, workspace };
    const update = compileUpdate(context, parts, shape, parameters);
    update.scalar.learningRate = 1e-4;
    return fed(update, {
      observations: normals(random, batch * 4),
      actions: choices(random, batch, 2),
      rewards: normals(random, batch),
      nextObservations: normals(random, batch * 4),
      terminated: Float32Array.from({ length: batch }, () => random.random() < 0.1 ? 1 : 0),
      discounts: new Float32Array(batch).fill(0.99),
      weights: new Float32Array(batch).fill(1),
    });
  },
};
