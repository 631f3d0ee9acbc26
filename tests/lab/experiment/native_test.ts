/** Runs whose products a library of the machine computes: what is recorded, repeated and refused. */
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import { findLibrary, openLibrary, places } from "../../../lab/experiment/blas.ts";
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
  deepStrictEqual(permissions(command), permissions(tasks.experiment.command));
});

Deno.test({
  name: "a library says its name, version and processor type, and is opened once a thread",
  ignore,
  fn: () => {
    const { file } = findLibrary();
    match(openLibrary(file).name, /^(OpenBLAS|BLIS|MKL|Accelerate) \S+ \S+/);
    strictEqual(openLibrary(file), openLibrary(file));
    throws(() => openLibrary("/nowhere/libblas.so"));
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

Deno.test("a portable run's manifest names no library", async () => {
  await using temporary = await temporaryStore();
  const [run] = await launch([request({ backend: "wasm" })], options(temporary.store));
  strictEqual("library" in run.manifest.determined, false);
});
