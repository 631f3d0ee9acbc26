/** Judges of a user's own pictures are trained once for all runs of a store. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { encodePng } from "../../lab/core/png.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { sha256 } from "../../lab/store/files.ts";
import { imageSheet } from "../../models/sheet.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

/** Pictures of two classes, dark above and dark below. */
async function writePictures(folder: string): Promise<void> {
  const random = defaultRng(1);
  for (const [place, name] of ["above", "below"].entries()) {
    await Deno.mkdir(`${folder}/mine/${name}`, { recursive: true });
    for (let i = 0; i < 60; i++) {
      const values = Float32Array.from(
        { length: 36 },
        (_, p) => 0.5 * random.random() + (Math.floor(p / 18) === place ? 0 : 0.5),
      );
      await Deno.writeFile(
        `${folder}/mine/${name}/${i}.png`,
        encodePng(imageSheet(values, [6, 6, 1])),
      );
    }
  }
}

Deno.test("a second run takes the judge that the first one trained, and one that is damaged is replaced", () =>
  inFolder(async (folder) => {
    await writePictures(folder);
    const judgeOfRun = async (...more: string[]) => {
      const io = capturedIo({ folder, root: folder });
      const code = await main([
        ...["run", "vae", "--dataset", "images", "--seeds", "1", "--budget", "40"],
        ...["folder=mine", "side=6", "grey=true"].flatMap((each) => ["--set", `dataset.${each}`]),
        ...["hiddenSizes=[4]", "latentSize=2", "batchSize=8"].flatMap((
          each,
        ) => ["--set", `model.${each}`]),
        ...more,
      ], io);
      strictEqual(code, 0, io.written.error);
      return /the judge of images is ([0-9a-f]{12})/.exec(io.written.error)?.[1];
    };
    const trained = await judgeOfRun();
    const [{ name }, ...others] = [...Deno.readDirSync(`${folder}/runs/judges`)];
    deepStrictEqual(others, []);
    match(name, /^[0-9a-f]{16}-\d+\.safetensors$/);
    const file = `${folder}/runs/judges/${name}`;
    const bytes = await Deno.readFile(file);
    const { tensors, metadata } = decodeSafetensors(bytes);
    strictEqual(metadata.digest.slice(0, 12), trained);

    // Another whole one in its place is believed: it was read, not trained.
    for (const { values } of Object.values(tensors)) values[0] += 0.5;
    const digest = sha256(encodeSafetensors(tensors));
    await Deno.writeFile(file, encodeSafetensors(tensors, { digest }));
    strictEqual(await judgeOfRun("--seed", "2"), digest.slice(0, 12));
    const scored = capturedIo({ folder, root: folder });
    strictEqual(await main(["score", "latest", "--count", "20"], scored), 0, scored.written.error);
    match(scored.written.out, new RegExp(`of the judge \\(${digest.slice(0, 12)}\\)`));

    await Deno.writeFile(file, bytes.subarray(0, -1));
    strictEqual(await judgeOfRun("--seed", "3"), trained);
    deepStrictEqual(await Deno.readFile(file), bytes);
  }));
