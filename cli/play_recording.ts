/**
 * Writes what was played into a file: all frames as a GIF, the first one as PNG or SVG.
 *
 * @module
 */
import { encodeGif } from "../lab/core/gif.ts";
import { encodePng } from "../lab/core/png.ts";
import { renderRaster } from "../lab/core/render_raster.ts";
import { renderSvg } from "../lab/core/render_svg.ts";
import type { Scene } from "../lab/core/scene.ts";
import { fileToWrite, type Out, writeWhole } from "./files.ts";
import { plural } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";

/** The longer side of a picture in pixels. */
const longestSide = 400;

/** Most frames of a GIF: more take too much memory to encode. */
export const mostFrames = 600;

const kinds = ["gif", "png", "svg"] as const;

/** What a file shows. */
export type RecordingKind = typeof kinds[number];

/** How the name of a recording's file may end. */
const RECORDINGS: readonly string[] = kinds.map((kind) => `.${kind}`);

/** The file that `--out` names to record into; see {@linkcode fileToWrite}. */
export function recordingToWrite(io: Io, out: string, force: boolean): Promise<Out> {
  return fileToWrite(io, out, RECORDINGS, force);
}

/** The kind that a file's name asks for, which ends as {@linkcode RECORDINGS}. */
export function recordingKind(path: string): RecordingKind {
  return kinds.find((kind) => path.toLowerCase().endsWith(kind))!;
}

/**
 * The file's bytes. `frames` holds at least one.
 *
 * @param side The longer side in pixels.
 */
export async function encodeRecording(
  kind: RecordingKind,
  frames: readonly Scene[],
  framesPerSecond: number,
  side = longestSide,
): Promise<Uint8Array> {
  const [left, bottom, right, top] = frames[0].view;
  const aspect = (right - left) / (top - bottom);
  const width = Math.max(1, Math.round(side * Math.min(1, aspect)));
  if (kind === "svg") return new TextEncoder().encode(renderSvg(frames[0], { width }) + "\n");
  if (kind === "png") return encodePng(renderRaster(frames[0], { width }));
  const { height } = renderRaster(frames[0], { width });
  const rasters = frames.map((frame) => renderRaster(frame, { width, height }));
  return await encodeGif(rasters, { milliseconds: 1000 / framesPerSecond });
}

/** Writes the file and returns a line that says what is in it. `frames` holds at least one. */
export async function saveRecording(
  out: Out,
  frames: readonly Scene[],
  framesPerSecond: number,
): Promise<string> {
  const kind = recordingKind(out.path);
  await writeWhole(out, await encodeRecording(kind, frames, framesPerSecond));
  return `${kind === "gif" ? plural(frames.length, "frame") : "The first frame"}: ${out.path}`;
}
