/**
 * Raster pictures and generated samples as plain data.
 *
 * @module
 */

/** 8-bit raster, row-major, top row first; `channels` 1 is grey, 3 RGB, 4 RGBA. */
export interface Raster {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes a pixel: 1 grey, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 3 | 4;
  /** [height, width, channels]. */
  readonly pixels: Uint8Array;
}

/** What a generative model draws. */
export type Samples =
  | {
    readonly kind: "images";
    readonly count: number;
    /** [H, W, C] of one image. */
    readonly shape: readonly [number, number, number];
    /** [count, H, W, C] in [0, 1]. */
    readonly values: Float32Array;
  }
  | {
    readonly kind: "points";
    readonly count: number;
    /** Length of one point. */
    readonly dimensions: number;
    /** [count, dimensions]. */
    readonly values: Float32Array;
  }
  | {
    readonly kind: "text";
    readonly count: number;
    /** T: tokens of one text. */
    readonly length: number;
    /** The character of each token. */
    readonly vocabulary: readonly string[];
    /** [count, T] tokens. */
    readonly values: Float32Array;
  };

/** A file that a run leaves beside its numbers: a sheet of samples, or samples of text. The runner
 * encodes rasters as PNG, text as UTF-8. */
export type Artifact =
  & {
    /** For example `samples`. One name, many iterations. */
    readonly name: string;
  }
  & ({
    /** The picture. */
    readonly raster: Raster;
  } | {
    /** The text. */
    readonly text: string;
  });
