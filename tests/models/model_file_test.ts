/** Model files: what they hold gives what the trainer that wrote them gives, without it. */
import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert";
import { defaultRng } from "../../lab/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { resealed } from "../lab/core/resealed.ts";
import { prefixed, sizeOf } from "../../lab/core/tensor_data.ts";
import type { Trainer } from "../../lab/core/trainer.ts";
import { agree, networksOf } from "../lab/compute/onnx/runtime.ts";
import { type LoadedModel, loadModel } from "../../models/model_file.ts";
import { models } from "../../models/mod.ts";
import * as kinds from "./kinds.ts";
import { datasetOf, smallTrainer } from "./laboratory.ts";

const definitions = await Promise.all(models.map(({ load }) => load()));
const functions = ["encode", "decode", "translate", "classify", "score", "sample"] as const;

for (const definition of [...definitions, ...Object.values(kinds)]) {
  const { name } = definition;
  Deno.test(`${name} gives from its file what its trainer gives, to the bit`, async () => {
    const trainer = await smallTrainer(definition, { backend: "wasm-strict" });
    for (let i = 0; i < 3; i++) await trainer.iterate();
    const model = loadModel(await trainer.exportModel!({ model: name }));
    const { test, shape, kind, classes } = datasetOf(definition);
    const size = test.values.length / test.count;
    deepStrictEqual([model.about, model.kind, model.shape], [{ model: name }, kind, shape]);
    deepStrictEqual(
      functions.filter((each) => model[each] !== undefined),
      functions.filter((each) => trainer[each] !== undefined),
    );
    // No multiple of the rows a call, under other labels than those taken where none are given.
    const values = test.values.subarray(0, 37 * size);
    const labels = classes && Array.from({ length: 37 }, (_, i) => (3 * i + 1) % classes);
    for (const each of ["encode", "translate", "classify", "score"] as const) {
      if (model[each] === undefined) continue;
      const expected = await trainer[each]!(values, labels || undefined);
      deepStrictEqual(model[each]!(values, labels || undefined), expected, each);
    }
    if (model.decode !== undefined) {
      const codes = model.encode?.(values) ??
        Float32Array.from({ length: 37 * model.codeSize }, (_, i) => (i % 5) - 2);
      strictEqual(codes.length, 37 * model.codeSize);
      deepStrictEqual(model.decode(codes), await trainer.decode!(codes, 37));
      // As its examples are: codes far from any it has seen would show another unit.
      if (kind === "images") ok(model.decode(codes.map((z) => 50 * z)).every(isShare), "decode");
    }
    if (kind === "images") {
      ok((model.translate?.(values, labels || undefined) ?? []).every(isShare), "translate");
    }
    if (model.sample !== undefined) {
      const drawn = model.sample({ count: 260, random: defaultRng(4) });
      deepStrictEqual(drawn, await trainer.sample!({ count: 260, random: defaultRng(4) }));
    }
    await agreesWithOnnx(trainer, model, values, labels || undefined);
    trainer.dispose();
  });
}

/** Whether a number can be a pixel's. */
function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

/** Its networks as ONNX files give the same, to rounding: all but samples that are drawn in steps. */
async function agreesWithOnnx(
  trainer: Trainer,
  model: LoadedModel,
  values: Float32Array,
  labels: readonly number[] = Array.from({ length: 37 }, (_, i) => i % model.classes),
): Promise<void> {
  const networks = await networksOf(trainer);
  const oneStep = networks.sample !== undefined || trainer.sample === undefined;
  deepStrictEqual(
    Object.keys(networks).sort(),
    functions.filter((each) => model[each] !== undefined && (each !== "sample" || oneStep)).sort(),
  );
  const oneHot = new Float32Array(37 * model.classes);
  labels.forEach((label, i) => oneHot[i * model.classes + label] = 1);
  const codes = Float32Array.from({ length: 37 * model.codeSize }, (_, i) => (i % 5) - 2);
  const given = { x: values, codes, labels: oneHot };
  for (const name of ["encode", "decode", "translate", "classify", "score"] as const) {
    if (networks[name] === undefined) continue;
    const { rows } = await networks[name].run(37, given);
    agree(rows, model[name]!(name === "decode" ? codes : values, labels), name);
  }
  if (networks.sample === undefined) return;
  const noise = Object.fromEntries(
    Object.entries(model.noise).map(([name, [, shape]]) => [
      name,
      Float32Array.from({ length: 37 * sizeOf(shape) }, (_, i) => ((7 * i) % 10) / 10),
    ]),
  );
  const expected = model.sample!({ count: 37, noise }).values;
  const turns = Float32Array.from(
    { length: 37 * model.classes },
    (_, i) => Number(i % model.classes === Math.floor(i / model.classes) % model.classes),
  );
  const { rows } = await networks.sample.run(37, { ...prefixed(noise, "noise/"), labels: turns });
  agree(rows, expected, "sample");
}

/** A file of a model under labels that has hardly learned. */
async function exported(): Promise<Uint8Array> {
  const trainer = await smallTrainer(kinds.conditionalVae);
  const bytes = await trainer.exportModel!();
  trainer.dispose();
  return bytes;
}

Deno.test("samples are a function of the noise that is given", async () => {
  const trainer = await smallTrainer(
    await models.find(({ name }) => name === "vae-mixture")!.load(),
  );
  const model = loadModel(await trainer.exportModel!());
  deepStrictEqual(model.noise, { choice: ["uniform", []], noise: ["normal", [3]] });
  const noise = {
    choice: Float32Array.from({ length: 20 }, (_, i) => i / 20),
    noise: Float32Array.from({ length: 60 }, (_, i) => (i % 7) - 3),
  };
  const { values } = model.sample!({ count: 20, noise });
  const of = (row: number) => ({
    choice: noise.choice.subarray(row, row + 1),
    noise: noise.noise.subarray(3 * row, 3 * row + 3),
  });
  for (const row of [0, 17, 19]) {
    const { values: one } = model.sample!({ count: 1, noise: of(row) });
    deepStrictEqual(one, values.slice(16 * row, 16 * row + 16));
  }
  // Half of it given, half drawn: the first draw of a generator is what is missing.
  const { choice } = noise;
  const drawn = model.sample!({ count: 20, noise: { choice }, random: defaultRng(2) });
  const z = new Float32Array(60);
  defaultRng(2).fillStandardNormal(z);
  deepStrictEqual(drawn, model.sample!({ count: 20, noise: { choice, noise: z } }));
  trainer.dispose();
});

Deno.test("the class that is asked for reaches every row", async () => {
  const model = loadModel(await exported());
  const noise = { noise: Float32Array.from({ length: 80 }, (_, i) => Math.cos(i)) };
  const draw = (label?: number) => model.sample!({ count: 40, noise, label }).values;
  const [turns, zero, one] = [draw(), draw(0), draw(1)];
  notDeepStrictEqual(zero, one);
  for (const row of [0, 1, 38, 39]) {
    const [from, to] = [16 * row, 16 * row + 16];
    deepStrictEqual(turns.slice(from, to), (row % 2 === 0 ? zero : one).slice(from, to));
  }
  const codes = noise.noise;
  deepStrictEqual(model.decode!(codes, Array(40).fill(1)), one);
});

Deno.test("a file holds what its functions need and no more", async () => {
  const trainer = await smallTrainer(kinds.translator);
  const { tensors } = decodeSafetensors(await trainer.exportModel!());
  trainer.dispose();
  const names = Object.keys(tensors);
  ok(names.some((name) => name.startsWith("average/generator/")), `${names}`);
  ok(!names.some((name) => name.includes("discriminator") || name.startsWith("parameters/")));
});

Deno.test("what does not fit a loaded model is refused in one line", async () => {
  const model = loadModel(await exported());
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [
      () => model.encode!(new Float32Array(20)),
      "encode as each row must have 16 numbers: 20 in all",
    ],
    [
      () => model.encode!(Array(16).fill(0) as unknown as Float32Array),
      "encode as its rows must be a Float32Array: [0,0,",
    ],
    [
      () => model.encode!(undefined as unknown as Float32Array),
      "encode as its rows must be a Float32Array: undefined",
    ],
    [
      () => model.sample!({ count: 1, noise: { noise: [0, 1] as unknown as Float32Array } }),
      'sample as the noise "noise" must be a Float32Array: [0,1]',
    ],
    [
      () => loadModel("x" as unknown as Uint8Array),
      'load the model as its bytes must be a Uint8Array: "x"',
    ],
    [() => model.decode!(new Float32Array(0)), "decode as each row must have 2 numbers: 0 in all"],
    [
      () => model.encode!(new Float32Array(32), [0, 2]),
      "use a label as it must be a whole number, 0 … 1: 2",
    ],
    [
      () => model.sample!({ count: 3, label: 2, random: defaultRng(1) }),
      "use a label as it must be a whole number, 0 … 1: 2",
    ],
    [
      () => model.sample!({ count: 3 }),
      'sample as the noise "noise" must be given or drawn by random',
    ],
    [() => model.sample!({ count: 0.5 }), "sample as there must be 1 or more: 0.5"],
    [
      () => model.sample!({ count: 1e9, random: defaultRng(1) }),
      "sample as there must be at most 16777216 at a time: 1000000000",
    ],
    [
      () => model.sample!({ count: 1, random: Math.random as never }),
      "sample as random must be a Generator, as of defaultRng(1)",
    ],
    [() => model.sample!(undefined as never), "sample as its options must be an object: undefined"],
    [
      () => model.decode!(new Float32Array(2 * model.codeSize), [0, 1, 0]),
      "use labels as there must be one a row, 2: 3",
    ],
    [
      () => model.decode!(new Float32Array(2 * model.codeSize), [0]),
      "use labels as there must be one a row, 2: 1",
    ],
    [
      () => model.sample!({ count: 3, noise: { noise: new Float32Array(5) } }),
      'sample as the noise "noise" must have 6 numbers: 5',
    ],
    [
      () => model.sample!({ count: 3, noise: { nose: new Float32Array(6) } }),
      'sample as there is no noise "nose"',
    ],
    [
      () => model.sample!({ count: 3, noise: { toString: new Float32Array(6) } }),
      'sample as there is no noise "toString"',
    ],
    [
      () => model.sample!({ count: 3, noise: null as never }),
      "sample as noise must be given by name: null",
    ],
  ];
  for (const [call, line] of wrong) {
    throws(call, (error: Error) => {
      ok(error.message.startsWith(`Cannot ${line}`), error.message);
      return error.name === "InputError";
    });
  }
  const unlabelled = await smallTrainer(definitions.find(({ name }) => name === "vae")!);
  const plain = loadModel(await unlabelled.exportModel!());
  throws(() => plain.sample!({ count: 1, label: 1 }), /as the model is not conditional: 1$/);
  const unasked: object = { count: 1, rng: defaultRng(1) };
  throws(() => plain.sample!(unasked as { count: 1 }), /^InputError: .* there is no option "rng"/);
  unlabelled.dispose();
});

Deno.test("a model file with any bit flipped is refused", async () => {
  const bytes = await exported();
  for (let bit = 0; bit < 8 * bytes.length; bit += Math.floor(8 * bytes.length / 150)) {
    const flipped = bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)));
    throws(() => loadModel(flipped), { name: "InputError" }, `bit ${bit}`);
  }
});

Deno.test("what is no model file, or broken, is refused in one line", async () => {
  throws(() => loadModel(new Uint8Array(3)), /^InputError: Cannot read safetensors as/);
  throws(
    () => loadModel(encodeSafetensors({}, { run: "1" })),
    /^InputError: Cannot load the model as its metadata must have reverie\.model: run$/,
  );
  throws(
    () => loadModel(encodeSafetensors({}, { "reverie.model": '{"format":2}' })),
    /^InputError: Cannot load the model as its format must be 1: 2$/,
  );
  const { tensors, metadata } = decodeSafetensors(await exported());
  loadModel(resealed(tensors, metadata));
  const { "program/encode": _, ...rest } = tensors;
  throws(
    () => loadModel(resealed(rest, metadata)),
    /^InputError: Cannot load the model as its program must be whole: /,
  );
  const described = metadata["reverie.model"];
  for (
    const [from, to] of [
      [/"kind":"images"/, '"kind":"odd"'],
      [/"shape":\[4,4/, '"shape":[4,5'],
      [/"classes":2/, '"classes":3'],
      [/"classes":2/, '"classes":1e99'],
      [/"codeSize":2/, '"codeSize":3'],
      [/"rows":16/, '"rows":0'],
      [/"rows":16/, '"rows":17'],
      [/"drawn":250/, '"drawn":-1'],
      [/"times":0/, '"times":{}'],
      [/"width":16/, '"width":15'],
      [/\["noise",\["normal",\[2\]/, '["noise",["normal",[3]'],
      [/\["noise",\["normal",\[2\]/, '["noise",["odd",[2]'],
      [/\["noise",\["normal"/, '["other",["normal"'],
      [/"functions":\{/, '"functions":null,"x":{'],
    ] as const
  ) {
    const text = described.replace(from, to);
    notStrictEqual(text, described, `${from}`);
    const changed = resealed(tensors, { ...metadata, "reverie.model": text });
    throws(() => loadModel(changed), (error: Error) => {
      match(String(error), /^InputError: Cannot [^\n]{1,500}$/, `${from}`);
      return true;
    }, `${from}`);
  }
});

Deno.test("a model file whose steps are more or fewer than their numbers is refused", async () => {
  const trainer = await smallTrainer(kinds.diffusion);
  const { tensors, metadata } = decodeSafetensors(await trainer.exportModel!());
  trainer.dispose();
  const described = metadata["reverie.model"];
  const times = Number(/"times":(\d+)/.exec(described)![1]);
  ok(times > 1);
  for (const other of [0, 1, times - 1, times + 1]) {
    const text = described.replace(/"times":\d+/, `"times":${other}`);
    throws(
      () => loadModel(resealed(tensors, { ...metadata, "reverie.model": text })),
      new RegExp(`^InputError: Cannot .* has ${times} numbers for ${other} steps$`),
    );
  }
});

Deno.test("a model file whose functions give other lengths than its examples have is refused", async () => {
  // Of each function alone, as another one may be refused for what it reads.
  for (const name of ["gan", "score-matching", "vae"]) {
    const trainer = await smallTrainer(definitions.find((each) => each.name === name)!);
    const { tensors, metadata } = decodeSafetensors(await trainer.exportModel!());
    trainer.dispose();
    const { shape, functions, ...others } = JSON.parse(metadata["reverie.model"]);
    const withParts = (kept: readonly string[], length: number) => {
      const parts = kept.map((part) => [part, functions[part]]);
      const described = {
        ...others,
        field: undefined,
        shape: shape.with(-1, length),
        functions: Object.fromEntries(parts),
      };
      const told = { ...metadata, "reverie.model": JSON.stringify(described) };
      return () => loadModel(resealed(tensors, told));
    };
    const drawing = functions.step ? ["first", "step", "finish"] : ["first"];
    for (const kept of [drawing, ...functions.decode ? [["decode"]] : []]) {
      withParts(kept, shape.at(-1))();
      for (const length of [shape.at(-1) + 1, 2 * shape.at(-1)]) {
        throws(
          withParts(kept, length),
          /^InputError: Cannot [^\n]* gives \d+ numbers, not \d+/,
          name,
        );
      }
    }
  }
});
