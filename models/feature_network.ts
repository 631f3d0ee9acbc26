/**
 * The networks in whose features images are compared: a data set's judge, or one of a user's own in
 * TensorFlow.js's format.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import { pathIn, type ReadFile } from "./datasets/files.ts";
import type { Judge } from "./judge.ts";
import type { Seen } from "./metrics/feature_measures.ts";

/** What makes features of images of one shape. */
export interface FeatureNetwork {
  /** The end of the measures' names: `fid_glyphs` is in features of the judge of glyphs. */
  readonly name: string;
  /** What the features are of, for people. */
  readonly of: string;
  /** What becomes of images on their way in, for people. */
  readonly resize: string;
  /** What it makes of images [count, H·W·C] with values in [0, 1]. */
  see(values: Float32Array): Promise<Seen>;
}

/** A judge as a network of features. */
export function judgeFeatures(judge: Judge, dataset: string): FeatureNetwork {
  return {
    name: dataset,
    of: `the judge (${judge.digest.slice(0, 12)})`,
    resize: "without resizing",
    see: async (values) => {
      const [features, probabilities] = [
        await judge.features(values),
        await judge.probabilities(values),
      ];
      return { features, size: judge.featureSize, probabilities };
    },
  };
}

/** Images a call of a user's network. */
const BATCH = 50;

/** What `model.json` must hold. */
interface Described {
  readonly format?: string;
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: tf.io.WeightsManifestEntry[];
  }[];
}

/**
 * A network that TensorFlow.js or its converter wrote: layers or a graph, from [N, H, W, C] with values in
 * [0, 1] to [N, F] (or [N, …], which is flattened). Images of another size are resized bilinearly; a
 * grey channel is repeated where the network wants three.
 *
 * @param path Of `model.json`; its weights lie beside it.
 * @param shape [H, W, C] of the images.
 * @throws InputError where the file is none, a file of weights is missing, or the network does not take
 *   such images.
 */
export async function featureNetworkOf(
  path: string,
  shape: readonly number[],
  readFile: ReadFile,
): Promise<FeatureNetwork> {
  const model = await load(path, readFile);
  const given = model.inputs.length === 1 ? model.inputs[0].shape : undefined;
  const refuse = (what: string) =>
    new InputError(
      `Cannot compare images of ${shape.join(" × ")} in features of ${path} as it must take one ` +
        `input [images, height, width, channels], with 3 channels or the images' own: ${what}`,
    );
  if (given === undefined) throw refuse(`${model.inputs.length} inputs`);
  const channels = given[3];
  const fits = given.length === 4 && (channels === shape[2] || (channels === 3 && shape[2] === 1));
  if (!fits) throw refuse(`[${given.map((size) => size ?? "any").join(", ")}]`);
  const sides: [number, number] = [given[1] ?? shape[0], given[2] ?? shape[1]];
  const isSame = sides[0] === shape[0] && sides[1] === shape[1];
  /** Features of some images, flat. */
  const featuresOf = (values: Float32Array, count: number) =>
    tf.tidy(() => {
      const images = tf.tensor4d(values, [count, shape[0], shape[1], shape[2]]);
      const sized = isSame ? images : tf.image.resizeBilinear(images, sides);
      const seen = channels === shape[2] ? sized : tf.tile(sized, [1, 1, 1, 3]);
      const made = model.predict(seen);
      const features = Array.isArray(made) ? made[0] : made as tf.Tensor;
      return tf.reshape(features, [count, -1]) as tf.Tensor2D;
    });
  return {
    name: nameOf(path),
    of: path,
    resize: isSame ? "without resizing" : `resized to ${sides.join(" × ")}, bilinearly`,
    see: async (values) => {
      const size = shape[0] * shape[1] * shape[2];
      const parts: Float32Array[] = [];
      for (let at = 0; at < values.length; at += BATCH * size) {
        const part = values.subarray(at, at + BATCH * size);
        const features = featuresOf(part, part.length / size);
        parts.push(await features.data() as Float32Array);
        features.dispose();
      }
      const features = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
      parts.reduce((at, part) => (features.set(part, at), at + part.length), 0);
      return { features, size: features.length / (values.length / size) };
    },
  };
}

/** `inception/model.json` is `inception`, `eyes.json` is `eyes`. */
function nameOf(path: string): string {
  const [file, folder] = path.split("/").toReversed();
  const own = file.replace(/\.json$/, "");
  return own === "model" && folder ? folder : own;
}

async function load(path: string, readFile: ReadFile): Promise<tf.LayersModel | tf.GraphModel> {
  const text = new TextDecoder().decode(await readFile(path));
  const wrong = (why: string) =>
    new InputError(`Cannot use ${path} as it must be a model.json of TensorFlow.js: ${why}`);
  let described: Described;
  try {
    described = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { format, modelTopology, weightsManifest } = described;
  if (typeof modelTopology !== "object" || !Array.isArray(weightsManifest)) {
    throw wrong(`modelTopology or weightsManifest is missing`);
  }
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const bytes = await Promise.all(files.map((file) => readFile(pathIn(folder, file))));
  const artifacts = tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: await new Blob(bytes as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
  });
  try {
    return format === "graph-model"
      ? await tf.loadGraphModel(artifacts)
      : await tf.loadLayersModel(artifacts);
  } catch (error) {
    throw wrong((error as Error).message.split("\n")[0]);
  }
}
