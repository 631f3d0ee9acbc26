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
    name: "glyphs-anomaly",
    summary: "28×28 digits, one of which only the test images show",
    load: async () => (await import("./glyphs.ts")).glyphsAnomaly,
  },
  {
    name: "glyphs-binarized",
    summary: "28×28 digits drawn from strokes, of black and white pixels",
    load: async () => (await import("./glyphs.ts")).glyphsBinarized,
  },
  {
    name: "glyphs-stacked",
    summary: "14×14 images of three drawn digits, one a colour: a thousand modes",
    load: async () => (await import("./stacked.ts")).stackedGlyphs,
  },
  {
    name: "shapes",
    summary: "32×32 squares, ellipses and hearts of known scale, rotation and place",
    load: async () => (await import("./shapes.ts")).shapes,
  },
  {
    name: "pairs",
    summary: "Digits or shapes in pairs: outlines, bolder strokes, or more pixels",
    load: async () => (await import("./pairs.ts")).pairs,
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
    name: "bars-and-stripes",
    summary: "Every small image of black and white rows, or of such columns",
    load: async () => (await import("./binary.ts")).barsAndStripes,
  },
  {
    name: "xor",
    summary: "The four cases of exclusive or, which no line separates; or of and, or",
    load: async () => (await import("./binary.ts")).xor,
  },
  {
    name: "parity",
    summary: "All short words of bits of which an even number is 1",
    load: async () => (await import("./binary.ts")).parity,
  },
  {
    name: "patterns",
    summary: "Random patterns of −1 and 1, to be remembered",
    load: async () => (await import("./binary.ts")).patterns,
  },
  {
    name: "sine",
    summary: "Sequences of a noisy sine, one in twenty with an anomaly",
    load: async () => (await import("./sine.ts")).sine,
  },
  {
    name: "sentences",
    summary: "Text of a small English grammar, whose entropy is known",
    load: async () => (await import("./sentences.ts")).sentences,
  },
  {
    name: "oracle",
    summary: "Texts of an LSTM with random weights, which judges what a model draws",
    load: async () => (await import("./oracle.ts")).oracle,
  },
  {
    name: "text",
    summary: "Characters of a text file",
    load: async () => (await import("./text.ts")).text,
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
    name: "frames",
    summary: "Drawings of any world under random actions or a policy (frames:WORLD)",
    load: async () => (await import("./frames.ts")).frames,
  },
  {
    name: "images",
    summary: "Pictures of any folder (PNG, JPEG, WebP), classes from its subfolders",
    load: async () => (await import("./images.ts")).images,
  },
  {
    name: "image-pairs",
    summary: "Pictures of two folders, one becoming the other (PNG, JPEG, WebP)",
    load: async () => (await import("./image_pairs.ts")).imagePairs,
  },
  {
    name: "arrays",
    summary: "A table of numbers from a file: npy, npz or CSV",
    load: async () => (await import("./arrays.ts")).arrays,
  },
];
