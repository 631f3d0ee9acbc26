/**
 * What stands between an observation and the dense layers of a network: convolutions where the
 * observation is a picture, nothing elsewhere.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../core/errors.ts";
import type { Box, Space } from "../core/space.ts";
import { belowPrefix, prefixed } from "../core/tensor_data.ts";
import type { Body, BodyDefinition } from "./definitions.ts";
import { type Initializer, orthogonal } from "./initializers.ts";
import { convolution, convolutionParameters } from "./layers/convolution.ts";

export type { Body } from "./definitions.ts";
import { count, WIDEST } from "./sizes.ts";

/**
 * Field of a configuration: the convolutions that pictures pass. The default is that of Mnih et al.
 * (2013, arXiv 1312.5602), section 4.1.
 */
export const convolutions = z.array(z.tuple([count(1, WIDEST), count(1, WIDEST), count(1, WIDEST)]))
  .default([[16, 8, 4], [32, 4, 2]]).meta({
    description: "Convolutions before the dense layers where observations are pictures: " +
      "[filters, size, stride] each, with ReLU",
  });

/** A layer of {@linkcode convolutions}: [filters, size, stride]. */
export type Convolution = z.output<typeof convolutions>[number];

/** Whether observations are convolved: Boxes of three axes, 32 pixels or more in both directions. */
export function isPicture(space: Space): space is Box {
  if (space.kind !== "box") return false;
  const { shape } = space as unknown as Box;
  return shape.length === 3 && shape[0] >= 32 && shape[1] >= 32;
}

/** Orthogonal with gain √2, as ReLU asks for. */
const wide: Initializer = (random, shape) => orthogonal(random, shape, Math.SQRT2);

/**
 * The body for an observation space: the experiment's own, else convolutions for pictures, else
 * none.
 *
 * @throws InputError where a kernel is larger than what it is moved over, and where an own body's
 *   tensors have other names than `body/…`.
 */
export function bodyOf(
  space: Space,
  layers: readonly Convolution[],
  own?: BodyDefinition,
): Body {
  if (own !== undefined) return checkedBody(own, space);
  if (!isPicture(space)) {
    return {
      size: space.flatSize,
      initialParameters: () => ({}),
      features: (_, observations) => observations,
    };
  }
  const shapes = [space.shape];
  for (const [filters, size, stride] of layers) {
    const [height, width] = shapes.at(-1)!;
    if (size > Math.min(height, width)) {
      throw new InputError(
        `Cannot convolve pictures of ${height} × ${width} as the kernel must not be larger: ${size}`,
      );
    }
    const over = (side: number) => Math.floor((side - size) / stride) + 1;
    shapes.push([over(height), over(width), filters]);
  }
  return {
    size: shapes.at(-1)!.reduce((product, side) => product * side, 1),
    initialParameters: (random) =>
      Object.assign(
        {},
        ...layers.map(([filters, size], layer) => {
          const inputs = shapes[layer][2];
          const options = { inputs, filters, size, initializer: wide };
          return convolutionParameters(random, options, `body/${layer}`);
        }),
      ),
    features(parameters, observations) {
      const shape = [observations.shape[0]!, ...space.shape] as [number, number, number, number];
      let x: tf.Tensor4D = tf.reshape(observations, shape);
      layers.forEach(([, , stride], layer) => {
        const movement = { stride, padding: "valid" } as const;
        x = tf.relu(convolution(parameters, x, `body/${layer}`, movement));
      });
      return tf.reshape(x, [observations.shape[0]!, -1]);
    },
  };
}

/** A body of one network alone: its tensors stand below the network's name, `policy/body/…`. */
export function bodyWithin(network: string, { size, ...body }: Body): Body {
  const prefix = `${network}/`;
  return {
    size,
    initialParameters: (random) => prefixed(body.initialParameters(random), prefix),
    features: (parameters, observations) =>
      body.features(belowPrefix(parameters, prefix), observations),
  };
}

/** An own body, whose tensors must not be mistaken for another network's. */
function checkedBody({ name, create }: BodyDefinition, space: Space): Body {
  const body = create(space);
  return {
    size: body.size,
    features: (parameters, observations) => body.features(parameters, observations),
    initialParameters(random) {
      const parameters = body.initialParameters(random);
      const wrong = Object.keys(parameters).find((each) => !each.startsWith("body/"));
      if (wrong === undefined) return parameters;
      throw new InputError(
        `Cannot use the body ${name} as its tensors' names must begin with body/: ${wrong}`,
      );
    },
  };
}
