/**
 * Network bodies as data: what stands between an observation and the dense layers of an agent's
 * networks.
 *
 * @module
 */
import type { Tensor } from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import { checkFields } from "../lab/core/options.ts";
import { show } from "../lab/core/plain.ts";
import type { Body, BodyDefinition } from "../lab/compute/definitions.ts";

/**
 * A network body of an experiment's own; agents that `take` one put it before their layers. What it
 * creates is held to what it says of itself: features are `size` numbers an observation.
 *
 * @throws InputError where a field is missing, of another sort than it must be, or none of a body's.
 */
export function defineBody(body: BodyDefinition): BodyDefinition {
  const { name, create } = body;
  checkFields<BodyDefinition>(`define the body ${name}`, body, {
    required: { name: "text", create: "function" },
    optional: {},
  });
  return { name, create: (space) => held(name, create.call(body, space)) };
}

/** The body, whose features are refused where they are none of its size. */
function held(name: string, body: Body): Body {
  checkFields<Body>(`use what the body ${name} creates`, body, {
    required: { size: "number", initialParameters: "function", features: "function" },
    optional: {},
  });
  const { size } = body;
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError(
      `Cannot use the body ${name} as its size must be a whole number ≥ 1: ${size}`,
    );
  }
  return {
    size,
    initialParameters: (random) => body.initialParameters(random),
    features(parameters, observations) {
      const features: Tensor | undefined = body.features(parameters, observations);
      const wanted = [observations.shape[0], size];
      const { shape } = features ?? {};
      if (shape?.length === 2 && shape.every((length, i) => length === wanted[i])) return features;
      const given = shape === undefined ? show(features) : `[${shape}]`;
      throw new InputError(
        `Cannot use the body ${name} as its features must be a tensor [${wanted}], of its size ` +
          `${size}: ${given}`,
      );
    },
  };
}
