/**
 * Whole updates of DQN and of each of its variants against NumPy in float64 (recipe:
 * tests/golden/numpy/dqn.py).
 */
import { deepStrictEqual } from "node:assert";
import { compileUpdate, dqn, partsOf } from "../../agents/dqn.ts";
import { targetNetwork } from "../../agents/networks/target_network.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { Box } from "../../lab/core/space.ts";
import { onCompiled, options } from "../lab/compute/backends.ts";
import {
  expectAfter,
  expectOutputs,
  fill,
  type Golden,
  type GoldenCase,
  goldenCases,
  tensors,
} from "./golden_updates.ts";
import { dqnFlags } from "./laboratory.ts";

const { numpy: _, "made by": __, ...golden } = await goldenCases<
  GoldenCase & { readonly target: Golden }
>("dqn.json");

const shape = {
  observationSpace: new Box({ low: -9, high: 9, shape: [3] }),
  observationSize: 3,
  flatActionSize: 3,
};
const common = {
  batchSize: 5,
  gamma: 0.97,
  targetRate: 0.05,
  maximumGradientNorm: 0.5,
  hiddenSizes: [4, 3],
  activation: "tanh",
} as const;

/** The fields of each case beside the common ones. */
const variants: Record<string, object> = {
  plain: {},
  squared: { loss: "mse" },
  double: { doubleQ: true },
  ...dqnFlags,
  quantile: { quantiles: 4 },
  rainbow: { ...dqnFlags.rainbow, quantiles: 4 },
};

Deno.test("every variant of DQN has its whole updates", () => {
  deepStrictEqual(Object.keys(golden).sort(), Object.keys(variants).sort());
});

for (const [name, fields] of Object.entries(variants)) {
  onCompiled(
    `two updates of DQN, ${name}, are NumPy's: losses, parameters, targets`,
    async (backend) => {
      const { noiseSeed, steps, ...given } = golden[name];
      const { workspace } = await openWorkspace(backend, options);
      const configuration = dqn.configuration.parse({ ...common, ...fields });
      const parameters = tensors(given.parameters);
      workspace.define("parameters", parameters);
      workspace.define("optimizer", adam().initialState(parameters));
      const renew = targetNetwork(workspace, tensors(given.target), configuration.targetRate);
      const parts = partsOf(configuration, shape);
      const context = { name: "dqn", configuration, workspace };
      const update = compileUpdate(context, parts, shape, parameters);
      update.scalar.learningRate = 0.01;
      const random = defaultRng(noiseSeed);
      for (const { batch, outputs } of steps) {
        fill(update.input, batch);
        update.run(random);
        renew();
        await expectOutputs(update, outputs);
      }
      await expectAfter(workspace, golden[name]);
      workspace.dispose();
    },
  );
}
