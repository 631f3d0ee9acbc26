/**
 * Samples of a seed, and what is told of them while they are drawn.
 *
 * @module
 */
import { sizeOf } from "../../lab/core/tensor_data.ts";
import type { LoadedModel } from "../../models/model_file.ts";
import { samplingStream } from "../../models/sampling_stream.ts";

/** What is drawn: of a seed the same samples as on the command line. */
export interface Asked {
  readonly count: number;
  readonly seed: number;
  /** The class of all of them; left out: all in turn. */
  readonly label?: number;
  /** What texts begin with; left out: nothing. */
  readonly prompt?: string;
}

/** What is told of samples: how far they are, they themselves, or why there are none. */
export type Told =
  /** `values`: x [count, D], where it is of the samples' own size and all are drawn at once. */
  | { readonly kind: "way"; readonly step: number; readonly values?: Float32Array }
  | { readonly kind: "drawn"; readonly values: Float32Array }
  | { readonly kind: "problem"; readonly line: string };

/** Milliseconds between two things that are told of the way. */
const PAUSE = 100;

/** Draws here and now, and tells of it. */
export function draw(
  model: LoadedModel,
  { seed, ...asked }: Asked,
  tell: (told: Told) => void,
): void {
  const size = sizeOf(model.shape);
  let last = performance.now();
  const watch = (step: number, x: Float32Array) => {
    if (performance.now() - last < PAUSE) return;
    last = performance.now();
    tell({ kind: "way", step, ...x.length === asked.count * size && { values: x } });
  };
  try {
    const { values } = model.sample!({ ...asked, random: samplingStream(seed), watch });
    tell({ kind: "drawn", values });
  } catch (error) {
    tell({ kind: "problem", line: (error as Error).message });
  }
}
