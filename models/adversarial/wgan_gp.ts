/**
 * Wasserstein GAN with gradient penalty, for points: a critic learns how far the generator's points
 * are from the data, a generator learns to bring them nearer, and the critic is kept about
 * 1-Lipschitz by a penalty on the norm of its input gradient.
 *
 * Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, "Improved Training of Wasserstein GANs" (2017,
 * arXiv 1704.00028): equation 3 and algorithm 1; sizes, penalty weight and optimizer are those of
 * their toy experiments (section 4, "8 Gaussians"). The value that both play for is equation 2 of
 * Arjovsky, Chintala, Bottou (2017, arXiv 1701.07875).
 *
 * Differs from the paper:
 * - Width 128 in place of 512; a step size that falls to 0.
 * - Samples come from an exponential moving average of the generator's weights (Yazıcı et al. 2019,
 *   arXiv 1806.04498); `averageDecay` 0 takes the weights themselves.
 * - √(‖∇‖² + 1e-12) for the norm, finite where the gradient vanishes.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { BaseTrainer, PARAMETERS } from "../../lab/core/base_trainer.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import type { Samples } from "../../lab/core/picture.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { outputOverRows } from "../../lab/compute/batches.ts";
import type { ModelDefinition } from "../../lab/compute/definitions.ts";
import { safeNorm, valueAndGradients } from "../../lab/compute/gradients.ts";
import { heNormal, lecunNormal } from "../../lab/compute/initializers.ts";
import { mlp, mlpParameters } from "../../lab/compute/networks.ts";
import { adam, type Optimizer } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import type { Program, Tensors, Workspace } from "../../lab/compute/workspace.ts";
import { maskedMean } from "../common/losses.ts";
import { inOrder, loadRows, Minibatches } from "../common/minibatches.ts";
import { LOSSES, type ModelContext } from "../common/model_trainer.ts";
import { addToTotals, initialTotals, takeMeans } from "../common/totals.ts";
import { modeCoverage } from "../metrics/mode_coverage.ts";
import { scatterSheet } from "../sheet.ts";

// Configuration.

const configuration = z.strictObject({
  batchSize: z.int().min(2).default(64).meta({
    description: "Points a gradient step",
    unit: "points",
  }),
  criticSteps: z.int().min(1).default(5).meta({
    description: "Critic steps for one of the generator (algorithm 1)",
    unit: "gradient steps",
  }),
  penalty: z.number().min(0).default(0.1).meta({
    description: "λ, the weight of the gradient penalty (0.1: the paper's toy experiments)",
  }),
  learningRate: z.number().positive().default(4e-3).meta({
    description: "Adam's step size at the start of both, falling linearly to finalLearningRate",
  }),
  finalLearningRate: z.number().min(0).default(0).meta({
    description: "Adam's step size at the end of the budget",
  }),
  averageDecay: z.number().min(0).lt(1).default(0.98).meta({
    description: "Decay of the moving average of the generator that samples come from",
  }),
  latentSize: z.int().min(1).default(2).meta({ description: "Length Z of the latent vector" }),
  width: z.int().min(1).default(128).meta({ description: "Width of the hidden layers of both" }),
  layers: z.int().min(1).default(3).meta({ description: "Hidden layers of both" }),
  roundsPerIteration: z.int().min(1).default(20).meta({
    description: "Rounds an iteration, each of criticSteps critic steps and a generator step",
    unit: "rounds",
  }),
});

/** The fields of {@linkcode wganGp}. */
export type WganGpConfiguration = z.output<typeof configuration>;

// Losses.

/**
 * E f(x̃) − E f(x): what the critic minimises, and −1 times the distance that it estimates. Equation
 * 2 of Arjovsky et al. (2017).
 *
 * @param real f(x), [B] or [B, 1]
 * @param generated f(x̃), [B] or [B, 1]
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * criticLoss(tf.tensor([1.2, 0.8]), tf.tensor([-0.3, 0.1])).print(); // −1.1
 * ```
 */
export function criticLoss(real: tf.Tensor, generated: tf.Tensor): tf.Scalar {
  return tf.sub(tf.mean(generated), tf.mean(real));
}

/** −E f(x̃): what the generator minimises. Algorithm 1, line 12. */
export function generatorLoss(generated: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(generated));
}

/**
 * E (‖∇_x̂ f(x̂)‖₂ − 1)² at x̂ = αx + (1 − α)x̃: the penalty of equation 3 without its weight λ. Inside
 * `valueAndGradients` it is differentiable in the critic's parameters.
 *
 * @param critic f, from [B, D] to [B, 1]; each row's score depends on that row alone.
 * @param real x, [B, D]
 * @param generated x̃, [B, D]
 * @param alpha α ~ U[0, 1) for each sample, [B, 1]
 */
export function gradientPenalty(
  critic: (points: tf.Tensor) => tf.Tensor,
  real: tf.Tensor,
  generated: tf.Tensor,
  alpha: tf.Tensor,
): tf.Scalar {
  const points = tf.add(generated, tf.mul(alpha, tf.sub(real, generated)));
  const { gradients } = valueAndGradients(
    ({ points }) => ({ loss: tf.sum(critic(points)) as tf.Scalar }),
    { points },
  );
  return tf.mean(tf.square(tf.sub(safeNorm(gradients.points, 1), 1)));
}

// Networks.

const CRITIC = "critic";
const GENERATOR = "generator";

/** The parameters whose names start with `network/`. */
function only(network: string, parameters: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => name.startsWith(`${network}/`)),
  );
}

// Programs.

/** Points a call of the evaluation and sampling programs. */
const EVALUATION_BATCH = 500;
/** Samples that an evaluation looks at, as VEEGAN and PacGAN do. */
const EVALUATED_SAMPLES = 2500;

const CRITIC_OPTIMIZER = "critic_optimizer";
const GENERATOR_OPTIMIZER = "generator_optimizer";
const GENERATOR_LOSSES = "generator_losses";
const AVERAGE = "average";

type Points<Name extends string> = Record<Name, readonly [readonly number[], "float32"]>;

/** The steps of algorithm 1, and what looks at its networks. */
export interface WganGpPrograms {
  /** Of both networks. */
  readonly optimizer: Optimizer;
  /** Lines 4 to 10: changes the critic and its moments alone. */
  readonly critic: Program<
    Points<"real">,
    "learningRate",
    "critic" | "gradient_penalty" | "distance"
  >;
  /** Lines 11 and 12: changes the generator, its moments and its average alone. */
  readonly generator: Program<Points<never>, "learningRate", "generator">;
  /** Points of the averaged generator. */
  readonly draw: Program<Points<never>, never, "points">;
  /** The critic's mean score of the points whose mask is 1. */
  readonly measure: Program<Points<"x" | "mask">, never, "score">;
}

/** Compiles the programs over the groups that the trainer defines. */
export function compileWganGp(
  workspace: Workspace,
  dimensions: number,
  configuration: WganGpConfiguration,
): WganGpPrograms {
  const { batchSize, latentSize, penalty, averageDecay } = configuration;
  const optimizer = adam({ beta1: 0.5, beta2: 0.9 });
  const noise = [[batchSize, latentSize], "normal"] as const;

  const critic = workspace.compile({
    name: "critic step",
    inputs: { real: [[batchSize, dimensions], "float32"] },
    random: { noise, alpha: [[batchSize, 1], "uniform"] },
    scalars: ["learningRate"],
    state: [PARAMETERS, CRITIC_OPTIMIZER, LOSSES],
  }, ({ input, random, scalar, state }) => {
    const generated = mlp(state.parameters, random.noise, "relu", GENERATOR);
    const own = only(CRITIC, state.parameters);
    const { values, gradients } = valueAndGradients((parameters) => {
      const score = (points: tf.Tensor) => mlp(parameters, points, "relu", CRITIC);
      const value = criticLoss(score(input.real), score(generated));
      const gradient_penalty = gradientPenalty(score, input.real, generated, random.alpha);
      return {
        loss: tf.add(value, tf.mul(gradient_penalty, penalty)) as tf.Scalar,
        gradient_penalty,
        distance: tf.neg(value),
      };
    }, own);
    const next = optimizer.update(own, gradients, state[CRITIC_OPTIMIZER], scalar.learningRate);
    const { loss, gradient_penalty, distance } = values;
    const losses = { critic: loss, gradient_penalty, distance };
    return {
      outputs: losses,
      state: {
        parameters: { ...state.parameters, ...next.parameters },
        [CRITIC_OPTIMIZER]: next.state,
        losses: addToTotals(state.losses, losses, tf.scalar(1)),
      },
    };
  });

  const generator = workspace.compile({
    name: "generator step",
    random: { noise },
    scalars: ["learningRate"],
    state: [PARAMETERS, GENERATOR_OPTIMIZER, AVERAGE, GENERATOR_LOSSES],
  }, ({ random, scalar, state }) => {
    const own = only(GENERATOR, state.parameters);
    const { values, gradients } = valueAndGradients((parameters) => {
      const generated = mlp(parameters, random.noise, "relu", GENERATOR);
      return { loss: generatorLoss(mlp(state.parameters, generated, "relu", CRITIC)) };
    }, own);
    const next = optimizer.update(own, gradients, state[GENERATOR_OPTIMIZER], scalar.learningRate);
    const average: Tensors = {};
    for (const [name, weights] of Object.entries(next.parameters)) {
      const kept = tf.mul(state[AVERAGE][name], averageDecay);
      average[name] = tf.add(kept, tf.mul(weights, 1 - averageDecay));
    }
    const losses = { generator: values.loss };
    return {
      outputs: losses,
      state: {
        parameters: { ...state.parameters, ...next.parameters },
        [GENERATOR_OPTIMIZER]: next.state,
        [AVERAGE]: average,
        [GENERATOR_LOSSES]: addToTotals(state[GENERATOR_LOSSES], losses, tf.scalar(1)),
      },
    };
  });

  const draw = workspace.compile({
    name: "generator sample",
    random: { noise: [[EVALUATION_BATCH, latentSize], "normal"] },
    state: [AVERAGE],
  }, ({ random, state }) => ({
    outputs: { points: mlp(state[AVERAGE], random.noise, "relu", GENERATOR) },
  }));

  const measure = workspace.compile({
    name: "critic evaluation",
    inputs: {
      x: [[EVALUATION_BATCH, dimensions], "float32"],
      mask: [[EVALUATION_BATCH], "float32"],
    },
    state: [PARAMETERS],
  }, ({ input, state }) => {
    const scores = tf.reshape(mlp(state.parameters, input.x, "relu", CRITIC), [EVALUATION_BATCH]);
    return { outputs: { score: maskedMean(scores, input.mask) } };
  });

  return { optimizer, critic, generator, draw, measure };
}

// The trainer.

class WganGpTrainer extends BaseTrainer {
  protected readonly parts;
  readonly #context: ModelContext<WganGpConfiguration>;
  readonly #dimensions: number;
  readonly #minibatches: Minibatches;
  readonly #noise: Generator;
  readonly #programs;

  constructor(context: ModelContext<WganGpConfiguration>) {
    super("gradientSteps", context.budget);
    const { configuration, dataset, workspace, stream } = context;
    const { batchSize, latentSize, width, layers } = configuration;
    if (dataset.kind !== "points") {
      throw new InputError(
        `Cannot train a point generator as it needs points: "${dataset.name}" holds ${dataset.kind}`,
      );
    }
    this.#context = context;
    this.#dimensions = dataset.shape[0];
    const { count } = dataset.train;
    this.#minibatches = new Minibatches(count, batchSize, "drop", stream("minibatch"));
    this.#noise = stream("noise");
    this.#programs = compileWganGp(workspace, this.#dimensions, configuration);

    const hidden = new Array<number>(layers).fill(width);
    const widths = { hidden: heNormal, output: lecunNormal };
    const critic = mlpParameters(stream(CRITIC), [this.#dimensions, ...hidden, 1], {
      ...widths,
      prefix: CRITIC,
    });
    const generator = mlpParameters(stream(GENERATOR), [latentSize, ...hidden, this.#dimensions], {
      ...widths,
      prefix: GENERATOR,
    });
    const { optimizer } = this.#programs;
    workspace.define(PARAMETERS, { ...critic, ...generator });
    workspace.define(CRITIC_OPTIMIZER, optimizer.initialState(critic));
    workspace.define(GENERATOR_OPTIMIZER, optimizer.initialState(generator));
    workspace.define(AVERAGE, generator);
    workspace.define(LOSSES, initialTotals(["critic", "gradient_penalty", "distance"]));
    workspace.define(GENERATOR_LOSSES, initialTotals(["generator"]));
    this.parts = {
      name: "wgan-gp",
      workspace,
      groups: [CRITIC_OPTIMIZER, GENERATOR_OPTIMIZER, AVERAGE],
      resumables: { minibatches: this.#minibatches, noise: this.#noise },
    };
  }

  async iterate(): Promise<Report> {
    const { configuration, workspace } = this.#context;
    const { roundsPerIteration, learningRate, finalLearningRate } = configuration;
    const schedule = linear(learningRate, finalLearningRate);
    const rounds = Math.min(roundsPerIteration, this.remaining);
    for (let round = 0; round < rounds; round++) {
      this.#round(schedule(this.spent));
      this.progress.gradientSteps++;
    }
    this.progress.iterations++;
    const losses = {
      ...await takeMeans(workspace, LOSSES),
      ...await takeMeans(workspace, GENERATOR_LOSSES),
    };
    const metrics: Metrics = { "schedule/learning_rate": schedule(this.spent) };
    for (const [name, mean] of Object.entries(losses)) metrics[`losses/${name}`] = mean;
    return { metrics };
  }

  /** Lines 2 to 12 of algorithm 1. */
  #round(learningRate: number): void {
    const { critic, generator } = this.#programs;
    const { criticSteps, batchSize } = this.#context.configuration;
    critic.scalar.learningRate = learningRate;
    generator.scalar.learningRate = learningRate;
    for (let step = 0; step < criticSteps; step++) {
      const rows = this.#minibatches.next(batchSize);
      loadRows(this.#context.dataset.train, rows, critic.input.real);
      critic.run(this.#noise);
      this.progress.examples += batchSize;
    }
    generator.run(this.#noise);
  }

  async evaluate({ random }: { random: Generator }): Promise<Report> {
    const { test, mixture } = this.#context.dataset;
    const { values } = await this.sample({ random, count: EVALUATED_SAMPLES });
    const metrics: Metrics = {
      "evaluation/distance": await this.#meanScore(test.values) - await this.#meanScore(values),
    };
    if (mixture !== undefined) {
      const { centers, deviation } = mixture;
      const coverage = modeCoverage(values, centers, this.#dimensions, deviation);
      metrics["evaluation/modes"] = coverage.modes;
      metrics["evaluation/mode_share_min"] = Math.min(...coverage.shares);
      metrics["evaluation/high_quality"] = coverage.highQuality;
    }
    const artifacts = this.#dimensions === 2
      ? [{ name: "samples", raster: scatterSheet(values, mixture) }]
      : [];
    return { metrics, artifacts };
  }

  async sample(
    { random, count }: { random: Generator; count: number },
  ): Promise<Samples & { kind: "points" }> {
    const { draw } = this.#programs;
    const dimensions = this.#dimensions;
    const values = await outputOverRows(draw, "points", {
      count,
      batch: EVALUATION_BATCH,
      random,
    });
    return { kind: "points", count, dimensions, values };
  }

  /** The critic's mean score of points [count, D]. */
  async #meanScore(values: Float32Array): Promise<number> {
    const { measure } = this.#programs;
    const count = values.length / this.#dimensions;
    let total = 0;
    for (const rows of inOrder(count, EVALUATION_BATCH)) {
      loadRows({ count, values }, rows, measure.input.x, measure.input.mask);
      measure.run();
      total += (await measure.read("score"))[0] * rows.length;
    }
    return total / count;
  }
}

/** The Wasserstein GAN with gradient penalty as an entry of the registry. */
export const wganGp: ModelDefinition<WganGpConfiguration> = {
  name: "wgan-gp",
  summary: "Wasserstein GAN with gradient penalty, for points",
  budgetUnit: "gradientSteps",
  bestBy: { metric: "evaluation/mode_share_min", goal: "maximize" },
  configuration,
  create: (context) => Promise.resolve(new WganGpTrainer(context)),
};
