/**
 * Recurrent proximal policy optimisation: PPO whose policy and value network each remember what
 * they saw in the episode so far, for worlds that do not show their whole state.
 *
 * Schulman et al., "Proximal Policy Optimization Algorithms" (2017, arXiv 1707.06347): the losses of
 * ppo.ts. Hausknecht, Stone, "Deep Recurrent Q-Learning for Partially Observable MDPs" (2015, arXiv
 * 1507.06527): learning on sequences that are unrolled through time. Huang et al., "The 37
 * Implementation Details of Proximal Policy Optimization" (2022), the five details for LSTM.
 *
 * Differs from the paper:
 * - An LSTM or a GRU stands before each of two networks that share nothing.
 * - Orthogonal kernels and zero biases of the recurrent layers unless said (detail 1), zero memory at the
 *   start (2), cleared where an episode starts (3), minibatches of whole sequences (4).
 * - A sequence has `sequenceLength` steps of one environment. Its first memory is the one that acted,
 *   which is stale after the first update of a rollout; at `sequenceLength` = `rolloutLength` that is
 *   the only place where gradients through time are cut.
 * - An episode that a time limit cut bootstraps from the value of its final observation, valued with
 *   the memory of that episode.
 * - Whole rollouts only: a budget is overshot by at most `rolloutLength` · `environments` − 1 steps.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { PARAMETERS } from "../lab/core/base_trainer.ts";
import type { Generator } from "../lab/core/random.ts";
import { gatherColumns, gatherRows } from "../lab/core/rows.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import { bodyOf, bodyWithin } from "../lab/compute/bodies.ts";
import type { Body } from "../lab/compute/definitions.ts";
import { fanInParameters, mlpLayers } from "../lab/compute/networks.ts";
import { adam } from "../lab/compute/optimizers.ts";
import {
  memorySize,
  pytorchRecurrentParameters,
  recurrentCellNames,
  recurrentParameters,
  unroll,
} from "../lab/compute/recurrent.ts";
import { count, WIDEST } from "../lab/compute/sizes.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import { defineAgent, type ProgramContext, requireFit } from "./define_agent.ts";
import { maskLogits } from "./distributions/actions.ts";
import { maskedLogits } from "./distributions/categorical.ts";
import { distributionKinds, policyDistribution } from "./distributions/mod.ts";
import type { PolicyDistribution } from "./distributions/policy_distribution.ts";
import { withDefaults } from "./fields.ts";
import { type RecurrentActor, RecurrentRollout } from "./memory/recurrent_rollout.ts";
import { orthogonalParameters, stateValues } from "./networks/actor_critic.ts";
import { proximalColumns, proximalFields, proximalLoss } from "./ppo.ts";
import { generalizedAdvantages, standardize } from "./returns/advantages.ts";
import { type Actor, type Choice, choiceOf } from "./trainers/evaluation.ts";
import { batchInputs, OnPolicyTrainer, onPolicyWorld } from "./trainers/on_policy_trainer.ts";
import { compileStep, perBatch } from "./trainers/programs.ts";
import { proximalEpochs, requireDivisor } from "./trainers/proximal_epochs.ts";
import type { EstimatedBatch } from "./trainers/rollout_worker.ts";
import type { WorldShape } from "./worlds/world.ts";

// Configuration. Defaults are those of sb3-contrib's RecurrentPPO where nothing else is said, and the
// zoo's rectified units in the place of its tanh.

const configuration = z.strictObject({
  ...withDefaults(proximalFields, {
    epochs: 10,
    hiddenSizes: [64],
    activation: "relu",
    learningRate: 3e-4,
    clipValueLoss: false,
    valueCoefficient: 1,
  }, {
    minibatchSize: "Transitions a gradient step: whole sequences that divide the rollout",
    hiddenSizes: "Widths of the dense layers after it (64: rl-baselines3-zoo)",
    activation: "Activation of the dense layers",
    valueCoefficient: "Weight of the value loss ½ mean((V − R)²)",
  }),
  sequenceLength: count(1).default(32).meta({
    description: "Steps through which gradients flow back; divides rolloutLength (32: the lab's)",
    unit: "environment steps",
  }),
  cell: z.enum(recurrentCellNames).default("lstm").meta({
    description: "The layer that remembers",
  }),
  recurrentSize: count(1, WIDEST).default(64).meta({
    description: "Units of each recurrent layer (64: rl-baselines3-zoo)",
  }),
});

/** The fields of recurrent PPO. */
type RecurrentPpoConfiguration = z.output<typeof configuration>;

// Networks.

type Settings = Pick<
  RecurrentPpoConfiguration,
  "cell" | "recurrentSize" | "hiddenSizes" | "activation" | "orthogonalInitialization"
>;

/** What stands before the recurrent layers, and what the policy's outputs mean. */
export interface RecurrentParts {
  readonly body: Body;
  readonly distribution: PolicyDistribution;
}

/** Length M of a row of memory: that of the policy's layer, then that of the value network's. */
function rowOfMemory({ cell, recurrentSize }: Settings): number {
  return 2 * memorySize(cell, recurrentSize);
}

function initialParameters(
  random: Generator,
  { cell, recurrentSize, hiddenSizes, orthogonalInitialization }: Settings,
  { body, distribution }: RecurrentParts,
): NamedTensors {
  const drawLayer = orthogonalInitialization ? recurrentParameters : pytorchRecurrentParameters;
  const layer = (prefix: string) => drawLayer(random, cell, body.size, recurrentSize, prefix);
  const draw = orthogonalInitialization ? orthogonalParameters : fanInParameters;
  const sizes = [recurrentSize, ...hiddenSizes];
  return {
    ...bodyWithin("policy", body).initialParameters(random),
    ...layer("policy/recurrent"),
    ...draw(random, [...sizes, distribution.outputSize], "policy", 0.01),
    ...distribution.initialParameters(),
    ...bodyWithin("value", body).initialParameters(random),
    ...layer("value/recurrent"),
    ...draw(random, [...sizes, 1], "value", 1),
  };
}

/**
 * Distribution inputs [T · B, P], values [T · B] and the memory [B, M] after T steps.
 *
 * @param observations [T · B, D], time-major.
 * @param memory [B, M].
 * @param kept [T · B], 0 where an episode starts.
 */
function unrollNetworks(
  parameters: Tensors,
  { cell, activation }: Pick<Settings, "cell" | "activation">,
  { body, distribution }: RecurrentParts,
  { observations, memory, kept }: Tensors<"observations" | "memory" | "kept">,
): Tensors<"inputs" | "values" | "memory"> {
  const [ofPolicy, ofValue] = tf.split(memory, 2, 1);
  const steps = observations.shape[0]! / memory.shape[0]!;
  const remembered = (network: string, memory: tf.Tensor) => {
    const x = bodyWithin(network, body).features(parameters, observations);
    return unroll(parameters, cell, `${network}/recurrent`, { x, memory, kept, steps });
  };
  const policy = remembered("policy", ofPolicy);
  const value = remembered("value", ofValue);
  const { features, outputs } = mlpLayers(parameters, policy.outputs, activation, "policy");
  return {
    inputs: distribution.inputs(parameters, outputs, features),
    values: stateValues(parameters, value.outputs, activation),
    memory: tf.concat([policy.memory, value.memory], 1),
  };
}

// Trainer.

/** Compiles one step of `count` environments. */
function compileActor(
  { name, configuration: settings, workspace }: ProgramContext<RecurrentPpoConfiguration>,
  { observationSize }: WorldShape,
  parts: RecurrentParts,
  count: number,
): RecurrentActor {
  return workspace.compile(
    {
      name: `${name}/act/${count}`,
      inputs: {
        observations: [[count, observationSize], "float32"],
        memory: [[count, rowOfMemory(settings)], "float32"],
        kept: [[count], "float32"],
      },
      state: [PARAMETERS],
      placement: "host",
    },
    ({ input, state }) => ({
      outputs: unrollNetworks(state[PARAMETERS], settings, parts, input),
    }),
  );
}

/** Compiles one gradient step on `sequences` sequences. */
function compileUpdate(
  context: ProgramContext<RecurrentPpoConfiguration>,
  shape: WorldShape,
  parts: RecurrentParts,
  sequences: number,
) {
  const { name, configuration: settings } = context;
  const batch = sequences * settings.sequenceLength;
  const spec = {
    name: `${name}/update`,
    optimizer: adam({ epsilon: settings.adamEpsilon }),
    inputs: {
      ...batchInputs(shape, batch, [...proximalColumns, "kept"] as const),
      memory: [[sequences, rowOfMemory(settings)], "float32"],
    },
    scalars: ["clipRange"],
  } as const;
  return compileStep(context, spec, (parameters, input, { clipRange }) => {
    const { inputs, values } = unrollNetworks(parameters, settings, parts, input);
    const terms = parts.distribution.terms(maskedLogits(inputs, input.masks), input.actions);
    const { logProbability } = terms;
    return { ...proximalLoss(terms, values, input, clipRange, settings), logProbability };
  });
}

/** The policy of `actor`'s environments, each with its memory. */
function recurrentActor(actor: RecurrentActor, choose: Choice): Actor {
  return {
    async act(observations, started, actions, masks, random) {
      actor.input.observations.set(observations);
      for (let n = 0; n < started.length; n++) actor.input.kept[n] = 1 - started[n];
      actor.run();
      choose(maskLogits(await actor.read("inputs"), masks), actions, random);
      actor.input.memory.set(await actor.read("memory"));
    },
  };
}

/** Recurrent proximal policy optimisation. */
export const recurrentPpo = defineAgent({
  name: "recurrent-ppo",
  summary: "PPO with memory: an LSTM or GRU before policy and value network",
  takes: { actions: distributionKinds, body: true },
  configuration,
  requires({ name, configuration: settings }) {
    const { rolloutLength, sequenceLength } = settings;
    requireFit(
      name,
      rolloutLength % sequenceLength === 0,
      `sequenceLength must divide the rolloutLength of ${rolloutLength}`,
      sequenceLength,
    );
    requireDivisor(name, settings, sequenceLength);
  },
  trainer(context) {
    const { configuration: settings, stream } = context;
    const { environments, rolloutLength, sequenceLength, minibatchSize } = settings;
    const world = onPolicyWorld(context);
    const { shape } = world;
    const features = settings.hiddenSizes.at(-1) ?? settings.recurrentSize;
    const distribution = policyDistribution(shape.actionSpace, settings, features);
    const parts = { body: bodyOf(shape.observationSpace, settings, context.body), distribution };
    const width = rowOfMemory(settings);
    const rollout = new RecurrentRollout(rolloutLength, sequenceLength, environments, width, shape);
    const [policy, minibatch] = [stream("policy"), stream("minibatch")];
    const actor = compileActor(context, shape, parts, environments);
    const sequences = minibatchSize / sequenceLength;
    const update = compileUpdate(context, shape, parts, sequences);

    /** Writes whole sequences into the update's views: step l of sequence s stands at l · S + s. */
    const filled = (batch: EstimatedBatch, chosen: Int32Array) => {
      const indices = Int32Array.from({ length: minibatchSize }, (_, i) => {
        const sequence = chosen[i % sequences];
        const t = Math.floor(sequence / environments) * sequenceLength + Math.floor(i / sequences);
        return t * environments + sequence % environments;
      });
      const old = { oldLogProbabilities: rollout.logProbabilities, oldValues: batch.values };
      const { memory, ...views } = update.input;
      gatherRows(rollout.memories, chosen, width, memory);
      gatherColumns({ ...rollout, ...batch, ...old }, indices, views);
      if (settings.normalizeAdvantages) standardize(views.advantages, views.advantages);
      return update;
    };

    const choose = choiceOf(shape.actionSpace, distribution);
    const actors = perBatch((count) =>
      recurrentActor(compileActor(context, shape, parts, count), choose)
    );
    return new OnPolicyTrainer(context, {
      world,
      evaluated: {
        actors,
        drawing: actors,
        scores: {
          memorySize: width,
          step: (parameters, observations, memory) => {
            const given = { observations, memory, kept: tf.ones([1]) };
            const next = unrollNetworks(parameters, settings, parts, given);
            return { scores: next.inputs, memory: next.memory, values: next.values };
          },
        },
      },
      parameters: initialParameters(stream("initial-weights"), settings, parts),
      optimizer: adam(),
      resumables: { policy, minibatch, memory: rollout },
      async collect() {
        await rollout.collect(world, actor, distribution, policy);
        const estimates = generalizedAdvantages(rollout, settings.gamma, settings.gaeLambda);
        return { transitions: rollout.size, values: rollout.values, ...estimates };
      },
      /** On minibatches of whole sequences. */
      learn: proximalEpochs(settings, minibatch, filled, undefined, sequenceLength),
    });
  },
});
