/** The critic's step of WGAN-GP, as the lab's model runs it. @module */
import { compileWganGp, wganGp } from "../../models/adversarial/wgan_gp.ts";
import { initialTotals } from "../../models/common/totals.ts";
import { mlpParameters } from "../../lab/compute/networks.ts";
import { type BenchStep, fed, normals, numbersOf } from "./step.ts";

const batch = 64;
const hidden = [128, 128, 128];

/** Points in the plane; the penalty is differentiated twice. */
export const wganGpStep: BenchStep = {
  name: "wgan-gp",
  title: "WGAN-GP critic step with second-order gradient, 2-128-128-128, batch 64",
  stocks: [{ stock: "tfjs-cpu", reach: 30 }, { stock: "tfjs-wasm" }],
  bind(workspace) {
    const random = numbersOf("wgan-gp");
    const configuration = wganGp.configuration.parse({
      batchSize: batch,
      width: hidden[0],
      layers: hidden.length,
    });
    const { optimizer, critic } = compileWganGp(workspace, 2, configuration);
    const criticParameters = mlpParameters(random, [2, ...hidden, 1], { prefix: "critic" });
    const generator = mlpParameters(random, [2, ...hidden, 2], { prefix: "generator" });
    workspace.define("parameters", { ...criticParameters, ...generator });
    workspace.define("critic_optimizer", optimizer.initialState(criticParameters));
    workspace.define("losses", initialTotals(["critic", "gradient_penalty", "distance"]));
    critic.scalar.learningRate = 1e-4;
    return fed(critic, { real: normals(random, batch * 2) }, random);
  },
};
