/** Examples that are read as they are needed: those that memory would hold, and what is refused. */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { encode as encodePng } from "fast-png";
import { type Dataset, gatherExamples, holdingsOf } from "../../../lab/core/dataset.ts";
import { encodeNpy } from "../../../lab/core/npy.ts";
import { streamOf } from "../../../lab/core/random.ts";
import type { DatasetDefinition, OpenFile } from "../../../lab/core/registry.ts";
import { sizeOf } from "../../../lab/core/tensor_data.ts";
import { filesOf } from "../../../lab/experiment/session.ts";
import { defineExperiment } from "../../../lab/experiment/definition.ts";
import { arrays } from "../../../models/datasets/arrays.ts";
import { images } from "../../../models/datasets/images.ts";
import { phase, type Reading } from "../../../lab/experiment/read_ahead.ts";
import { train } from "../../../mod.ts";
import { until } from "../../until.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const random = streamOf(1, "files");
const files = filesOf("data set");

/** A file whose header says `to` in place of `from`, which is as long. */
function relabelled(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const at = String.fromCharCode(...bytes.subarray(0, 128)).indexOf(from);
  const changed = bytes.slice();
  changed.set(new TextEncoder().encode(to), at);
  return changed;
}

/** A file of unsigned bytes. */
function bytesFile(shape: readonly number[], at: (i: number) => number): Uint8Array {
  const header = relabelled(encodeNpy(new Float32Array(0), shape), "'<f4'", "'|u1'");
  return Uint8Array.of(...header, ...Array.from({ length: sizeOf(shape) }, (_, i) => at(i)));
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  await Deno.writeFile(`${folder}/${name}`, bytes);
  return `${folder}/${name}`;
}

function load(definition: DatasetDefinition, fields: object, more: object = {}): Promise<Dataset> {
  const configuration = definition.configuration.parse(fields);
  return definition.create({ configuration, ...files, ...more });
}

/** Every example of the training split, asked for from the last to the first, with what else there is. */
function shown(set: Dataset) {
  const { train: { count, labels }, validation, test, shape } = set;
  const values = new Float32Array(count * sizeOf(shape));
  const rows = Int32Array.from({ length: count }, (_, i) => count - 1 - i);
  gatherExamples(set.train, rows, sizeOf(shape), values);
  const held = [validation, test].map(({ count, values, labels }) => ({ count, values, labels }));
  return { count, labels, values, held, shape, holds: holdingsOf(set), classes: set.classes };
}

const labels = await written(
  "labels.npy",
  encodeNpy(Float32Array.from({ length: 40 }, (_, i) => i % 3), [40]),
);
const tables = {
  points: encodeNpy(Float32Array.from({ length: 40 * 5 }, () => random.standardNormal()), [40, 5]),
  greys: bytesFile([40, 3, 4], (i) => i % 256),
  "black and white": bytesFile([40, 2, 2], (i) => i % 3 === 0 ? 255 : 0),
  "colours, channels first": bytesFile([40, 3, 2, 2], (i) => (7 * i) % 256),
};

for (const [name, bytes] of Object.entries(tables)) {
  Deno.test(`a streamed array has the splits and examples of one in memory: ${name}`, async () => {
    const file = await written(`${name}.npy`, bytes);
    const fields = { file, labels, channels: name.endsWith("first") ? "first" : "last", test: 0.2 };
    const streamed = await load(arrays, { ...fields, streamed: true });
    ok(streamed.train.reader !== undefined);
    strictEqual(streamed.test.reader, undefined);
    deepStrictEqual(shown(streamed), shown(await load(arrays, fields)));
  });
}

Deno.test("a streamed folder of pictures is the one in memory, a broken one left out", async () => {
  for (const label of ["cat", "dog"]) {
    await Deno.mkdir(`${folder}/pictures/${label}`, { recursive: true });
    for (let i = 0; i < 6; i++) {
      const data = Uint8Array.from({ length: 5 * 5 * 3 }, () => random.integers(0, 256));
      await written(
        `pictures/${label}/${i}.png`,
        encodePng({ width: 5, height: 5, data, channels: 3 }),
      );
    }
  }
  await written("pictures/cat/x.png", Uint8Array.of(1, 2, 3));
  const fields = { folder: `${folder}/pictures`, side: 4, test: 0.2 };
  const streamed = await load(images, { ...fields, streamed: true });
  const held = await load(images, fields);
  deepStrictEqual(shown(streamed), shown(held));
  deepStrictEqual(streamed.notes, held.notes);
  const clear = encodePng({ width: 5, height: 5, data: new Uint8Array(50), channels: 2 });
  const [lit, dark] = await Promise.all(["white", "black"].map(async (background) => {
    await Deno.mkdir(`${folder}/clear`, { recursive: true });
    for (const i of [6, 7, 8]) await written(`clear/${i}.png`, clear);
    const fields = { folder: `${folder}/clear`, side: 4, streamed: true, background };
    return (await load(images, fields)).train.values[0];
  }));
  deepStrictEqual([lit, dark], [1, 0]);
  await Deno.writeFile(`${folder}/pictures/dog/0.png`, Uint8Array.of(1));
  throws(() => shown(streamed), /Cannot decode .*dog\/0\.png, which was whole when the run began/);
});

Deno.test("pictures that are read ahead are those that are read when they are asked for", async () => {
  for (let i = 0; i < 12; i++) {
    const data = Uint8Array.from({ length: 5 * 5 }, () => random.integers(0, 256));
    await Deno.mkdir(`${folder}/ahead`, { recursive: true });
    await written(`ahead/${i}.png`, encodePng({ width: 5, height: 5, data, channels: 1 }));
  }
  const taken: boolean[] = [];
  /** What the thread says of itself. */
  let word: Int32Array = new Int32Array();
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    override postMessage(reading: Reading): void {
      word = reading.word;
      super.postMessage(reading);
    }
  };
  using _ = { [Symbol.dispose]: () => void (globalThis.Worker = Worker) };
  const fields = { folder: `${folder}/ahead`, side: 4, grey: true, test: 0.2, streamed: true };
  const { train: { reader } } = await load(images, fields, {
    readAhead: (...given: Parameters<NonNullable<typeof files.readAhead>>) => {
      const ahead = files.readAhead!(...given);
      const take: typeof ahead.take = (...wanted) => {
        taken.push(ahead.take(...wanted));
        return taken.at(-1)!;
      };
      return { ask: ahead.ask, take };
    },
  });
  taken.length = 0; // what it held out it read by itself
  const { train: plain } = await load(images, fields, { readAhead: undefined });
  const read = (from: typeof plain.reader, rows: number[]) => {
    const values = new Float32Array(rows.length * 16);
    from!.gather(rows, values);
    return values;
  };
  const steps: [asked: number[], gathered: number[]][] = [
    [[3, 1, 4, 1], [3, 1, 4, 1]],
    [[5, 0, 2], [5, 0]], // fewer, as at the end of a budget
    [[6, 7, 3, 2, 1], [6, 7, 3, 2, 1]], // more than memory was shared for
    [[0, 1], [1, 0]], // others
  ];
  for (const [asked, gathered] of steps) {
    reader!.prefetch!(asked);
    deepStrictEqual(read(reader, gathered), read(plain.reader, gathered));
  }
  deepStrictEqual(taken, [true, true, true, false]);
  // Where the thread has left, another one begins.
  await until(() => Atomics.load(word, 0) === phase.left, 20);
  reader!.prefetch!([2, 5]);
  deepStrictEqual(read(reader, [2, 5]), read(plain.reader, [2, 5]));
  for (let i = 0; i < 12; i++) await Deno.writeFile(`${folder}/ahead/${i}.png`, Uint8Array.of(1));
  reader!.prefetch!([4]);
  throws(
    () => read(reader, [4]),
    /Cannot decode .*ahead\/\d+\.png, which was whole when the run began/,
  );
  deepStrictEqual(taken.slice(4), [true, false]);
});

Deno.test("beside a streamed split memory holds so many examples, and no more are read at once", async () => {
  const count = 60_000;
  const file = await written(
    "many.npy",
    encodeNpy(Float32Array.from({ length: count }, (_, i) => i), [count, 1]),
  );
  let most = 0;
  const openFile = (path: string): OpenFile => {
    const opened = files.openFile(path);
    return {
      ...opened,
      read(at, to) {
        most = Math.max(most, to.length);
        opened.read(at, to);
      },
      [Symbol.dispose]: () => opened[Symbol.dispose](),
    };
  };
  const set = await load(arrays, { file, streamed: true, test: 0.5 }, { openFile });
  deepStrictEqual(
    [set.train, set.validation, set.test].map(({ count, values }) => [count, values.length]),
    [[45_000, 10_000], [5_000, 5_000], [10_000, 10_000]],
  );
  const seen = new Set([...set.validation.values, ...set.test.values]);
  const last = new Float32Array(2);
  gatherExamples(set.train, [44_998, 44_999], 1, last);
  ok(last.every((value) => Number.isInteger(value) && !seen.has(value)));
  ok(most <= 2 ** 16 + 10, `${most} bytes`);
});

Deno.test("what a streamed split reads of is told from all that differs in any example", async () => {
  const values = Float32Array.from({ length: 600 }, (_, i) => i);
  const digests = [];
  for (const place of [0, 299, 599]) {
    const file = await written("told.npy", encodeNpy(values.with(place, -1), [300, 2]));
    digests.push((await load(arrays, { file, streamed: true })).train.reader!.digest);
  }
  const fields = { folder: `${folder}/told`, side: 4, streamed: true };
  await Deno.mkdir(fields.folder);
  for (const shade of [10, 200]) {
    for (let i = 0; i < 4; i++) {
      const data = new Uint8Array(4 * 4).fill(i === 3 ? shade : i);
      await written(`told/${i}.png`, encodePng({ width: 4, height: 4, data, channels: 1 }));
    }
    digests.push((await load(images, fields)).train.reader!.digest);
  }
  strictEqual(new Set(digests).size, 5);
  ok(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest!)));
});

Deno.test("a run on streamed examples learns what one in memory learns, to the bit", async () => {
  const file = await written("pixels.npy", bytesFile([80, 4, 4], (i) => (31 * i) % 256));
  const run = (streamed: boolean) =>
    train(
      defineExperiment({
        name: "pixels",
        dataset: { name: "arrays", file, ...streamed && { streamed } },
        model: { name: "autoencoder", hiddenSizes: [8], codeSize: 2, batchSize: 16 },
        budget: 320,
        evaluation: { every: 160 },
      }),
      { seed: 1 },
    );
  const [streamed, held] = [await run(true), await run(false)];
  // The digest holds the configuration, too, in which they differ.
  deepStrictEqual(
    [streamed.parameters, streamed.metrics["evaluation/mean_squared_error"]],
    [held.parameters, held.metrics["evaluation/mean_squared_error"]],
  );
});

Deno.test("what cannot be streamed is said in one line", async () => {
  const refused = async (fields: object, message: RegExp, more?: object) =>
    await rejects(load(arrays, { streamed: true, ...fields }, more), {
      name: "InputError",
      message,
    });
  await refused({ file: "a.csv" }, /Cannot stream a\.csv as dataset\.file must be an \.npy file/);
  const file = await written(
    "wrong.npy",
    encodeNpy(Float32Array.from({ length: 900 }, (_, i) => i === 700 ? NaN : i), [450, 2]),
  );
  await refused({ file }, /numbers must be finite: NaN in example 350$/);
  await refused(
    {
      file: await written(
        "grey.npy",
        encodeNpy(Float32Array.of(0, 1, 2, 0, 1, 1, 0, 0), [4, 1, 2]),
      ),
    },
    /numbers must be in \[0, 1\]: 2 in example 1$/,
  );
  const turnedAround = await written("first.npy", bytesFile([4, 3, 5, 5], () => 0));
  await refused({ file: turnedAround }, /4 channels at most: .*dataset\.channels=first takes 3\)$/);
  await refused({ file }, /this place reads whole files alone/, { openFile: undefined });
  const turned = relabelled(await Deno.readFile(file), "False", "True ");
  await refused({ file: await written("turned.npy", turned) }, /rows must lie one after another/);
  const set = await load(arrays, {
    streamed: true,
    file: await written("short.npy", tables.greys),
  });
  await Deno.truncate(`${folder}/short.npy`, 200);
  throws(() => shown(set), /Cannot read .*short\.npy as data set as it must have \d+ bytes: \d+$/);
});

Deno.test("streamed examples are black and white where all of them are, wherever a grey one stands", async () => {
  const side = 4;
  const greyAt = [0, 299, 599, undefined];
  for (const at of greyAt) {
    const values = (i: number) => i === at ? 128 : 255 * (i % 2);
    // A row for each pixel, more than are looked at together.
    const file = await written("bits.npy", bytesFile([600, 1, 1], values));
    const { train: { reader } } = await load(arrays, { file, streamed: true, test: 0.1 });
    strictEqual(reader!.binary, at === undefined, `array, grey at ${at}`);
  }
  await Deno.mkdir(`${folder}/bits`, { recursive: true });
  for (const at of [0, 3, 5, undefined]) {
    for (let i = 0; i < 6; i++) {
      const data = Uint8Array.from({ length: side * side }, (_, k) => 255 * (k % 2));
      if (i === at) data[3] = 128;
      await written(`bits/${i}.png`, encodePng({ width: side, height: side, data, channels: 1 }));
    }
    const fields = { folder: `${folder}/bits`, side, grey: true, streamed: true };
    const { train: { reader } } = await load(images, fields);
    strictEqual(reader!.binary, at === undefined, `pictures, grey at ${at}`);
  }
});
