/**
 * The pictures that a run left at its evaluations, one after another as a GIF.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { Raster } from "../lab/core/picture.ts";
import type { Run, Store, StoredArtifact } from "../lab/store/store.ts";
import { mostFrames } from "./play_recording.ts";

/** Time that each picture is seen. */
const MILLISECONDS = 300;

/** The pictures of one name, in the order in which the run drew them. */
export interface Animation {
  /** `samples`, `reconstructions`, … */
  readonly name: string;
  /** The GIF's bytes. */
  content(): Promise<Uint8Array>;
}

/**
 * One animation for each name of a run's pictures; of more than {@linkcode mostFrames} as many as that,
 * evenly spread, the last one among them.
 *
 * @throws InputError where the run left none.
 */
export function animationsOf(store: Store, run: Run): Animation[] {
  const pictures = store.artifacts(run.id).filter(({ mediaType }) => mediaType === "image/png");
  if (pictures.length === 0) {
    throw new InputError(
      `Cannot export animations of ${run.id} as it must have drawn pictures: "${run.name}" left none`,
    );
  }
  return [...Map.groupBy(pictures, ({ name }) => name)].map(([name, all]) => ({
    name,
    content: async () => {
      const { encodeGif } = await import("../lab/core/gif.ts");
      const frames: Raster[] = [];
      for (const picture of spread(all)) frames.push(await rasterOf(store, picture));
      return await encodeGif(frames, { milliseconds: MILLISECONDS });
    },
  }));
}

function spread(pictures: readonly StoredArtifact[]): readonly StoredArtifact[] {
  const each = Math.ceil(pictures.length / mostFrames);
  return pictures.filter((_, i) => (pictures.length - 1 - i) % each === 0);
}

async function rasterOf(store: Store, { hash }: StoredArtifact): Promise<Raster> {
  const { decodePicture } = await import("../models/datasets/pictures.ts");
  const { width, height, channels, values } = decodePicture(await store.readArtifact(hash));
  const pixels = Uint8Array.from(values, (value) => Math.round(255 * value));
  return { width, height, channels: channels as Raster["channels"], pixels };
}
