/**
 * Network bodies as data: what stands between an observation and the dense layers of an agent's
 * networks.
 *
 * @module
 */
import { checkFields } from "../lab/core/options.ts";
import type { BodyDefinition } from "../lab/compute/definitions.ts";

/**
 * A network body of an experiment's own; agents that `take` one put it before their layers.
 *
 * @throws InputError where a field is missing, of another sort than it must be, or none of a body's.
 */
export function defineBody(body: BodyDefinition): BodyDefinition {
  checkFields<BodyDefinition>(`define the body ${body.name}`, body, {
    required: { name: "text", create: "function" },
    optional: {},
  });
  return body;
}
