/**
 * Data sets that are read: files of NumPy and Pillow (recipe: tests/golden/numpy/files.py), records and
 * lines that the test writes, and what is refused.
 */
import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert";
import { encode as encodePng } from "fast-png";
import { crc32, deflateSync } from "node:zlib";
import { InputError } from "../../../lab/core/errors.ts";
import { dataHeld, type Dataset, holdingsOf, takesData } from "../../../lab/core/dataset.ts";
import { encodeNpy, entriesOf, parseNpy } from "../../../lab/core/npy.ts";
import { streamOf } from "../../../lab/core/random.ts";
import type { DatasetDefinition } from "../../../lab/core/registry.ts";
import { sizeOf } from "../../../lab/core/tensor_data.ts";
import { cyclegan } from "../../../models/adversarial/cyclegan.ts";
import { pix2pix } from "../../../models/adversarial/pix2pix.ts";
import { samplingOf } from "../../../cli/sampling_options.ts";
import { arrays, kindOfArrays, parseCsv, readExamples } from "../../../models/datasets/arrays.ts";
import { binarizedMnist, parseAmat } from "../../../models/datasets/binarized_mnist.ts";
import { cifar, parseCifar } from "../../../models/datasets/cifar.ts";
import { imagePairs } from "../../../models/datasets/image_pairs.ts";
import { images } from "../../../models/datasets/images.ts";
import { decodePicture, squared } from "../../../models/datasets/pictures.ts";
import { webpDecoder } from "../../../models/datasets/webp.ts";
import { webpBinary } from "../../../lab/experiment/codecs.ts";
import { filesOf } from "../../../lab/experiment/session.ts";

interface Golden {
  readonly arrays: { file: string; shape: number[]; values: number[] | null }[];
  readonly archives: { file: string; data: number[]; labels: number[] }[];
  readonly pictures: { kind: string; file: string; small: number[] }[];
}
const golden: Golden = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/numpy/files.json", import.meta.url)),
);
const webp = await webpDecoder(await webpBinary());
const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const named = (bytes: Uint8Array, path = "file") => ({ bytes, path });

/** Opens files at hand, by path. */
const opener = (files: Record<string, Uint8Array>) => (path: string) => ({
  size: files[path].length,
  read: (at: number, to: Uint8Array) => to.set(files[path].subarray(at, at + to.length)),
  [Symbol.dispose]() {},
});

/** Makes a data set of files at hand, by path. */
function load(
  definition: DatasetDefinition,
  files: Record<string, Uint8Array>,
  fields: object = {},
): Promise<Dataset> {
  return definition.create({
    configuration: definition.configuration.parse(fields),
    readFile: (path) =>
      path in files ? Promise.resolve(files[path]) : Promise.reject(new InputError(`no ${path}`)),
    webpBinary,
    openFile: opener(files),
    listFolder: (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      const names = inside.map((file) => file.slice(path.length + 1).replace(/\/.*/, "/"));
      return Promise.resolve([...new Set(names)]);
    },
  });
}

for (const [i, { file, shape, values }] of golden.arrays.entries()) {
  Deno.test(`array ${i} of NumPy is read, or refused where it holds objects`, () => {
    const bytes = bytesOf(file);
    if (values === null) {
      throws(() => parseNpy(named(bytes)), /its elements must be numbers .*: \|O$/);
      return;
    }
    const read = parseNpy(named(bytes));
    deepStrictEqual([read.shape, [...read.values]], [shape, values]);
    throws(() => parseNpy(named(bytes.subarray(0, -1))), /takes \d+ bytes: the file has/);
    throws(() => parseNpy(named(bytes.subarray(1))), /must begin with NumPy's mark/);
  });
}

Deno.test("half-precision floats are read, subnormal and infinite ones too", () => {
  // numpy.array([1, -2, 65504, 1/3, 6e-8, -6.1e-5, -0.0, inf, nan], "f2").view("u2") of NumPy 2.1
  const bits = [15360, 49152, 31743, 13653, 1, 33791, 32768, 31744, 32256];
  const values = [1, -2, 65504, 0.333251953125, 2 ** -24, -1023 * 2 ** -24, -0, Infinity, NaN];
  for (const little of [true, false]) {
    const head = `{'descr': '${little ? "<" : ">"}f2', 'fortran_order': False, 'shape': (9,), }`;
    const bytes = new Uint8Array(128 + 18);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    bytes.set(utf8(`${head.padEnd(117)}\n`), 10);
    const view = new DataView(bytes.buffer);
    bits.forEach((half, i) => view.setUint16(128 + 2 * i, half, little));
    deepStrictEqual([...parseNpy(named(bytes)).values], values);
  }
});

Deno.test("a type that NumPy has not is refused, also where every object has such a name", () => {
  const head = "{'descr': '<constructor', 'fortran_order': False, 'shape': (1,), }".padEnd(117) +
    "\n";
  const content = Uint8Array.of(
    ...[0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0],
    ...new TextEncoder().encode(head),
  );
  throws(() => parseNpy({ path: "a.npy", bytes: content }), {
    name: "InputError",
    message: /its elements must be numbers \(.*\): <constructor$/,
  });
});

Deno.test("an array without a shape that is one says so, and not that its type is wrong", () => {
  for (const [shape, said] of [["'shape': (-1, 2), }", "'shape': (-1, 2), }"], ["", "none"]]) {
    const head = `{'descr': '<f4', 'fortran_order': False, ${shape}`.padEnd(117) + "\n";
    const bytes = Uint8Array.of(
      ...[0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0],
      ...new TextEncoder().encode(head),
    );
    throws(() => parseNpy({ path: "a.npy", bytes }), (error: Error) => {
      const line =
        `Cannot read a.npy as its header must say its shape, like 'shape': (10, 3): ${said}`;
      return error.name === "InputError" && error.message.trimEnd().startsWith(line);
    });
  }
});

/** An array of bytes as NumPy's format 1.0 has it. */
function npyOfBytes(shape: string, bytes: readonly number[]): Uint8Array {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + "\n";
  const mark = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0];
  return Uint8Array.of(...mark, ...new TextEncoder().encode(head), ...bytes);
}

Deno.test("bytes are shares of 255 in images, and what they are in points", async () => {
  // Six rows of two bytes, or as many images of one row.
  const valuesOf = async (shape: string) => {
    const file = npyOfBytes(shape, [0, 1, 1, 0, 1, 1, 0, 0, 1, 2, 0, 2]);
    const set = await load(arrays, { "a.npy": file }, { file: "a.npy" });
    const most = [set.train, set.validation, set.test].map(({ values }) => Math.max(...values));
    return [set.kind, holdingsOf(set).binary, Math.max(...most)];
  };
  deepStrictEqual(await valuesOf("(6, 2)"), ["points", false, 2]);
  deepStrictEqual(await valuesOf("(6, 1, 2)"), ["images", false, Math.fround(2 / 255)]);
});

Deno.test("an archive of arrays is a data set, stored or deflated, with channels first", async () => {
  for (const { file, data, labels } of golden.archives) {
    const fields = { file: "a.npz", labels: "labels", channels: "first" };
    const set = await load(arrays, { "a.npz": bytesOf(file) }, fields);
    deepStrictEqual([set.kind, set.shape, set.classes], ["images", [2, 2, 3], 3]);
    const splits = [set.train, set.validation, set.test];
    deepStrictEqual(splits.map(({ count }) => count), [2, 1, 1]);
    // Each image once, with its label: a pixel's channels lie 4 apart in the file.
    const found = splits.flatMap(({ values, labels, count }) =>
      Array.from(
        { length: count },
        (_, i) => `${labels![i]} ${values.subarray(12 * i, 12 * i + 3)}`,
      )
    );
    const expected = labels.map((label, i) =>
      `${label} ${Float32Array.of(...[0, 4, 8].map((at) => data[12 * i + at] / 255))}`
    );
    deepStrictEqual(found.sort(), expected.sort());
    await rejects(load(arrays, { "a.npz": bytesOf(file) }, { file: "a.npz", array: "dta" }), {
      name: "InputError",
      message: /"dta".*data/,
    });
    throws(() => entriesOf(named(bytesOf(file).subarray(0, -30))), /must be a whole zip archive/);
  }
});

Deno.test("an archive with any byte altered is refused, or its arrays are the same", async () => {
  for (const { file, data, labels } of golden.archives) {
    const whole = bytesOf(file);
    const read = async (bytes: Uint8Array) => {
      const entries = entriesOf(named(bytes, "a.npz"));
      const arrays = [await entries.get("data")?.(), await entries.get("labels")?.()];
      return arrays.map((array) => array && [...parseNpy(array).values]);
    };
    deepStrictEqual(await read(whole), [data, labels]);
    const said = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      const altered = whole.with(at, whole[at] ^ 0x41);
      const found = await read(altered).catch((error: Error) => {
        strictEqual(error.name, "InputError", error.message);
        return void said.add(error.message);
      });
      if (found !== undefined && !found.includes(undefined)) deepStrictEqual(found, [data, labels]);
    }
    ok(said.has(
      "Cannot read a.npz, data.npy as it must have the size and the CRC-32 that the archive says: " +
        "truncated or altered",
    ));
  }
});

Deno.test("a table of comma-separated values is points, with a column of labels", async () => {
  const csv = utf8("x,class,y\n1,0,2\n3,1,4.5\n-5,1,6e1\n");
  const { examples, labels } = parseCsv(named(csv), "class");
  deepStrictEqual([examples.shape, [...examples.values]], [[3, 2], [1, 2, 3, 4.5, -5, 60]]);
  deepStrictEqual([...labels!.values], [0, 1, 1]);
  const set = await load(arrays, { "t.csv": csv }, { file: "t.csv", labels: "class" });
  deepStrictEqual([set.kind, set.shape, set.classes], ["points", [2], 2]);
  const alone = utf8("x,class\n1,4\n3,4\n-5,4\n");
  await rejects(load(arrays, { "t.csv": alone }, { file: "t.csv", labels: "class" }), {
    name: "InputError",
    message: "Cannot use t.csv as labels must be of two classes at least: 4 alone (without " +
      "dataset.labels there are no classes)",
  });
  throws(
    () => parseCsv(named(utf8("a,b\n1,2\n1,x\n"))),
    /2 numbers: "x" in line 3, column b \(dataset.labels=b makes classes of words\)$/,
  );
  throws(() => parseCsv(named(utf8("a,b\n1,2\n1\n"))), /2 numbers: 1 values in line 3$/);
  throws(() => parseCsv(named(csv), "clas"), /"clas".*class/);
  throws(() => parseCsv(named(utf8("1,-2,0,5e1\n3,4,0,1\n"))), {
    name: "InputError",
    message:
      "Cannot read file as its first line must have the columns' names, or its first example " +
      "is lost: numbers alone, 1, -2, 0, … (put a line of names before it)",
  });
  deepStrictEqual(parseCsv(named(utf8("1,b\n3,4\n"))).examples.shape, [1, 2]);
});

Deno.test("a column without a name is refused, and a wrong row named by its line in the file", () => {
  // As pandas writes a table with the numbers of its rows.
  throws(() => parseCsv(named(utf8(",x,y\n0,1,2\n1,3,4\n"))), {
    name: "InputError",
    message: /^Cannot read file as each column must have a name, and the one numbered 1 has none: /,
  });
  throws(() => parseCsv(named(utf8("y,a,y\n0,1,2\n")), "y"), {
    name: "InputError",
    message:
      'Cannot read file as each column must have a name of its own: "y" is that of columns 1 and 3',
  });
  throws(() => parseCsv(named(utf8("\nx,y\n\n1,2\n\na,3\n"))), /"a" in line 6, column x \(/);
});

Deno.test("a number that no example may have is named by its file and its example", async () => {
  const refused = (array: Uint8Array, message: string) =>
    rejects(load(arrays, { "a.npy": array }, { file: "a.npy" }), {
      name: "InputError",
      message: `Cannot use a.npy as its numbers must be ${message}`,
    });
  const points = Float32Array.from({ length: 900 }, (_, i) => i === 700 ? NaN : i);
  await refused(encodeNpy(points, [450, 2]), "finite: NaN in example 350");
  const greys = Float32Array.from({ length: 36 }, (_, i) => i === 17 ? 1.5 : 1);
  await refused(encodeNpy(greys, [9, 2, 2]), "in [0, 1]: 1.5 in example 4");
  await rejects(load(arrays, { "t.csv": utf8("x\n1\n2\n-1e39\n") }, { file: "t.csv" }), {
    message: "Cannot use t.csv as its numbers must be finite in 32 bits: -1e+39 in example 2",
  });
  // Of 64 bits, a trifle above 1: 1 as an example holds it.
  const wide = new Float32Array(new Float64Array(36).fill(1 + 1e-12).buffer);
  const file = encodeNpy(wide, [9, 2, 2]);
  file[new TextDecoder("latin1").decode(file).indexOf("<f4") + 2] = "8".charCodeAt(0);
  const { test } = await load(arrays, { "a.npy": file }, { file: "a.npy" });
  ok(test.values.every((value) => value === 1));
});

Deno.test("cells of a table may stand in quotes, numbers too", () => {
  // As Python's csv.QUOTE_ALL writes it, and a name with a comma.
  const quoted = utf8('"height, cm","b","kind"\r\n"1","2.5","0"\r\n"-3","4e1","1"\r\n');
  const { examples, labels } = parseCsv(named(quoted), "kind");
  deepStrictEqual([examples.shape, [...examples.values]], [[2, 2], [1, 2.5, -3, 40]]);
  deepStrictEqual([...labels!.values], [0, 1]);
  const chosen = parseCsv(named(utf8('"height, cm",b\n7,8\n')), "height, cm");
  deepStrictEqual([...chosen.labels!.values, ...chosen.examples.values], [7, 8]);
  throws(() => parseCsv(named(utf8('a,b\n"1,5",2\n'))), /2 numbers: "1,5" in line 2, column a \(/);
  throws(() => parseCsv(named(utf8('a\n1\n""\n'))), /must have a number: "" in line 3, column a$/);
  throws(() => parseCsv(named(utf8('a,b\n1,2\n1,"2\n3,4\n'))), {
    name: "InputError",
    message: /^Cannot read file as quotes must be closed .*: line 3$/,
  });
  throws(() => parseCsv(named(utf8(""))), /^InputError: Cannot read file .* a table: it is empty$/);
});

Deno.test("a table that is parted by anything but commas is refused by what parts it", () => {
  const refused = (text: string, by: string) =>
    throws(() => parseCsv(named(utf8(text))), {
      name: "InputError",
      message:
        "Cannot read file as its columns must be parted by commas, and numbers have points: " +
        `${by} in line 1`,
    });
  refused("a;b\n1;2\n", '";"');
  refused("a\tb\n1\t2\n", '"\\t"');
  deepStrictEqual(parseCsv(named(utf8("a;b,c\n1,2\n"))).examples.shape, [1, 2]);
});

Deno.test("a column of labels may hold words, which are the classes' names", async () => {
  const csv = utf8('a,y,b\n0,dog,1\n1,cat,2\n2," dog ",3\n3,3d,4\n4,cat,5\n5,3d,6\n6,7,7\n7,7,8\n');
  const { examples, labels, columns } = parseCsv(named(csv), "y");
  deepStrictEqual([examples.shape, columns], [[8, 2], ["a", "b"]]);
  deepStrictEqual([...labels!.values], [3, 2, 3, 0, 2, 0, 1, 1]);
  const set = await load(arrays, { "t.csv": csv }, { file: "t.csv", labels: "y" });
  deepStrictEqual([set.classes, set.classNames], [4, ["3d", "7", "cat", "dog"]]);
  const found = [set.train, set.validation, set.test].flatMap(({ values, labels, count }) =>
    Array.from({ length: count }, (_, i) => [values[2 * i], labels![i]] as const)
  );
  deepStrictEqual(
    found.sort(([a], [b]) => a - b).map(([, label]) => label),
    [3, 2, 3, 0, 2, 0, 1, 1],
  );
  const own = { name: "arrays", kind: "points", shape: [2] } as const;
  const files = (file: string) => Promise.resolve(file === "new.csv" ? utf8("a,b\n1,2\n") : csv);
  const reading = { file: "t.csv", labels: "y" };
  const told = await readExamples(files, "t.csv", own, reading);
  deepStrictEqual(told.labels, ["dog", "cat", "dog", "3d", "cat", "3d", "7", "7"]);
  strictEqual((await readExamples(files, "new.csv", own, reading)).labels, undefined);
  for (
    const [text, said] of [
      ["a,y\n1,cat\n2,\n", /as each row must have a label: "" in line 3, column y$/],
      ["a,y\n1,0\n2,nan\n", /as each row must have a label: "nan" in line 3, column y$/],
      [
        "a,y\n1,cat\nx,dog\n",
        /as each row must have a number and a label: "x" in line 3, column a$/,
      ],
    ] as const
  ) throws(() => parseCsv(named(utf8(text)), "y"), said);
  await rejects(
    load(arrays, { "t.csv": utf8("a,y\n1,cat\n2,cat\n3,cat\n") }, { file: "t.csv", labels: "y" }),
    /labels must be of two classes at least: cat alone/,
  );
});

Deno.test("the labels of a file that a model is asked about are read as its data set reads them", async () => {
  const [{ file: archive, labels }] = golden.archives;
  const files: Record<string, Uint8Array> = {
    ...{ "own.npz": bytesOf(archive), "own.npy": encodeNpy(new Float32Array(6), [3, 2]) },
    "new.npy": encodeNpy(new Float32Array(6), [3, 2]),
    "kinds.npy": encodeNpy(Float32Array.of(4, 7, 4), [3]),
  };
  const readFile = (path: string) => Promise.resolve(files[path]);
  const labelsOf = async (file: string, reading: Record<string, string>) => {
    const own = /npz/.test(file)
      ? { kind: "images", shape: [2, 2, 3] } as const
      : { kind: "points", shape: [2] } as const;
    return (await readExamples(readFile, file, { name: "arrays", ...own }, reading)).labels;
  };
  const ofArchive = { file: "other.npz", labels: "labels", channels: "first" };
  deepStrictEqual(await labelsOf("own.npz", ofArchive), labels.map(String));
  strictEqual(await labelsOf("own.npz", { ...ofArchive, labels: "kinds" }), undefined);
  const ofArray = { file: "own.npy", labels: "kinds.npy" };
  deepStrictEqual(await labelsOf("own.npy", ofArray), ["4", "7", "4"]);
  strictEqual(await labelsOf("new.npy", ofArray), undefined);
});

Deno.test("columns of a table that a model is asked about go by their names", async () => {
  const files: Record<string, string> = {
    "own.csv": "a,y,b\n1,0,2\n3,1,4\n",
    "turned.csv": "y,b,a\n1,4,3\n0,6,5\n",
    "other.csv": "a,c\n1,2\n",
    "more.csv": "a,b,c\n1,2,3\n",
  };
  const readFile = (path: string) => Promise.resolve(utf8(files[path]));
  const own = { name: "arrays", kind: "points", shape: [2] } as const;
  const asked = (file: string) =>
    readExamples(readFile, file, own, { file: "own.csv", labels: "y" });
  const { values, labels } = await asked("turned.csv");
  deepStrictEqual([[...values], labels], [[3, 4, 5, 6], ["1", "0"]]);
  for (const [file, names] of [["other.csv", "a, c"], ["more.csv", "a, b, c"]]) {
    await rejects(asked(file), {
      name: "InputError",
      message:
        `Cannot use ${file} as its columns must be those that the model learned from, a, b: ${names}`,
    });
  }
});

Deno.test("a table that is no UTF-8 is refused, whatever it would be read as", () => {
  const latin = Uint8Array.from("x,m\n1,pr\u00e9\n2,pr\u00e8\n", (letter) => letter.charCodeAt(0));
  throws(() => parseCsv(named(latin, "t.csv"), "m"), {
    name: "InputError",
    message: "Cannot read t.csv as it must be UTF-8 text: other bytes are in it",
  });
});

Deno.test("bytes that are bits are refused as images, where no other byte tells that they are shares", async () => {
  const bits = Array.from({ length: 48 }, (_, i) => i % 2);
  const files = {
    "bits.npy": npyOfBytes("(12, 2, 2)", bits),
    "greys.npy": npyOfBytes("(12, 2, 2)", bits.with(47, 255)),
    "black.npy": npyOfBytes("(12, 2, 2)", bits.map(() => 0)),
    // The rows that are looked at last are next to black.
    "long.npy": npyOfBytes("(300, 1, 1)", Array.from({ length: 300 }, (_, i) => i < 9 ? 255 : 1)),
  };
  const message =
    "Cannot use bits.npy as bytes of images must go up to 255: they are 0 and 1 alone " +
    "(save them as bool or float32, and they are black and white)";
  for (const streamed of [false, true]) {
    const made = (file: string) => load(arrays, files, { file, streamed });
    await rejects(made("bits.npy"), { name: "InputError", message });
    for (const file of ["greys.npy", "black.npy", "long.npy"]) {
      strictEqual((await made(file)).kind, "images");
    }
  }
  const readFile = (path: string) => Promise.resolve(files[path as keyof typeof files]);
  const own = { name: "arrays", kind: "images", shape: [2, 2, 1] } as const;
  await rejects(readExamples(readFile, "bits.npy", own, {}), { name: "InputError", message });
  deepStrictEqual(
    await Promise.all(
      ["bits.npy", "t.csv"].map((file) =>
        kindOfArrays({ readFile, openFile: opener(files) }, { file })
      ),
    ),
    ["images", "points"],
  );
});

Deno.test("labels that do not begin at 0 are classes of their own names", async () => {
  const table = (labels: readonly number[]) =>
    utf8(`x,class\n${labels.map((label, i) => `${i},${label}\n`).join("")}`);
  const made = (labels: readonly number[]) =>
    load(arrays, { "t.csv": table(labels) }, { file: "t.csv", labels: "class" });
  const set = await made([3, 1, 10, 3, 1, 10]);
  deepStrictEqual([set.classes, set.classNames], [3, ["1", "3", "10"]]);
  const splits = [set.train, set.validation, set.test];
  const found = splits.flatMap(({ values, labels, count }) =>
    Array.from({ length: count }, (_, i): [number, number] => [values[i], labels![i]])
  );
  deepStrictEqual(found.sort(([a], [b]) => a - b).map(([, label]) => label), [1, 0, 2, 1, 0, 2]);
  strictEqual(samplingOf({ class: "10", set: [] }, set).label, 2);
  throws(() => samplingOf({ class: "2", set: [] }, set), /"2".*1.*3/);
  const plain = await made([0, 1, 2, 0, 1, 2]);
  deepStrictEqual([plain.classes, plain.classNames], [3, undefined]);
  deepStrictEqual((await made([-1, 1, -1, 1])).classNames, ["-1", "1"]);
  await rejects(
    made([1, 0.5, 1]),
    /^InputError: Cannot use t\.csv as labels must be whole numbers: 0\.5$/,
  );
  await rejects(
    made(Array.from({ length: 257 }, (_, i) => i)),
    /^InputError: Cannot use t\.csv as labels must be of 256 classes at most: 257 numbers$/,
  );
});

Deno.test("an axis of channels is no height: one above four is refused with what takes it", async () => {
  const array = (shape: number[]) => encodeNpy(new Float32Array(sizeOf(shape)), shape);
  const refused = (shape: number[], channels: string, message: RegExp) =>
    rejects(load(arrays, { "a.npy": array(shape) }, { file: "a.npy", channels }), {
      name: "InputError",
      message,
    });
  await refused(
    [5, 3, 8, 8],
    "last",
    /^Cannot use a\.npy as images must have 4 channels at most: \[5, 3, 8, 8\] has 8 with dataset\.channels=last \(--set dataset\.channels=first takes 3\)$/,
  );
  await refused(
    [5, 8, 8, 3],
    "first",
    /has 8 with .*=first \(--set dataset\.channels=last takes 3\)$/,
  );
  await refused([5, 8, 8, 9], "last", /has 9 with dataset\.channels=last$/);
  await refused([5, 0], "last", /a\.npy as an example must hold a number at least: \[5, 0\]$/);
  const set = await load(arrays, { "a.npy": array([5, 3, 8, 9]) }, {
    ...{ file: "a.npy", channels: "first" },
  });
  deepStrictEqual(set.shape, [8, 9, 3]);
});

for (const { kind, file, small } of golden.pictures) {
  Deno.test(`${kind}: read as Pillow does, cropped and shrunk by area`, () => {
    const found = squared(decodePicture(bytesOf(file), webp), 3, 3);
    // Decoders of JPEG may differ by a level or two.
    const tolerance = kind.startsWith("JPEG") ? 0.01 : 1e-5;
    small.forEach((value, i) =>
      ok(Math.abs(found[i] - value) < tolerance, `${found[i]}, ${value}`)
    );
    const grey = squared(decodePicture(bytesOf(file), webp), 3, 1);
    const [r, g, b] = small;
    ok(Math.abs(grey[0] - (0.299 * r + 0.587 * g + 0.114 * b)) < tolerance);
  });
}

Deno.test("a folder of pictures is a data set: subfolders are classes, broken ones are named", async () => {
  const [, one, two] = golden.pictures.map(({ file }) => bytesOf(file));
  const files: Record<string, Uint8Array> = {
    "mine/dog/1.png": one,
    "mine/cat/b.png": two,
    "mine/cat/a.PNG": one,
    "mine/dog/2.png": two,
    "mine/dog/notes.txt": utf8("no picture"),
    "mine/dog/3.jpg": one.subarray(0, 40),
  };
  const set = await load(images, files, { folder: "mine/", side: 4, background: "black" });
  deepStrictEqual([set.shape, set.classes], [[4, 4, 3], 2]);
  const splits = [set.train, set.validation, set.test];
  strictEqual(splits.reduce((sum, { count }) => sum + count, 0), 4);
  strictEqual(
    splits.flatMap(({ labels }) => [...labels!]).filter((label) => label === 1).length,
    2,
  );
  deepStrictEqual(set.notes, ["1 of 5 pictures cannot be decoded: mine/dog/3.jpg"]);
  await rejects(load(images, files, { folder: "mine", strict: true }), {
    name: "InputError",
    message: "Cannot decode mine/dog/3.jpg: a damaged PNG picture",
  });
  const flat = { "p/1.png": one, "p/2.png": two, "p/3.png": one };
  const grey = await load(images, flat, { folder: "p", side: 4, grey: true });
  deepStrictEqual([grey.shape, grey.classes, grey.train.labels], [[4, 4, 1], undefined, undefined]);
  await rejects(
    load(images, { "q/1.png": one }, { folder: "q" }),
    /three PNG, JPEG or WebP files.*: 1$/,
  );
});

Deno.test("a class has room for more pictures than a call takes arguments", async () => {
  const { create, configuration } = images;
  const names = Array.from({ length: 200_000 }, (_, i) => `${i}.png`);
  await rejects(
    create({
      configuration: configuration.parse({ folder: "mine", strict: true }),
      readFile: () => Promise.resolve(utf8("no picture")),
      listFolder: (path) => Promise.resolve(path === "mine" ? ["a/", "b/"] : names.slice()),
    }),
    { name: "InputError", message: /^Cannot decode mine\/a\/0\.png/ },
  );
});

Deno.test("two folders of as many pictures are pairs", async () => {
  const picture = bytesOf(golden.pictures[0].file);
  const folder = (counts: readonly [from: number, to: number]) =>
    Object.fromEntries(
      ["from", "to"].flatMap((end, i) =>
        Array.from({ length: counts[i] }, (_, k) => [`mine/${end}/${k}.png`, picture] as const)
      ),
    );
  const fields = { folder: "mine", side: 4, toSide: 8 };
  const set = await load(imagePairs, folder([6, 6]), fields);
  deepStrictEqual([set.shape, set.partnerShape], [[4, 4, 3], [8, 8, 3]]);
  deepStrictEqual(holdingsOf(set), {
    ...{ kind: "images", labels: false, partners: true, binary: false },
  });
  strictEqual(set.train.partners!.length, set.train.count * 8 * 8 * 3);
  await rejects(load(imagePairs, folder([6, 5]), fields), {
    name: "InputError",
    message:
      "Cannot pair the pictures of mine as both folders must hold as many: 6 in from, 5 in to",
  });
  const broken = { ...folder([6, 6]), "mine/to/3.png": picture.subarray(0, 60) };
  await rejects(load(imagePairs, broken, fields), {
    name: "InputError",
    message: "Cannot decode mine/to/3.png: a damaged PNG picture",
  });
});

/** Folders `from` and `to` of pictures with these names, each of the grey level that stands in its name. */
function folders(from: readonly string[], to: readonly string[]): Record<string, Uint8Array> {
  const files = [
    ...from.map((name) => `mine/from/${name}`),
    ...to.map((name) => `mine/to/${name}`),
  ];
  return Object.fromEntries(files.map((path) => {
    const data = new Uint8Array(16).fill(Number(/\d+/.exec(path)![0]));
    return [path, encodePng({ width: 4, height: 4, channels: 1, data })];
  }));
}

Deno.test("points of another scale than noise are told of, bits and constant columns are not", async () => {
  const random = streamOf(1, "points");
  const notesOf = async (row: (x: number) => number[], fields: object = {}) => {
    const rows = Array.from({ length: 300 }, () => row(random.standardNormal()));
    const files = { "a.npy": encodeNpy(Float32Array.from(rows.flat()), [300, rows[0].length]) };
    return (await load(arrays, files, { file: "a.npy", ...fields })).notes;
  };
  deepStrictEqual(await notesOf((x) => [x, 0.3 * x + 0.5, 7]), []);
  deepStrictEqual(await notesOf((x) => [x > 2 ? 1 : 0, 1]), []);
  deepStrictEqual(await notesOf((x) => [x > 2 ? 1 : -1]), []);
  const [note, ...others] = (await notesOf((x) => [x, 100 * x + 500]))!;
  deepStrictEqual(others, []);
  match(
    note,
    /^1 of 2 coordinates are far from mean 0 and deviation 1, .*: number 1 \(from 0\) has [\d.]+ and [\d.]+ \(/,
  );
  for (const row of [(x: number) => [x / 10], (x: number) => [6 * x], (x: number) => [x + 4]]) {
    strictEqual((await notesOf(row))!.length, 1);
  }
});

/** Black, the right half of it transparent. */
const clear = encodePng({
  ...{ width: 4, height: 4, channels: 2 },
  data: Uint8Array.from({ length: 32 }, (_, i) => i % 2 === 0 || i % 8 > 4 ? 0 : 255),
});

Deno.test("what is transparent becomes black, which is told, or what lies behind it", async () => {
  const grey = (level: number) =>
    encodePng({ width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(level) });
  const files = { "p/1.png": clear, "p/2.png": clear, "p/3.png": grey(0), "p/4.png": grey(0) };
  const meanOf = ({ train, validation, test }: Dataset) => {
    const values = [train, validation, test].flatMap(({ values }) => [...values]);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  for (const isGrey of [true, false]) {
    const fields = { folder: "p", side: 4, grey: isGrey };
    const plain = await load(images, files, fields);
    deepStrictEqual([meanOf(plain), plain.notes], [0, [
      "2 of 4 pictures have transparent places, which become black (--set dataset.background=white, " +
      "or =black where they are to be)",
    ]]);
    const black = await load(images, files, { ...fields, background: "black" });
    deepStrictEqual([meanOf(black), black.notes], [0, []]);
    const white = await load(images, files, { ...fields, background: "white" });
    deepStrictEqual([meanOf(white), white.notes], [0.25, []]);
  }
  const twice = Object.entries(files).flatMap(([path, bytes]) => [
    [path.replace("p/", "p/from/"), grey(255)],
    [path.replace("p/", "p/to/"), bytes],
  ]);
  const pairs = (background?: string) =>
    load(imagePairs, Object.fromEntries(twice), { ...small, folder: "p", background });
  match(
    (await pairs()).notes!.join("\n"),
    /^to: 2 of 4 pictures have transparent places, \S+ become b/,
  );
  const { train: { values, partners, count } } = await pairs("white");
  ok(values.every((value) => value === 1));
  ok(count > 0 && partners!.some((value) => value === 1));
});

/** Pairs of grey levels that a set holds, over all splits. */
function levelsOf({ train, validation, test }: Dataset): [number, number][] {
  return [train, validation, test].flatMap(({ count, values, partners }) =>
    Array.from({ length: count }, (_, i): [number, number] => {
      const [from, to] = [values[16 * i], partners![16 * i]].map((level) =>
        Math.round(255 * level)
      );
      return [from, to];
    })
  );
}

const numbered = Array.from({ length: 12 }, (_, i) => i + 1);
const small = { folder: "mine", side: 4, toSide: 4, grey: true };

Deno.test("pictures of one name are pairs, and where no name is shared those of one place, digits as numbers", async () => {
  const pairs = async (from: readonly string[], to: readonly string[]) => {
    const set = await load(imagePairs, folders(from, to), small);
    const levels = levelsOf(set);
    strictEqual(levels.length, 12);
    ok(levels.every(([from, to]) => from === to), JSON.stringify(levels));
    return set.notes;
  };
  const plain = numbered.map((i) => `${i}.png`);
  deepStrictEqual(await pairs(plain, plain), []);
  deepStrictEqual(await pairs(plain, numbered.map((i) => `${i}.PNG`)), []);
  deepStrictEqual(await pairs(numbered.map((i) => `${i}_edges.png`), plain), [
    "from and to have no name in common: their pictures are paired by the order of the names, " +
    "1_edges.png with 1.png, 2_edges.png with 2.png, 3_edges.png with 3.png, …",
  ]);
});

Deno.test("folders that share some names alone are no pairs, but two kinds of pictures", async () => {
  const without = (gone: number) => numbered.filter((i) => i !== gone).map((i) => `${i}.png`);
  const files = folders(without(2), without(8));
  await rejects(load(imagePairs, files, small), {
    name: "InputError",
    message: "Cannot pair the pictures of mine as both folders must hold the same names, endings " +
      "aside, or none in common: 8.png in from alone, 2.png in to alone (--set " +
      "dataset.unpaired=true for models that need no pairs)",
  });
  const set = await load(imagePairs, files, { ...small, unpaired: true });
  strictEqual(levelsOf(set).length, 11);
  const held = holdingsOf(set);
  deepStrictEqual(held, {
    ...{ kind: "images", labels: false, partners: true, unpaired: true, binary: false },
  });
  deepStrictEqual([takesData(pix2pix.takes, held), takesData(cyclegan.takes, held)], [false, true]);
  strictEqual(dataHeld(held), "images of two kinds");
  await rejects(load(imagePairs, folders(["1.png", "2.png"], ["1.png", "2.png"]), small), {
    name: "InputError",
    message: /^Cannot pair the pictures of mine as both folders must hold three .* at least: 2$/,
  });
});

Deno.test("CIFAR's records are images with channels last", () => {
  const bytes = new Uint8Array(2 * 3073);
  bytes.set([7, 255, 51], 0); // red of the first two pixels
  bytes[1 + 1024] = 102; // green of the first
  bytes[3073] = 3;
  const { count, values, labels } = parseCifar(named(bytes));
  deepStrictEqual([count, ...labels!], [2, 7, 3]);
  deepStrictEqual([...values.subarray(0, 6)], [...Float32Array.of(1, 0.4, 0, 0.2, 0, 0)]);
  throws(() => parseCifar(named(bytes.subarray(1))), /records of 3073 bytes: 6145 bytes/);
  bytes[3073] = 10;
  throws(() => parseCifar(named(bytes)), /labels must be 0 … 9: 10 at 1/);
});

Deno.test("CIFAR-10 is its five batches to learn from and one to measure on", async () => {
  const batch = (label: number) => {
    const bytes = new Uint8Array(2 * 3073);
    bytes[0] = bytes[3073] = label;
    return bytes;
  };
  const files = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [
    `here/data_batch_${i}.bin`,
    batch(i),
  ]));
  files["here/test_batch.bin"] = batch(9);
  const set = await load(cifar, files, { folder: "here" });
  const learned = [...set.train.labels!, ...set.validation.labels!];
  deepStrictEqual(learned.sort(), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  deepStrictEqual([...set.test.labels!], [9, 9]);
  // What is measured on comes in a drawn order, as it may stand by class.
  const many = new Uint8Array(40 * 3073);
  for (let i = 0; i < 40; i++) many[i * 3073] = Math.floor(i / 4);
  const whole = Object.fromEntries(Object.keys(files).map((path) => [path, many]));
  const { test } = await load(cifar, whole, { folder: "here" });
  deepStrictEqual(test.labels!.toSorted(), parseCifar(named(many)).labels);
  notDeepStrictEqual(test.labels, test.labels!.toSorted());
  const third = "here/data_batch_3.bin";
  for (const [content, count] of [[batch(3).subarray(3073), 1], [new Uint8Array(3 * 3073), 3]]) {
    await rejects(load(cifar, { ...files, [third]: content as Uint8Array }, { folder: "here" }), {
      name: "InputError",
      message:
        `Cannot use ${third} as all batches must have as many images (10,000 in CIFAR-10): ` +
        `${count}, and 2 in here/data_batch_1.bin`,
    });
  }
});

Deno.test("lines of pixels are images of black and white, with their own splits", async () => {
  const line = (first: string) => `${first} ${Array(783).fill("0").join(" ")}\n`;
  const { count, values } = parseAmat(named(utf8(line("1") + line("0"))));
  deepStrictEqual([count, values.length, values[0], values[784]], [2, 1568, 1, 0]);
  throws(() => parseAmat(named(utf8(line("1") + "0 1\n"))), /784 pixels: 2 in line 2/);
  throws(() => parseAmat(named(utf8(line("2")))), /0 or 1, between blanks: "2" in line 1/);
  const refused = (text: string, message: RegExp) =>
    throws(() => parseAmat(named(utf8(text))), message);
  refused(line("1").trim() + " " + line("1"), /784 pixels: 1568 in line 1/);
  refused(line("1") + "\n" + line("1"), /784 pixels: 0 in line 2/);
  refused(line("1").replaceAll(" ", ""), /between blanks: two together in line 1/);
  refused(line("1").replace("0 0", "00") + line("1"), /between blanks: two together in line 1/);
  refused("", /784 pixels: 0 in line 1/);
  strictEqual(parseAmat(named(utf8(line("1") + line("0").trim()))).count, 2);
  strictEqual(parseAmat(named(utf8(line("1").replace("\n", " \r\n")))).count, 1);
  const files = Object.fromEntries(["train", "valid", "test"].map((split, i) => [
    `here/binarized_mnist_${split}.amat`,
    utf8(line("1").repeat(3 - i)),
  ]));
  const set = await load(binarizedMnist, files, { folder: "here" });
  deepStrictEqual([set.train.count, set.validation.count, set.test.count], [3, 2, 1]);
  // What is compared with stands by class in the file, and comes in a drawn order.
  const byClass = utf8(line("0").repeat(20) + line("1").repeat(20));
  const { train, validation, test } = await load(
    binarizedMnist,
    Object.fromEntries(Object.keys(files).map((path) => [path, byClass])),
    { folder: "here" },
  );
  for (const [{ values }, isDrawn] of [[train, false], [validation, true], [test, true]] as const) {
    const first = values.filter((_, i) => i % 784 === 0);
    strictEqual(first.reduce((sum, value) => sum + value), 20);
    strictEqual(first.subarray(0, 10).includes(1), isDrawn);
  }
});

Deno.test("one message names the folder and the data set that needs none", async () => {
  for (const [definition, standIn] of [[cifar, "shapes"], [binarizedMnist, "glyphs"]] as const) {
    await rejects(load(definition, {}, { folder: "nowhere" }), (error: Error) => {
      match(
        error.message,
        new RegExp(
          "^Cannot read nowhere/.* it is not there \\(`deno task -q fetch URL --sha256 HASH --out " +
            `nowhere\` brings one; the data set ${standIn} needs none\\)$`,
        ),
      );
      return error.name === "InputError";
    });
  }
});

/** A part of a PNG: how long it is, its name and content, a checksum. */
function pngPart(name: string, content: Uint8Array): Uint8Array {
  const body = Uint8Array.of(...utf8(name), ...content);
  const part = new DataView(new ArrayBuffer(8 + body.length));
  part.setUint32(0, content.length);
  new Uint8Array(part.buffer).set(body, 4);
  part.setUint32(4 + body.length, crc32(body));
  return new Uint8Array(part.buffer);
}

Deno.test("a PNG's colour key is where nothing is, and a proposed palette changes no colour", () => {
  /** Channels and values of a row of four pixels. */
  const seen = (type: number, depth: number, row: number[], name: string, content: number[]) => {
    const parts = [
      pngPart("IHDR", Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 1, depth, type, 0, 0, 0)),
      pngPart(name, Uint8Array.from(content)),
      pngPart("IDAT", deflateSync(Uint8Array.of(0, ...row))),
      pngPart("IEND", new Uint8Array()),
    ];
    const bytes = [137, 80, 78, 71, 13, 10, 26, 10, ...parts.flatMap((part) => [...part])];
    const { channels, values } = decodePicture(Uint8Array.from(bytes));
    return [channels, ...values];
  };
  const colors = [[255, 0, 255], [0, 255, 0], [255, 0, 0], [255, 0, 255]].flat();
  const shares = [[1, 0, 1], [0, 1, 0], [1, 0, 0], [1, 0, 1]];
  deepStrictEqual(seen(2, 8, colors, "tRNS", [0, 255, 0, 0, 0, 255]), [
    4,
    ...shares.flatMap((color, i) => [...color, i % 3 === 0 ? 0 : 1]),
  ]);
  deepStrictEqual(seen(2, 8, colors, "PLTE", [1, 2, 3, 4, 5, 6]), [3, ...shares.flat()]);
  deepStrictEqual(seen(0, 8, [255, 0, 0, 255], "tRNS", [0, 255]), [2, 1, 0, 0, 1, 0, 1, 1, 0]);
  // A bit each.
  deepStrictEqual(seen(0, 1, [0b01010000], "tRNS", [0, 1]), [2, 0, 1, 1, 0, 0, 1, 1, 0]);
});

Deno.test("a JPEG's components are taken for colours where Adobe's segment says so, and a large one is read", () => {
  const { file } = golden.pictures.find(({ kind }) => kind.startsWith("JPEG"))!;
  const bytes = bytesOf(file);
  const marked = (transform: number) => {
    const segment = [0xff, 0xee, 0, 14, ...utf8("Adobe"), 0, 100, 0, 0, 0, 0, transform];
    return decodePicture(Uint8Array.of(...bytes.subarray(0, 2), ...segment, ...bytes.subarray(2)));
  };
  const plain = decodePicture(bytes);
  deepStrictEqual(marked(1), plain);
  // ITU-T T.871: Y of what is seen.
  const [y] = marked(0).values;
  const [r, g, b] = plain.values;
  ok(Math.abs(y - (0.299 * r + 0.587 * g + 0.114 * b)) < 0.02, `${y}`);
  const huge = bytes.slice();
  // Height and width of the frame: more pixels than any decoder is to take.
  const frame = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc0);
  huge.fill(0xff, frame + 5, frame + 9);
  throws(
    () => decodePicture(huge),
    /^Error: a JPEG picture of more pixels than can be decoded here$/,
  );
});

Deno.test("a JPEG is turned as its EXIF data say, in either byte order", () => {
  const { file } = golden.pictures.find(({ kind }) => kind.startsWith("JPEG"))!;
  const bytes = bytesOf(file);
  // `apart`: the directory is not in the segment that points at it, but in a comment behind it.
  const withOrientation = (orientation: number, little: boolean, apart = false) => {
    const tiff = new DataView(new ArrayBuffer(26));
    tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
    tiff.setUint16(2, 42, little);
    tiff.setUint32(4, apart ? 12 : 8, little);
    tiff.setUint16(8, 1, little);
    tiff.setUint16(10, 0x0112, little);
    tiff.setUint16(12, 3, little);
    tiff.setUint32(14, 1, little);
    tiff.setUint16(18, orientation, little);
    const [header, directory] = [tiff.buffer.slice(0, 8), tiff.buffer.slice(8)]
      .map((part) => [...new Uint8Array(part)]);
    const before = [0xff, 0xe1, 0, apart ? 16 : 34, ...utf8("Exif\0\0"), ...header];
    const segment = [...before, ...apart ? [0xff, 0xfe, 0, 20] : [], ...directory];
    const comment = [0xff, 0xfe, 0, 5, ...utf8("abc")];
    return Uint8Array.from([...bytes.subarray(0, 2), ...comment, ...segment, ...bytes.subarray(2)]);
  };
  const plain = decodePicture(bytes);
  const corner = ({ width, height, channels, values }: typeof plain, place: string) => {
    const [x, y] = [
      place.includes("right") ? width - 1 : 0,
      place.includes("bottom") ? height - 1 : 0,
    ];
    return [...values.subarray((y * width + x) * channels, (y * width + x + 1) * channels)];
  };
  // The stored corners that are seen top left and top right: EXIF 2.3, section 4.6.4.
  const seen = [
    ["top left", "top right"],
    ["top right", "top left"],
    ["bottom right", "bottom left"],
    ["bottom left", "bottom right"],
    ["top left", "bottom left"],
    ["bottom left", "top left"],
    ["bottom right", "top right"],
    ["top right", "bottom right"],
  ];
  const corners = ["top left", "top right", "bottom left"].map((place) =>
    String(corner(plain, place))
  );
  strictEqual(new Set(corners).size, 3, "the corners must differ");
  for (const [i, [left, right]] of seen.entries()) {
    for (const little of [true, false]) {
      const turned = decodePicture(withOrientation(i + 1, little));
      const size = [plain.width, plain.height];
      deepStrictEqual([turned.width, turned.height], i < 4 ? size : size.reverse());
      deepStrictEqual(corner(turned, "top left"), corner(plain, left));
      deepStrictEqual(corner(turned, "top right"), corner(plain, right));
    }
  }
  deepStrictEqual(decodePicture(withOrientation(9, true)), plain);
  // What stands beyond the segment's own end is not of it.
  deepStrictEqual(decodePicture(withOrientation(6, true, true)), plain);
});

Deno.test("one class alone is refused, and so are pictures that cannot be read", async () => {
  const [, one, two] = golden.pictures.map(({ file }) => bytesOf(file));
  const alone = { "mine/cat/1.png": one, "mine/cat/2.png": two, "mine/cat/3.png": one };
  await rejects(load(images, alone, { folder: "mine" }), {
    name: "InputError",
    message: /^Cannot use mine as classes must be 2 to 256 folders: 1 \(/,
  });
  const set = await load(images, alone, { folder: "mine/cat", side: 4 });
  strictEqual(set.classes, undefined);
  const bare = { ...alone, "mine/dog/notes.txt": utf8("no picture") };
  await rejects(load(images, bare, { folder: "mine" }), {
    name: "InputError",
    message: "Cannot use mine as each folder of a class must hold pictures: none in dog",
  });
  const damaged = { ...alone, "mine/dog/1.png": two.subarray(0, 50) };
  await rejects(
    load(images, damaged, { folder: "mine" }),
    /none in dog, as 1 of 4 pictures cannot be decoded: mine\/dog\/1\.png$/,
  );
  const { classNames } = await load(images, { ...alone, "mine/dog/1.png": two }, {
    folder: "mine",
  });
  deepStrictEqual(classNames, ["cat", "dog"]);
  const longer = { ...alone, "mine/cat 2/1.png": two };
  deepStrictEqual((await load(images, longer, { folder: "mine" })).classNames, ["cat", "cat 2"]);
});

Deno.test("what a decoder stumbles over is told in the lab's words, one line of them", () => {
  const [, png] = golden.pictures.map(({ file }) => bytesOf(file));
  const { file } = golden.pictures.find(({ kind }) => kind.startsWith("JPEG"))!;
  const jpeg = bytesOf(file);
  const spoilt = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at] ^ 1);
  const damaged = (kind: string) => ({ message: `a damaged ${kind} picture` });
  // Cut off anywhere, of another size than its header's, and with a byte that its sum does not fit.
  for (const at of [2, 20, png.length >> 1, png.length - 12, png.length - 1]) {
    throws(() => decodePicture(png.subarray(0, at)), damaged("PNG"), `${at}`);
  }
  throws(() => decodePicture(spoilt(png, 16)), damaged("PNG"));
  throws(() => decodePicture(spoilt(png, png.length - 20)), damaged("PNG"));
  for (const at of [2, 20, jpeg.length >> 1, jpeg.length - 2]) {
    throws(() => decodePicture(jpeg.subarray(0, at)), damaged("JPEG"), `${at}`);
  }
  throws(() => decodePicture(new Uint8Array(0)), { message: "neither PNG, JPEG nor WebP" });
  // Whole by their sums, of 0 × 0 greys, and of 1 × 1 place in a palette that is not there.
  const hollow = [[0, 0, 0, 0, 0, 0, 0, 0, 8, 0], [0, 0, 0, 1, 0, 0, 0, 1, 8, 3]];
  for (const [head, row] of [[hollow[0], []], [hollow[1], [0, 0]]]) {
    const parts = [
      pngPart("IHDR", Uint8Array.of(...head, 0, 0, 0)),
      pngPart("IDAT", deflateSync(Uint8Array.from(row))),
      pngPart("IEND", new Uint8Array()),
    ];
    const bytes = [137, 80, 78, 71, 13, 10, 26, 10, ...parts.flatMap((part) => [...part])];
    throws(() => decodePicture(Uint8Array.from(bytes)), damaged("PNG"), `${head}`);
  }
});

/**
 * Interlaced pictures of 5 × 5 greys by their bits: (x + y) mod 2 and (7x + 11y) mod 256, their seven
 * passes (PNG specification, section 8.2) packed by Python's zlib.
 */
const interlaced = {
  1: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFAQAAAAHSEyveAAAAEUlEQVR42mNgQAIHwHAFwwoAEnYDka7PZAEAAAAASUVORK5CYII=",
  8: "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAAAAAHfA0mvAAAALElEQVR42mNgYJBh0PFg4GOwYhBTMWJgF2WQ1WYwdmTgFpJU" +
    "UGdQ1NA3swUANfEDhfWgfugAAAAASUVORK5CYII=",
};

Deno.test("an interlaced PNG is read, or said to be of a kind that is not, and not a damaged one", () => {
  throws(() => decodePicture(bytesOf(interlaced[1])), {
    message:
      "an interlaced PNG picture of fewer than 8 bits a channel, which cannot be read: save " +
      "it without interlacing",
  });
  const { values } = decodePicture(bytesOf(interlaced[8]));
  values.forEach((value, i) =>
    strictEqual(Math.round(255 * value), (7 * (i % 5) + 11 * Math.floor(i / 5)) % 256)
  );
});

/** The lossless WebP picture of Pillow's. */
const webpFile = () => bytesOf(golden.pictures.find(({ kind }) => kind === "WEBP RGBA")!.file);

Deno.test("a WebP picture is turned as its EXIF chunk says", () => {
  const bytes = webpFile();
  const plain = decodePicture(bytes, webp);
  // TIFF, big-endian: a directory of one entry, the orientation, upside down.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0];
  for (const before of [[], [..."Exif"].map((letter) => letter.charCodeAt(0)).concat(0, 0)]) {
    const content = [...before, ...tiff];
    const chunk = [...utf8("EXIF"), content.length, 0, 0, 0, ...content];
    const turned = decodePicture(Uint8Array.of(...bytes, ...chunk), webp);
    const pixel = (at: number) => plain.values.subarray(4 * at, 4 * at + 4);
    deepStrictEqual(turned.values.subarray(0, 4), pixel(35));
    deepStrictEqual(turned.values.subarray(4 * 35), pixel(0));
  }
});

Deno.test("a folder may hold WebP; what is cut off, or has no decoder, is named", async () => {
  const bytes = webpFile();
  const files = Object.fromEntries([1, 2, 3, 4].map((i) => [`w/${i}.webp`, bytes]));
  const cut = { ...files, "w/5.webp": bytes.slice(0, 40) };
  const set = await load(images, cut, { folder: "w", side: 4, background: "black" });
  deepStrictEqual(set.train.count + set.validation.count + set.test.count, 4);
  deepStrictEqual(set.notes, ["1 of 5 pictures cannot be decoded: w/5.webp"]);
  await rejects(load(images, cut, { folder: "w", strict: true }), {
    name: "InputError",
    message: "Cannot decode w/5.webp: a damaged or moving WebP picture",
  });
  throws(
    () => decodePicture(bytes),
    /^Error: a WebP picture, whose decoder this place does not have$/,
  );
  throws(() => decodePicture(utf8("GIF89a")), /^Error: neither PNG, JPEG nor WebP$/);
});

Deno.test("a link to a folder of pictures is a class as a folder is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const picture = encodePng({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
    for (const place of ["pictures/cats", "pictures/dogs", "elsewhere"]) {
      await Deno.mkdir(`${folder}/${place}`, { recursive: true });
      for (let i = 0; i < 4; i++) await Deno.writeFile(`${folder}/${place}/${i}.png`, picture);
    }
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/pictures/foxes`);
    const configuration = images.configuration.parse({ folder: `${folder}/pictures`, side: 8 });
    const files = filesOf("images", configuration);
    const { classNames } = await images.create({ configuration, ...files });
    deepStrictEqual(classNames, ["cats", "dogs", "foxes"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("of pictures that cannot be decoded three are named, and further ones counted", async () => {
  const [, one] = golden.pictures.map(({ file }) => bytesOf(file));
  const noted = async (broken: readonly string[]) => {
    const whole = Object.fromEntries(["x", "y", "z"].map((name) => [`p/${name}.png`, one]));
    const files = Object.fromEntries(broken.map((name) => [`p/${name}.png`, utf8("no picture")]));
    return (await load(images, { ...whole, ...files }, { folder: "p", side: 4 })).notes;
  };
  deepStrictEqual(await noted([]), []);
  deepStrictEqual(await noted(["c", "a", "b"]), [
    "3 of 6 pictures cannot be decoded: p/a.png, p/b.png, p/c.png",
  ]);
  deepStrictEqual(await noted(["c", "a", "b", "d", "e"]), [
    "5 of 8 pictures cannot be decoded: p/a.png, p/b.png, p/c.png and 2 more",
  ]);
});

Deno.test("pictures of other forms, and those of folders beside pictures, are said to be left out", async () => {
  const [, one] = golden.pictures.map(({ file }) => bytesOf(file));
  const no = utf8("no picture");
  const own = { "p/a.png": one, "p/b.png": one, "p/c.png": one };
  const forms = { "p/1.BMP": no, "p/2.gif": no, "p/3.bmp": no, "p/notes.txt": no };
  const noted = async (files: Record<string, Uint8Array>) =>
    (await load(images, files, { folder: "p", side: 4 })).notes;
  deepStrictEqual(await noted({ ...own, "p/sub/notes.txt": no }), []);
  deepStrictEqual(await noted({ ...own, ...forms, "p/sub/d.png": one, "p/d.png": no }), [
    "1 of 4 pictures cannot be decoded: p/d.png; 2 .bmp, 1 .gif files are left out (PNG, JPEG and WebP " +
    "are read); the pictures in sub are left out as the folder itself holds others",
  ]);
  const classes = Object.fromEntries(
    ["x/1", "x/2", "y/1", "y/2"].map((name) => [`p/${name}.png`, one]),
  );
  deepStrictEqual(await noted({ ...classes, "p/y/3.heic": no }), [
    "1 .heic file is left out (PNG, JPEG and WebP are read)",
  ]);
  await rejects(noted({ ...classes, "p/cover.png": one }), {
    message:
      "Cannot use p as it must hold three PNG, JPEG or WebP files at least, itself or in folders " +
      "of classes: 1, as the pictures in x, y are left out as the folder itself holds others",
  });
});

Deno.test("256 folders are classes, and one more are too many", async () => {
  const [, one] = golden.pictures.map(({ file }) => bytesOf(file));
  const made = (count: number) => {
    const names = Array.from({ length: count }, (_, i) => `${i}`);
    return load(
      images,
      Object.fromEntries(
        names.map((name) => [`many/${name}/1.png`, one]),
      ),
      { folder: "many", side: 4, grey: true },
    );
  };
  strictEqual((await made(256)).classes, 256);
  await rejects(made(257), {
    name: "InputError",
    message: /^Cannot use many as classes must be 2 to 256 folders: 257 \(/,
  });
});

Deno.test("a pixel is seen over black as far as it covers, grey or coloured", () => {
  const near = (found: Float32Array, expected: readonly number[]) => {
    strictEqual(found.length, expected.length);
    expected.forEach((value, i) => ok(Math.abs(found[i] - value) < 1e-6, `${found}`));
  };
  const pixel = (...values: number[]) => (
    { width: 1, height: 1, channels: values.length, values: Float32Array.from(values) }
  );
  near(squared(pixel(0.8), 1, 3), [0.8, 0.8, 0.8]);
  near(squared(pixel(0.8, 0.25), 1, 3), [0.2, 0.2, 0.2]);
  near(squared(pixel(0.8, 0.25), 1, 1), [0.2]);
  near(squared(pixel(0.8, 0.4, 0.2), 1, 3), [0.8, 0.4, 0.2]);
  near(squared(pixel(0.8, 0.4, 0.2, 0.5), 1, 3), [0.4, 0.2, 0.1]);
  const grey = 0.299 * 0.8 + 0.587 * 0.4 + 0.114 * 0.2;
  near(squared(pixel(0.8, 0.4, 0.2), 1, 1), [grey]);
  near(squared(pixel(0.8, 0.4, 0.2, 0.5), 1, 1), [grey / 2]);
});

Deno.test("a wide picture is cropped about its middle, and each pixel is a mean over what it covers", () => {
  // Two rows of five: the middle two columns are seen, of an odd rest the left one more is left out.
  const values = Float32Array.of(9, 0.1, 0.2, 9, 9, 9, 0.3, 0.4, 9, 9);
  const near = (found: Float32Array, expected: readonly number[]) =>
    expected.forEach((value, i) => ok(Math.abs(found[i] - value) < 1e-6, `${found}`));
  const wide = { width: 5, height: 2, channels: 1, values };
  near(squared(wide, 2, 1), [0.1, 0.2, 0.3, 0.4]);
  near(squared(wide, 1, 1), [0.25]);
  // Enlarged, each pixel lies in one or reaches over two.
  near(squared(wide, 4, 1), [0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4]);
  near(squared(wide, 3, 1), [0.1, 0.15, 0.2, 0.2, 0.25, 0.3, 0.3, 0.35, 0.4]);
  const tall = {
    width: 2,
    height: 4,
    channels: 1,
    values: Float32Array.of(9, 9, 0.1, 0.2, 0.3, 0.4, 9, 9),
  };
  near(squared(tall, 2, 1), [0.1, 0.2, 0.3, 0.4]);
});

Deno.test("what is white stays 1 in any size, and not a trifle more", () => {
  for (let old = 5; old < 40; old++) {
    const values = new Float32Array(old * old).fill(1);
    for (let side = 4; side < 20; side++) {
      const found = squared({ width: old, height: old, channels: 1, values }, side, 1);
      ok(found.every((value) => value <= 1 && value > 1 - 1e-5), `${old} to ${side}`);
    }
  }
});

Deno.test("chunks of a WebP picture have even lengths, a byte more where what they hold is odd", () => {
  const bytes = webpFile();
  const plain = decodePicture(bytes, webp);
  // TIFF, little-endian: a directory of one entry, the orientation, mirrored.
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0];
  const exif = [...utf8("EXIF"), tiff.length, 0, 0, 0, ...tiff];
  for (
    const odd of [[...utf8("XYZA"), 3, 0, 0, 0, 1, 2, 3, 0], [...utf8("XYZA"), 2, 0, 0, 0, 1, 2]]
  ) {
    const turned = decodePicture(Uint8Array.of(...bytes, ...odd, ...exif), webp);
    const { width, channels } = plain;
    deepStrictEqual(
      turned.values.subarray(0, channels),
      plain.values.subarray((width - 1) * channels, width * channels),
    );
  }
});

Deno.test("an archive is read through a comment of its own, and through those of its entries", async () => {
  const [{ file, data, labels }] = golden.archives;
  const whole = bytesOf(file);
  const read = async (bytes: Uint8Array) => {
    const entries = entriesOf(named(bytes, "a.npz"));
    const arrays = [await entries.get("data")!(), await entries.get("labels")!()];
    return arrays.map((array) => [...parseNpy(array).values]);
  };
  const end = whole.length - 22;
  const view = new DataView(whole.buffer);
  for (const length of [1, 300, 65_535]) {
    const commented = new Uint8Array(whole.length + length).fill(7);
    commented.set(whole);
    new DataView(commented.buffer).setUint16(end + 20, length, true);
    deepStrictEqual(await read(commented), [data, labels]);
  }
  // Behind the first entry of the directory three bytes more.
  const first = view.getUint32(end + 16, true);
  const behind = first + 46 + view.getUint16(first + 28, true) + view.getUint16(first + 30, true);
  const told = Uint8Array.of(...whole.subarray(0, behind), 1, 2, 3, ...whole.subarray(behind));
  new DataView(told.buffer).setUint16(first + 32, 3, true);
  deepStrictEqual(await read(told), [data, labels]);
});
