/** State against the layout of its group: what differs is named, the first of several. */
import { doesNotThrow, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import {
  type Layout,
  requireLoadable,
  requireNext,
  requireState,
} from "../../../lab/compute/layout.ts";
import type { NamedTensors, TensorData } from "../../../lab/core/tensor_data.ts";

const shaped = (shape: number[], dtype = "float32") => ({ shape, dtype });
const layout: Layout = new Map([["w", shaped([2, 3])], ["t", shaped([], "int32")]]);
const whole = { w: shaped([2, 3]), t: shaped([], "int32") };
/** What differs, and what is then said of it. */
const different: [string, ReturnType<typeof shaped>, must: string, is: string][] = [
  ["w", shaped([3, 2]), "float32 [2,3]", "float32 [3,2]"],
  ["w", shaped([2, 3, 1]), "float32 [2,3]", "float32 [2,3,1]"],
  ["w", shaped([2]), "float32 [2,3]", "float32 [2]"],
  ["w", shaped([2, 3], "int32"), "float32 [2,3]", "int32 [2,3]"],
  ["t", shaped([1], "int32"), "int32 []", "int32 [1]"],
];

Deno.test("state is of float32 or int32, with as many values as its shape", () => {
  const values = new Float32Array(6);
  doesNotThrow(() => requireState("a", { w: { shape: [2, 3], dtype: "float32", values } }));
  doesNotThrow(() =>
    requireState("a", { t: { shape: [], dtype: "int32", values: Int32Array.of(1) } })
  );
  throws(() => requireState("a", { w: { shape: [2, 2], dtype: "float32", values } }), {
    name: "InputError",
    message: 'Cannot define "a/w" as [2,2] must have as many values (4): 6',
  });
  for (
    const [dtype, values] of [["uint8", new Uint8Array(1)], [
      "float64",
      new Float64Array(1),
    ]] as const
  ) {
    throws(() => requireState("a", { w: { shape: [1], dtype, values } }), {
      name: "InputError",
      message: `Cannot define "a/w" as state must be float32 or int32: ${dtype}`,
    });
  }
});

Deno.test("state is tensor data, and no tensor or anything else that has none of its parts", () => {
  const data = { shape: [1], dtype: "float32", values: new Float32Array(1) };
  const tensor = tf.scalar(1);
  const others: [unknown, string][] = [
    [tensor, "Tensor"],
    [undefined, "undefined"],
    [null, "null"],
    [1, "number"],
    [[1, 2], "Array"],
    [Promise.resolve(data), "Promise"],
    [{ ...data, shape: 1 }, "Object"],
    [{ ...data, values: undefined }, "Object"],
    [{ ...data, values: "1" }, "Object"],
    [{ ...data, values: new DataView(new ArrayBuffer(4)) }, "Object"],
  ];
  for (const [given, found] of others) {
    throws(() => requireState("parameters", { "policy/kernel": given as TensorData }), {
      name: "InputError",
      message: 'Cannot define "parameters/policy/kernel" as state must be tensor data ' +
        `({ shape, dtype, values }): ${found}`,
    });
  }
  for (const [given, found] of [[undefined, "undefined"], [[data], "Array"], [tensor, "Tensor"]]) {
    throws(() => requireState("parameters", given as unknown as NamedTensors), {
      name: "InputError",
      message: `Cannot define "parameters" as state must be tensor data by name: ${found}`,
    });
  }
  tensor.dispose();
});

Deno.test("tensors to load are those of the group, in any order, no more and no fewer", () => {
  const { w, t } = whole;
  doesNotThrow(() => requireLoadable("a", layout, { t, w }));
  const names = 'Cannot load "a" as its tensors must be w, t: ';
  throws(() => requireLoadable("a", layout, { w }), { message: `${names}"t" is missing` });
  throws(() => requireLoadable("a", layout, { ...whole, b: w }), {
    message: `${names}"b" is not among them`,
  });
  // What is missing comes before what is too many.
  throws(() => requireLoadable("a", layout, { b: w, t }), { message: `${names}"w" is missing` });
  for (const [name, given, must, is] of different) {
    throws(() => requireLoadable("a", layout, { ...whole, [name]: given }), {
      name: "InputError",
      message: `Cannot load "a/${name}" as it must be ${must}: ${is}`,
    });
  }
});

Deno.test("a step's next state is declared, and of the layout that it had", () => {
  const next = (state: readonly string[] | undefined, tensors: Parameters<typeof requireNext>[3]) =>
    requireNext({ name: "ppo/update", state }, "a", layout, tensors);
  doesNotThrow(() => next(["b", "a"], whole));
  throws(() => next(["b"], whole), {
    name: "InputError",
    message: /^Cannot run "ppo\/update" as there is no declared state "a".*b$/,
  });
  throws(() => next(undefined, whole), /no declared state "a": known are none$/);
  for (const [name, given, must, is] of different) {
    throws(() => next(["a"], { ...whole, [name]: given }), {
      name: "InputError",
      message: `Cannot run "ppo/update" as state "a/${name}" must stay ${must}: ${is}`,
    });
  }
  throws(
    () => next(["a"], { ...whole, v: whole.w }),
    /^InputError: Cannot run "ppo\/update" as there is no state of "a" "v".*known are w, t$/,
  );
  throws(() => next(["a"], { w: whole.w }), /"a\/t" must stay int32 \[\]: missing$/);
});
