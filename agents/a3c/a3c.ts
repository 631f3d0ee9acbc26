/**
 * A3C: several workers, each with environments of its own, take a few steps with a copy of the
 * shared parameters, then add what they learned to them, without waiting for each other.
 *
 * Mnih, Badia, Mirza, Graves, Lillicrap, Harley, Silver, Kavukcuoglu, "Asynchronous Methods for
 * Deep Reinforcement Learning" (2016, arXiv 1602.01783): algorithm S3; the policy gradient and its
 * entropy bonus of section 4; RMSProp with shared statistics, equations S2 and S3, all without locks
 * (Recht, Re, Wright, Niu, "Hogwild!", 2011, arXiv 1106.5730).
 *
 * With one worker a run is the same to the bit each time, and needs no thread. With more it is not:
 * which worker sees whose change first is up to the machine. The manifest of such a run says so.
 *
 * Differs from the paper:
 * - Policy and value network share no layer, and there is no recurrent one.
 * - Workers pause together after 4096 environment steps a worker, in whole rollouts, so that the run
 *   can be measured and saved.
 * - A worker may step several environments side by side.
 * - The mean over the rollout in place of the sum, and gradients clipped by global norm; RMSProp as
 *   A2C has it, or Adam; `rmsprop-tensorflow` has the paper's root.
 * - An episode that a time limit cut bootstraps from the value of its final observation.
 * - Actions are discrete, multi-discrete or continuous (Gaussian with a learned standard deviation
 *   that does not depend on the state).
 *
 * @module
 */
import * as z from "zod";
import { deriveSeed } from "../../lab/core/random.ts";
import type { Json, Snapshot } from "../../lab/core/snapshot.ts";
import type { Report } from "../../lab/core/trainer.ts";
import { requireWorkers } from "../../lab/core/thread.ts";
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import { openingOf } from "../../lab/compute/backend.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { optimizerFields, optimizerOf } from "../a2c.ts";
import { type AgentContext, defineAgent, requireFit } from "../define_agent.ts";
import { distributionKinds } from "../distributions/mod.ts";
import { withDefaults } from "../fields.ts";
import { actorCritic } from "../networks/actor_critic.ts";
import { AgentTrainer } from "../trainers/agent_trainer.ts";
import { Evaluator, policyActors } from "../trainers/evaluation.ts";
import { actorCriticFields, onPolicyFields } from "../trainers/on_policy_trainer.ts";
import { meanMetrics } from "../worlds/episodes.ts";
import { worldShape } from "../worlds/world.ts";
import { Learner, type Shared, type WorkerPart } from "./learner.ts";
import { SharedTensors } from "./shared_tensors.ts";
import { LearnerThread, type Start } from "./threads.ts";

// Configuration. Defaults are those of the paper where nothing else is said; of A2C for the optimizer
// and the gradient's norm.

const configuration = z.strictObject({
  workers: count(1, WIDEST).default(1).meta({
    description: "Workers that learn at once, each in a thread; reproducible with 1 only",
  }),
  ...withDefaults(actorCriticFields, { annealLearningRate: true, entropyCoefficient: 0.01 }, {
    environments: "Environments N that each worker steps side by side (1 in the paper)",
    learningRate: "Step size (Stable-Baselines3's A2C; the paper draws it from 1e-4 … 1e-2)",
  }),
  ...optimizerFields,
  rolloutLength: onPolicyFields.rolloutLength,
  gaeLambda: onPolicyFields.gaeLambda,
});

/** The fields of {@linkcode a3c}. */
type A3cConfiguration = z.output<typeof configuration>;

// Trainer.

/** Environment steps of one iteration with one worker, so that it takes milliseconds. */
const ALONE = 512;
/** The same for each of several workers: they wait for each other in between. */
const TOGETHER = 4096;

class A3cTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator: Evaluator;
  readonly #workers: readonly WorkerPart[];
  readonly #parameters: SharedTensors;
  readonly #optimizer: SharedTensors;
  readonly #claimed: Int32Array;
  /** What the workers were in when they were last asked. */
  #states: Json[] = [];
  /** Of all workers. */
  readonly #episodes = { highestReturn: -Infinity };

  constructor(private readonly context: AgentContext<A3cConfiguration>) {
    super(context.budget);
    const { name, configuration: settings, workspace, seed, stream, makeEnvironment, body } =
      context;
    const { workers } = settings;
    if (workers > 1) requireWorkers(`train ${name} with ${workers} workers`);
    const environment = makeEnvironment();
    const shape = worldShape(name, environment, distributionKinds, settings.maskActions);
    const networks = actorCritic(shape, settings, body);
    const parameters = networks.initialParameters(stream("initial-weights"));
    const threads = workers > 1;
    this.#parameters = SharedTensors.of(parameters, threads);
    this.#optimizer = SharedTensors.of(optimizerOf(settings).initialState(parameters), threads);
    const claimed = threads ? new SharedArrayBuffer(4) : new ArrayBuffer(4);
    this.#claimed = new Int32Array(claimed);
    workspace.define(PARAMETERS, this.#parameters.tensors);
    workspace.define("optimizer", this.#optimizer.tensors);

    const shared: Shared = {
      parameters: this.#parameters.block,
      optimizer: this.#optimizer.block,
      claimed,
    };
    const orders = Array.from({ length: workers }, (_, i) => ({
      configuration: settings,
      shared,
      seed: deriveSeed(seed, `worker/${i}`),
    }));
    if (threads) {
      const elsewhere = threadsOf(context, environment.id);
      this.#workers = orders.map((order, i) => new LearnerThread(i, { ...order, ...elsewhere }));
    } else {
      this.#workers = [new Learner({ ...orders[0], workspace, makeEnvironment, body })];
    }
    this.evaluator = new Evaluator({
      shape,
      makeEnvironment,
      ...policyActors(name, workspace, shape, networks),
    });
    this.parts = {
      name,
      workspace,
      groups: ["optimizer"],
      resumables: {
        world: {
          episodes: this.#episodes,
          snapshot: (): Json => this.#states,
          restore: (states: Json) => void (this.#states = states as Json[]),
        },
      },
    };
  }

  /** At least 512 environment steps, or 4096 of each of several workers, in whole rollouts. */
  async iterate(): Promise<Report> {
    const { workspace, budget, configuration: { environments, rolloutLength } } = this.context;
    const workers = this.#workers.length;
    const steps = workers === 1 ? ALONE : TOGETHER * workers;
    const rollout = environments * rolloutLength;
    const limit = Math.min(Math.ceil(steps / rollout) * rollout, this.remaining);
    const order = { environmentSteps: this.progress.environmentSteps, limit, budget };
    this.#claimed[0] = 0;
    const learning = Promise.all(this.#workers.map((worker) => worker.learn(order)));
    const learned = await learning.finally(() => {
      workspace.write(PARAMETERS, this.#parameters.tensors);
      workspace.write("optimizer", this.#optimizer.tensors);
    });
    for (const { environmentSteps, gradientSteps, highestReturn } of learned) {
      this.progress.environmentSteps += environmentSteps;
      this.progress.gradientSteps += gradientSteps;
      this.progress.examples += environmentSteps;
      this.#episodes.highestReturn = Math.max(this.#episodes.highestReturn, highestReturn);
    }
    this.progress.iterations += 1;
    return { metrics: meanMetrics(learned.map(({ metrics }) => metrics)) };
  }

  override get irreproducible(): string | undefined {
    const { workers } = this.context.configuration;
    return workers === 1 ? undefined : `${workers} workers change shared parameters without ` +
      "waiting for each other; with agent.workers=1 it is reproducible";
  }

  override async snapshot(): Promise<Snapshot> {
    this.#states = await Promise.all(this.#workers.map((worker) => worker.snapshot()));
    return await super.snapshot();
  }

  override async restore(snapshot: Snapshot): Promise<void> {
    await super.restore(snapshot);
    const { workspace } = this.context;
    this.#parameters.set(await workspace.read(PARAMETERS));
    this.#optimizer.set(await workspace.read("optimizer"));
    await Promise.all(this.#workers.map((worker, i) => worker.restore(this.#states[i])));
  }

  /** Ends the workers' threads. */
  override dispose(): void {
    for (const worker of this.#workers) worker.dispose();
    super.dispose();
  }
}

/**
 * What workers in threads of their own compute with and learn in.
 *
 * @throws InputError where threads cannot have it.
 */
function threadsOf(
  { configuration: { workers }, workspace, environmentSource }: AgentContext<A3cConfiguration>,
  environment: string,
): Pick<Start, "opening" | "source"> {
  const opening = openingOf(workspace);
  const agent = `a3c with ${workers} workers`;
  requireFit(
    agent,
    opening !== undefined,
    "their threads must know how openWorkspace opened the workspace",
    workspace.backend,
  );
  requireFit(
    agent,
    environmentSource !== undefined,
    "their threads must be able to import the environment and the network body",
    `${environment} or the body is defined in the calling program`,
  );
  return { opening, source: environmentSource };
}

/** Asynchronous advantage actor-critic. */
export const a3c = defineAgent({
  name: "a3c",
  summary: "A3C: asynchronous workers that add their gradients to shared parameters",
  takes: { actions: distributionKinds, body: true },
  configuration,
  trainer: (context) => new A3cTrainer(context),
});
