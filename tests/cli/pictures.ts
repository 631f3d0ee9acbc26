/**
 * A folder of pictures, and a network in TensorFlow.js's format to compare them by, for the tests.
 *
 * @module
 */
import { encodePng } from "../../lab/core/png.ts";
import { defaultRng } from "../../lab/core/random.ts";

/** Writes grey pictures of 28 × 28 with a bright square somewhere: `0.png`, `1.png`, … */
export async function writePictures(folder: string, count: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const random = defaultRng(1);
  for (let i = 0; i < count; i++) {
    const [left, top] = [random.integers(20), random.integers(20)];
    const inside = (at: number, from: number) => at >= from && at < from + 8;
    const pixels = Uint8Array.from(
      { length: 784 },
      (_, p) => inside(p % 28, left) && inside(Math.floor(p / 28), top) ? 230 : 10,
    );
    const picture = encodePng({ width: 28, height: 28, channels: 1, pixels });
    await Deno.writeFile(`${folder}/${i}.png`, picture);
  }
}

/** Two layers, [H, W, C] flat to `features` by one kernel, as `FOLDER/NAME.json` and its weights. */
export async function writeNetwork(
  path: string,
  shape: readonly number[],
  features: number,
  kernel = Float32Array.from(
    { length: shape.reduce((product, side) => product * side, features) },
    (_, i) => ((i * 7919) % 101) / 101 - 0.5,
  ),
): Promise<void> {
  const [file, folder] = [path.split("/").at(-1)!, path.slice(0, path.lastIndexOf("/"))];
  const inputs = kernel.length / features;
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const modelTopology = {
    class_name: "Sequential",
    config: {
      name: "eyes",
      layers: [
        layer("Flatten", { name: "flat", batch_input_shape: [null, ...shape] }),
        layer("Dense", { name: "dense", units: features, activation: "relu", use_bias: false }),
      ],
    },
    keras_version: "tfjs-layers 4.22.0",
    backend: "tensor_flow.js",
  };
  const weights = [{ name: "dense/kernel", shape: [inputs, features], dtype: "float32" }];
  const weightsManifest = [{ paths: [file.replace(".json", ".bin")], weights }];
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    path,
    JSON.stringify({ format: "layers-model", modelTopology, weightsManifest }),
  );
  await Deno.writeFile(path.replace(".json", ".bin"), new Uint8Array(kernel.buffer));
}
