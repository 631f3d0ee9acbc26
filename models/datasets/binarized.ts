/** Black and white pixels of greys. @module */
import type { Generator } from "../../lab/core/random.ts";

/** 1 with the probability that a grey in [0, 1] says, else 0. */
export function binarized(greys: Float32Array, random: Generator): Float32Array {
  return greys.map((grey) => random.random() < grey ? 1 : 0);
}
