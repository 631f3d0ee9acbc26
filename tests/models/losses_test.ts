/**
 * Worked numbers of the loss terms, from float64 arithmetic outside the lab (closed forms), and
 * their gradients against finite differences.
 */
import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../lab/compute/gradients.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { binaryCrossEntropy, maskedMean, squaredError } from "../../models/losses.ts";
import { contraction } from "../../models/autoencoders/contractive.ts";
import { corruptions, signalToNoise } from "../../models/autoencoders/denoising.ts";
import { activityKl } from "../../models/autoencoders/sparse.ts";
import { crossEntropy } from "../../models/classifiers/classifier.ts";
import {
  bound,
  freeKl,
  gaussianKl,
  gaussianNegativeLogLikelihood,
  klWeight,
  reparameterize,
} from "../../models/variational/bound.ts";
import { mixtureKl } from "../../models/variational/vae_mixture.ts";
import { near, onCpu, values } from "./worked.ts";

Deno.test("cross-entropy from logits is the binary cross-entropy of their sigmoids", () =>
  onCpu(() => {
    near(values(tf.div(binaryCrossEntropy(tf.tensor([[2, -1]]), tf.tensor([[1, 0]])), 2)), [
      0.2200948492805977,
    ]);
    const logit = (p: number) => Math.log(p / (1 - p));
    const logits = tf.tensor([[logit(0.9), logit(0.1), logit(0.8), logit(0.3)]]);
    near(values(binaryCrossEntropy(logits, tf.tensor([[1, 0, 1, 0]]))), [0.7905395265685947]);
    near(values(binaryCrossEntropy(tf.tensor([[200, -200]]), tf.tensor([[0, 0]]))), [200]);
  }));

Deno.test("squared errors are summed over pixels", () =>
  onCpu(() => {
    const outputs = tf.tensor([[2.5, 0, 2, 8]]);
    near(values(squaredError(outputs, tf.tensor([[3, -0.5, 2, 7]]))), [4 * 0.375]);
  }));

Deno.test("class cross-entropy is minus the log-probability of the class", () =>
  onCpu(() => {
    const logits = tf.log(tf.tensor([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]));
    const targets = tf.tensor([[1, 0, 0], [0, 1, 0]]);
    near(values(tf.mean(crossEntropy(logits, targets))), [0.2899092476264711]);
  }));

Deno.test("a masked mean leaves masked examples out", () =>
  onCpu(() => near(values(maskedMean(tf.tensor([1, 2, 99]), tf.tensor([1, 1, 0]))), [1.5])));

Deno.test("the Gaussian KL has its worked values and gradients", () =>
  onCpu(() => {
    const kl = (mean: number[], logVariance: number[]) =>
      values(gaussianKl(tf.tensor([mean]), tf.tensor([logVariance])))[0];
    near([kl([0.5, -0.1], [0.2, 0.2])], [0.1514027581601699]);
    near([kl([0, 0], [0.1, 0.1]), kl([0, 0], [0.2, 0.2])], [
      0.005170918075647624,
      0.0214027581601699,
    ]);
    near([kl([0, 0], [0, 0]), kl([1], [0]), kl([0], [-2])], [0, 0.5, 0.5676676416183064]);
    near([kl([0.5, -1], [0, -1])], [0.80893972]);
    const { gradients } = valueAndGradients(
      ({ mean, logVariance }) => ({ loss: tf.sum(gaussianKl(mean, logVariance)) as tf.Scalar }),
      { mean: tf.tensor([[0.5, -0.1]]), logVariance: tf.tensor([[0.2, 0.2]]) },
    );
    near(values(gradients.mean), [0.5, -0.1]);
    near(values(gradients.logVariance), [0.11070137908, 0.11070137908]);
  }));

Deno.test("free bits make what a coordinate has below them cost nothing", () =>
  onCpu(() => {
    // The first coordinate alone has more than 0.05 nats; the masked row would have had both.
    const mean = tf.tensor([[0.5, -0.1], [9, 9]]);
    const logVariance = tf.tensor([[0.2, 0.2], [0.2, 0.2]]);
    const kl = (freeBits: number) => freeKl(mean, logVariance, tf.tensor([1, 0]), freeBits);
    near([kl(0).dataSync()[0]], [0.1514027581601699]);
    near([kl(0.05).dataSync()[0]], [0.13570137908 + 0.05]);
    const { gradients } = valueAndGradients(
      ({ mean }) => ({ loss: freeKl(mean, logVariance, tf.tensor([1, 0]), 0.05) }),
      { mean },
    );
    near(values(gradients.mean), [0.5, 0, 0, 0]);
  }));

Deno.test("the KL's weight rises to β over the warm-up", () =>
  onCpu(() => {
    const weight = (spent: number, warmUp: number) =>
      klWeight({ spent: tf.scalar(spent) }, { beta: 4, warmUp });
    strictEqual(weight(0.3, 0), 4);
    const risen = [0, 0.1, 0.2, 0.9].map((spent) =>
      (weight(spent, 0.2) as tf.Tensor).dataSync()[0]
    );
    near(risen, [0, 2, 4, 4]);
  }));

Deno.test("a Gaussian likelihood has its worked value", () =>
  onCpu(() => {
    const outputs = tf.tensor([[0.1, 0.8]]);
    near(values(gaussianNegativeLogLikelihood(outputs, tf.tensor([[0, 1]]), 0.1)), [
      2.5 + 2 * Math.log(0.1 * Math.sqrt(2 * Math.PI)),
    ], 1e-5);
  }));

Deno.test("the draw scales noise by the deviation, not by the variance", () =>
  onCpu(() => {
    const mean = tf.tensor([[0.5, -0.1]]);
    const logVariance = tf.tensor([[0.2, 0.2]]);
    const draw = (noise: number[]) => values(reparameterize(mean, logVariance, tf.tensor([noise])));
    near(draw([1, -1]), [1.605170918076, -1.205170918076]);
    near(draw([0.5, 0.5]), [1.052585459038, 0.452585459038]);
    near(draw([0, 0]), [0.5, -0.1]);
  }));

Deno.test("with a standard normal as its one component the mixture KL averages to the closed form", () =>
  onCpu(() => {
    const draws = 20_000;
    const noise = new Float32Array(2 * draws);
    defaultRng(3).fillStandardNormal(noise);
    const epsilon = tf.tensor(noise, [draws, 2]);
    const mean = tf.tile(tf.tensor([[0.5, -0.1]]), [draws, 1]);
    const logVariance = tf.fill([draws, 2], 0.2);
    const latent = reparameterize(mean, logVariance, epsilon);
    for (const components of [1, 3]) {
      // Equal components are one.
      const prior = tf.zeros([components, 2]);
      const estimate = tf.mean(mixtureKl(latent, logVariance, epsilon, prior, prior));
      near(values(estimate), [0.1514027581601699], 0.02);
    }
  }));

Deno.test("the mixture KL is the difference of two log-densities", () =>
  onCpu(() => {
    // z = 1 + 0.5·2 = 2 under N(1, 0.25) with ε = 2, against ½N(0, 1) + ½N(3, 4).
    const density = (x: number, mean: number, deviation: number) =>
      Math.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
    const expected = Math.log(density(2, 1, 0.5)) -
      Math.log(0.5 * density(2, 0, 1) + 0.5 * density(2, 3, 2));
    const kl = mixtureKl(
      tf.tensor([[2]]),
      tf.tensor([[Math.log(0.25)]]),
      tf.tensor([[2]]),
      tf.tensor([[0], [3]]),
      tf.tensor([[0], [Math.log(4)]]),
    );
    near(values(kl), [expected]);
  }));

Deno.test("the bound weighs the KL in the loss and not in the ELBO", () =>
  onCpu(() => {
    const { loss, elbo } = bound(tf.tensor([3, 1]), tf.tensor([0.5, 2]), 4);
    near(values(loss), [5, 9]);
    near(values(elbo), [-3.5, -3]);
  }));

Deno.test("the KL of activities has its worked value, of the examples that are there", () =>
  onCpu(() => {
    // Means 0.05, 0.1 and 0.5; the last row is not there.
    const code = tf.tensor([[.02, .1, .4], [.08, .1, .6], [.9, .9, .9]]);
    near([activityKl(code, tf.tensor([1, 1, 0]), 0.05).dataSync()[0]], [0.51133844], 1e-5);
    near([activityKl(tf.tensor([[0.05]]), tf.tensor([1]), 0.05).dataSync()[0]], [0]);
    // A dead unit, and one that is always on, are finite.
    ok(Number.isFinite(activityKl(tf.tensor([[0, 1]]), tf.tensor([1]), 0.05).dataSync()[0]));
  }));

Deno.test("the contraction is the squared Frobenius norm of the code's slope", () =>
  onCpu(() => {
    const kernel = tf.tensor([[1, 0], [2, -1]]);
    near(values(contraction(tf.tensor([[0.5, 0.8]]), kernel)), [0.3381]);
    const code = (x: number[]) => tf.sigmoid(tf.matMul(tf.tensor([x]), kernel as tf.Tensor2D));
    near(values(contraction(code([1, 0.5]), kernel)), [0.11034501]);
    // By finite differences.
    const step = 1e-2;
    let squares = 0;
    for (const [dx, dy] of [[step, 0], [0, step]]) {
      const [up, down] = [values(code([1 + dx, 0.5 + dy])), values(code([1 - dx, 0.5 - dy]))];
      up.forEach((value, j) => squares += ((value - down[j]) / (2 * step)) ** 2);
    }
    near([squares], [0.11034501], 1e-4);
  }));

Deno.test("corruptions touch the share of the pixels that they say", () =>
  onCpu(() => {
    const x = tf.tensor([[0.25, 0.5, 0.75, 1]]);
    const noise = tf.tensor([[0.05, 0.15, 0.3, 0.9]]);
    near(values(corruptions.masking(x, noise, 0.3)), [0, 0, 0.75, 1]);
    near(values(corruptions["salt-and-pepper"](x, noise, 0.3)), [0, 1, 0.75, 1]);
    near(values(corruptions.gaussian(x, tf.tensor([[1, -2, 1, 1]]), 0.3)), [0.55, 0, 1, 1]);
    // A squared error of 0.01 a pixel is 20 dB.
    near(values(signalToNoise(tf.add(x, 0.1), x)), [20], 1e-4);
  }));
