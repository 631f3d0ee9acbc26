/**
 * What a setting begins with, before anything is trained: its world as an episode begins, or some of
 * its examples.
 *
 * @module
 */
import type { Artifact } from "../../lab/core/picture.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { ExperimentDefinition } from "../../lab/experiment/definition.ts";
import { isOwn, ownPartsOf } from "../../lab/experiment/own.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { evaluatedRandom, returnScale } from "../../lab/experiment/return_scale.ts";
import { environmentMaker } from "../../lab/experiment/session.ts";
import { picturesOf } from "../../models/pictures.ts";
import { samplesOf } from "../../models/samples.ts";

/** What a setting begins with. */
export interface Ahead {
  /** The world at the start of an episode; undefined where it draws none. */
  readonly scene?: Scene;
  /** Mean return at which the world counts as solved, and that of random actions. */
  readonly threshold?: number;
  readonly random?: number;
  /** Whether these are drawn from the actions alone that the world's masks allow. */
  readonly masked?: boolean;
  /** Examples to learn from; undefined where they are no pictures, points in the plane or text. */
  readonly examples?: Artifact;
  /** Whether these are points. */
  readonly isPlane: boolean;
}

/** Examples of each split that are drawn for a look. */
const FEW = { train: 500, validation: 50, test: 50 };
/** Examples that are shown. */
const SHOWN = { images: 100, points: 500, sequences: 0, text: 6 } as const;

/** A part of a resolved configuration. */
interface Part {
  readonly [field: string]: Json;
}

/** Looks at what a setting begins with; what cannot be drawn is left out. */
export async function aheadOf(
  definition: ExperimentDefinition,
  configuration: { readonly [part: string]: Json },
  registries: Registries,
): Promise<Ahead> {
  const { name: experiment } = definition;
  if (configuration.dataset !== undefined) {
    const { name, own: _, ...fields } = configuration.dataset as Part;
    const source = isOwn(configuration.dataset)
      ? ownPartsOf(definition).dataset
      : await registries.datasets.find((entry) => entry.name === name)?.load();
    // What is read from files is not a page's, and what is not drawn may take long.
    const isDrawn = Object.keys(FEW).every((split) => split in fields);
    if (source === undefined || !isDrawn) return { isPlane: false };
    const few = Object.entries(FEW).map(([split, most]) => [
      split,
      Math.min(fields[split] as number, most),
    ]);
    const dataset = await source.create({
      configuration: source.configuration.parse({ ...fields, ...Object.fromEntries(few) }),
      readFile: () => Promise.reject(new Error("A page reads no files")),
    });
    const { kind, train } = dataset;
    const count = Math.min(SHOWN[kind], train.count);
    if (count === 0) return { isPlane: false };
    const values = train.values.subarray(0, count * train.values.length / train.count);
    const [examples] = await picturesOf({}, dataset, samplesOf(dataset, count, values));
    return { examples, isPlane: kind === "points" };
  }
  const job = { experiment, module: "", configuration, seed: "1", backend: "wasm" } as const;
  const environment = (await environmentMaker(job, registries, definition))();
  // The seed of the first episode that the page plays.
  environment.reset({ seed: 0 });
  const { threshold, random, masked } = returnScale(configuration, registries) ?? {};
  return {
    ...{
      scene: environment.scene?.(),
      threshold,
      random: random && evaluatedRandom(random).mean,
      isPlane: false,
    },
    ...masked && { masked },
  };
}
