/**
 * Terms of the variational family against worked numbers and NumPy (recipe:
 * tests/golden/numpy/variational.py), and what its models keep beside the contract.
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import type { Split } from "../../lab/core/dataset.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { binarizedBy } from "../../models/datasets/binarized.ts";
import { activeUnits } from "../../models/metrics/active_units.ts";
import { codeUsage } from "../../models/metrics/code_usage.ts";
import { LogSums } from "../../models/metrics/log_sums.ts";
import { models } from "../../models/mod.ts";
import type { Batch, Look } from "../../models/model.ts";
import { betaTcvae, decomposedKl } from "../../models/variational/beta_tcvae.ts";
import { conditionalVae } from "../../models/variational/conditional_vae.ts";
import { evaluated, logWeightsOf, underNormalPrior } from "../../models/variational/bound.ts";
import { discriminatorLoss, factorVae, permuted } from "../../models/variational/factor_vae.ts";
import { importanceLoss } from "../../models/variational/iwae.ts";
import { latentMetrics } from "../../models/variational/latent_metrics.ts";
import { joined, klBetween, ladderVae } from "../../models/variational/ladder_vae.ts";
import {
  semiSupervisedLoss,
  semiSupervisedVae,
} from "../../models/variational/semi_supervised_vae.ts";
import { vaeMixture } from "../../models/variational/vae_mixture.ts";
import { vampPrior } from "../../models/variational/vampprior.ts";
import { codebookOf, moved, nearest, through, vqVae } from "../../models/variational/vq_vae.ts";
import { fewGlyphs, halves, smallOf, trainerOf, trainThrough } from "./laboratory.ts";
import { near, onCpu, values } from "./worked.ts";

interface Decomposition {
  readonly examples: number;
  readonly latent: number[][];
  readonly mean: number[][];
  readonly logVariance: number[][];
  readonly information: number[];
  readonly correlation: number[];
  readonly marginal: number[];
}

const golden: {
  readonly weighted: Decomposition;
  readonly stratified: Decomposition;
  readonly importance: Readonly<Record<"x" | "encoder" | "decoder" | "noise", number[][]>> & {
    readonly logWeights: number[][];
    readonly bound: number[];
  };
} = JSON.parse(
  await Deno.readTextFile(new URL("../golden/numpy/variational.json", import.meta.url)),
);

async function definitionOf(name: string): Promise<ModelDefinition> {
  return await models.find((each) => each.name === name)!.load();
}

/** Parameters of a model on digits. */
async function parametersOf(name: string, fields: object): Promise<number> {
  const { trainer } = await trainerOf(name, fewGlyphs(20, 20), { judge: false, ...fields });
  const { parameters } = await trainer.snapshot();
  trainer.dispose();
  return Object.values(parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

Deno.test("the published architectures have their numbers of parameters", async () => {
  const dense = { hiddenSizes: [128], latentSize: 2 };
  strictEqual(await parametersOf("vae", dense), 202_516);
  strictEqual(await parametersOf("conditional-vae", dense), 205_076);
  // Keras's example: 69,076 of the encoder and 65,089 of the decoder.
  const keras = { latentSize: 2, hiddenSizes: [16] };
  strictEqual(await parametersOf("convolutional-vae", keras), 69_076 + 65_089);
});

Deno.test("units are active whose mean varies by more than 0.01", () => {
  // Of the targets: variances 1.25, 0.003125, 0.00005.
  const rows = [[1, .05, 0], [-1, -.05, 0], [2, .1, .01], [0, 0, -.01]];
  strictEqual(activeUnits(Float32Array.from(rows.flat()), 4), 1);
  strictEqual(activeUnits(Float32Array.from(rows.flat()), 4, 0.001), 2);
});

Deno.test("bits a dimension are nats over the numbers of an image, in bits", () =>
  onCpu(() => {
    const { bits_per_dimension } = evaluated(tf.tensor([80]), tf.tensor([6.76]), 784);
    near(values(bits_per_dimension!), [0.15965334]);
    // A level of 8 bits is 1/256 of [0, 1]: of a density of pixels there it has 8 bits more.
    const levels = evaluated(tf.tensor([80]), tf.tensor([6.76]), 784, {
      ...{ likelihood: "gaussian", deviation: 1 / 256 },
    });
    near(values(levels.bits_per_dimension!), [8.15965334], 1e-6);
    const narrow = { likelihood: "gaussian", deviation: 0.0039 } as const;
    const unbounded = evaluated(tf.tensor([80]), tf.tensor([6.76]), 784, narrow);
    deepStrictEqual(Object.keys(unbounded), ["reconstruction", "kl", "negative_elbo"]);
    near(values(levels.negative_elbo), [86.76], 1e-5);
  }));

Deno.test("under a Gaussian likelihood evaluations give the bits of 8-bit pixels", async () => {
  for (const name of ["vae", "ladder-vae"]) {
    const fields = { ...smallOf(await definitionOf(name)), likelihood: "gaussian" };
    const { trainer } = await trainerOf(name, halves(), fields);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    const nats = metrics["evaluation/negative_elbo"];
    near([metrics["evaluation/bits_per_dimension"]], [nats / (16 * Math.LN2) + 8], 1e-5);
  }
});

Deno.test("under a Gaussian likelihood the probabilities of 8-bit greys sum to 1", () =>
  onCpu(() => {
    const configuration = { latentSize: 2, likelihood: "gaussian", deviation: 0.1 } as const;
    const x = tf.div(tf.range(0, 256), 255).expandDims(1) as tf.Tensor2D;
    // The posterior is the prior and every pixel's mean is 0.5, so that any weight is the probability itself.
    const networks = {
      encoder: (rows: tf.Tensor) => tf.zeros([rows.shape[0], 4]),
      decoder: (codes: tf.Tensor) => tf.fill([codes.shape[0], 1], 0.5),
    };
    const noise = { noise: tf.randomNormal([256, 6]), level: tf.fill([256, 1], 0.5) };
    const weights = underNormalPrior.logWeights(
      networks as never,
      { x, noise } as unknown as Batch,
      configuration,
    );
    near(tf.sum(tf.exp(weights), 0).dataSync(), [1, 1, 1], 1e-5);
  }));

Deno.test("under a class the weights of several draws are those of each image and its class alone", () =>
  onCpu(() => {
    const { model } = conditionalVae;
    const random = defaultRng(4);
    const normal = (rows: number, columns: number) => {
      const drawn = new Float32Array(rows * columns);
      random.fillStandardNormal(drawn);
      return tf.tensor2d(drawn, [rows, columns]);
    };
    const [into, out] = [normal(6, 4), normal(4, 4)];
    const networks = {
      encoder: (rows: tf.Tensor2D) => tf.matMul(rows, into),
      decoder: (rows: tf.Tensor2D) => tf.matMul(rows, out),
    } as never;
    const fields = model.configuration.parse({ latentSize: 2 });
    const x = tf.tensor2d([[0, 1, 1, 0], [1, 0, 0, 0]]);
    const [labels, noise] = [tf.tensor2d([[1, 0], [0, 1]]), normal(2, 6)];
    const weigh = (from: number, count: number) => {
      const part = (tensor: tf.Tensor2D) => tf.slice(tensor, from, count);
      const batch = { x: part(x), labels: part(labels), noise: { noise: part(noise) } };
      return values(model.logWeights!(networks, batch as never, fields));
    };
    const both = weigh(0, 2);
    strictEqual(both.length, 6);
    near(both, [...weigh(0, 1), ...weigh(1, 1)]);
    // At the mean of the posterior: log p(z) − log q(z|x) there, less the reconstruction.
    const first = { x, labels, noise: { noise: tf.zeros([2, 2]) } };
    const { reconstruction } = model.evaluate!(networks, first as never, fields);
    const [mean, logVariance] = tf.split(tf.matMul(tf.concat([x, labels], 1), into), 2, 1);
    const prior = tf.mul(tf.sum(tf.sub(logVariance, tf.square(mean)), 1), 0.5);
    near(
      values(model.logWeights!(networks, first as never, fields)),
      [...values(tf.sub(prior, reconstruction))],
    );
  }));

Deno.test("the importance weighted bound has its worked value, and lies above the ELBO", () =>
  onCpu(() => {
    const weights = [-90, -88, -95];
    near(values(importanceLoss(tf.tensor([weights]))), [88.97088142]);
    near(values(importanceLoss(tf.tensor([[-91]]))), [91]);
    // Below e^−60 of the largest a weight is none, and has no subnormal gradient.
    const far = tf.tensor2d([[-90, -149.5, -150.5, -185], [-300, -90, -240, -90]]);
    near(values(importanceLoss(far)), [90 + Math.log(4), 90 + Math.log(2)]);
    const gradient = values(tf.grad((weights) => tf.sum(importanceLoss(weights)))(far));
    near(gradient, [-1, -Math.exp(-59.5), 0, 0, 0, -0.5, 0, -0.5]);
    deepStrictEqual([...gradient.keys()].filter((i) => gradient[i] === 0), [2, 3, 4, 6]);
    ok(Number.isNaN(values(importanceLoss(tf.tensor([[-90, NaN]])))[0]));
    // Term by term, in pieces of any width.
    const sums = new LogSums(2);
    sums.add([-90, -88, -1000, 1000]);
    sums.add([-95, 999]);
    strictEqual(sums.terms, 3);
    near([sums.meanOfLogs()], [(-88.97088142 + 1000 + Math.log1p(Math.exp(-1)) - Math.log(3)) / 2]);
    // The first terms of each row alone.
    sums.add([7, 2000, 2000, 8, 2000, 2000], 1);
    strictEqual(sums.terms, 4);
    near([...sums.logs()], [7 - Math.log(4), 1000 + Math.log1p(Math.exp(-1)) - Math.log(4)]);
  }));

Deno.test("weights under the exact posterior are log p(x), whatever is drawn", () => {
  // z ~ N(0, 1), x|z ~ N(2z, 1), q(z|x) = N(2x/5, 1/5), x = 1.5.
  const random = defaultRng(1);
  const density = (x: number, mean: number, variance: number) =>
    -0.5 * (Math.log(2 * Math.PI * variance) + (x - mean) ** 2 / variance);
  const sums = new LogSums(1);
  for (let draw = 0; draw < 5; draw++) {
    const z = 0.6 + Math.sqrt(0.2) * random.standardNormal();
    sums.add([density(z, 0, 1) + density(1.5, 2 * z, 1) - density(z, 0.6, 0.2)]);
  }
  near([sums.meanOfLogs()], [-1.948657489]);
});

Deno.test("importance weights are those of NumPy", () =>
  onCpu(() => {
    const { x, encoder, decoder, noise, logWeights, bound } = golden.importance;
    const linear = (kernel: number[][]) => (rows: tf.Tensor) =>
      tf.matMul(rows as tf.Tensor2D, tf.tensor2d(kernel)) as tf.Tensor2D;
    const networks = { encoder: linear(encoder), decoder: linear(decoder) };
    const weights = logWeightsOf(networks, tf.tensor2d(x), tf.tensor2d(noise), 2);
    near(values(weights), logWeights.flat(), 1e-5);
    near(values(tf.neg(importanceLoss(weights))), bound, 1e-5);
  }));

for (const estimator of ["weighted", "stratified"] as const) {
  Deno.test(`the ${estimator} parts of the KL are those of NumPy, and their sum is one draw of it`, () =>
    onCpu(() => {
      const { examples, latent, mean, logVariance, ...expected } = golden[estimator];
      const z = tf.tensor2d(latent);
      const posterior = [tf.tensor2d(mean), tf.tensor2d(logVariance)] as const;
      const parts = decomposedKl(z, posterior, { examples, estimator });
      for (const part of ["information", "correlation", "marginal"] as const) {
        near(values(parts[part]), expected[part], 1e-4);
      }
      // log q(z|x) − log p(z).
      const scaled = tf.div(tf.square(tf.sub(z, posterior[0])), tf.exp(posterior[1]));
      const ratio = tf.sum(tf.sub(tf.square(z), tf.add(scaled, posterior[1])), 1);
      const { information, correlation, marginal } = parts;
      const sum = tf.addN([information, correlation, marginal]);
      near(values(sum), [...values(tf.mul(ratio, 0.5))], 1e-4);
    }));
}

Deno.test("examples that are not there take no part in the parts of the KL", () =>
  onCpu(() => {
    const { examples, latent, mean, logVariance } = golden.weighted;
    const information = (rows: number, mask?: number[]) => {
      const of = (x: number[][]) => tf.tensor2d(x.slice(0, rows));
      const { information } = decomposedKl(of(latent), [of(mean), of(logVariance)], {
        ...{ examples, estimator: "weighted" as const },
        mask: mask && tf.tensor1d(mask),
      });
      return [...values(information)].slice(0, 4);
    };
    near(information(5, [1, 1, 1, 1, 0]), information(4), 1e-5);
  }));

for (const estimator of ["weighted", "stratified"] as const) {
  Deno.test(`a minibatch of all examples needs no estimate of q(z) (${estimator})`, () =>
    onCpu(() => {
      const { latent, mean, logVariance } = golden.weighted;
      const q = (z: number[], j: number) =>
        z.reduce((density, value, d) => {
          const variance = Math.exp(logVariance[j][d]);
          const exponent = -((value - mean[j][d]) ** 2) / (2 * variance);
          return density * Math.exp(exponent) / Math.sqrt(2 * Math.PI * variance);
        }, 1);
      const expected = latent.map((z, i) =>
        Math.log(q(z, i) / (mean.reduce((sum, _, j) => sum + q(z, j), 0) / mean.length))
      );
      for (const absent of [0, 2]) {
        const of = (x: number[][]) => tf.tensor2d([...x, ...x.slice(0, absent)]);
        const { information } = decomposedKl(of(latent), [of(mean), of(logVariance)], {
          ...{ examples: latent.length, estimator },
          mask: absent === 0
            ? undefined
            : tf.tensor1d([...latent.map(() => 1), ...new Array(absent).fill(0)]),
        });
        near([...values(information)].slice(0, latent.length), expected, 1e-4);
      }
    }));
}

Deno.test("a vector's code is the nearest one, and the gradient passes it", () =>
  onCpu(() => {
    const codebook = tf.tensor2d([[0, 0], [1, 1], [-2, 3]]);
    const vectors = tf.tensor2d([[0.4, 0.4], [0.9, 0.2], [-3, 1]]);
    const picked = nearest(vectors, codebook);
    near(values(picked), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    // Of Σ c² at the codes c: 2c, whatever the vectors are.
    const { values: { loss }, gradients } = valueAndGradients(({ vectors }) => {
      const codes = tf.matMul(picked, codebook);
      return { loss: tf.sum(tf.square(through(vectors, codes))) as tf.Scalar };
    }, { vectors });
    near(values(loss), [15]);
    near(values(gradients.vectors), [0, 0, 2, 2, -4, 6]);
  }));

Deno.test("β-TCVAE weighs information, correlation and the coordinates' own KL each by its field", () =>
  onCpu(() => {
    const networks = {
      encoder: () => tf.tensor2d([[0.5, -1, 0.2, -0.4], [-0.3, 0.8, 0.1, 0.3]]),
      decoder: () => tf.zeros([2, 4]),
    };
    const batch = {
      ...{ x: tf.tensor2d([[1, 0, 1, 0], [0, 1, 1, 0]]), mask: tf.ones([2]), examples: 9 },
      noise: { noise: tf.tensor2d([[0.1, -0.2], [0.4, 0.3]]) },
    };
    const fields = betaTcvae.configuration.parse({ latentSize: 2, alpha: 0.5, beta: 6, gamma: 2 });
    // deno-lint-ignore no-explicit-any
    const told = (betaTcvae.model.steps[0].loss as any)(networks, batch, fields);
    const [loss, reconstruction, information, correlation, marginal] = [
      ...["loss", "reconstruction", "information", "correlation", "marginal"],
    ].map((name) => [...values(told[name])]);
    near(
      loss,
      loss.map((_, i) =>
        reconstruction[i] + 0.5 * information[i] + 6 * correlation[i] + 2 * marginal[i]
      ),
    );
  }));

Deno.test("codes are moving averages of their vectors, and begin anew where none chooses them", () =>
  onCpu(() => {
    const kept = {
      counts: tf.tensor2d([[4], [1], [8]]),
      sums: tf.tensor2d([[4, 8], [1, 1], [0, 8]]),
    };
    const vectors = tf.tensor2d([[3, 1], [1, 1]]);
    const picked = tf.tensor2d([[1, 0, 0], [1, 0, 0]]);
    const next = (restartBelow: number) =>
      moved(kept, vectors, picked, tf.tensor1d([0.1, 0.6, 0.9]), { decay: 0.5, restartBelow });
    const plain = next(0);
    near(values(plain.counts), [3, 0.5, 4]);
    near(values(plain.sums), [4, 5, 0.5, 0.5, 0, 4]);
    // The second code has less than 1: it begins at the second vector.
    const restarted = next(1);
    near(values(restarted.counts), [3, 1, 4]);
    near(values(codebookOf(restarted)), [4 / 3, 5 / 3, 1, 1, 0, 1]);
    // Below 2 it begins as if two vectors had chosen it.
    const twice = next(2);
    near(values(twice.counts), [3, 2, 4]);
    near(values(codebookOf(twice)).slice(2, 4), [1, 1]);
    // Of two vectors that are not there it takes none, however high the draw.
    const masked = moved(
      kept,
      tf.tensor2d([[3, 1], [1, 1], [7, 7], [8, 8]]),
      tf.tensor2d([[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]),
      tf.tensor1d([0.1, 0.99, 0.9]),
      { decay: 0.5, restartBelow: 1 },
    );
    near(values(codebookOf(masked)).slice(2, 4), [1, 1]);
  }));

Deno.test("a code that nothing chooses stays where it is, under any decay, and moves when it is chosen", () =>
  onCpu(() => {
    const vectors = tf.tensor2d([[1, 1], [1.5, 0.5]]);
    const choice = tf.zeros([2]);
    for (const decay of [0, 0.5, 0.9]) {
      const fields = { decay, restartBelow: 0 };
      let kept: Tensors = { counts: tf.ones([2, 1]), sums: tf.tensor2d([[1, 1], [9, 9]]) };
      for (let step = 0; step < 300; step++) {
        kept = moved(kept, vectors, nearest(vectors, codebookOf(kept)), choice, fields);
      }
      near(values(codebookOf(kept)), [1.25, 0.75, 9, 9]);
      const far = tf.tensor2d([[9, 9], [7, 7]]);
      const { counts, sums } = moved(kept, far, nearest(far, codebookOf(kept)), choice, fields);
      near(values(codebookOf({ counts, sums })).slice(2), [8, 8], 1e-4);
    }
  }));

Deno.test("a VQ-VAE minds the distance of vectors from their codes by the commitment's weight", () =>
  onCpu(() => {
    const kept = {
      counts: tf.ones([2, 1]),
      sums: tf.tensor2d([[0, 0], [2, 2]]),
      frequencies: tf.fill([4, 2], 0.5),
    };
    const batch = {
      ...{ x: tf.tensor2d([[1, 0, 1, 0]]), mask: tf.ones([1]), kept },
      noise: { choice: tf.zeros([2]) },
    };
    const networks = {
      encoder: () => tf.tensor2d([[0.5, 0], [1.5, 2], [0, 0], [2, 1]]),
      decoder: () => tf.zeros([1, 4]),
    };
    const fields = vqVae.configuration.parse({ codes: 2, codeSize: 2, commitment: 0.3 });
    // deno-lint-ignore no-explicit-any
    const told = (vqVae.model.steps[0].loss as any)(networks, batch, fields);
    // ¼ + ¼ + 0 + 1.
    near(values(told.commitment), [1.5]);
    near(values(told.loss), [values(told.reconstruction)[0] + 0.3 * 1.5]);
  }));

Deno.test("the perplexity of shares .5, .25, .25, 0 is 2.828427", () => {
  const { used, perplexity } = codeUsage(Float32Array.of(1, 1, 1, 2, 2, 1, 1, 1), 2);
  near([used, perplexity], [3, 2.828427]);
});

Deno.test("a VampPrior is the mean of the posteriors of its pseudo-inputs", () =>
  onCpu(() => {
    const { importance: { x, encoder, decoder, noise } } = golden;
    const inputs = [[1, -1, 0.5, 2], [0, 0.3, -2, 1]];
    const linear = (kernel: number[][]) => (rows: tf.Tensor) =>
      tf.matMul(rows as tf.Tensor2D, tf.tensor2d(kernel)) as tf.Tensor2D;
    const networks = {
      encoder: linear(encoder),
      decoder: linear(decoder),
      prior: () => ({ inputs: tf.tensor2d(inputs) }),
    };
    const epsilon = noise.map((row) => row.slice(0, 2));
    const batch = { x: tf.tensor2d(x), noise: { noise: tf.tensor2d(epsilon) } } as unknown as Batch;
    const kl = values(vampPrior.model.evaluate!(networks, batch, {} as never).kl);
    // One after another in float64.
    const gaussian = (row: number[]) => {
      const out = [0, 1, 2, 3].map((j) => row.reduce((sum, v, i) => sum + v * encoder[i][j], 0));
      return { mean: out.slice(0, 2), variance: out.slice(2).map(Math.exp) };
    };
    const density = (z: number[], { mean, variance }: ReturnType<typeof gaussian>) =>
      z.reduce((product, value, j) => {
        const scaled = (value - mean[j]) ** 2 / variance[j];
        return product * Math.exp(-0.5 * scaled) / Math.sqrt(2 * Math.PI * variance[j]);
      }, 1);
    const components = inputs.map((row) => gaussian(row.map((u) => 1 / (1 + Math.exp(-u)))));
    const expected = x.map((row, b) => {
      const own = gaussian(row);
      const z = own.mean.map((mean, j) => mean + Math.sqrt(own.variance[j]) * epsilon[b][j]);
      const prior = components.reduce((sum, each) => sum + density(z, each) / 2, 0);
      return Math.log(density(z, own)) - Math.log(prior);
    });
    near(kl, expected, 1e-4);
  }));

Deno.test("equal shares of a mixture prior's draws are of each component, with its mean and variance", () =>
  onCpu(() => {
    const [means, variances] = [[-6, -1, 2, 5], [0.01, 0.25, 1, 4]];
    const networks = {
      encoder: (x: tf.Tensor) => x as tf.Tensor2D,
      decoder: (z: tf.Tensor) => z as tf.Tensor2D,
      prior: () => ({
        mean: tf.tensor2d(means, [4, 1]),
        log_variance: tf.log(tf.tensor2d(variances, [4, 1])),
      }),
    };
    const choice = Array.from({ length: 40 }, (_, i) => i / 40);
    const epsilon = choice.map((_, i) => i % 3 - 1);
    const noise = { choice: tf.tensor1d(choice), noise: tf.tensor2d(epsilon, [40, 1]) };
    const drawn = vaeMixture.model.sample!(networks, { noise } as unknown as Batch, {} as never);
    const expected = choice.map((_, i) => {
      const component = Math.floor(i / 10);
      const latent = means[component] + Math.sqrt(variances[component]) * epsilon[i];
      return 1 / (1 + Math.exp(-latent));
    });
    near(values(drawn), expected, 1e-5);
  }));

Deno.test("a semi-supervised bound takes the label that is shown, else the mean of all less the entropy", () =>
  onCpu(() => {
    const logits = tf.log(tf.tensor2d([[0.25, 0.75], [0.25, 0.75]]));
    const negative = tf.tensor2d([[10, 20], [10, 20]]);
    const loss = semiSupervisedLoss(negative, logits, tf.tensor2d([[1, 0], [0, 0]]));
    // 0.25·10 + 0.75·20 − 0.56233514.
    near(values(loss), [10, 17.5 - 0.56233514]);
  }));

/** A network that gives the same numbers for each row. */
const same = (...row: number[]) => (x: tf.Tensor) =>
  tf.tile(tf.tensor2d([row]), [x.shape[0]!, 1]) as tf.Tensor2D;

Deno.test("where nothing is known of pixels, codes and classes the semi-supervised bound is ln 2 a pixel", () =>
  onCpu(() => {
    // ln 2 for each pixel, no KL, and ln 3 of p(y) that the entropy of q(y|x) takes back.
    const networks = {
      ...{ encoder: same(0, 0, 0, 0), decoder: same(0, 0, 0, 0, 0), classifier: same(0, 0, 0) },
    };
    const batch = {
      x: tf.tensor2d([[0, 1, 0.5, 1, 0], [1, 1, 0, 0, 0.2]]),
      noise: { noise: tf.tensor2d([[0.3, -1], [2, 0.1]]) },
      labels: tf.zeros([2, 3]),
    } as unknown as Batch;
    const fields = { likelihood: "bernoulli", deviation: 1 } as never;
    const { negative_bound } = semiSupervisedVae.model.evaluate!(networks, batch, fields);
    near(values(negative_bound), [5 * Math.LN2, 5 * Math.LN2]);
  }));

Deno.test("a ladder's bound has the KL of both layers, in training and in evaluation", () =>
  onCpu(() => {
    // q(z₂) = N(1, 1); q(z₁) joins N(0, 1) with N(0, 1) to N(0, ½).
    const networks = {
      ...{ features: same(0), encoder: same(0, 0, 0, 0), decoder: same(0, 0, 0, 0, 0) },
      ...{ top_encoder: same(1, 1, 1, 0, 0, 0), prior: same(0, 0, 0, 0) },
    };
    const batch = {
      x: tf.tensor2d([[0, 1, 0.5, 1, 0]]),
      noise: { noise: tf.tensor2d([[0.3, -1]]), top: tf.tensor2d([[1, 2, 3]]) },
      spent: tf.scalar(0.5),
    } as unknown as Batch;
    const fields = { likelihood: "bernoulli", deviation: 1, beta: 1, warmUp: 0 } as never;
    const kl = 3 * 0.5 + 2 * 0.5 * (0.5 - 1 + Math.LN2);
    const found = ladderVae.model.evaluate!(networks, batch, fields);
    near(values(found.kl), [kl]);
    near(values(found.negative_elbo), [5 * Math.LN2 + kl]);
    // deno-lint-ignore no-explicit-any
    near(values((ladderVae.model.steps[0].loss as any)(networks, batch, fields).loss), [
      5 * Math.LN2 + kl,
    ]);
  }));

Deno.test("few labels are shown, and labels that are not change nothing", async () => {
  const after = async (fields: object, change: (labels: Uint8Array, i: number) => number) => {
    const plain = halves();
    const labels = plain.train.labels!.map((_, i) => change(plain.train.labels!, i));
    const dataset = { ...plain, train: { ...plain.train, labels } };
    const { trainer } = await trainerOf("semi-supervised-vae", dataset, {
      ...{ batchSize: 20, hiddenSizes: [12], latentSize: 2, judge: false, learningRate: 0.01 },
      ...{ labelled: 10, labelledBatch: 5, ...fields },
    }, { budget: 1200 });
    await trainThrough(trainer);
    const { parameters } = await trainer.snapshot();
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    trainer.dispose();
    return { parameters, accuracy: metrics["evaluation/accuracy"] };
  };
  const own = (labels: Uint8Array, i: number) => labels[i];
  const plain = await after({}, own);
  ok(plain.accuracy > 0.9, `${plain.accuracy}`);
  const others = await after({}, (labels, i) => i < 10 ? labels[i] : 1 - labels[i]);
  deepStrictEqual(others.parameters, plain.parameters);
  await rejects(after({ labelled: 500 }, own), {
    name: "InputError",
    message: "Cannot draw labelled examples as model.labelled must be at most the training " +
      "examples, 120: 500",
  });
  await rejects(after({ labelled: 30, labelledBatch: 25 }, own), {
    name: "InputError",
    message: "Cannot draw labelled examples as model.labelledBatch must be at most batchSize and " +
      "labelled, 20: 25",
  });
  await rejects(after({ labelledBatch: 11 }, own), {
    name: "InputError",
    message: /^Cannot draw labelled examples as model.labelledBatch must be at most batchSize and/,
  });
});

Deno.test("coordinates are taken from other rows, each row's once", () =>
  onCpu(() => {
    const rows = [[1, 10, 100], [2, 20, 200], [3, 30, 300]];
    near(values(permuted(tf.tensor2d(rows), tf.scalar(3))), [2, 30, 100, 3, 10, 200, 1, 20, 300]);
    // Of two that are there, whatever stands in the third place.
    near(values(permuted(tf.tensor2d(rows), tf.scalar(2))).slice(0, 6), [2, 10, 200, 1, 20, 100]);
    near(values(permuted(tf.tensor2d(rows), tf.scalar(1))).slice(0, 3), [1, 10, 100]);
  }));

Deno.test("a FactorVAE's discriminator learns of more rows than there are coordinates alone", () =>
  onCpu(() => {
    const { loss } = factorVae.model.steps[1];
    const descended = (rows: number) => {
      const networks = {
        encoder: (x: tf.Tensor) => tf.zeros([x.shape[0], 6]),
        discriminator: (latent: tf.Tensor) => tf.slice(latent, [0, 0], [-1, 1]),
      };
      const batch = {
        x: tf.zeros([5, 4]),
        mask: tf.tensor1d([1, 1, 1, 1, 1].fill(0, rows)),
        noise: { noise: tf.randomNormal([5, 3]) },
      };
      return values(loss!(networks as never, batch as never, { latentSize: 3 } as never).loss);
    };
    ok(descended(3).every((value) => value === 0));
    ok(descended(4).every((value) => value > 0));
    const fields = { batchSize: 10, latentSize: 10 };
    match(
      factorVae.configuration.safeParse(fields).error!.message,
      /latentSize must be below batchSize/,
    );
  }));

Deno.test("the discriminator of latent vectors has its worked loss", () =>
  onCpu(() => {
    // D = 0.8 of a vector and 0.4 of a permuted one: −½(ln 0.8 + ln 0.6).
    const logit = (p: number) => tf.tensor2d([[Math.log(p / (1 - p))]]);
    near(values(discriminatorLoss(logit(0.8), logit(0.4))), [0.36698459]);
    near(values(discriminatorLoss(logit(0.5), logit(0.5))), [Math.LN2]);
  }));

Deno.test("Gaussians are joined by precision, and their KL has its worked value", () =>
  onCpu(() => {
    const gaussian = (mean: number, variance: number) =>
      [tf.tensor2d([[mean]]), tf.tensor2d([[Math.log(variance)]])] as const;
    // Precisions 1 and 2: variance 1/3, mean (1 + 2·3)/3.
    const expected = gaussian(3, 0.5);
    const [mean, logVariance] = joined(gaussian(1, 1), expected);
    near([...values(mean), ...values(logVariance)], [7 / 3, -Math.log(3)]);
    // ½[ln 1.5 + (1/3 + 4/9)/0.5 − 1].
    near(values(klBetween([mean, logVariance], expected)), [0.48051033]);
    near(values(klBetween(gaussian(0.5, Math.exp(0.2)), gaussian(0, 1))), [0.13570137908]);
  }));

Deno.test("IWAE estimates the likelihood with more draws when its budget is spent", async () => {
  const definition = await definitionOf("iwae");
  const fields = {
    ...{ batchSize: 20, hiddenSizes: [12], latentSize: 3, draws: 2, likelihoodImages: 10 },
    ...{ evaluationDraws: 8, finalDraws: 80, judge: false },
  };
  const { trainer } = await trainerOf(definition, halves(), fields, { budget: 120 });
  const evaluate = async () => (await trainer.evaluate({ random: defaultRng(1) })).metrics;
  const first = await evaluate();
  await trainThrough(trainer);
  const last = await evaluate();
  trainer.dispose();
  deepStrictEqual(
    [first, last].map((metrics) => metrics["evaluation/likelihood_draws"]),
    [8, 80],
  );
  const nats = last["evaluation/negative_log_likelihood"];
  ok(nats < first["evaluation/negative_log_likelihood"]);
  near([last["evaluation/bits_per_dimension"]], [nats / (16 * Math.LN2)]);
  // The bound of one draw of each image is not below that of many.
  ok(nats < last["evaluation/negative_elbo"], `${nats}`);
});

Deno.test("what an IWAE of greys is asked for is of the pixels that its run measures", async () => {
  const dataset = halves();
  const { values: greys, count } = dataset.test;
  const fields = {
    ...{ batchSize: 20, hiddenSizes: [12], latentSize: 2, draws: 2, judge: false },
    ...{ likelihoodImages: count, finalDraws: 400, learningRate: 0.01 },
  };
  const likelihoods = async (fields: object) => {
    const { trainer } = await trainerOf("iwae", dataset, fields, { budget: 4000 });
    await trainThrough(trainer);
    const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
    const of = (values: Float32Array) =>
      trainer.logLikelihood!(values, { draws: 400, random: defaultRng(2) });
    const [asked, drawn] = [await of(greys), await of(binarizedBy(dataset, greys))];
    trainer.dispose();
    return { series: metrics["evaluation/negative_log_likelihood"], asked, drawn };
  };
  const { series, asked, drawn } = await likelihoods(fields);
  deepStrictEqual(asked, drawn);
  strictEqual(asked.binarized, true);
  near([-mean([...asked.each])], [series], 0.01);
  const plain = await likelihoods({ ...fields, binarize: false });
  strictEqual(plain.asked.binarized, undefined);
  near([-mean([...plain.asked.each])], [plain.series], 0.01);
  ok(mean([...plain.asked.each]) !== mean([...plain.drawn.each]));
});

Deno.test("a likelihood is estimated with exactly as many draws as are asked for", async () => {
  const fields = { batchSize: 20, hiddenSizes: [12], latentSize: 2, judge: false };
  const { trainer } = await trainerOf("vae", halves(), fields, { budget: 120 });
  const { values } = halves().test;
  const ask = (draws: number) => trainer.logLikelihood!(values, { draws, random: defaultRng(2) });
  for (const draws of [1, 8, 11]) strictEqual((await ask(draws)).draws, draws);
  strictEqual((await ask(0)).draws, 100);
  // Of one stream the eight weights and their first one: no mean is above eight times itself.
  const [one, eight] = [(await ask(1)).each, (await ask(8)).each];
  one.forEach((log, i) => ok(log < eight[i] + Math.log(8) + 1e-6, `${log} beside ${eight[i]}`));
  ok(mean([...one]) < mean([...eight]), `${mean([...one])}`);
  trainer.dispose();
});

Deno.test("where factors are known, codes are held against them", async () => {
  const known = (split: Split): Split => ({ ...split, factors: split.labels });
  const plain = halves();
  const dataset = {
    ...plain,
    ...{ train: known(plain.train), validation: known(plain.validation), test: known(plain.test) },
    factors: { names: ["half"], sizes: [2] },
  };
  const { trainer } = await trainerOf("vae", dataset, {
    ...{ batchSize: 20, hiddenSizes: [12], latentSize: 2, judge: false, learningRate: 0.01 },
  }, { budget: 4000 });
  await trainThrough(trainer);
  const { metrics } = await trainer.evaluate({ random: defaultRng(1) });
  trainer.dispose();
  ok(metrics["evaluation/active_units"] >= 1);
  strictEqual(metrics["evaluation/beta_vae_score"], 1);
  const gap = metrics["evaluation/mutual_information_gap"];
  ok(gap > 0 && gap <= 1 && metrics["evaluation/separated_predictability"] <= 1, `${gap}`);
});

Deno.test("codes of more numbers than a call takes arguments are held against the factors of their own", async () => {
  // Half of the codes are the factor itself, the other half are none.
  const split = (count: number): Split => {
    const factors = Uint8Array.from({ length: count }, (_, i) => i % 3);
    return { count, values: Float32Array.from(factors), factors };
  };
  const dataset = {
    ...{ name: "thirds", seed: 0, kind: "points", shape: [1] },
    ...{ train: split(100_001), validation: split(7001), test: split(8000) },
    factors: { names: ["third"], sizes: [3] },
  };
  const encode = (values: Float32Array) => {
    const codes = new Float32Array(2 * values.length);
    values.forEach((value, i) => codes[2 * i] = value);
    return Promise.resolve(codes);
  };
  const metrics = await latentMetrics({ encode, dataset } as unknown as Look);
  near([metrics["evaluation/mutual_information_gap"]], [1]);
  near([metrics["evaluation/separated_predictability"]], [1]);
  strictEqual(metrics["evaluation/beta_vae_score"], 1);
});

Deno.test("a conditional VAE draws the class that is asked for", async () => {
  const { trainer } = await trainerOf("conditional-vae", halves(), {
    ...{ batchSize: 20, hiddenSizes: [12], latentSize: 2, judge: false, learningRate: 0.01 },
  }, { budget: 4000 });
  await trainThrough(trainer);
  for (const label of [0, 1]) {
    const { values } = await trainer.sample!({ random: defaultRng(1), count: 40, label });
    let upper = 0;
    for (const [i, value] of values.entries()) upper += (i % 16 < 8 ? value : -value) / 320;
    ok(label === 1 ? upper > 0.4 : upper < -0.4, `${label}: ${upper}`);
  }
  trainer.dispose();
});

Deno.test("places of examples that are none move no code", () =>
  onCpu(() => {
    const fields = vqVae.configuration.parse({ codes: 2, codeSize: 2, restartBelow: 0 });
    const moved = (beyond: number[]) => {
      const batch = {
        ...{ x: tf.tensor2d([[1, 0, 0, 1], beyond]), mask: tf.tensor1d([1, 0]) },
        kept: {
          counts: tf.ones([2, 1]),
          sums: tf.tensor2d([[0, 0], [2, 2]]),
          frequencies: tf.fill([2, 2], 0.5),
        },
        noise: { choice: tf.zeros([2]) },
      };
      const networks = {
        encoder: (x: tf.Tensor) => tf.reshape(x, [-1, 2]),
        decoder: () => tf.zeros([2, 4]),
      };
      // deno-lint-ignore no-explicit-any
      const { kept } = (vqVae.model.steps[0].loss as any)(networks, batch, fields);
      return [kept.counts, kept.sums].map((tensor) => [...values(tensor)]);
    };
    const [counts] = moved([2, 2, 2, 2]);
    near(counts, [1.01, 0.99]);
    deepStrictEqual(moved([2, 2, 2, 2]), moved([0, 0, 0, 0]));
  }));
