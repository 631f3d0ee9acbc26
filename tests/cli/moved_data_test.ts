/** Stored runs whose data were moved, or changed, since they learned from them. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { main } from "../../cli/main.ts";
import { encodeNpy } from "../../lab/core/npy.ts";
import { defaultRng } from "../../lab/core/random.ts";
import { filesOf } from "../../lab/experiment/session.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

/** 300 points of the plane. */
function points(seed: number): Uint8Array {
  const random = defaultRng(seed);
  return encodeNpy(Float32Array.from({ length: 600 }, () => random.standardNormal()), [300, 2]);
}

Deno.test("data that lie elsewhere are named, and data that have changed are told of", () =>
  inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const write = (name: string, seed: number) => Deno.writeFile(`${folder}/${name}`, points(seed));
    await write("a.npy", 1);
    const set = ["dataset.file=a.npy", "model.depth=2", "model.hiddenSizes=[8]"];
    const trained = await lab(
      ...["run", "real-nvp", "--dataset", "arrays", "--budget", "300", "--backend", "cpu"],
      ...set.flatMap((each) => ["--set", each]),
    );
    strictEqual(trained.code, 0, trained.error);
    const likelihood = (...more: string[]) => lab("likelihood", "latest", ...more);
    const before = await likelihood();
    deepStrictEqual([before.code, before.error], [0, ""]);

    await Deno.rename(`${folder}/a.npy`, `${folder}/b.npy`);
    const gone = await likelihood();
    strictEqual(gone.code, 2);
    match(gone.error, /a\.npy as .* as it is not there \(--data FILE says where it lies now\)/);
    deepStrictEqual(await likelihood("--data", "b.npy"), before);
    const unmoved = await lab("resume", "latest", "--budget", "600");
    strictEqual(unmoved.code, 2);
    match(unmoved.error, /--data FILE says where it lies now/);
    const again = await lab("reproduce", "latest", "--data", "b.npy");
    strictEqual(again.code, 0, again.error);
    match(again.out, /^identical/);
    const exported = await lab(
      ...["export", "latest", "--format", "onnx", "--data", "b.npy", "--out", "o"],
    );
    strictEqual(exported.code, 0, exported.error);
    match(
      (await lab("export", "latest", "--format", "csv", "--data", "b.npy", "--out", "o")).error,
      /Cannot export with --data as only model and onnx read data: csv/,
    );

    await write("a.npy", 2);
    const other = await likelihood();
    strictEqual(other.code, 0);
    match(other.error, /^The data have changed since the run learned from them: /);
    const resumed = await lab("resume", "latest", "--budget", "600");
    strictEqual(resumed.code, 2);
    match(resumed.error, /arrays reads must be what it was when the run began: it has changed/);
    const reproduced = await lab("reproduce", "latest");
    strictEqual(reproduced.code, 1);
    match(reproduced.out + reproduced.error, /the data have changed since the run began/);

    await write("a.npy", 1);
    await Deno.rename(`${folder}/a.npy`, `${folder}/c.npy`);
    const on = await lab("resume", "latest", "--budget", "600", "--data", "c.npy");
    strictEqual(on.code, 0, on.error);
    strictEqual((await lab("resume", "latest", "--batch", "--data", "c.npy")).code, 2);
    await Deno.rename(`${folder}/c.npy`, `${folder}/a.npy`);
    const extended = await lab("reproduce", "latest");
    strictEqual(extended.code, 0, extended.error);
  }));

Deno.test("data of another number of classes have changed, which is no fault of the checkpoint", () =>
  inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const label = (classes: number) =>
      Deno.writeFile(
        `${folder}/kinds.npy`,
        encodeNpy(Float32Array.from({ length: 300 }, (_, i) => i % classes), [300]),
      );
    await Deno.writeFile(`${folder}/a.npy`, points(1));
    await label(2);
    const set = ["dataset.file=a.npy", "dataset.labels=kinds.npy", "model.hiddenSizes=[8]"];
    const trained = await lab(
      ...["run", "classifier", "--dataset", "arrays", "--budget", "300", "--backend", "cpu"],
      ...set.flatMap((each) => ["--set", each]),
    );
    strictEqual(trained.code, 0, trained.error);
    await label(3);
    const resumed = await lab("resume", "latest", "--budget", "600");
    strictEqual(resumed.code, 2);
    match(resumed.error, /arrays reads must be what it was when the run began: it has changed/);
    const evaluated = await lab("evaluate", "latest");
    strictEqual(evaluated.code, 2);
    match(
      evaluated.error,
      /^error: Cannot open run \w+ as what arrays reads must have the classes and the shape of what the run learned from: it has changed \(Cannot load /,
    );
    await label(2);
    strictEqual((await lab("evaluate", "latest")).code, 0);
    const other = await lab("evaluate", "latest", "--set", "model.width=2");
    strictEqual(other.code, 2);
    match(
      other.error,
      /^error: Cannot evaluate \w+ with model\.width as a model is measured as it /,
    );
  }));

Deno.test("labels in a file of their own lie beside the data, where both were moved", () =>
  inFolder(async (folder) => {
    const lab = async (...args: string[]) => {
      const io = capturedIo({ folder, root: folder });
      return { code: await main(args, io), ...io.written };
    };
    const labels = encodeNpy(Float32Array.from({ length: 300 }, (_, i) => i % 2), [300]);
    await Deno.writeFile(`${folder}/a.npy`, points(1));
    await Deno.writeFile(`${folder}/kinds.npy`, labels);
    const set = ["dataset.file=a.npy", "dataset.labels=kinds.npy", "model.hiddenSizes=[8]"];
    const trained = await lab(
      ...["run", "real-nvp", "--dataset", "arrays", "--budget", "300", "--backend", "cpu"],
      ...[...set, "model.depth=2"].flatMap((each) => ["--set", each]),
    );
    strictEqual(trained.code, 0, trained.error);
    const before = await lab("likelihood", "latest");
    await Deno.mkdir(`${folder}/there`);
    await Deno.rename(`${folder}/a.npy`, `${folder}/there/b.npy`);
    // The labels stay where they lay.
    deepStrictEqual(await lab("likelihood", "latest", "--data", "there/b.npy"), before);
    await Deno.rename(`${folder}/kinds.npy`, `${folder}/kinds`);
    const gone = await lab("likelihood", "latest", "--data", "there/b.npy");
    strictEqual(gone.code, 2);
    match(
      gone.error,
      /there\/kinds\.npy .* not there \(--data FILE has it looked for beside FILE\)/,
    );
    await Deno.rename(`${folder}/kinds`, `${folder}/there/kinds.npy`);
    deepStrictEqual(await lab("likelihood", "latest", "--data", "there/b.npy"), before);
  }));

Deno.test("what a data set reads is an array of its own, not a view of Node's", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a`, Uint8Array.of(1, 2, 3));
    const bytes = await filesOf("data").readFile(`${folder}/a`);
    ok(bytes.constructor === Uint8Array);
    deepStrictEqual(bytes.map((byte) => 2 * byte), Uint8Array.of(2, 4, 6));
  }));
