/**
 * Gradient steps as programs, and programs of one kind in several batch sizes, as shapes are static.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import { descend, type Descent, movingAverage } from "../../lab/compute/descend.ts";
import { adam, type Optimizer } from "../../lab/compute/optimizers.ts";
import type {
  InputSpec,
  Program,
  RandomSpec,
  Tensors,
  Workspace,
} from "../../lab/compute/workspace.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { ProgramContext } from "../define_agent.ts";
import { TARGET } from "../networks/target_network.ts";

/** Compiles for each batch size when it is first asked for, and keeps the program. */
export function perBatch<Compiled>(
  compile: (batch: number) => Compiled,
): (batch: number) => Compiled {
  const programs = new Map<number, Compiled>();
  return (batch) => {
    let program = programs.get(batch);
    if (program === undefined) programs.set(batch, program = compile(batch));
    return program;
  };
}

/** The group of the optimizer's state of a network. */
function optimizerOf(network: string): string {
  return `${network}-optimizer`;
}

/**
 * Defines networks in the group `parameters`, each with its optimizer's state, and a target.
 *
 * @param networks Initial parameters by network.
 * @returns All groups beside `parameters`.
 */
export function defineNetworks(
  workspace: Workspace,
  networks: Readonly<Record<string, NamedTensors>>,
  optimizer: Optimizer,
  target: NamedTensors,
): string[] {
  workspace.define(PARAMETERS, Object.assign({}, ...Object.values(networks)));
  workspace.define(TARGET, target);
  for (const [network, parameters] of Object.entries(networks)) {
    workspace.define(optimizerOf(network), optimizer.initialState(parameters));
  }
  return [TARGET, ...Object.keys(networks).map(optimizerOf)];
}

/** Gradient steps of networks in turn, each of which sees what those before it have left. */
export class NetworkSteps {
  /** Of all networks, as they stand. */
  parameters: Tensors;
  /** The groups of the optimizers that took a step. */
  readonly optimizers: Record<string, Tensors> = {};

  /** @param state The groups `parameters` and `<network>-optimizer`. */
  constructor(
    private readonly state: Readonly<Record<string, Tensors>>,
    private readonly descent: Descent,
  ) {
    this.parameters = state[PARAMETERS];
  }

  /** One step of a network along a loss. @returns The loss, and what stands beside it. */
  take<Values extends Tensors & { loss: tf.Tensor }>(
    network: string,
    loss: (parameters: Tensors) => Values,
  ): Values {
    const group = optimizerOf(network);
    const descent = { ...this.descent, changes: [network] };
    const next = descend(loss, this.parameters, this.state[group], descent);
    this.parameters = next.parameters;
    this.optimizers[group] = next.optimizer;
    return next.values;
  }
}

/** What gradient steps of several networks are compiled from. */
export interface NetworkStepsSpec<
  Inputs extends Record<string, InputSpec>,
  Randoms extends Record<string, RandomSpec>,
> {
  readonly name: string;
  readonly inputs: Inputs;
  readonly random: Randoms;
  /** Those that take a step. */
  readonly networks: readonly string[];
  /** Whether the target moves towards all networks after their steps. */
  readonly renewsTarget: boolean;
}

/**
 * Compiles gradient steps of networks in turn, by Adam. Its state is the groups `parameters` and
 * `target`, and the optimizers of the networks.
 *
 * @param take Takes the steps; returns what is measured. `target` stays as it is meanwhile.
 */
export function compileNetworkSteps<
  const Inputs extends Record<string, InputSpec>,
  const Randoms extends Record<string, RandomSpec>,
  Measured extends string,
>(
  { configuration: { adamEpsilon, targetRate }, workspace }: Pick<
    ProgramContext<{ readonly adamEpsilon: number; readonly targetRate: number }>,
    "configuration" | "workspace"
  >,
  { name, inputs, random, networks, renewsTarget }: NetworkStepsSpec<Inputs, Randoms>,
  take: (given: {
    readonly steps: NetworkSteps;
    readonly target: Tensors;
    readonly input: Tensors<keyof Inputs & string>;
    readonly random: Tensors<keyof Randoms & string>;
  }) => Tensors<Measured>,
): Program<Inputs, "learningRate", Measured> {
  const optimizer = adam({ epsilon: adamEpsilon });
  const state = [PARAMETERS, TARGET, ...networks.map(optimizerOf)];
  return workspace.compile(
    { name, inputs, random, scalars: ["learningRate"], state },
    ({ input, random, scalar: { learningRate }, state }) => {
      const target = state[TARGET];
      const steps = new NetworkSteps(state, { optimizer, learningRate });
      return {
        outputs: take({ steps, target, input, random }),
        state: {
          ...steps.optimizers,
          [PARAMETERS]: steps.parameters,
          ...renewsTarget && { [TARGET]: movingAverage(target, steps.parameters, targetRate) },
        },
      };
    },
  );
}

/** What a gradient step is compiled from. */
export interface StepSpec<
  Inputs extends Record<string, InputSpec>,
  Scalar extends string,
> {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly inputs: Inputs;
  /** Beside `learningRate`. */
  readonly scalars?: readonly Scalar[];
}

/**
 * Compiles one gradient step of all parameters along a loss, with gradients clipped by global norm.
 * Its state is the groups `parameters` and `optimizer`; its outputs are what stands beside the loss,
 * and `gradientNorm`, the norm before clipping.
 *
 * @param loss From parameters, inputs and scalars to `loss`, a scalar, and what is measured.
 */
export function compileStep<
  const Inputs extends Record<string, InputSpec>,
  Measured extends string,
  const Scalar extends string = never,
>(
  { configuration: { maximumGradientNorm }, workspace }: Pick<
    ProgramContext<{ readonly maximumGradientNorm: number }>,
    "configuration" | "workspace"
  >,
  { name, optimizer, inputs, scalars = [] }: StepSpec<Inputs, Scalar>,
  loss: (
    parameters: Tensors,
    input: Tensors<keyof Inputs & string>,
    scalar: Record<Scalar, tf.Scalar>,
  ) => Tensors<"loss" | Measured>,
): Program<Inputs, Scalar | "learningRate", Measured | "gradientNorm"> {
  return workspace.compile(
    { name, inputs, scalars: ["learningRate", ...scalars], state: [PARAMETERS, "optimizer"] },
    ({ input, scalar, state }) => {
      const { values, gradientNorm, ...next } = descend(
        (parameters) => loss(parameters, input, scalar),
        state[PARAMETERS],
        state.optimizer,
        { optimizer, learningRate: scalar.learningRate, maximumGradientNorm },
      );
      const { loss: _, ...measured } = values;
      return {
        outputs: { ...measured as Tensors<Measured>, gradientNorm },
        state: { [PARAMETERS]: next.parameters, optimizer: next.optimizer },
      };
    },
  );
}
