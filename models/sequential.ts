/**
 * Networks of layers one after another, some of which keep something from step to step: the moments of
 * batch normalisation, the vector of spectral normalisation. What is kept goes in and comes out, beside
 * the outputs; a model's `keeps` starts with {@linkcode keptOf} of its networks.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../lab/core/random.ts";
import { belowPrefix, type NamedTensors, prefixed } from "../lab/core/tensor_data.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import type { Network } from "./networks.ts";

/** What a layer is applied with. Names of parameters and of what is kept begin with the layer's. */
export interface Surroundings {
  readonly parameters: Tensors;
  readonly kept: Tensors;
  /** Whether batch normalisation takes the batch's moments, and what is kept moves on. */
  readonly training: boolean;
}

/** What a layer gives. */
export interface Given {
  readonly x: tf.Tensor;
  /** The next tensors that it keeps, all of its own; left out: none. */
  readonly kept?: Tensors;
}

/** A layer of a {@linkcode sequential} network. */
export interface Layer {
  /** Its initial parameters, by names that begin with its own. */
  initial?(random: Generator, name: string): NamedTensors;
  /** What it keeps before the first step, by names that begin with its own. */
  keeps?(random: Generator, name: string): NamedTensors;
  apply(x: tf.Tensor, name: string, surroundings: Surroundings): Given;
  /** Whether an example's output depends on the rest of its batch while training. */
  readonly mixes?: string;
}

/** A layer, or a function where it has no parameters. */
export type LayerLike = Layer | ((x: tf.Tensor) => tf.Tensor);

/** What a sequential network gives. */
export interface Passed {
  readonly outputs: tf.Tensor;
  /** What enters the last layer, [B, F]. */
  readonly features: tf.Tensor2D;
  /** All that was given as kept, with the network's own tensors moved on where it is trained. */
  readonly kept: Tensors;
}

/**
 * Labels that shift a discriminator's score by ⟨V y, φ(x)⟩, with φ(x) what enters its last layer. Miyato,
 * Koyama, "cGANs with Projection Discriminator" (2018, arXiv 1802.05637), equation 3.
 */
export interface Projection {
  /** Numbers of an example: its labels follow them in each row. */
  readonly size: number;
  /** V, from labels to as many numbers as there are features. */
  readonly layer: Layer;
}

/** What the parameters of a projection are named by. */
const PROJECTION = "projection";

/** A network of layers; called with `training` it moves on what it keeps. */
export interface Sequential
  extends Network<[x: tf.Tensor, kept?: Tensors, training?: boolean], Passed> {
  keeps(random: Generator): NamedTensors;
  /** Names a layer through which an example's output depends on its batch; undefined: none does. */
  readonly mixes?: string;
}

/**
 * The layers one after another.
 *
 * @param name The network's among the model's, which what it keeps begins with.
 * @param projection Left out: rows hold no labels of their own.
 */
export function sequential(
  name: string,
  layers: readonly LayerLike[],
  projection?: Projection,
): Sequential {
  const all = layers.map((layer): Layer =>
    typeof layer === "function" ? { apply: (x) => ({ x: layer(x) }) } : layer
  );
  const gathered = (part: "initial" | "keeps", random: Generator): NamedTensors =>
    Object.assign(
      {},
      ...all.map((layer, i) => layer[part]?.(random, `${i}`)),
      projection?.layer[part]?.(random, PROJECTION),
    );
  const last = all.findLastIndex(({ initial }) => initial !== undefined);
  return {
    initial: (random) => gathered("initial", random),
    keeps: (random) => prefixed(gathered("keeps", random), `${name}/`),
    mixes: all.find(({ mixes }) => mixes !== undefined)?.mixes,
    apply: (parameters, rows, kept = {}, training = false) => {
      const own = belowPrefix(kept, `${name}/`);
      const next: Tensors = {};
      const through = (layer: Layer, x: tf.Tensor, part: string) => {
        const given = layer.apply(x, part, { parameters, kept: own, training });
        if (training) Object.assign(next, prefixed(given.kept ?? {}, `${name}/`));
        return given.x;
      };
      let x = projection === undefined ? rows : tf.slice(rows, [0, 0], [-1, projection.size]);
      let entering = x;
      for (const [i, layer] of all.entries()) {
        if (i === last) entering = x;
        x = through(layer, x, `${i}`);
      }
      const features = tf.reshape(entering, [entering.shape[0], -1]) as tf.Tensor2D;
      if (projection !== undefined) {
        const labels = tf.slice(rows, [0, projection.size], [-1, -1]);
        const embedded = through(projection.layer, labels, PROJECTION);
        x = tf.add(x, tf.sum(tf.mul(embedded, features), 1, true));
      }
      return { outputs: x, features, kept: { ...kept, ...next } };
    },
  };
}

/** What networks keep before the first step; undefined where none keeps anything. */
export function keptOf(
  networks: Readonly<Record<string, Sequential>>,
  stream: (name: string) => Generator,
): NamedTensors | undefined {
  const kept: NamedTensors = {};
  for (const [name, network] of Object.entries(networks)) {
    Object.assign(kept, network.keeps(stream(`${name}-kept`)));
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
