/** Worked trajectories: float64 recomputations of the papers' rules, f(w) = w², w₀ = 1. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { l2Penalty } from "../../../lab/compute/layers/penalties.ts";
import {
  adagrad,
  adam,
  momentum,
  nadam,
  nesterov,
  nesterovIterates,
  type Optimizer,
  type OptimizerName,
  optimizers,
  rmsprop,
  sgd,
  weightDecay,
} from "../../../lab/compute/optimizers.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

/** Iterates of an optimizer on a loss, w² as a rule, from w = 1; `see` is what is recorded of each. */
function trajectory(
  optimizer: Optimizer,
  rate: number,
  updates: number,
  see: (parameters: Tensors, state: Tensors) => tf.Tensor = ({ w }) => w,
  loss: (w: tf.Tensor) => tf.Scalar = (w) => tf.sum(tf.square(w)),
): number[] {
  return tf.tidy(() => {
    let parameters: Tensors = { w: tf.tensor([1]) };
    const shapes = { w: { shape: [1], dtype: "float32", values: new Float32Array(1) } } as const;
    let state: Tensors = Object.fromEntries(
      Object.entries(optimizer.initialState(shapes)).map(([name, { shape, values }]) => [
        name,
        tf.tensor(values as Float32Array, [...shape]),
      ]),
    );
    const seen: number[] = [];
    for (let t = 0; t < updates; t++) {
      const gradients = { w: tf.grad(loss)(parameters.w) };
      ({ parameters, state } = optimizer.update(parameters, gradients, state, tf.scalar(rate)));
      seen.push(see(parameters, state).dataSync()[0]);
    }
    return seen;
  });
}

function near(actual: number[], expected: number[], tolerance = 2e-7): void {
  expected.forEach((value, i) =>
    ok(Math.abs(actual[i] - value) <= tolerance, `update ${i + 1}: ${actual[i]}, not ${value}`)
  );
}

/** At the rate 0.1 but for AdaDelta, whose rate is 1: made by golden/numpy/optimizers.py. */
const worked: Record<OptimizerName | "adam, penalised" | "nadam, short", number[]> = JSON.parse(
  Deno.readTextFileSync(new URL("../../golden/numpy/optimizers.json", import.meta.url)),
);

for (const [name, make] of Object.entries(optimizers)) {
  Deno.test(`${name} follows its worked trajectory on w²`, () => {
    strictEqual(make().name, name);
    near(trajectory(make(), name === "adadelta" ? 1 : 0.1, 3), worked[name as OptimizerName]);
  });
}

for (const [name, make] of Object.entries(optimizers)) {
  Deno.test(`${name} keeps no denormal number in its state`, () => {
    const smallestNormal = 2 ** -126;
    const shapes = { w: { shape: [1], dtype: "float32", values: new Float32Array(1) } } as const;
    const state: Tensors = {};
    for (const [name, { shape }] of Object.entries(make().initialState(shapes))) {
      state[name] = name.endsWith("/w") ? tf.fill([1], smallestNormal) : tf.fill([...shape], 0.5);
    }
    const zero = { w: tf.tensor([0]) };
    const next = make().update(zero, zero, state, tf.scalar(0.1)).state;
    for (const [name, tensor] of Object.entries(next)) {
      const [value] = tensor.dataSync();
      ok(value === 0 || Math.abs(value) >= smallestNormal, `${name} is ${value}`);
    }
  });
}

/** 20 steps of three parameters whose gradients lie far below and above ε (golden/pytorch). */
const table = JSON.parse(
  Deno.readTextFileSync(new URL("../../golden/pytorch/rmsprop.json", import.meta.url)),
);

for (const name of ["rmsprop", "rmsprop-tensorflow"] as const) {
  Deno.test(`20 steps of ${name} are the table's`, () => {
    const { rate, decay, epsilon, start, gradients } = table;
    const rule = optimizers[name]({ decay, epsilon });
    const x = {
      shape: [start.length],
      dtype: "float32",
      values: Float32Array.from(start),
    } as const;
    tf.tidy(() => {
      let parameters: Tensors = { x: tf.tensor1d(start) };
      let state: Tensors = Object.fromEntries(
        Object.entries(rule.initialState({ x })).map(([slot, { shape, values }]) => [
          slot,
          tf.tensor(values as Float32Array, [...shape]),
        ]),
      );
      gradients.forEach((gradient: number[], t: number) => {
        const given = { x: tf.tensor1d(gradient) };
        ({ parameters, state } = rule.update(parameters, given, state, tf.scalar(rate)));
        near([...parameters.x.dataSync()], table[name][t], 1e-6);
      });
    });
  });
}

Deno.test("NAdam's short form follows its worked trajectory on w²", () => {
  near(trajectory(nadam({ form: "short" }), 0.1, 3), worked["nadam, short"]);
});

Deno.test("a penalty that passes through Adam is almost divided away; weight decay is not", () => {
  const penalised = (w: tf.Tensor) =>
    tf.add(tf.sum(tf.square(w)), l2Penalty({ kernel: w }, 0.01)) as tf.Scalar;
  near(trajectory(adam(), 0.1, 3, undefined, penalised), worked["adam, penalised"]);
  near(trajectory(weightDecay(adam(), 0.01), 0.1, 3), worked.adamw);
  near(trajectory(weightDecay(adam(), 0.01, (name) => name !== "w"), 0.1, 3), worked.adam);
  // θ ← θ(1 − ηλ) − 2ηθ.
  near(trajectory(weightDecay(sgd(), 0.5), 0.1, 3), [0.75, 0.75 ** 2, 0.75 ** 3]);
});

Deno.test("nesterov's look-ahead form is the same trajectory at another point", () => {
  const iterates = trajectory(
    nesterov(),
    0.1,
    3,
    (parameters, state) => nesterovIterates(parameters, state, tf.scalar(0.1)).w,
  );
  near(iterates, [0.8, 0.496, 0.17792]);
});

Deno.test("ten updates end where the textbook's recursions end in float64", () => {
  const last = (optimizer: Optimizer, rate: number) => [trajectory(optimizer, rate, 10)[9]];
  /** Ten steps on w² from 1: `step` returns how far w moves, from its gradient and the count. */
  const ends = (step: (gradient: number, count: number) => number) => {
    let w = 1;
    for (let count = 1; count <= 10; count++) w -= step(2 * w, count);
    return [w];
  };
  let [m, v] = [0, 0];
  near(last(sgd(), 0.1), ends((g) => 0.1 * g));
  near(last(momentum(), 0.1), ends((g) => 0.1 * (m = 0.9 * m + g)));
  near(last(adagrad(), 0.1), ends((g) => 0.1 * g / (Math.sqrt(v += g ** 2) + 1e-8)));
  v = 0;
  near(
    last(rmsprop(), 0.01),
    ends((g) => 0.01 * g / (Math.sqrt(v = 0.9 * v + 0.1 * g ** 2) + 1e-8)),
    4e-7,
  );
  [m, v] = [0, 0];
  near(
    last(adam(), 0.01),
    ends((g, count) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g ** 2;
      return 0.01 * (m / (1 - 0.9 ** count)) / (Math.sqrt(v / (1 - 0.999 ** count)) + 1e-8);
    }),
  );
});

Deno.test("Adam's bias correction holds over ten thousand updates", () => {
  // A constant gradient makes both corrected moments exact, so each update moves by η.
  const optimizer = adam();
  const w = tf.tidy(() => {
    let parameters: Tensors = { w: tf.scalar(0) };
    let state: Tensors = Object.fromEntries(
      Object.keys(
        optimizer.initialState({ w: { shape: [], dtype: "float32", values: new Float32Array(1) } }),
      )
        .map((name) => [name, tf.scalar(0)]),
    );
    const gradients = { w: tf.scalar(0.3) };
    const rate = tf.scalar(2 ** -10);
    for (let t = 0; t < 10_000; t++) {
      const next = tf.tidy(() => optimizer.update(parameters, gradients, state, rate));
      tf.dispose([parameters, state]);
      ({ parameters, state } = next);
    }
    return parameters.w.dataSync()[0];
  });
  ok(Math.abs(w / (-10_000 / 1024) - 1) < 1e-5, `${w}`);
});

Deno.test("an optimizer's state is named by slot and parameter", () => {
  const parameters = {
    "policy/0/kernel": { shape: [2, 3], dtype: "float32", values: new Float32Array(6) },
  } as const;
  const state = adam().initialState(parameters);
  deepStrictEqual(Object.entries(state).map(([name, { shape }]) => [name, shape]), [
    ["firstCorrection", []],
    ["secondCorrection", []],
    ["firstMoment/policy/0/kernel", [2, 3]],
    ["secondMoment/policy/0/kernel", [2, 3]],
  ]);
});

Deno.test("a parameter without a gradient is named", () => {
  throws(
    () => tf.tidy(() => sgd().update({ w: tf.scalar(1) }, {}, {}, tf.scalar(1))),
    { name: "InputError", message: /no "w" among none/ },
  );
});

Deno.test("an option that is undefined is left out, one out of its range or unknown is refused", () => {
  const left = { beta1: undefined, beta2: undefined, epsilon: undefined };
  const follows = (optimizer: Optimizer) => trajectory(optimizer, 1, 3);
  deepStrictEqual(follows(adam(left)), follows(adam()));
  const wrong: [() => unknown, string][] = [
    [() => adam({ beta1: 1 }), "make the optimizer adam as beta1 must be in [0, 1): 1"],
    [() => adam({ epsilon: -1 }), "make the optimizer adam as epsilon must be ≥ 0: -1"],
    [() => optimizers.momentum({ momentum: NaN }), "make the optimizer momentum as momentum must"],
    [() => optimizers.rmsprop({ decay: -0.1 }), "make the optimizer rmsprop as decay must be in"],
    [() => adam({ epsilom: 3 } as object), 'make the optimizer adam as there is no option "eps'],
    [() => weightDecay(sgd(), -1), "decay weights as the rate must be ≥ 0: -1"],
  ];
  for (const [make, line] of wrong) {
    throws(make, (error: Error) => {
      strictEqual(error.name, "InputError");
      strictEqual(error.message.slice(0, 7 + line.length), `Cannot ${line}`);
      return true;
    });
  }
});

Deno.test("Adam's ε stands beside the corrected root: half a step along a gradient of ε", () => {
  const seen = trajectory(adam(), 1, 3, undefined, (w) => tf.sum(tf.mul(w, 1e-8)));
  near(seen, [0.5, 0, -0.5], 1e-5);
});
