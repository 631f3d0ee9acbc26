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
    name: "glyphs-letters",
    summary: "28×28 capital letters drawn from strokes, 26 classes",
    load: async () => (await import("./glyphs.ts")).glyphsLetters,
  },
  {
    name: "shapes",
    summary: "32×32 squares, ellipses and hearts of known scale, rotation and place",
    load: async () => (await import("./shapes.ts")).shapes,
  },
  {
    name: "ring-8",
    summary: "Points of eight narrow Gaussians on a circle",
    load: async () => (await import("./plane.ts")).ring8,
  },
  {
    name: "grid-25",
    summary: "Points of 25 narrow Gaussians on a square grid",
    load: async () => (await import("./plane.ts")).grid25,
  },
  {
    name: "two-moons",
    summary: "Points of two half circles that reach into each other",
    load: async () => (await import("./plane.ts")).twoMoons,
  },
  {
    name: "swiss-roll",
    summary: "Points of a spiral",
    load: async () => (await import("./plane.ts")).swissRoll,
  },
  {
    name: "checkerboard",
    summary: "Points of the dark squares of a board of 4 × 4",
    load: async () => (await import("./plane.ts")).checkerboard,
  },
  {
    name: "pinwheel",
    summary: "Points of five bent arms",
    load: async () => (await import("./plane.ts")).pinwheel,
  },
  {
    name: "circles",
    summary: "Points of two circles, one in the other",
    load: async () => (await import("./plane.ts")).circles,
  },
  {
    name: "sine",
    summary: "Sequences of a noisy sine, one in twenty with an anomaly",
    load: async () => (await import("./sine.ts")).sine,
  },
  {
    name: "idx",
    summary: "Images from a folder of IDX files (MNIST, Fashion-MNIST)",
    load: async () => (await import("./idx.ts")).idx,
  },
  {
    name: "cifar",
    summary: "Colour images of CIFAR-10's binary files in a folder",
    load: async () => (await import("./cifar.ts")).cifar,
  },
  {
    name: "binarized-mnist",
    summary: "MNIST of black and white pixels, from a folder of .amat files",
    load: async () => (await import("./binarized_mnist.ts")).binarizedMnist,
  },
  {
    name: "images",
    summary: "Pictures of any folder (PNG, JPEG), classes from its subfolders",
    load: async () => (await import("./images.ts")).images,
  },
  {
    name: "arrays",
    summary: "A table of numbers from a file: npy, npz or CSV",
    load: async () => (await import("./arrays.ts")).arrays,
  },
];
