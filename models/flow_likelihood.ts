/**
 * The likelihood that a model's flow tells, a program a step: of points by exact divergences, of images by
 * Hutchinson's estimate of them (`probability_flow.ts`), one probe of ±1 for the whole way (Grathwohl et
 * al. 2019, arXiv 1810.01367, section 3.1).
 *
 * Greys are dequantised uniformly, so that what is averaged over the noise is a lower bound of the
 * log-probability of 8-bit pixels (`likelihood.ts`).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../lab/core/elementary.ts";
import { InputError } from "../lab/core/errors.ts";
import { belowPrefix, prefixed, zeros } from "../lab/core/tensor_data.ts";
import type { LogLikelihoods, Trainer } from "../lab/core/trainer.ts";
import { runOverRows } from "../lab/compute/batches.ts";
import { signed } from "./denoiser.ts";
import type { SharedFields } from "./fields.ts";
import { dequantized, ofLevels } from "./likelihood.ts";
import type { Flow, NoiseSpecs } from "./model.ts";
import type { Networks } from "./networks.ts";
import { beganWith, carried, exactRate, probedRate } from "./probability_flow.ts";
import type { BoundModel } from "./programs.ts";

/** The group that holds what is carried along: x, the probe, and what was gained. */
const WAY = "likelihood-way";
const [HERE, THERE] = ["here/", "there/"];
/** Images a call of a program: few may be asked about, as each takes long. */
const IMAGES = 50;
/** Probes where no number is asked for: two tell how far they differ. */
const PROBES = 2;

/** Log-likelihoods that probes estimate. */
export interface ProbedLikelihoods extends LogLikelihoods {
  /** Standard error of the mean over the examples, by the probes' and the dequantisation's draws alone. */
  readonly probeError: number;
}

/** Asks for log p(x) along the flow; `draws` counts probes. */
export function flowLikelihood<C extends SharedFields, N extends Networks>(
  bound: BoundModel<C, N>,
  flow: Flow<N, C>,
  { binary, rows, columnsOf }: {
    readonly binary?: boolean;
    /** Points a call of a program. */
    readonly rows: number;
    /** The inputs of examples. */
    columnsOf(
      values: Float32Array,
      given: { labels?: ArrayLike<number> },
    ): Record<string, Float32Array>;
  },
): NonNullable<Trainer["logLikelihood"]> {
  const { shape, configuration } = bound;
  const { size } = shape;
  const isImage = shape.shape.length === 3;
  const batch = isImage ? IMAGES : rows;
  const widths = isImage ? [size, 1, size] : [size, 1];
  let compiled: ReturnType<typeof compile> | undefined;

  function compile() {
    const places = flow.places(configuration);
    const [scale, deviation] = [
      flow.scale?.(configuration) ?? 1,
      flow.deviation?.(configuration) ?? 1,
    ];
    const width = widths.reduce((sum, each) => sum + each, 0);
    bound.define(WAY, { x: zeros([batch, width], "float32") });
    const labels = bound.labelInput(batch);
    const noise: NoiseSpecs = isImage
      ? { level: ["uniform", [size]], probe: ["uniform", [size]] }
      : {};
    const begin = bound.compileRows(
      "likelihood-begin",
      { batch, inputs: { ...labels, x: [[batch, size], "float32"] }, noise, chain: WAY },
      (_, { noise: { level, probe } }, __, { x }) => {
        const seen = isImage ? signed(dequantized(x, level), shape) : x;
        const entered = [tf.mul(seen, scale), tf.zeros([batch, 1])];
        const sign = () => tf.sub(tf.mul(tf.step(tf.sub(probe, 0.5)), 2), 1);
        return { outputs: {}, x: tf.concat(isImage ? [...entered, sign()] : entered, 1) };
      },
    );
    const scalars = [HERE, THERE].flatMap((prefix) => Object.keys(prefixed(places[0], prefix)));
    const step = bound.compileRows(
      "likelihood-step",
      { batch, inputs: labels, chain: WAY, scalars },
      (networks, seen) => {
        const [x, gained, probe] = tf.split(seen.x, widths, 1);
        const field = flow.field(networks, seen, configuration);
        const [here, there] = [HERE, THERE].map((prefix) => belowPrefix(seen.at, prefix));
        const rate = (at: typeof here) => (x: tf.Tensor) => {
          const velocity = (x: tf.Tensor) => field(x, at);
          return isImage ? probedRate(velocity, x, probe) : exactRate(velocity, x);
        };
        const length = tf.sub(there.place, here.place);
        const next = carried({ x, gained }, rate(here), rate(there), length);
        const state = [next.x, next.gained];
        return { outputs: {}, x: tf.concat(isImage ? [...state, probe] : state, 1) };
      },
    );
    const end = bound.compileRows(
      "likelihood-end",
      { batch, inputs: {}, chain: WAY },
      (_, seen) => {
        const [x, gained] = tf.split(seen.x, widths, 1);
        const density = tf.add(beganWith({ x, gained }, deviation), size * log(scale));
        // Pixels of [0, 1] are twice as far apart in [−1, 1].
        return {
          outputs: { rows: isImage ? ofLevels(tf.add(density, size * log(2)), size) : density },
        };
      },
    );
    return { places, begin, step, end };
  }

  return async (values, { draws, random, labels }) => {
    if (isImage && binary) {
      throw new InputError(
        "Cannot take the likelihood along a flow as its examples must be points or greys: black and " +
          "white pixels, which have no density",
      );
    }
    const { places, begin, step, end } = compiled ??= compile();
    const count = values.length / size;
    const columns = columnsOf(values, { labels });
    const probes = isImage ? draws || PROBES : 1;
    const [each, squares] = [new Float64Array(count), new Float64Array(count)];
    for (let probe = 0; probe < probes; probe++) {
      await runOverRows(begin, { count, batch, columns, random }, async ({ first, length }) => {
        step.input.labels?.set(begin.input.labels);
        for (const [k, place] of places.slice(1).entries()) {
          Object.assign(step.scalar, prefixed(places[k], HERE), prefixed(place, THERE));
          step.run();
        }
        end.run();
        (await end.read("rows")).subarray(0, length).forEach((value, i) => {
          // Of the squares of deviations and the means: Welford's update.
          const before = value - each[first + i];
          each[first + i] += before / (probe + 1);
          squares[first + i] += before * (value - each[first + i]);
        });
      });
    }
    const solverSteps = places.length - 1;
    if (!isImage) return { each, draws: 0, solverSteps };
    const squared = squares.reduce((sum, square) => sum + square, 0) / (probes - 1);
    return { each, draws: probes, solverSteps, probeError: Math.sqrt(squared / probes) / count };
  };
}
