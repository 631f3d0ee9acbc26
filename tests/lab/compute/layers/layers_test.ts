/**
 * Every layer on every backend against NumPy's float64: golden/numpy/layers.py has the formulas
 * written out.
 */
import { deepStrictEqual, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../../lab/compute/backend.ts";
import {
  nextSelfAttention,
  rotaryTurns,
  selfAttention,
} from "../../../../lab/compute/layers/attention.ts";
import {
  convolution,
  type Movement,
  transposedConvolution,
} from "../../../../lab/compute/layers/convolution.ts";
import { dropout } from "../../../../lab/compute/layers/dropout.ts";
import { embedding, tiedLogits } from "../../../../lab/compute/layers/embedding.ts";
import * as normalization from "../../../../lab/compute/layers/normalization.ts";
import { l1Penalty, l2Penalty } from "../../../../lab/compute/layers/penalties.ts";
import * as pooling from "../../../../lab/compute/layers/pooling.ts";
import { prelu } from "../../../../lab/compute/layers/prelu.ts";
import { radialBasis } from "../../../../lab/compute/layers/radial_basis.ts";
import { residualBlock } from "../../../../lab/compute/layers/residual.ts";
import { spectralNormalization } from "../../../../lab/compute/layers/spectral_normalization.ts";
import { unroll } from "../../../../lab/compute/recurrent.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";
import { backends, options } from "../backends.ts";
import { close } from "../derivatives.ts";

interface Packed {
  readonly shape: number[];
  readonly values: number[];
}

interface Golden {
  readonly layer: string;
  readonly options: Record<string, never>;
  readonly inputs: Record<string, Packed>;
  readonly outputs: Record<string, Packed>;
}

const goldens: Golden[] = JSON.parse(
  Deno.readTextFileSync(new URL("../../../golden/numpy/layers.json", import.meta.url)),
);

type Apply = (given: Tensors, options: Golden["options"]) => Tensors;

/** The tensors below a name, as a network has them. */
const named = (tensors: Tensors, name = "a"): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([each, x]) => [`${name}/${each}`, x]));

const y = (y: tf.Tensor): Tensors => ({ y });

const layers: Record<string, Apply> = {
  convolution: ({ x, ...p }, options: Movement) => y(convolution(named(p), x, "a", options)),
  transposedConvolution: ({ x, ...p }, options: Movement) =>
    y(transposedConvolution(named(p), x, "a", options)),
  maximumPool: ({ x }, options) => y(pooling.maximumPool(x, options as unknown as pooling.Pool)),
  averagePool: ({ x }, options) => y(pooling.averagePool(x, options as unknown as pooling.Pool)),
  globalAveragePool: ({ x }) => y(pooling.globalAveragePool(x)),
  batchNormalization: ({ x, mean, variance, ...p }, options) => {
    const { outputs, moments } = normalization.batchNormalization(
      named(p),
      named({ mean, variance }),
      x,
      "a",
      options,
    );
    return { y: outputs, mean: moments["a/mean"], variance: moments["a/variance"] };
  },
  movingNormalization: ({ x, ...p }) =>
    y(normalization.movingNormalization(named(p), named(p), x, "a")),
  layerNormalization: ({ x, ...p }, options) =>
    y(normalization.layerNormalization(named(p), x, "a", options)),
  instanceNormalization: ({ x, ...p }) => y(normalization.instanceNormalization(named(p), x, "a")),
  groupNormalization: ({ x, ...p }, { groups }) =>
    y(normalization.groupNormalization(named(p), x, "a", groups)),
  pixelNormalization: ({ x }) => y(normalization.pixelNormalization(x)),
  dropout: ({ x, noise }, { rate }) => y(dropout(x, noise, rate)),
  residualBlock: ({ x, ...p }, options) => y(residualBlock(named(p), x, "a", options)),
  spectralNormalization: ({ kernel, vector }) => ({ ...spectralNormalization(kernel, vector) }),
  l1Penalty: (p, { strength }) => y(l1Penalty(named(p), strength)),
  l2Penalty: (p, { strength }) => y(l2Penalty(named(p), strength)),
  prelu: ({ x, ...p }) => y(prelu(named(p), x, "a")),
  radialBasis: ({ x, ...p }, { width }) => y(radialBasis(named(p), x, "a", width)),
  selfAttention: ({ x, ...p }, { heads, rotary }) => {
    const turns = rotary ? rotaryTurns(4, 8 / heads) : undefined;
    return y(selfAttention(named(p), x, "a", { heads, turns }));
  },
  // The same, place by place.
  nextSelfAttention: ({ x, ...p }, { heads, rotary }) => {
    const turns = rotary ? rotaryTurns(4, 8 / heads) : undefined;
    const empty = tf.fill([2, heads, 4, 8 / heads], 7);
    let memory = { keys: empty, values: empty };
    const outputs = tf.unstack(x, 1).map((each, t) => {
      const options = { heads, turns, memory, place: tf.scalar(t) };
      const next = nextSelfAttention(named(p), each, "a", options);
      memory = next.memory;
      return next.outputs;
    });
    return y(tf.stack(outputs, 1));
  },
  embedding: ({ tokens, ...p }) => y(embedding(named(p), tokens, "a")),
  tiedLogits: ({ x, ...p }) => y(tiedLogits(named(p), x, "a")),
  unroll: ({ x, memory, ...p }, { cell, steps }) => {
    const unrolled = unroll(named(p), cell, "a", { x, memory, steps });
    return { y: unrolled.outputs, memory: unrolled.memory };
  },
};

Deno.test("every layer has goldens", () => {
  deepStrictEqual(new Set(goldens.map(({ layer }) => layer)), new Set(Object.keys(layers)));
});

for (const { name: backend, ignore } of backends) {
  Deno.test({
    name: `layers equal NumPy's on ${backend}`,
    ignore,
    fn: async () => {
      const { workspace } = await openWorkspace(backend, options);
      for (const { layer, options, inputs, outputs } of goldens) {
        const declared = Object.fromEntries(
          Object.entries(inputs).map(([name, { shape }]) => [name, [shape, "float32"] as const]),
        );
        const what = `${layer} ${JSON.stringify(options)}`;
        const shapes: Record<string, number[]> = {};
        const program = workspace.compile({ name: what, inputs: declared }, ({ input }) => {
          const made = layers[layer](input as Tensors, options);
          for (const name in made) shapes[name] = made[name].shape;
          return { outputs: made };
        });
        for (const name in inputs) program.input[name].set(inputs[name].values);
        program.run();
        // State that a layer hands back and is given at the next step.
        for (let step = 1; step < (options.steps ?? 1) && "vector" in inputs; step++) {
          program.input.vector.set(await program.read("vector" as never));
          program.run();
        }
        for (const name in outputs) {
          const expected = outputs[name];
          strictEqual(`${shapes[name]}`, `${expected.shape}`, `shape of ${name} of ${what}`);
          close(`${name} of ${what}`, await program.read(name as never), expected.values, 1e-5);
        }
        program.dispose();
      }
      workspace.dispose();
    },
  });
}
