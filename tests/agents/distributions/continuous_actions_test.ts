/** Squashed densities, action scales and exploration noise. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { ActionScale } from "../../../agents/distributions/action_scale.ts";
import { ActionNoise, ornsteinUhlenbeck } from "../../../agents/exploration/noise.ts";
import { logTanhSlope, squashedSample } from "../../../agents/distributions/squashed_gaussian.ts";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box } from "../../../lab/core/space.ts";

await openWorkspace("cpu");

Deno.test("a squashed sample and its log-density are the worked example's", () => {
  tf.tidy(() => {
    // u = 0.1 + 0.5 · 0.4; ln N(u; 0.1, 0.5) − ln(1 − tanh²u), in float64.
    const u = 0.1 + 0.5 * 0.4;
    const density = -0.5 * 0.4 ** 2 - Math.log(0.5 * Math.sqrt(2 * Math.PI)) -
      Math.log(1 - Math.tanh(u) ** 2);
    const { actions, logProbability } = squashedSample(
      tf.tensor2d([[0.1], [0.1]]),
      tf.fill([2, 1], Math.log(0.5)),
      tf.tensor2d([[0.4], [0.4]]),
    );
    ok(Math.abs(actions.dataSync()[0] - Math.tanh(u)) < 1e-7);
    ok(Math.abs(logProbability.dataSync()[0] - density) < 1e-6);
    // Of two independent elements, the sum.
    const two = squashedSample(
      tf.tensor2d([[0.1, 0.1]]),
      tf.fill([1, 2], Math.log(0.5)),
      tf.tensor2d([[0.4, 0.4]]),
    );
    ok(Math.abs(two.logProbability.dataSync()[0] - 2 * density) < 1e-6);
  });
});

Deno.test("the density of squashed actions integrates to 1", () => {
  tf.tidy(() => {
    // Over noise: ∫ π(a) da = Σ π(a(ε)) · |da/dε| Δε with da/dε = σ(1 − a²).
    const [mean, std, count] = [0.8, 1.3, 4001];
    const epsilon = Float32Array.from({ length: count }, (_, i) => -8 + 16 * i / (count - 1));
    const { actions, logProbability } = squashedSample(
      tf.fill([count, 1], mean),
      tf.fill([count, 1], Math.log(std)),
      tf.tensor2d(epsilon, [count, 1]),
    );
    const [a, log] = [actions.dataSync(), logProbability.dataSync()];
    let integral = 0;
    for (let i = 1; i < count; i++) {
      integral += 0.5 * (Math.exp(log[i]) + Math.exp(log[i - 1])) * (a[i] - a[i - 1]);
    }
    ok(Math.abs(integral - 1) < 1e-3, `${integral}`);
  });
});

Deno.test("the correction and its slope are finite where tanh has rounded to 1", () => {
  tf.tidy(() => {
    const u = tf.tensor1d([-60, -20, 0, 20, 60]);
    const { values, gradients } = valueAndGradients(({ u }) => {
      const slope = logTanhSlope(u);
      return { loss: tf.sum(slope), slope };
    }, { u });
    // ln(1 − tanh²u) → 2 ln 2 − 2|u|, whose slope is −2 sign u.
    const expected = [-120, -40, 0, -40, -120].map((x) => x === 0 ? 0 : x + 2 * Math.LN2);
    values.slope.dataSync().forEach((x, i) => ok(Math.abs(x - expected[i]) < 1e-4, `${x}`));
    const slopes = [...gradients.u.dataSync()];
    [2, 2, 0, -2, -2].forEach((x, i) => ok(Math.abs(slopes[i] - x) < 1e-5, `${slopes}`));
  });
});

Deno.test("actions are scaled to each element's bounds", () => {
  const scale = new ActionScale("sac", "W-v0", new Box({ low: [-2, 0], high: [2, 10] }));
  const out = new Float32Array(4);
  scale.toEnvironment([-1, -1, 0.5, 1], out);
  deepStrictEqual(out, Float32Array.of(-2, 0, 1, 10));
});

Deno.test("actions without finite bounds are refused", () =>
  throws(
    () => new ActionScale("sac", "W-v0", new Box({ low: -1, high: Infinity, shape: [2] })),
    /Cannot train sac in W-v0 as it scales its actions to finite bounds: Box/,
  ));

const settings = { noiseStd: 0.2, noiseTheta: 0.15, noiseInterval: 1 };

Deno.test("an Ornstein-Uhlenbeck step is the worked example's", () => {
  strictEqual(ornsteinUhlenbeck(0.5, 0.15, 0.2, 1, 1), 0.625);
  ok(Math.abs(ornsteinUhlenbeck(0.5, 0.15, 0.2, 0.01, 1) - 0.51925) < 1e-12);
});

Deno.test("Ornstein-Uhlenbeck noise goes on within an episode and starts at 0 in the next", () => {
  const noise = new ActionNoise({ ...settings, noise: "ornstein-uhlenbeck" }, 2, 1);
  const drawn = defaultRng(1);
  const [first, other, second, third] = Array.from({ length: 4 }, () => drawn.standardNormal());
  const random = defaultRng(1);
  const actions = new Float32Array(2);
  noise.perturb(actions, random);
  deepStrictEqual(actions, Float32Array.of(0.2 * first, 0.2 * other));
  noise.restart(1);
  actions.fill(0);
  noise.perturb(actions, random);
  deepStrictEqual(actions, Float32Array.of(0.85 * 0.2 * first + 0.2 * second, 0.2 * third));
});

Deno.test("Ornstein-Uhlenbeck noise goes on from its snapshot", () => {
  const make = () => new ActionNoise({ ...settings, noise: "ornstein-uhlenbeck" }, 1, 2);
  const one = make();
  one.perturb(new Float32Array(2), defaultRng(1));
  const other = make();
  other.restore(JSON.parse(JSON.stringify(one.snapshot())));
  const actions = [one, other].map((noise) => {
    const actions = new Float32Array(2);
    noise.perturb(actions, defaultRng(2));
    return actions;
  });
  deepStrictEqual(actions[0], actions[1]);
});

Deno.test("Gaussian noise has its deviation, is independent, and actions stay in [−1, 1]", () => {
  const noise = new ActionNoise({ ...settings, noise: "gaussian" }, 1, 10_000);
  const random = defaultRng(1);
  const actions = new Float32Array(10_000);
  noise.perturb(actions, random);
  const deviation = Math.sqrt(actions.reduce((sum, x) => sum + x * x, 0) / 10_000);
  ok(Math.abs(deviation - 0.2) < 0.006, `${deviation}`);
  const first = actions.slice();
  actions.fill(0);
  noise.perturb(actions, random);
  const product = actions.reduce((sum, x, i) => sum + x * first[i], 0) / 10_000 / 0.04;
  ok(Math.abs(product) < 0.04, `correlation ${product}`);
  actions.fill(0.95);
  noise.perturb(actions, random);
  strictEqual(Math.max(...actions), 1);
});
