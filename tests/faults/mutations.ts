/** Mutated bytes, by a seed, and what each loader of the lab makes of them. */
import { deepStrictEqual, ok } from "node:assert";
import { encodePolicy, loadPolicy } from "../../agents/policy.ts";
import { conditionsIn } from "../../lab/experiment/conditions.ts";
import { decodeCanonicalJson, encodeCanonicalJson } from "../../lab/core/canonical_json.ts";
import { InputError } from "../../lab/core/errors.ts";
import { defaultRng, type Generator } from "../../lab/core/random.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lab/core/safetensors.ts";
import { resealed } from "../lab/core/resealed.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { type NamedTensors, sizeOf } from "../../lab/core/tensor_data.ts";
import { encodeModel, loadModel } from "../../models/model_file.ts";
import { idx, parseIdx } from "../../models/datasets/idx.ts";

/** What reads bytes of others. */
export interface Loader {
  readonly name: string;
  /** A sound file. */
  readonly sample: Uint8Array;
  load(bytes: Uint8Array): unknown;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (content: string) => new TextEncoder().encode(content);

const tensors: NamedTensors = {
  "policy/0/kernel": { shape: [2, 3], dtype: "float32", values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  steps: { shape: [2], dtype: "int32", values: Int32Array.of(1, -2) },
};
const policy = encodePolicy({
  observationSpace: new Discrete(3, 1),
  actionSpace: new Discrete(2),
  table: Int32Array.of(0, 1, 1),
}, { agent: "sarsa" });

/** Greatest common part of a program: memory, one input, one output, one function that returns. */
// deno-fmt-ignore
const emptyProgram = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109,
  111, 114, 121, 2, 1, 1, 1, 3, 2, 1, 0, 7, 8, 1, 4, 114, 117, 110, 48, 0, 0, 10, 4, 1, 2, 0, 11,
);
const program = encodePolicy({
  observationSpace: new Box({ low: [-1, 0], high: [1, Infinity] }),
  actionSpace: new Discrete(2),
  machine: {
    binary: emptyProgram,
    pages: 1,
    state: { "parameters/bias": { address: 64, tensor: tensors["policy/0/kernel"] } },
    constants: [{ address: 128, tensor: tensors.steps }],
    inputs: { observations: { address: 0, length: 2 } },
    outputs: { scores: { address: 8, length: 2 } },
  },
});

const machine = {
  binary: emptyProgram,
  pages: 1,
  state: { "parameters/bias": { address: 64, tensor: tensors["policy/0/kernel"] } },
  constants: [],
};
const model = encodeModel({
  ...{ kind: "points", shape: [2], classes: 0, codeSize: 0, rows: 2, drawn: 3, times: 2 },
  ...{ vocabulary: [], prompted: false },
  numbers: { time: Float32Array.of(1, 0) },
  functions: {
    score: {
      machine: {
        ...machine,
        inputs: { x: { address: 0, length: 4 } },
        outputs: { rows: { address: 16, length: 2 } },
      },
      width: 1,
      noise: {},
    },
  },
  sampler: {
    first: {
      machine: {
        ...machine,
        inputs: { "noise/start": { address: 0, length: 4 } },
        outputs: { rows: { address: 0, length: 4 } },
      },
      width: 2,
      noise: { start: ["normal", [2]] },
    },
    step: {
      machine: {
        ...machine,
        inputs: { x: { address: 0, length: 4 }, "at/time": { address: 16, length: 1 } },
        outputs: { rows: { address: 0, length: 4 } },
      },
      width: 2,
      noise: {},
    },
  },
}, { model: "trial" });

const idxFile = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8, 9, 10);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 0);
const packed = new Uint8Array(
  await new Response(new Blob([idxFile]).stream().pipeThrough(new CompressionStream("gzip")))
    .arrayBuffer(),
);

/** A file with a mutated description. */
function redescribed(file: Uint8Array, key: string, description: Uint8Array): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(file);
  return resealed(tensors, { ...metadata, [key]: text(description) });
}

/** All of them. */
export const loaders: readonly Loader[] = [
  {
    name: "safetensors",
    sample: encodeSafetensors(tensors, { note: "größe" }),
    load: (bytes) => decodeSafetensors(bytes),
  },
  {
    name: "canonical JSON",
    sample: bytesOf(encodeCanonicalJson({ a: [1.5, -0, NaN, "x\n"], b: { $c: null, d: [[]] } })),
    load: (bytes) => decodeCanonicalJson(text(bytes)),
  },
  {
    name: "policy",
    sample: policy,
    load: (bytes) => {
      loadPolicy(bytes);
      // Nothing else has its hash.
      deepStrictEqual(bytes, policy);
    },
  },
  {
    name: "policy, sealed again",
    sample: bytesOf(decodeSafetensors(program).metadata["reverie.policy"]),
    load: (bytes) => {
      const opened = loadPolicy(redescribed(program, "reverie.policy", bytes));
      if (opened.observationSpace.flatSize < 1000) {
        opened.act(opened.observationSpace.sample(defaultRng(1)));
      }
    },
  },
  {
    name: "model",
    sample: model,
    load: (bytes) => {
      loadModel(bytes);
      deepStrictEqual(bytes, model);
    },
  },
  {
    name: "model, sealed again",
    sample: bytesOf(decodeSafetensors(model).metadata["reverie.model"]),
    load: (bytes) => {
      const opened = loadModel(redescribed(model, "reverie.model", bytes));
      opened.score?.(new Float32Array(sizeOf(opened.shape)));
      opened.sample?.({ count: 4, random: defaultRng(1) });
    },
  },
  { name: "IDX", sample: idxFile, load: (bytes) => parseIdx(bytes, 3, "images") },
  {
    name: "IDX, packed",
    sample: packed,
    load: (bytes) =>
      idx.create({
        configuration: { folder: "mnist", seed: 0 },
        readFile: (path) => {
          if (path.endsWith("labels-idx1-ubyte")) return Promise.resolve(labels);
          if (path.endsWith(".gz")) return Promise.resolve(bytes);
          return Promise.reject(new InputError(`Cannot read ${path}`));
        },
      }),
  },
  {
    name: "conditions",
    sample: bytesOf('seed<3 and evaluation/return_mean>=475 and name="a b" and tag!=x'),
    load: (bytes) => conditionsIn(text(bytes)),
  },
];

/** Parts that are more likely to mean something than random bytes. */
const words = [
  ...['"', "{", "}", "[", "]", ":", ",", "\\", "\0", "\n", "-", "1e999", "null", '{"$number":"x"}'],
  ...["[".repeat(500), "9".repeat(400), "__proto__", '"data_offsets"', "\ud800", "\u001b[2J"],
].map(bytesOf);

/** Bytes with one to three changes: a bit, some bytes, a cut, a part twice, a word put in. */
export function mutated(bytes: Uint8Array, random: Generator): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let changes = random.integers(1, 4); changes > 0; changes--) {
    if (changed.length === 0) return changed;
    const at = random.integers(0, changed.length);
    const end = Math.min(changed.length, at + random.integers(1, 17));
    const kind = random.integers(0, 5);
    if (kind === 0) changed[at] ^= 1 << random.integers(0, 8);
    else if (kind === 1) { for (let i = at; i < end; i++) changed[i] = random.integers(0, 256); }
    else if (kind === 2) changed = joined(changed.subarray(0, at), changed.subarray(end));
    else if (kind === 3) changed = joined(changed.subarray(0, end), changed.subarray(at));
    else {
      const word = words[random.integers(0, words.length)];
      changed = joined(changed.subarray(0, at), word, changed.subarray(at));
    }
  }
  return changed;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Loads `times` mutations of a loader's sample; throws where one of them is neither read nor refused
 * by an `InputError` of one short line.
 *
 * @returns How many were refused.
 */
export async function refusals(loader: Loader, seed: number, times: number): Promise<number> {
  const random = defaultRng(seed);
  await loader.load(loader.sample);
  let refused = 0;
  for (let i = 0; i < times; i++) {
    const bytes = mutated(loader.sample, random);
    const shown = `${loader.name}, mutation ${i} of seed ${seed}: ${
      bytes.toBase64().slice(0, 400)
    }`;
    try {
      await loader.load(bytes);
    } catch (error) {
      ok(error instanceof InputError, `${shown}\n${error instanceof Error ? error.stack : error}`);
      ok(/^[^\n]{1,1000}$/.test(error.message), `${shown}\n${error.message}`);
      refused++;
    }
  }
  return refused;
}
