/**
 * Dense networks drawn as PyTorch draws them.
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { fanInUniform, uniform } from "../../lab/compute/initializers.ts";
import { mlpParameters } from "../../lab/compute/networks.ts";

/**
 * Kernels and biases from U(−1/√fanIn, 1/√fanIn), PyTorch's default and so that of the reference
 * runs. Biases of 0 would put every kink of a ReLU network at the origin, where CartPole lives.
 *
 * @param sizes Widths from input to output; fewer than two make no layer.
 * @param prefix Stands before every name.
 */
export function fanInParameters(
  random: Generator,
  sizes: readonly number[],
  prefix: string,
): NamedTensors {
  if (sizes.length < 2) return {};
  const parameters = mlpParameters(random, sizes, { hidden: fanInUniform, prefix });
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const limit = 1 / Math.sqrt(sizes[layer]);
    parameters[`${prefix}/${layer}/bias`] = uniform(random, [sizes[layer + 1]], -limit, limit);
  }
  return parameters;
}
