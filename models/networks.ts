/**
 * Networks as data: how one is drawn and what it computes, without the place where its parameters
 * lie. A model names its networks; each is drawn from the run's stream of its name, and a loss calls
 * them as functions.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import { show } from "../lab/core/plain.ts";
import type { Generator } from "../lab/core/random.ts";
import { belowPrefix, type NamedTensors, prefixed } from "../lab/core/tensor_data.ts";
import { heNormal, type Initializer, lecunNormal } from "../lab/compute/initializers.ts";
import { type Activation, activations, mlp, mlpParameters } from "../lab/compute/networks.ts";
import type { Tensors } from "../lab/compute/workspace.ts";

/** A network, or any group of parameters that is learned together. */
// deno-lint-ignore no-explicit-any
export interface Network<Inputs extends readonly any[] = any, Output = any> {
  /** Its initial parameters, by names below the network's own: `0/kernel`. */
  initial(random: Generator): NamedTensors;
  /** What it computes from its parameters and inputs. */
  apply(parameters: Tensors, ...inputs: Inputs): Output;
}

/** Networks by name. */
export type Networks = Readonly<Record<string, Network>>;

/** Networks as functions of their inputs, over parameters at hand. */
export type Applied<N extends Networks> = {
  readonly [K in keyof N]: N[K] extends Network<infer Inputs, infer Output>
    ? (...inputs: Inputs) => Output
    : never;
};

/** The initial parameters of all networks by full name, `encoder/0/kernel`. */
export function initialParameters(
  networks: Networks,
  stream: (name: string) => Generator,
): NamedTensors {
  const parameters: NamedTensors = {};
  for (const [name, network] of Object.entries(networks)) {
    Object.assign(parameters, prefixed(network.initial(stream(name)), `${name}/`));
  }
  return parameters;
}

/** The networks over these parameters, by full name. */
export function applied<N extends Networks>(networks: N, parameters: Tensors): Applied<N> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, network]) => {
      const own = belowPrefix(parameters, `${name}/`);
      return [name, (...inputs: unknown[]) => network.apply(own, ...inputs)];
    }),
  ) as Applied<N>;
}

/**
 * A dense network, [B, in] to [B, out]: `activation` after every layer but the last, which has `last`.
 * Hidden kernels He normal (He et al. 2015, arXiv 1502.01852), the last one LeCun normal, biases 0.
 *
 * @param sizes Widths from input to output.
 * @throws InputError where these are no list.
 */
export function dense(
  sizes: readonly number[],
  activation: Activation = "relu",
  { hidden = heNormal, output = lecunNormal, last = "linear" }: {
    readonly hidden?: Initializer;
    readonly output?: Initializer;
    readonly last?: Activation;
  } = {},
): Network<[x: tf.Tensor], tf.Tensor2D> {
  if (!Array.isArray(sizes)) {
    throw new InputError(
      `Cannot make a dense network as its sizes must be a list, like [2, 64, 1]: ${show(sizes)}`,
    );
  }
  return {
    initial: (random) => mlpParameters(random, sizes, { hidden, output }),
    apply: (parameters, x) => activations[last](mlp(parameters, x, activation)) as tf.Tensor2D,
  };
}

/** Parameters that a model computes with itself: called, it gives them by name. */
export function parametersAlone(
  initial: (random: Generator) => NamedTensors,
): Network<[], Tensors> {
  return { initial, apply: (parameters) => parameters };
}
