/**
 * What stands between an observation and the dense layers of a network: convolutions where the
 * observation is a picture, nothing elsewhere.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../core/errors.ts";
import { checkFields } from "../core/options.ts";
import { pictureLayout } from "../core/picture_space.ts";
import { isPlain, show } from "../core/plain.ts";
import type { Generator } from "../core/random.ts";
import type { Box, Space } from "../core/space.ts";
import { belowPrefix, type NamedTensors, prefixed } from "../core/tensor_data.ts";
import type { Body, BodyDefinition } from "./definitions.ts";
import { constant, heNormal, type Initializer, orthogonal } from "./initializers.ts";
import { requireState } from "./layout.ts";
import { convolution, convolutionParameters } from "./layers/convolution.ts";
import { maximumPool } from "./layers/pooling.ts";
import { dense } from "./networks.ts";
import type { Tensors } from "./workspace.ts";

export type { Body } from "./definitions.ts";
import { count, WIDEST } from "./sizes.ts";

/** Networks for pictures, by name: see {@linkcode convolutions}. */
const pictureNetworks = ["nature", "minatar", "impala"] as const;

/** Field of a configuration: what pictures pass before the dense layers. */
export const convolutions = z.union([
  z.enum(pictureNetworks),
  z.array(z.tuple([count(1, WIDEST), count(1, WIDEST), count(1, WIDEST)])),
]).default("nature").meta({
  description:
    "What pictures pass before the dense layers: nature (32-64-64-512; below 36 pixels " +
    "minatar), minatar (16-128), impala (residual), or convolutions [filters, size, stride] with ReLU",
});

/** A value of {@linkcode convolutions}. */
export type Convolutions = z.output<typeof convolutions>;

/** What a body depends on. */
export interface BodySettings {
  /** What pictures pass; default none. */
  readonly convolutions?: Convolutions;
  /** Whether observations come normalised: they are not scaled by their bounds then. */
  readonly normalizeObservations?: boolean;
}

/** What a picture passes. */
interface PictureNetwork {
  /** Length of a row of features. */
  readonly size: number;
  /** Names without prefix: `0/kernel`. */
  initialParameters(random: Generator): NamedTensors;
  /** [B, H, W, C] to [B, size]. */
  features(parameters: Tensors, pictures: tf.Tensor4D): tf.Tensor;
}

/** Rows, columns, channels. */
type Sides = readonly [height: number, width: number, channels: number];

/** Orthogonal with gain √2, as ReLU asks for. */
const wide: Initializer = (random, shape) => orthogonal(random, shape, Math.SQRT2);

/** A convolution's parameters, drawn as ReLU asks for. */
function drawn(random: Generator, inputs: number, filters: number, size: number, name: string) {
  return convolutionParameters(random, { inputs, filters, size, initializer: wide }, name);
}

/**
 * Convolutions with ReLU and without padding, then a dense layer with ReLU where `units` are given.
 *
 * @throws InputError where a kernel is larger than what it is moved over.
 */
function convolved(
  sides: Sides,
  layers: readonly (readonly [filters: number, size: number, stride: number])[],
  units?: number,
): PictureNetwork {
  const shapes = [sides];
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
  const flat = shapes.at(-1)!.reduce((product, side) => product * side, 1);
  const last = `${layers.length}`;
  return {
    size: units ?? flat,
    initialParameters: (random) =>
      Object.assign(
        {},
        ...layers.map(([filters, size], layer) =>
          drawn(random, shapes[layer][2], filters, size, `${layer}`)
        ),
        units !== undefined && denseParameters(random, flat, units, last),
      ),
    features(parameters, pictures) {
      const x = layers.reduce((x, [, , stride], layer) => {
        const movement = { stride, padding: "valid" } as const;
        return tf.relu(convolution(parameters, x, `${layer}`, movement));
      }, pictures);
      const row = tf.reshape(x, [x.shape[0], -1]);
      return units === undefined ? row : tf.relu(dense(parameters, row, last));
    },
  };
}

/** A dense layer's parameters, drawn as ReLU asks for. */
function denseParameters(random: Generator, inputs: number, units: number, name: string) {
  return {
    [`${name}/kernel`]: heNormal(random, [inputs, units]),
    [`${name}/bias`]: constant([units], 0),
  };
}

/** Mnih et al., "Human-level control through deep reinforcement learning" (2015), methods. */
function nature(sides: Sides): PictureNetwork {
  if (Math.min(sides[0], sides[1]) < 36) return minatar(sides);
  return convolved(sides, [[32, 8, 4], [64, 4, 2], [64, 3, 1]], 512);
}

/** Young, Tian, "MinAtar" (2019, arXiv 1903.03176), section 3. */
function minatar(sides: Sides): PictureNetwork {
  return convolved(sides, [[16, 3, 1]], 128);
}

/**
 * The residual network of Espeholt et al., "IMPALA" (2018, arXiv 1802.01561), figure 3, without its
 * LSTM: three sections of a convolution, a maximum over 3 × 3 pixels with stride 2 and two residual
 * blocks x + conv(relu(conv(relu(x)))), then 256 units.
 */
function impala([height, width, channels]: Sides): PictureNetwork {
  const sections = [16, 32, 32];
  const halved = (side: number) => sections.reduce((side) => Math.ceil(side / 2), side);
  const flat = halved(height) * halved(width) * sections.at(-1)!;
  const blocks = ["block0", "block1"];
  return {
    size: 256,
    initialParameters(random) {
      const parameters: NamedTensors = {};
      sections.forEach((filters, section) => {
        const inputs = sections[section - 1] ?? channels;
        Object.assign(parameters, drawn(random, inputs, filters, 3, `${section}/enter`));
        for (const block of blocks) {
          for (const layer of [0, 1]) {
            const name = `${section}/${block}/${layer}`;
            Object.assign(parameters, drawn(random, filters, filters, 3, name));
          }
        }
      });
      return { ...parameters, ...denseParameters(random, flat, 256, "dense") };
    },
    features(parameters, pictures) {
      let x: tf.Tensor = pictures;
      for (const section of sections.keys()) {
        const entered = convolution(parameters, x, `${section}/enter`);
        x = maximumPool(entered, { size: 3, stride: 2, padding: "same" });
        for (const block of blocks) {
          const name = `${section}/${block}`;
          const hidden = tf.relu(convolution(parameters, tf.relu(x), `${name}/0`));
          x = tf.add(x, convolution(parameters, hidden, `${name}/1`));
        }
      }
      return tf.relu(dense(parameters, tf.reshape(tf.relu(x), [x.shape[0]!, -1]), "dense"));
    },
  };
}

const byName = { nature, minatar, impala } as const;

/**
 * The body for an observation space: the experiment's own, else convolutions for pictures, else
 * none. Pictures between other bounds than 0 and 1 are scaled to these, unless they come normalised.
 *
 * @throws InputError where a kernel is larger than what it is moved over, and where an own body is
 *   none, or its tensors have other names than `body/…`.
 */
export function bodyOf(
  space: Space,
  { convolutions = [], normalizeObservations = false }: BodySettings = {},
  own?: BodyDefinition,
): Body {
  if (own !== undefined) return checkedBody(own, space);
  const layout = pictureLayout(space);
  if (layout === undefined || convolutions.length === 0) {
    return {
      size: space.flatSize,
      initialParameters: () => ({}),
      features: (_, observations) => observations,
    };
  }
  const { shape, low, high } = space as unknown as Box;
  const { height, width, channels, axes } = layout;
  const sides = [height, width, channels] as const;
  const network = typeof convolutions === "string"
    ? byName[convolutions](sides)
    : convolved(sides, convolutions);
  const [least, most] = [low[0], high[0]];
  const isScaled = !normalizeObservations && !(least === 0 && most === 1) &&
    Number.isFinite(most - least) && most > least &&
    low.every((bound) => bound === least) && high.every((bound) => bound === most);
  const isInOrder = axes.every((axis, i) => axis === i);
  return {
    size: network.size,
    initialParameters: (random) => prefixed(network.initialParameters(random), "body/"),
    features(parameters, observations) {
      const batch = observations.shape[0]!;
      const values = isScaled ? tf.div(tf.sub(observations, least), most - least) : observations;
      const ordered = isInOrder ? values : tf.transpose(
        tf.reshape(values, [batch, ...shape]),
        [0, ...axes.map((axis) => axis + 1)],
      );
      const pictures: tf.Tensor4D = tf.reshape(ordered, [batch, ...sides]);
      return network.features(belowPrefix(parameters, "body/"), pictures);
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
  checkFields<Body>(`use what the body ${name} creates`, body, {
    required: { size: "number", initialParameters: "function", features: "function" },
    optional: {},
  });
  const within = <Made>(make: () => Made): Made => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${error.message} (in the body ${name})`, { cause: error });
    }
  };
  return {
    size: body.size,
    features(parameters, observations) {
      const own = Object.entries(parameters).filter(([each]) => each.startsWith("body/"));
      return within(() => body.features(Object.fromEntries(own), observations));
    },
    initialParameters(random) {
      const parameters = body.initialParameters(random);
      if (!isPlain(parameters)) {
        throw new InputError(
          `Cannot use the body ${name} as initialParameters must return its tensors by name, {} for ` +
            `none: ${show(parameters)}`,
        );
      }
      const wrong = Object.keys(parameters).find((each) => !each.startsWith("body/"));
      if (wrong !== undefined) {
        throw new InputError(
          `Cannot use the body ${name} as its tensors' names must begin with body/: ${wrong}`,
        );
      }
      within(() => requireState("parameters", parameters));
      return parameters;
    },
  };
}
