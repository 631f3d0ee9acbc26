/** The dense variational autoencoder's update, as the lab's model runs it. @module */
import { adam } from "../../lab/compute/optimizers.ts";
import { vae } from "../../models/variational/vae.ts";
import { BoundModel } from "../../models/programs.ts";
import { side } from "./images.ts";
import { type BenchStep, fed, numbersOf, uniforms } from "./step.ts";

const batch = 128;
const nothing = { count: 0, values: new Float32Array(0) };

/** Images of 784 pixels to a code of 20, with 400 units. */
export const denseVaeStep: BenchStep = {
  name: "dense-vae",
  title: "dense VAE step, 784-400-20, batch 128",
  stocks: [{ stock: "tfjs-wasm" }],
  peerBars: { portable: 0.7, native: 1.1 },
  bind(workspace) {
    const random = numbersOf("dense-vae");
    const bound = new BoundModel(vae.model, {
      configuration: vae.configuration.parse({
        ...{ batchSize: batch, hiddenSizes: [400], latentSize: 20 },
      }),
      dataset: {
        ...{ name: "images", seed: 0, kind: "images", shape: [side, side, 1] },
        ...{ train: nothing, validation: nothing, test: nothing },
      },
      workspace,
      stream: () => random,
    });
    const { program } = bound.compileStep(vae.model.steps[0], adam(), false);
    program.scalar.learningRate = 1e-3;
    return fed(program, { x: uniforms(random, batch * side * side) }, random);
  },
};
