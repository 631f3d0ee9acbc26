/**
 * Worked numbers of what generators and discriminators minimise, from float64 arithmetic outside the
 * lab: D(x) = 0.9, 0.8 and D(G(z)) = 0.3, 0.4 where nothing else is said.
 */
import { deepStrictEqual, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import {
  type AdversarialLoss,
  adversarialLosses,
  type AdversarialLossName,
  scoreTerms,
} from "../../../models/adversarial/losses.ts";
import { near, onCpu, values } from "../worked.ts";

const logits = (...p: number[]) => tf.tensor(p.map((p) => Math.log(p / (1 - p))));
const probable = { real: [0.9, 0.8], generated: [0.3, 0.4] };

interface Worked {
  readonly real: readonly number[];
  readonly generated: readonly number[];
  readonly logits?: boolean;
  readonly discriminator: number;
  readonly generator: number;
}

const worked: Record<AdversarialLossName, readonly Worked[]> = {
  minimax: [
    { ...probable, logits: true, discriminator: 0.5980023173, generator: -0.4337502839 },
    // Where the two are the same: ln 4, and −ln 2.
    {
      ...{ real: [0.5], generated: [0.5], logits: true },
      ...{ discriminator: 1.3862943611, generator: -0.6931471806 },
    },
  ],
  "non-saturating": [
    { ...probable, logits: true, discriminator: 0.5980023173, generator: 1.0601317681 },
    {
      ...{ real: [0.8], generated: [0.3], logits: true },
      ...{ discriminator: 0.5798184953, generator: 1.2039728043 },
    },
  ],
  "least-squares": [
    { ...probable, discriminator: 0.075, generator: 0.2125 },
    { real: [0.8, 0.4], generated: [0.3, -0.1], discriminator: 0.125, generator: 0.425 },
  ],
  hinge: [{ real: [2, 0.5], generated: [-0.2, -3], discriminator: 0.65, generator: 1.6 }],
  wasserstein: [
    { real: [1.2, 0.8], generated: [-0.3, 0.1], discriminator: -1.1, generator: 0.1 },
  ],
  // ln(1 + e^−0.5) and ln(1 + e^−2), ln(1 + e^0.5) and ln(1 + e^2), on average.
  relativistic: [
    { real: [0.2, 1], generated: [-0.3, -1], discriminator: 0.3005025, generator: 1.5505025 },
  ],
};

for (const [name, cases] of Object.entries(worked)) {
  Deno.test(`${name}: discriminator and generator have their worked values`, () =>
    onCpu(() => {
      const rules = adversarialLosses[name as AdversarialLossName];
      for (const each of cases) {
        const scores = (p: readonly number[]) =>
          tf.reshape(each.logits ? logits(...p) : tf.tensor([...p]), [-1, 1]);
        const [real, generated] = [scores(each.real), scores(each.generated)];
        near(values(rules.discriminator(real, generated)), [each.discriminator]);
        near(values(rules.generator(generated, real)), [each.generator]);
      }
    }));
}

Deno.test("smoothing moves the target of real examples alone", () =>
  onCpu(() => {
    const smoothed = (name: AdversarialLossName, real: tf.Tensor, generated: tf.Tensor) =>
      values(adversarialLosses[name].discriminator(real, generated, 0.9));
    near(smoothed("non-saturating", logits(0.9, 0.8), logits(0.3, 0.4)), [0.7771782643]);
    // ½·mean(0², 0.1²) of real, ½·mean(0.3², 0.4²) of generated.
    near(smoothed("least-squares", tf.tensor([0.9, 0.8]), tf.tensor([0.3, 0.4])), [0.065]);
  }));

Deno.test("where D is sure the minimax gradient vanishes, and the other does not", () =>
  onCpu(() => {
    const slope = (name: AdversarialLossName) =>
      values(
        valueAndGradients(
          ({ score }) => ({ loss: adversarialLosses[name].generator(score) }),
          { score: logits(0.01) },
        ).gradients.score,
      );
    near(slope("minimax"), [-0.01]);
    near(slope("non-saturating"), [-0.99]);
  }));

Deno.test("what is reported of scores: probabilities of logits, and how many are right", () =>
  onCpu(() => {
    const terms = (rules: AdversarialLoss, real: tf.Tensor, generated: tf.Tensor) =>
      Object.fromEntries(
        Object.entries(scoreTerms(rules, real, generated)).map(([name, x]) => [
          name,
          values(x)[0].toFixed(4),
        ]),
      );
    const { "non-saturating": nonSaturating, "least-squares": leastSquares } = adversarialLosses;
    deepStrictEqual(terms(nonSaturating, logits(0.9, 0.4), logits(0.3, 0.4)), {
      real_score: "0.6500",
      generated_score: "0.3500",
      discriminator_accuracy: "0.7500",
    });
    deepStrictEqual(terms(leastSquares, tf.tensor([0.9, 0.4]), tf.tensor([0.6, 0.4])), {
      real_score: "0.6500",
      generated_score: "0.5000",
      discriminator_accuracy: "0.5000",
    });
    const { wasserstein } = adversarialLosses;
    const critic = scoreTerms(wasserstein, tf.tensor([1]), tf.tensor([3]));
    strictEqual("discriminator_accuracy" in critic, false);
  }));
