/** A denoising step of the small U-Net. @module */
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { squaredError } from "../../models/losses.ts";
import { timeUnet } from "../../models/time_unet.ts";
import { side } from "./images.ts";
import { type BenchStep, fed, normals, numbersOf, uniforms } from "./step.ts";

const batch = 64;
const filters = [16, 48];

/** Noise told from 28 × 28 pixels: 28 to 14 to 7 and back. */
export const unetStep: BenchStep = {
  name: "unet",
  title: `U-Net step, 28 × 28, ${filters.join("-")} filters, batch ${batch}`,
  stocks: [],
  peerBars: { portable: 1, native: 1.3 },
  bind(workspace) {
    const random = numbersOf("unet");
    const size = side * side;
    const network = timeUnet([side, side, 1], filters);
    const parameters = network.initial(random);
    const optimizer = adam();
    workspace.define("parameters", parameters);
    workspace.define("optimizer", optimizer.initialState(parameters));
    const update = workspace.compile({
      name: "unet update",
      inputs: { x: [[batch, size], "float32"], time: [[batch, 1], "float32"] },
      random: { noise: [[batch, size], "normal"] },
      scalars: ["learningRate"],
      state: ["parameters", "optimizer"],
    }, ({ input, random, scalar, state }) => {
      const { values, gradients } = valueAndGradients((parameters) => {
        const noisy = tf.add(input.x, random.noise);
        const told = network.apply(parameters, noisy, input.time);
        return { loss: tf.mean(squaredError(told, random.noise)) as tf.Scalar };
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
    return fed(update, {
      x: normals(random, batch * size),
      time: uniforms(random, batch),
    }, random);
  },
};
