/** The critic's step of WGAN-GP, as the lab's model runs it. @module */
import { adam } from "../../lab/compute/optimizers.ts";
import { wganGp } from "../../models/adversarial/wgan_gp.ts";
import { BoundModel } from "../../models/programs.ts";
import { type BenchStep, fed, normals, numbersOf } from "./step.ts";

const batch = 64;
const nothing = { count: 0, values: new Float32Array(0) };

/** Points in the plane; the penalty is differentiated twice. */
export const wganGpStep: BenchStep = {
  name: "wgan-gp",
  title: "WGAN-GP critic step with second-order gradient, 2-128-128-128, batch 64",
  stocks: [{ stock: "tfjs-cpu", reach: 30 }, { stock: "tfjs-wasm" }],
  peerBars: { portable: 2 },
  bind(workspace) {
    const random = numbersOf("wgan-gp");
    const bound = new BoundModel(wganGp.model, {
      configuration: wganGp.configuration.parse({ batchSize: batch, width: 128, layers: 3 }),
      dataset: {
        ...{ name: "points", seed: 0, kind: "points", shape: [2] },
        ...{ train: nothing, validation: nothing, test: nothing },
      },
      workspace,
      stream: () => random,
    });
    const optimizer = adam({ beta1: 0.5, beta2: 0.9 });
    const [critic] = wganGp.model.steps;
    const { program } = bound.compileStep(critic, optimizer, false);
    program.scalar.learningRate = 1e-4;
    return fed(program, { x: normals(random, batch * 2) }, random);
  },
};
