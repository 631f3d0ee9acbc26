/**
 * Network bodies as data: what stands between an observation and the dense layers of an agent's
 * networks.
 *
 * @module
 */
import type { BodyDefinition } from "../lab/compute/definitions.ts";

/** Types a network body of an experiment's own; agents that `take` one put it before their layers. */
export function defineBody(body: BodyDefinition): BodyDefinition {
  return body;
}
