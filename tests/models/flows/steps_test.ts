/**
 * Steps of flows: back and forth, log-determinants against Jacobians by finite differences, densities
 * that integrate to 1.
 */
import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { defaultRng } from "../../../lab/core/random.ts";
import type { NamedTensors } from "../../../lab/core/tensor_data.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { convolution, convolutionParameters } from "../../../lab/compute/layers/convolution.ts";
import { additive, affine } from "../../../models/flows/bijections.ts";
import { autoregressive } from "../../../models/flows/autoregressive.ts";
import { continuous } from "../../../models/flows/continuous.ts";
import { coupling } from "../../../models/flows/coupling.ts";
import type { Conditioner } from "../../../models/flows/coupling.ts";
import type { FlowStep } from "../../../models/flows/flow.ts";
import { multiScale, onCheckerboard } from "../../../models/flows/multi_scale.ts";
import { actnorm, invertibleConvolution, scaling } from "../../../models/flows/mixing.ts";
import { rationalQuadratic } from "../../../models/flows/splines.ts";
import { dense } from "../../../models/networks.ts";

await tf.setBackend("cpu");

const size = 3;
const conditioner = (inputs: number, outputs: number) => dense([inputs, 8, outputs], "tanh");
const common = { channels: size, conditioner };
const masked = { size, hiddenSizes: [8], activation: "tanh" as const };
const spline = rationalQuadratic(5, 3);

const steps: Readonly<Record<string, FlowStep>> = {
  scaling: scaling(size),
  actnorm: actnorm(size),
  "invertible convolution": invertibleConvolution(size),
  "additive coupling": coupling({ ...common, turn: 0, bijection: additive }),
  "affine coupling": coupling({ ...common, turn: 1, bijection: affine }),
  "spline coupling": coupling({ ...common, turn: 0, bijection: spline }),
  "affine autoregression": autoregressive({ ...masked, turn: 0, bijection: affine }),
  "spline autoregression": autoregressive({ ...masked, turn: 1, bijection: spline }),
  continuous: continuous({ size, hiddenSizes: [8], trainingSteps: 1, steps: 24, solver: "rk4" }),
};

/** One linear convolution: finite differences cross no kink. */
const convolved: Conditioner = (inputs, filters) => ({
  initial: (random) => convolutionParameters(random, { inputs, filters, size: 3 }, "0"),
  apply: (parameters, x) => convolution(parameters, x, "0"),
});

/** A step of flows of images of sixteen pixels, as rows. */
const stepsOfImages = (channels: number) => [
  actnorm(channels),
  invertibleConvolution(channels),
  coupling({ channels, turn: 0, bijection: affine, conditioner: convolved }),
];
/** Couplings of a checkerboard's fields, then of the channels' halves, that move little each. */
const fieldsOfImages = (channels: number) => {
  const conditioner: Conditioner = (inputs, filters) => {
    const { initial, apply } = convolved(inputs, filters);
    return { initial, apply: (parameters, x) => tf.mul(apply(parameters, x), 0.2) };
  };
  const couplings = [0, 1].map((turn) =>
    coupling({ channels, turn, bijection: affine, conditioner })
  );
  return [onCheckerboard(couplings), ...couplings];
};
const ofImages = {
  images: multiScale([4, 4, 1], 2, stepsOfImages),
  wideImages: multiScale([2, 8, 1], 1, stepsOfImages),
  fields: multiScale([2, 4, 2], 1, fieldsOfImages),
  fieldsOfScales: multiScale([4, 4, 1], 2, fieldsOfImages),
};

/** Tensors moved off their initial values, so that no step is the identity. */
function tensorsOf(named: NamedTensors, spread: number): Tensors {
  const random = defaultRng(2);
  return Object.fromEntries(
    Object.entries(named).map(([name, { values, shape }]) => [
      name,
      tf.tensor(Array.from(values, (v) => v + spread * random.standardNormal()), [...shape]),
    ]),
  );
}

/** A step over drawn parameters. */
function drawn(step: FlowStep, spread: number) {
  const surroundings = {
    parameters: tensorsOf(step.initial?.(defaultRng(1), "step") ?? {}, spread),
    kept: tensorsOf(step.keeps?.("step") ?? {}, spread),
  };
  return {
    forward: (x: tf.Tensor) => step.forward(x, "step", surroundings),
    inverse: (z: tf.Tensor) => step.inverse(z, "step", surroundings),
    surroundings,
  };
}

/** Points to try a step on, [count, D]. */
function pointsOf(count: number, dimensions: number): tf.Tensor2D {
  const random = defaultRng(3);
  const row = () => Array.from({ length: dimensions }, () => 1.5 * random.standardNormal());
  return tf.tensor2d(Array.from({ length: count }, row));
}

/** log|det| of a matrix, by elimination. */
function logDeterminantOf(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row]);
  let log = 0;
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.findIndex((row, i) =>
      i >= k && rows.slice(k).every((other) => Math.abs(row[k]) >= Math.abs(other[k]))
    );
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    log += Math.log(Math.abs(rows[k][k]));
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < rows.length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return log;
}

const furthest = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

for (const [name, step] of Object.entries({ ...steps, ...ofImages })) {
  // Of sixteen numbers the Jacobian is to stay well conditioned, as its differences are in float32.
  const flow = drawn(step, name in ofImages ? 0.1 : 0.4);
  const points = name in ofImages ? pointsOf(6, 16) : pointsOf(40, size);
  const [count, dimensions] = points.shape;

  Deno.test(`${name}: the inverse brings every point back`, () => {
    const { x: z } = flow.forward(points);
    ok(furthest(z, points) > 0.1, "the step is the identity");
    const range = tf.max(tf.abs(points)).dataSync()[0];
    const close = /additive|affine coupling|scaling/.test(name) ? 1e-5 : 1e-4;
    const error = furthest(flow.inverse(z), points) / range;
    ok(error < close, `off by ${error}`);
  });

  Deno.test(`${name}: the log-determinant is the Jacobian's`, () => {
    const h = 1e-2;
    const { logDeterminant } = flow.forward(points);
    strictEqual(logDeterminant.shape.join(), `${count}`);
    const said = logDeterminant.dataSync();
    const columns = Array.from({ length: dimensions }, (_, j) => {
      const unit = tf.tensor2d([Array.from({ length: dimensions }, (_, k) => h * Number(j === k))]);
      const at = (side: number) => flow.forward(tf.add(points, tf.mul(unit, side))).x;
      // Of fourth order, as float32 takes no small differences.
      const near = tf.sub(at(1), at(-1)), far = tf.sub(at(2), at(-2));
      return tf.div(tf.sub(tf.mul(near, 8), far), 12 * h).arraySync() as number[][];
    });
    let off = 0;
    for (let i = 0; i < count; i++) {
      const jacobian = columns.map((column) => column[i]);
      // Differences across a knot, where a spline's second derivative jumps, are of first order.
      off = Math.max(off, Math.abs(logDeterminantOf(jacobian) - said[i]));
    }
    ok(off < (name.includes("spline") ? 2e-2 : 1e-3), `off by ${off}`);
  });
}

Deno.test("on a checkerboard the pixels of one colour stay, and those of the other move", () => {
  const [height, width] = [4, 6];
  for (const turn of [0, 1]) {
    const stepsAt = (channels: number) => [
      onCheckerboard([coupling({ channels, turn, bijection: affine, conditioner: convolved })]),
    ];
    const x = pointsOf(3, height * width);
    const { x: z } = drawn(multiScale([height, width, 1], 1, stepsAt), 0.3).forward(x);
    // [B, H/2, W/2, 2, 2]: each block of 2 × 2 pixels.
    const blocks = tf.reshape(z, [-1, height / 2, width / 2, 2, 2]);
    const pixels = tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4]), [-1, height * width]);
    const moved = tf.max(tf.abs(tf.sub(pixels, x)), 0).arraySync() as number[];
    moved.forEach((change, i) => {
      const colour = (Math.floor(i / width) + i % width) % 2;
      strictEqual(change > 1e-3, colour !== turn, `pixel ${i} moves by ${change}`);
    });
  }
});

Deno.test("of coupled coordinates the first half stays at even turns and the second at odd ones", () => {
  const x = tf.tensor2d([[0.3, -0.2, 0.9, 0.4, -0.7], [1, 2, 3, 4, 5]]);
  for (const [turn, stays] of [[0, [0, 1]], [1, [2, 3, 4]], [2, [0, 1]], [3, [2, 3, 4]]] as const) {
    const step = coupling({ channels: 5, turn, bijection: affine, conditioner });
    const { x: moved } = drawn(step, 0.5).forward(x);
    const [before, after] = [x, moved].map((each) => each.arraySync() as number[][]);
    for (const row of [0, 1]) {
      for (let d = 0; d < 5; d++) {
        const isSame = after[row][d] === before[row][d];
        strictEqual(
          isSame,
          (stays as readonly number[]).includes(d),
          `turn ${turn}, coordinate ${d}`,
        );
      }
    }
  }
});
