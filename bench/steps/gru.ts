/**
 * A gated recurrent unit trained through time, written out step by step: Cho et al. (2014, arXiv
 * 1406.1078), section 2.3, with the reset gate after the recurrent product, as in PyTorch.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { dense, mlpParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Bars } from "../peers/peer.ts";
import { type BenchStep, fed, normals, numbersOf } from "./step.ts";

const time = 32;
const batch = 32;
const inputSize = 32;

/** The last state [B, H] of a sequence x [T · B, D], time-major. */
function lastState(parameters: Tensors, x: tf.Tensor, hiddenSize: number): tf.Tensor {
  // What does not depend on the state is one product for all of time.
  const fromInput = tf.split(dense(parameters, x, "input/0"), time, 0);
  let state: tf.Tensor = tf.zeros([batch, hiddenSize]);
  for (const seen of fromInput) {
    const kept = dense(parameters, state, "state/0");
    const [resetSeen, updateSeen, candidateSeen] = tf.split(seen, 3, 1);
    const [resetKept, updateKept, candidateKept] = tf.split(kept, 3, 1);
    const reset = tf.sigmoid(tf.add(resetSeen, resetKept));
    const update = tf.sigmoid(tf.add(updateSeen, updateKept));
    const candidate = tf.tanh(tf.add(candidateSeen, tf.mul(reset, candidateKept)));
    state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)));
  }
  return state;
}

/** Regression from the last state of this width, with Adam. */
const gruStep = (hiddenSize: number, peerBars: Bars): BenchStep => ({
  name: `gru ${hiddenSize}`,
  title: `GRU step, T = 32, ${inputSize}-${hiddenSize}, batch 32`,
  stocks: [{ stock: "tfjs-cpu", reach: 20 }, { stock: "tfjs-wasm" }],
  peerBars,
  bind(workspace) {
    const random = numbersOf("gru");
    const parameters = {
      ...mlpParameters(random, [inputSize, 3 * hiddenSize], { prefix: "input" }),
      ...mlpParameters(random, [hiddenSize, 3 * hiddenSize], { prefix: "state" }),
      ...mlpParameters(random, [hiddenSize, 1], { prefix: "output" }),
    };
    const optimizer = adam();
    workspace.define("parameters", parameters);
    workspace.define("optimizer", optimizer.initialState(parameters));
    const update = workspace.compile({
      name: "gru update",
      inputs: { x: [[time * batch, inputSize], "float32"], y: [[batch, 1], "float32"] },
      scalars: ["learningRate"],
      state: ["parameters", "optimizer"],
    }, ({ input, scalar, state }) => {
      const { values, gradients } = valueAndGradients((parameters) => {
        const predicted = dense(parameters, lastState(parameters, input.x, hiddenSize), "output/0");
        return { loss: tf.mean(tf.squaredDifference(predicted, input.y)) as tf.Scalar };
      }, state.parameters);
      const next = optimizer.update(
        state.parameters,
        gradients,
        state.optimizer,
        scalar.learningRate,
      );
      return { outputs: values, state: { parameters: next.parameters, optimizer: next.state } };
    });
    update.scalar.learningRate = 1e-3;
    return fed(update, { x: normals(random, time * batch * inputSize), y: normals(random, batch) });
  },
});

/** A narrow one, as small policies have it, and a wider one. */
export const gruSteps: readonly BenchStep[] = [
  gruStep(64, { portable: 2, native: 2.5 }),
  gruStep(128, { portable: 1.3, native: 2 }),
];
