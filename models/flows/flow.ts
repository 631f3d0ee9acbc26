/**
 * Normalizing flows as data: a list of invertible steps that carry examples to noise, each with its
 * log-determinant, and back. By the change of variables log p(x) = log N(z; 0, I) + Σ log|det ∂step|,
 * exactly: equation 1 of Dinh, Krueger, Bengio, "NICE" (2015, arXiv 1410.8516), and 3 of Dinh,
 * Sohl-Dickstein, Bengio, "Density estimation using Real NVP" (2017, arXiv 1605.08803).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";
import { belowPrefix, type NamedTensors, prefixed } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Network } from "../networks.ts";

/** What a step is applied with. Names of parameters and of what is kept begin with the step's. */
export interface Surroundings {
  readonly parameters: Tensors;
  readonly kept: Tensors;
  /** [B], 1 where an example is there; given while training alone, when what is kept moves on. */
  readonly mask?: tf.Tensor;
  /** [B, D] of variance 1, by which a trace is estimated; left out: it is taken exactly. */
  readonly probe?: tf.Tensor;
}

/** Where a step carries examples. */
export interface Moved {
  readonly x: tf.Tensor;
  /** log|det| of the step's Jacobian at each example, [B]. */
  readonly logDeterminant: tf.Tensor;
  /** The next tensors that it keeps, all of its own; left out: none. */
  readonly kept?: Tensors;
}

/** An invertible step, from the data towards noise: [B, D] of points, [B, H, W, C] of images. */
export interface FlowStep {
  /** Its initial parameters, by names that begin with its own. */
  initial?(random: Generator, name: string): NamedTensors;
  /** What it keeps before the first gradient step, by names that begin with its own. */
  keeps?(name: string): NamedTensors;
  forward(x: tf.Tensor, name: string, surroundings: Surroundings): Moved;
  inverse(z: tf.Tensor, name: string, surroundings: Surroundings): tf.Tensor;
}

/** A flow over parameters at hand. */
export interface Flow {
  /** Examples to noise. */
  forward(x: tf.Tensor): Required<Moved>;
  /** Noise to examples. */
  inverse(z: tf.Tensor): tf.Tensor;
}

/** The steps as a network of a model, which gives a {@linkcode Flow}. */
export interface FlowNetwork extends Network<[around: Omit<Surroundings, "parameters">], Flow> {
  keeps(): NamedTensors;
}

/** The steps one after another as one step, whose log-determinants add up. */
export function chain(steps: readonly FlowStep[]): Required<FlowStep> {
  const gathered = (tensors: (step: FlowStep, i: number) => NamedTensors | undefined) =>
    Object.assign({}, ...steps.map(tensors)) as NamedTensors;
  const named = (name: string, i: number) => name === "" ? `${i}` : `${name}/${i}`;
  return {
    initial: (random, name) => gathered((step, i) => step.initial?.(random, named(name, i))),
    keeps: (name) => gathered((step, i) => step.keeps?.(named(name, i))),
    forward: (x, name, surroundings) => {
      const kept: Tensors = {};
      const logDeterminants: tf.Tensor[] = [];
      for (const [i, step] of steps.entries()) {
        const moved = step.forward(x, named(name, i), surroundings);
        x = moved.x;
        logDeterminants.push(moved.logDeterminant);
        Object.assign(kept, moved.kept);
      }
      return { x, logDeterminant: tf.addN(logDeterminants), kept };
    },
    inverse: (z, name, surroundings) =>
      steps.reduceRight((x, step, i) => step.inverse(x, named(name, i), surroundings), z),
  };
}

/**
 * A flow of these steps.
 *
 * @param name The network's among the model's, which what it keeps begins with.
 */
export function flowNetwork(name: string, steps: readonly FlowStep[]): FlowNetwork {
  const whole = chain(steps);
  return {
    initial: (random) => whole.initial(random, ""),
    keeps: () => prefixed(whole.keeps(""), `${name}/`),
    apply: (parameters, around) => {
      const own = { ...around, parameters, kept: belowPrefix(around.kept, `${name}/`) };
      return {
        forward: (x) => {
          const { kept = {}, ...moved } = whole.forward(x, "", own);
          return { ...moved, kept: { ...around.kept, ...prefixed(kept, `${name}/`) } };
        },
        inverse: (z) => whole.inverse(z, "", own),
      };
    },
  };
}

/**
 * log N(z; 0, I) of each row.
 *
 * @param z [B, D]
 * @returns [B], nats.
 */
export function normalLogDensity(z: tf.Tensor): tf.Tensor1D {
  const constant = z.shape[1]! * log(2 * Math.PI);
  return tf.mul(tf.add(tf.sum(tf.square(z), 1), constant), -0.5);
}
