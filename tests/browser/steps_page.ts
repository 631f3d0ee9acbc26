/** A page that trains a small network on a backend: what `steps_test.ts` opens. */
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { mlp, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { defaultRng } from "../../lab/core/random.ts";

/** What computed, and the loss of each update. */
export interface Trained {
  readonly backend: string;
  /** Why, and why on one thread. */
  readonly reason: string;
  readonly isolated: boolean;
  readonly losses: number[];
}

/** Five updates of a classifier on noise; the greedy class of a row is asked for on the host. */
async function trained(choice: BackendChoice): Promise<Trained> {
  const { workspace, reason } = await openWorkspace(choice, { threads: 2 });
  const random = defaultRng(1);
  const parameters = mlpParameters(random, [4, 16, 3]);
  const optimizer = adam();
  workspace.define("net", parameters);
  workspace.define("optimizer", optimizer.initialState(parameters));
  const update = workspace.compile(
    { name: "update", random: { x: [[32, 4], "normal"] }, state: ["net", "optimizer"] },
    ({ random: { x }, state }) => {
      const { values, gradients } = valueAndGradients((net) => {
        const classes = tf.oneHot(tf.argMax(x, 1) as tf.Tensor1D, 4).slice([0, 0], [32, 3]);
        const logs = tf.logSoftmax(mlp(net, x, "tanh"));
        return { loss: tf.neg(tf.mean(tf.sum(tf.mul(classes, logs), 1))) as tf.Scalar };
      }, state.net);
      const next = optimizer.update(state.net, gradients, state.optimizer, tf.scalar(0.01));
      return { outputs: values, state: { net: next.parameters, optimizer: next.state } };
    },
  );
  const act = workspace.compile(
    { name: "act", inputs: { x: [[1, 4], "float32"] }, state: ["net"], placement: "host" },
    ({ input, state }) => ({ outputs: { scores: mlp(state.net, input.x, "tanh") } }),
  );
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) {
    update.run(random);
    losses.push((await update.read("loss"))[0]);
  }
  act.input.x.fill(1);
  act.run();
  losses.push(...await act.read("scores"));
  const { backend } = workspace;
  workspace.dispose();
  return { backend, reason, isolated: globalThis.crossOriginIsolated, losses };
}

Object.assign(globalThis, { trained });
