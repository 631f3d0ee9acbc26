/** Runs whose products a library of the machine computes: what is recorded, repeated and refused. */
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import { existsSync } from "node:fs";
import type { Convolution, Windows } from "../../../lab/compute/compile/items.ts";
import { findLibrary, libraryHere, openLibrary, places } from "../../../lab/experiment/blas.ts";
import { launch, reproduce, resume } from "../../../lab/experiment/launch.ts";
import { storedDigest } from "../../../lab/experiment/recorder.ts";
import { train } from "../../../lab/experiment/train.ts";
import { library } from "../compute/backends.ts";
import { temporaryStore } from "./temporary_store.ts";
import { registries, toyExperiment } from "./toy_registries.ts";
import { expectedDigest, options, request } from "./toy_runs.ts";

const ignore = library === undefined;
const native = request({ backend: "native" });

Deno.test("the task of the native backend may load the libraries of all places, and no other", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  const { command } = tasks["experiment:native"];
  const allowed = /--allow-ffi=([^"$]*)\$OWN"/.exec(command)![1].split(",");
  deepStrictEqual(allowed, places.map(({ file }) => file));
  // Apple's frameworks and Homebrew's libraries are of macOS, shared objects of Linux.
  for (const { os, file } of places) {
    strictEqual(os, /\.so(\.\d)?$/.test(file) ? "linux" : "darwin");
  }
  for (const [name, task] of Object.entries<{ command?: string }>(tasks)) {
    const isNative = name === "experiment:native" || name === "bench:native";
    strictEqual(task.command?.includes("--allow-ffi") ?? false, isNative, name);
  }
  // But for the library, and the variables that name it and V8's flags, it may what the task without may.
  const permissions = (text: string) =>
    [...text.matchAll(/"?--allow-(?!ffi)[^ ]*/g)].map(([flag]) =>
      flag.replace(/(,REVERIE_\w+|,OPENBLAS_CORETYPE)+/, "")
    );
  // That one looks whether there is one.
  const looked = `,${allowed.join()}`;
  ok(tasks.experiment.command.includes(looked));
  deepStrictEqual(permissions(command), permissions(tasks.experiment.command.replace(looked, "")));
});

Deno.test({
  name: "a library says its name, version and processor type, and is opened once a thread",
  ignore,
  fn: () => {
    const { file } = findLibrary();
    match(openLibrary(file).name, /^(oneDNN|OpenBLAS|BLIS|MKL|Accelerate) \S+ \S+/);
    strictEqual(openLibrary(file), openLibrary(file));
    throws(() => openLibrary("/nowhere/libblas.so"));
  },
});

Deno.test({
  name: "each library that is here multiplies as it is asked to, whichever way the matrices lie",
  ignore,
  fn: () => {
    const files = places.map(({ file }) => file).filter((file) => existsSync(file));
    strictEqual(libraryHere(), files[0]);
    const [rows, columns, inner] = [3, 5, 4];
    // Whole numbers, whose sums are exact in any order.
    const a = (i: number, k: number) => 2 * i - k;
    const b = (k: number, j: number) => k * j - 3;
    const sum = (i: number, j: number) =>
      [0, 1, 2, 3].reduce((total, k) => total + a(i, k) * b(k, j), 0);
    const filled = (
      length: number,
      width: number,
      value: (row: number, column: number) => number,
    ) =>
      Float32Array.from(
        { length: length * width },
        (_, at) => value(Math.floor(at / width), at % width),
      );
    for (const file of files) {
      const { name, bind } = openLibrary(file);
      for (const [first, second] of [[false, false], [true, false], [false, true], [true, true]]) {
        for (const accumulate of [false, true]) {
          // Rows lie two elements further from each other than they are long.
          const [x, y] = [
            first ? filled(inner, rows + 2, (k, i) => a(i, k)) : filled(rows, inner + 2, a),
            second ? filled(columns, inner + 2, (j, k) => b(k, j)) : filled(inner, columns + 2, b),
          ];
          const [p, q] = [first ? rows + 2 : inner + 2, second ? inner + 2 : columns + 2];
          const c = filled(rows, columns, () => 7);
          bind({
            ...{ rows, columns, inner, accumulate, batch: 1, batchStrides: [0, 0], c: 0 },
            a: { address: 0, stride: p, transposed: first },
            b: { address: 0, stride: q, transposed: second },
          }, [x, y, c])();
          deepStrictEqual(
            c,
            filled(rows, columns, (i, j) => sum(i, j) + (accumulate ? 7 : 0)),
            `${name}: ${first}, ${second}, ${accumulate}`,
          );
        }
      }
    }
  },
});

/** A convolution of whole numbers, whose sums are exact in any order, and its gradients, by their definition. */
function convolved(w: Windows, filters: number) {
  const numbers = (length: number, factor: number) =>
    Float32Array.from({ length }, (_, i) => (i * factor) % 7 - 3);
  const image = numbers(w.images * w.height * w.width * w.channels, 5);
  const filter = numbers(w.kernelHeight * w.kernelWidth * w.channels * filters, 3);
  const given = numbers(w.images * w.outHeight * w.outWidth * filters, 2);
  const output = given.map(() => 0);
  const [input, kernel] = [image.map(() => 0), filter.map(() => 0)];
  const each = (length: number, take: (i: number) => void) => {
    for (let i = 0; i < length; i++) take(i);
  };
  each(w.images * w.outHeight * w.outWidth, (place) => {
    const [column, rest] = [place % w.outWidth, Math.floor(place / w.outWidth)];
    const [row, n] = [rest % w.outHeight, Math.floor(rest / w.outHeight)];
    each(w.kernelHeight * w.kernelWidth, (within) => {
      const i = Math.floor(within / w.kernelWidth) * w.dilationY + row * w.strideY - w.padTop;
      const j = (within % w.kernelWidth) * w.dilationX + column * w.strideX - w.padLeft;
      if (i < 0 || j < 0 || i >= w.height || j >= w.width) return;
      each(w.channels * filters, (pair) => {
        const [channel, f] = [Math.floor(pair / filters), pair % filters];
        const x = ((n * w.height + i) * w.width + j) * w.channels + channel;
        const k = (within * w.channels + channel) * filters + f;
        const y = place * filters + f;
        output[y] += image[x] * filter[k];
        input[x] += given[y] * filter[k];
        kernel[k] += image[x] * given[y];
      });
    });
  });
  return {
    output: { a: image, b: filter, wanted: output },
    input: { a: given, b: filter, wanted: input },
    filter: { a: image, b: given, wanted: kernel },
  };
}

Deno.test({
  name: "each library that convolves does so as it is defined, whatever the windows",
  ignore,
  fn: () => {
    const square = {
      ...{ images: 3, height: 6, width: 6, channels: 2, outHeight: 6, outWidth: 6 },
      ...{ kernelHeight: 3, kernelWidth: 3, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 },
      ...{ padTop: 1, padLeft: 1 },
    };
    const windows: readonly (readonly [what: string, w: Windows, filters: number])[] = [
      ["as large as the image", square, 5],
      ["of many channels", { ...square, channels: 16 }, 32],
      ["without a border", { ...square, outHeight: 4, outWidth: 4, padTop: 0, padLeft: 0 }, 3],
      // The last column is in no window.
      ["apart", { ...square, outHeight: 3, outWidth: 2, strideY: 2, strideX: 3, padLeft: 0 }, 8],
      ["wide", { ...square, kernelHeight: 1, kernelWidth: 4, outWidth: 5, padTop: 0 }, 3],
      ["with gaps", { ...square, dilationY: 2, dilationX: 3, padTop: 2, padLeft: 3 }, 4],
    ];
    const files = places.map(({ file }) => file).filter((file) => existsSync(file));
    const libraries = files.map((file) => openLibrary(file));
    for (const { name, bindConvolution } of libraries) {
      if (bindConvolution === undefined) continue;
      for (const [what, w, filters] of windows) {
        for (const [solves, { a, b, wanted }] of Object.entries(convolved(w, filters))) {
          const c = wanted.map(() => NaN);
          const call = { windows: w, filters, solves: solves as Convolution["solves"] };
          bindConvolution({ ...call, a: 0, b: 0, c: 0 }, [a, b, c])();
          deepStrictEqual(c, wanted, `${name}: ${solves}, windows ${what}`);
        }
      }
    }
  },
});

Deno.test({
  name: "a convolution that there cannot be is refused by the library's own word",
  ignore: library?.library.bindConvolution === undefined,
  fn: () => {
    const w = {
      ...{ images: 1, height: 4, width: 4, channels: 1, outHeight: 9, outWidth: 9 },
      ...{ kernelHeight: 3, kernelWidth: 3, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 },
      ...{ padTop: -20, padLeft: 0 },
    };
    const call = { windows: w, filters: 1, solves: "output", a: 0, b: 0, c: 0 } as const;
    const views = [new Float32Array(16), new Float32Array(9), new Float32Array(81)] as const;
    throws(() => library!.library.bindConvolution!(call, views), {
      name: "LabError",
      message: "Cannot compute a convolution as oneDNN refuses it: status 2",
    });
  },
});

Deno.test({
  name: "a native run names its library in manifest and digest, and is reproduced by it alone",
  ignore,
  fn: async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const [run] = await launch([native], options(store));
    const { determined } = run.manifest;
    strictEqual(determined.backend, "native");
    strictEqual(determined.library, library!.library.name);
    strictEqual((await reproduce(run.id, options(store))).identical, true);
    const { digest, dispose } = await train(toyExperiment, { registries, backend: "native" });
    dispose();
    strictEqual(digest, run.digest);
    ok(digest !== await expectedDigest());

    const other = { ...run.manifest, determined: { ...determined, library: "OtherBLAS 1.0 Z80" } };
    store.update(run.id, { manifest: other });
    store.update(run.id, { digest: await storedDigest(store, store.run(run.id)!) });
    const refusal = (verb: string, rest: string) => ({
      name: "InputError",
      message: `Cannot ${verb} run ${run.id} to the same bits as OtherBLAS 1.0 Z80 computed its ` +
        `products: here it is ${library!.library.name}${rest}`,
    });
    await rejects(
      reproduce(run.id, options(store)),
      refusal("reproduce", "; --approximately compares within 0.1 %"),
    );
    const close = await reproduce(run.id, { ...options(store), approximately: true });
    deepStrictEqual([close.identical, close.agrees], [false, true]);
    deepStrictEqual(close.lines, [
      "furthest off is nothing: by 0.0 of its largest magnitude",
      `the library is ${library!.library.name}, the run's was OtherBLAS 1.0 Z80`,
    ]);
    await rejects(resume(run.id, { ...options(store), budget: 1000 }), refusal("resume", ""));
    strictEqual(store.run(run.id)?.status, "completed");
  },
});

Deno.test({
  name: "a run of another library that is here says by which variable it is taken",
  ignore: places.filter(({ file }) => existsSync(file)).length < 2,
  fn: async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const [run] = await launch([native], options(store));
    const { file } = places.filter(({ file }) => existsSync(file))[1];
    const { determined } = run.manifest;
    const other = { ...determined, library: openLibrary(file).name };
    store.update(run.id, { manifest: { ...run.manifest, determined: other } });
    store.update(run.id, { digest: await storedDigest(store, store.run(run.id)!) });
    await rejects(reproduce(run.id, options(store)), {
      name: "InputError",
      message: `Cannot reproduce run ${run.id} to the same bits as ${other.library} computed its ` +
        `products: here it is ${determined.library}, and REVERIE_BLAS=${file} takes that one`,
    });
  },
});

Deno.test("a portable run's manifest names no library", async () => {
  await using temporary = await temporaryStore();
  const [run] = await launch([request({ backend: "wasm" })], options(temporary.store));
  strictEqual("library" in run.manifest.determined, false);
});
