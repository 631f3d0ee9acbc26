/**
 * The registry of data sets.
 *
 * @module
 */
import type { DatasetDefinition, Entry } from "../../lab/core/registry.ts";

/** Every data set of the lab; `load` brings its code. */
export const datasets: readonly Entry<DatasetDefinition>[] = [
  {
    name: "glyphs",
    summary: "28×28 digits drawn from strokes, ten classes",
    load: async () => (await import("./glyphs.ts")).glyphs,
  },
  {
    name: "ring-8",
    summary: "Points of eight narrow Gaussians on a circle",
    load: async () => (await import("./ring.ts")).ring8,
  },
  {
    name: "idx",
    summary: "Images from a folder of IDX files (MNIST, Fashion-MNIST)",
    load: async () => (await import("./idx.ts")).idx,
  },
];
