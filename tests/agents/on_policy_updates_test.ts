/**
 * Whole updates of A2C, PPO and IMPALA against NumPy in float64, from a rollout's columns to the
 * parameters (recipe: tests/golden/numpy/on_policy.py), and of PPO with state-dependent noise against
 * Stable-Baselines3 (tests/golden/stable_baselines3/state_dependent_noise.py).
 */
import { deepStrictEqual } from "node:assert";
import { a2c, compileUpdate as compileA2c } from "../../agents/a2c.ts";
import { impala } from "../../agents/impala.ts";
import { compileUpdate as compilePpo, ppo } from "../../agents/ppo.ts";
import { actorCritic } from "../../agents/networks/actor_critic.ts";
import { generalizedAdvantages, standardize } from "../../agents/returns/advantages.ts";
import { type OffPolicyColumns, vtrace } from "../../agents/returns/off_policy.ts";
import { openWorkspace } from "../../lab/compute/backend.ts";
import type { BackendChoice } from "../../lab/compute/backend_choice.ts";
import { adam, type Optimizer, rmsprop } from "../../lab/compute/optimizers.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import { gatherRows } from "../../lab/core/rows.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { onCompiled, options } from "../lab/compute/backends.ts";
import { expectClose } from "./golden_updates.ts";

interface Array {
  readonly shape: number[];
  readonly values: number[];
}
type Kept = Record<string, Array>;
interface Case {
  readonly parameters: Kept;
  readonly after: Kept;
}
interface Step {
  readonly rollout: Kept;
  readonly advantages: Array;
  readonly returns: Array;
  readonly outputs: Record<string, number>;
}
interface Proximal extends Case, Omit<Step, "outputs"> {
  readonly klCoefficient?: number;
  readonly steps: readonly {
    readonly indices: Array;
    readonly outputs: Record<string, number | Array>;
  }[];
}
async function goldenOf(file: string) {
  return JSON.parse(await Deno.readTextFile(new URL(`../golden/${file}`, import.meta.url)));
}
const stateDependent: Proximal = await goldenOf("stable_baselines3/state_dependent_noise.json");
const golden:
  & {
    readonly [name in "a2c" | "impala"]: Case & { readonly steps: readonly Step[] };
  }
  & { readonly [name in "ppo" | "penalised"]: Proximal } = await goldenOf("numpy/on_policy.json");

const RATE = 0.01;
const common = { hiddenSizes: [3], activation: "tanh", gamma: 0.9 } as const;
const world = {
  observationSpace: new Box({ low: -10, high: 10, shape: [2] }),
  observationSize: 2,
};
const discrete = { ...world, actionSpace: new Discrete(3) };
const measured = { ...world, actionSpace: new Box({ low: -1, high: 1, shape: [2] }) };

/** A rollout as advantages are estimated from it. */
function columnsOf(rollout: Kept): OffPolicyColumns {
  const numbers = (name: string) => Float64Array.from(rollout[name]?.values ?? []);
  const flags = (name: string) => Uint8Array.from(rollout[name].values);
  return {
    environments: 2,
    rewards: numbers("rewards"),
    values: numbers("values"),
    nextValues: numbers("nextValues"),
    terminated: flags("terminated"),
    truncated: flags("truncated"),
    ratios: numbers("ratios"),
  };
}

async function open(
  backend: BackendChoice,
  parameters: Kept,
  optimizer: Optimizer,
): Promise<Workspace> {
  const { workspace } = await openWorkspace(backend, options);
  const tensors: NamedTensors = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [
      name,
      { shape, dtype: "float32" as const, values: Float32Array.from(values) },
    ]),
  );
  workspace.define("parameters", tensors);
  workspace.define("optimizer", optimizer.initialState(tensors));
  return workspace;
}

async function expectAfter(workspace: Workspace, after: Kept): Promise<void> {
  const reached = await workspace.read("parameters");
  deepStrictEqual(Object.keys(reached).sort(), Object.keys(after).sort());
  for (const [name, { shape, values }] of Object.entries(after)) {
    deepStrictEqual(reached[name].shape, shape, name);
    expectClose(reached[name].values as Float32Array, values, name);
  }
  workspace.dispose();
}

const optimizers = { a2c: rmsprop(), impala: adam() };
const estimates = {
  a2c: (columns: OffPolicyColumns) => generalizedAdvantages(columns, common.gamma, 0.8),
  impala(columns: OffPolicyColumns) {
    const options = { gamma: common.gamma, lambda: 1, clipRho: 1.2, clipC: 0.9 };
    const { advantages, valueTargets: returns } = vtrace(columns, options);
    return { advantages, returns };
  },
};
const configurations = { a2c: a2c.configuration, impala: impala.configuration };

for (const name of ["a2c", "impala"] as const) {
  onCompiled(
    `two updates of ${name} are NumPy's: advantages, losses, parameters`,
    async (backend) => {
      const { parameters, steps } = golden[name];
      const coefficients = { entropyCoefficient: 0.02, valueCoefficient: 0.5 };
      const fields = { ...common, ...coefficients, maximumGradientNorm: 0.4 };
      const configuration = configurations[name].parse(fields);
      const workspace = await open(backend, parameters, optimizers[name]);
      const networks = actorCritic(discrete, configuration);
      const update = compileA2c({ name, configuration, workspace }, discrete, networks, 8);
      update.scalar.learningRate = RATE;
      for (const { rollout, advantages, returns, outputs } of steps) {
        const estimated = estimates[name](columnsOf(rollout));
        expectClose(estimated.advantages, advantages.values, "advantages");
        expectClose(estimated.returns, returns.values, "returns");
        update.input.observations.set(rollout.observations.values);
        update.input.actions.set(rollout.actions.values);
        update.input.advantages.set(estimated.advantages);
        update.input.returns.set(estimated.returns);
        update.run();
        for (const [output, value] of Object.entries(outputs)) {
          expectClose(await update.read(output as "policy"), [value], output);
        }
      }
      await expectAfter(workspace, golden[name].after);
    },
  );
}

const noisy = { stateDependentNoise: true, clipValueLoss: false };
const variants = [
  ["clipped, are NumPy's", golden.ppo, discrete, {}],
  ["kl-penalty, are NumPy's", golden.penalised, measured, { surrogate: "kl-penalty" }],
  ["with gSDE, are Stable-Baselines3's", stateDependent, measured, noisy],
] as const;
for (const [title, given, shape, fields] of variants) {
  onCompiled(`two minibatches of PPO, ${title}`, async (backend) => {
    const { parameters, rollout, klCoefficient, steps, after, ...expected } = given;
    const configuration = ppo.configuration.parse({ ...common, ...fields });
    const workspace = await open(backend, parameters, adam());
    const networks = actorCritic(shape, configuration);
    const update = compilePpo({ name: "ppo", configuration, workspace }, shape, networks, 4);
    Object.assign(update.scalar, { learningRate: RATE, clipRange: 0.2 });
    if ("surrogate" in fields) update.scalar.klCoefficient = klCoefficient!;
    const columns = columnsOf(rollout);
    const { advantages, returns } = generalizedAdvantages(columns, common.gamma, 0.8);
    expectClose(advantages, expected.advantages.values, "advantages");
    const sources: Record<string, ArrayLike<number>> = {
      observations: rollout.observations.values,
      actions: rollout.actions.values,
      oldLogProbabilities: rollout.logProbabilities.values,
      oldValues: columns.values,
      oldInputs: rollout.oldInputs?.values,
      advantages,
      returns,
    };
    for (const { indices, outputs } of steps) {
      for (const [input, view] of Object.entries(update.input)) {
        gatherRows(Float64Array.from(sources[input]), indices.values, view.length / 4, view);
      }
      standardize(update.input.advantages, update.input.advantages);
      update.run();
      for (const [output, value] of Object.entries(outputs)) {
        const wanted = typeof value === "number" ? [value] : value.values;
        expectClose(await update.read(output as "policy"), wanted, output);
      }
    }
    await expectAfter(workspace, after);
  });
}
