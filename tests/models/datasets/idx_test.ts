/** IDX files that the test writes: read as they are, or refused in one line that names them. */
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import { idx, parseIdx } from "../../../models/datasets/idx.ts";

/** An IDX file of unsigned bytes. */
function idxFile(shape: number[], values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((length, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, length));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const pixels = (count: number) => Array.from({ length: 6 * count }, (_, i) => (i * 5) % 256);

/** The four files of a small set of 2×3 images. */
function files(): Record<string, Uint8Array> {
  return {
    "train-images-idx3-ubyte": idxFile([3, 2, 3], pixels(3)),
    "train-labels-idx1-ubyte": idxFile([3], [0, 2, 1]),
    "t10k-images-idx3-ubyte": idxFile([2, 2, 3], pixels(2)),
    "t10k-labels-idx1-ubyte": idxFile([2], [1, 1]),
  };
}

/** Loads a folder that holds these files. */
async function load(content: Record<string, Uint8Array>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(content)) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    return await idx.create({
      configuration: idx.configuration.parse({ folder }),
      readFile: (path) =>
        Deno.readFile(path).catch(() => {
          throw new InputError(`Cannot read ${path}`);
        }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the golden header is a 2×2×3 array", () => {
  // deno-fmt-ignore
  const bytes = Uint8Array.of(
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
  );
  const { shape, values } = parseIdx(bytes, 3, "golden");
  deepStrictEqual(shape, [2, 2, 3]);
  deepStrictEqual([...values], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

Deno.test("a folder of IDX files is a data set, plain or gzip", async () => {
  const plain = await load(files());
  deepStrictEqual(plain.shape, [2, 3, 1]);
  strictEqual(plain.classes, 3);
  // A tenth of the training images, at least one, is held out.
  const { train, validation, test } = plain;
  deepStrictEqual([train.count, validation.count, test.count], [2, 1, 2]);
  deepStrictEqual([...train.labels!, ...validation.labels!].sort(), [0, 1, 2]);
  ok(test.values.includes(Math.fround(5 / 255)));
  const packed: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(files())) packed[`${name}.gz`] = await gzip(bytes);
  deepStrictEqual(await load(packed), plain);
});

Deno.test("labels from 1 on are classes of their own names, as EMNIST's letters are", async () => {
  const set = await load({
    ...files(),
    "train-labels-idx1-ubyte": idxFile([3], [2, 26, 1]),
    "t10k-labels-idx1-ubyte": idxFile([2], [26, 2]),
  });
  deepStrictEqual([set.classes, set.classNames], [3, ["1", "2", "26"]]);
  deepStrictEqual([...set.train.labels!, ...set.validation.labels!].sort(), [0, 1, 2]);
  deepStrictEqual([...set.test.labels!].sort(), [1, 2]);
  strictEqual((await load(files())).classNames, undefined);
});

Deno.test("test images that stand by class in the file come in an order that the seed draws", async () => {
  const labels = Array.from({ length: 40 }, (_, i) => Math.floor(i / 20));
  const set = await load({
    ...files(),
    "t10k-images-idx3-ubyte": idxFile([40, 2, 3], labels.flatMap((label) => Array(6).fill(label))),
    "t10k-labels-idx1-ubyte": idxFile([40], labels),
  });
  const { test } = set;
  const first = test.labels!.subarray(0, 10);
  ok(first.includes(0) && first.includes(1), `${first}`);
  deepStrictEqual(test.labels!.slice().sort(), Uint8Array.from(labels));
  const shown = test.values.filter((_, i) => i % 6 === 0);
  deepStrictEqual([...shown], Array.from(test.labels!, (label) => Math.fround(label / 255)));
});

const refused: [string, (content: Record<string, Uint8Array>) => void | Promise<void>, RegExp][] = [
  [
    "a truncated file",
    (content) => {
      content["train-images-idx3-ubyte"] = content["train-images-idx3-ubyte"].slice(0, 30);
    },
    /train-images-idx3-ubyte as \[3, 2, 3\] takes 34 bytes: the file has 30 \(truncated\)/,
  ],
  [
    "a file that ends in its header",
    (content) => {
      content["t10k-images-idx3-ubyte"] = Uint8Array.of(0, 0, 8);
    },
    /t10k-images-idx3-ubyte as an IDX header has 16 bytes: the file has 3/,
  ],
  [
    "a file with more than its header says",
    (content) => {
      content["train-labels-idx1-ubyte"] = Uint8Array.of(...idxFile([3], [0, 1, 2]), 9);
    },
    /train-labels-idx1-ubyte as \[3\] takes 11 bytes: the file has 12/,
  ],
  [
    "a wrong magic number",
    (content) => {
      content["train-labels-idx1-ubyte"] = idxFile([3, 1, 1], [0, 1, 2]);
    },
    /train-labels-idx1-ubyte as its magic number must be 2049 .*: 2051/,
  ],
  [
    "a header that asks for more than a file can hold",
    (content) => {
      const bytes = content["train-images-idx3-ubyte"];
      new DataView(bytes.buffer).setUint32(4, 4_000_000_000);
    },
    /train-images-idx3-ubyte as \[4000000000, 2, 3\] takes 24000000016 bytes: the file has 34 \(truncated\)/,
  ],
  [
    "a header of gzip that asks for more than was packed",
    async (content) => {
      const bytes = content["train-images-idx3-ubyte"];
      new DataView(bytes.buffer).setUint32(4, 4_000_000_000);
      content["train-images-idx3-ubyte"] = await gzip(bytes);
    },
    /train-images-idx3-ubyte as \[4000000000, 2, 3\] takes 24000000016 bytes: the file has 34/,
  ],
  [
    "one class alone",
    (content) => {
      content["train-labels-idx1-ubyte"] = idxFile([3], [2, 2, 2]);
    },
    /as its training labels must be of two classes at least: 2 alone/,
  ],
  [
    "a class without training images",
    (content) => {
      content["t10k-labels-idx1-ubyte"] = idxFile([2], [1, 3]);
    },
    /each class must have training images: the test label 3 has none$/,
  ],
  [
    "counts that differ",
    (content) => {
      content["t10k-labels-idx1-ubyte"] = idxFile([3], [0, 1, 2]);
    },
    /t10k-labels-idx1-ubyte as it must label the 2 images of .*: 3 labels/,
  ],
  [
    "endless gzip",
    async (content) => {
      const images = content["train-images-idx3-ubyte"];
      const endless = new Uint8Array(images.length + (1 << 22));
      endless.set(images);
      delete content["train-images-idx3-ubyte"];
      content["train-images-idx3-ubyte.gz"] = await gzip(endless);
    },
    /train-images-idx3-ubyte.gz as it must unpack to the 34 bytes of its header: it goes on/,
  ],
  [
    "truncated gzip",
    async (content) => {
      const packed = await gzip(content["train-images-idx3-ubyte"]);
      content["train-images-idx3-ubyte"] = packed.slice(0, packed.length - 12);
    },
    /train-images-idx3-ubyte as it must be whole gzip/,
  ],
  [
    "images of two sizes",
    (content) => {
      content["t10k-images-idx3-ubyte"] = idxFile([2, 3, 2], pixels(2));
    },
    /train and test images must have one size: 2×3 and 3×2/,
  ],
  [
    "a missing file",
    (content) => {
      delete content["train-labels-idx1-ubyte"];
    },
    /Cannot read .*train-labels-idx1-ubyte as dataset.folder must hold it.*: it is not there \(.* fetch .*; the data set glyphs needs none\)/,
  ],
  [
    "no images",
    (content) => {
      content["train-images-idx3-ubyte"] = idxFile([0, 2, 3], []);
    },
    /train-images-idx3-ubyte as it must hold images: none/,
  ],
];

for (const [what, spoil, message] of refused) {
  Deno.test(`${what} is refused in one line that names the file`, async () => {
    const content = files();
    await spoil(content);
    await rejects(load(content), (error: Error) => {
      strictEqual(error.name, "InputError");
      strictEqual(error.message.includes("\n"), false);
      return message.test(error.message) || (() => {
        throw new Error(`unexpected message: ${error.message}`);
      })();
    });
  });
}

Deno.test("labels are no images", () => {
  throws(() => parseIdx(idxFile([3], [1, 2, 3]), 3, "labels"), { name: "InputError" });
});
