/**
 * my-agent: the policy gradient in its simplest form (Williams 1992, REINFORCE). Change what it
 * learns from, keep the shape of the file.
 *
 *   deno task -q experiment run my-agent.ts --seeds 3
 *   deno task -q experiment run my-agent.ts --set agent.name=ppo     # the same world, to compare
 *   deno task -q experiment check my-agent.ts                        # resumes to the same bits?
 */
import { type AgentContext, defineAgent, defineExperiment, type Report } from "reverie";
import {
  actionInput,
  actionRows,
  adam,
  AgentTrainer,
  compileScores,
  descend,
  distributionKinds,
  Evaluator,
  mlp,
  mlpParameters,
  PARAMETERS,
  policyActors,
  policyDistribution,
  type Scores,
  standardize,
  tf,
  World,
} from "reverie/blocks";
import * as z from "zod";

// Every field has a default and a description: `describe` shows them, `--set agent.gamma=0.9` changes
// one.
const configuration = z.strictObject({
  environments: z.int().min(1).default(8).meta({ description: "Environments side by side" }),
  rolloutLength: z.int().min(1).default(128).meta({ description: "Steps of each per update" }),
  gamma: z.number().min(0).max(1).default(0.99).meta({ description: "Discount γ" }),
  learningRate: z.number().positive().default(0.01).meta({ description: "Step size" }),
  hiddenSizes: z.array(z.int().min(1)).default([32]).meta({ description: "Hidden layers" }),
});

type Context = AgentContext<z.output<typeof configuration>>;

class PolicyGradientTrainer extends AgentTrainer {
  protected readonly parts;
  protected readonly evaluator;
  readonly #world;
  readonly #distribution;
  readonly #actor;
  readonly #update;

  constructor(private readonly context: Context) {
    super(context.budget);
    const { configuration: settings, workspace, stream, name } = context;
    const { environments, rolloutLength, hiddenSizes } = settings;

    // N environments that step together; seeded from the run's seed.
    const world = this.#world = new World(name, context, environments, {
      actions: distributionKinds,
    });
    const { observationSize, actionSpace } = world.shape;

    // Choices have probabilities, measured actions a density: the distribution fits the world. Its
    // inputs [B, P] (logits, or means and deviations) come from observations [B, D].
    const distribution = this.#distribution = policyDistribution(actionSpace);
    const policy: Scores = (parameters, x) =>
      distribution.inputs(parameters, mlp(parameters, x, "tanh", "policy"));

    // The workspace holds all tensors in named groups. Random numbers come from named streams.
    const sizes = [observationSize, ...hiddenSizes, distribution.outputSize];
    const parameters = {
      ...mlpParameters(stream("weights"), sizes, { prefix: "policy" }),
      ...distribution.initialParameters(),
    };
    const optimizer = adam();
    workspace.define(PARAMETERS, parameters);
    workspace.define("optimizer", optimizer.initialState(parameters));

    // A training step is a pure function of declared inputs; it is compiled to machine code.
    const batch = environments * rolloutLength;
    this.#update = workspace.compile(
      {
        name: `${name}/update`,
        inputs: {
          observations: [[batch, observationSize], "float32"],
          actions: actionInput(actionSpace, batch),
          returns: [[batch], "float32"],
        },
        scalars: ["learningRate"],
        state: [PARAMETERS, "optimizer"],
      },
      ({ input, scalar, state }) => {
        const step = descend(
          (parameters) => {
            const inputs = policy(parameters, input.observations);
            const { logProbability } = distribution.terms(inputs, input.actions);
            // L = −mean(ln π(a|s) · R): good returns make their actions likelier.
            return { loss: tf.neg(tf.mean(tf.mul(logProbability, input.returns))) };
          },
          state[PARAMETERS],
          state.optimizer,
          { optimizer, learningRate: scalar.learningRate, maximumGradientNorm: 1 },
        );
        return {
          outputs: { loss: step.values.loss },
          state: { [PARAMETERS]: step.parameters, optimizer: step.optimizer },
        };
      },
    );
    this.#actor = compileScores(workspace, `${name}/act`, environments, observationSize, policy);
    this.evaluator = new Evaluator({
      shape: world.shape,
      makeEnvironment: context.makeEnvironment,
      ...policyActors(name, workspace, world.shape, { policy, distribution }),
    });
    // What a checkpoint holds: a run that is resumed ends in the same bits.
    this.parts = {
      name,
      workspace,
      groups: ["optimizer"],
      resumables: { actions: stream("actions"), world },
    };
  }

  /** One rollout and the update from it. */
  async iterate(): Promise<Report> {
    this.requireBudget();
    const { environments, rolloutLength, gamma, learningRate } = this.context.configuration;
    const { input, scalar } = this.#update;
    const world = this.#world;
    const actions = actionRows(world.shape.actionSpace, environments);
    const logProbabilities = new Float64Array(environments);
    const rewards: Float64Array[] = [];
    const ends: boolean[][] = [];
    for (let t = 0; t < rolloutLength; t++) {
      input.observations.set(world.observations, t * world.observations.length);
      this.#actor.input.observations.set(world.observations);
      this.#actor.run();
      const inputs = await this.#actor.read("scores");
      const { actions: random } = this.parts.resumables;
      this.#distribution.sample(inputs, random, actions, logProbabilities);
      input.actions.set(actions, t * actions.length);
      const step = world.step(actions);
      rewards.push(Float64Array.from(step.rewards));
      ends.push(Array.from(step.terminated, (end, n) => Boolean(end || step.truncated[n])));
    }
    // What is better than usual is made likelier, the rest less likely.
    standardize(discounted(rewards, ends, gamma), input.returns);
    scalar.learningRate = learningRate * (1 - this.spent);
    this.#update.run();
    this.progress.environmentSteps += environments * rolloutLength;
    this.progress.gradientSteps += 1;
    this.progress.iterations += 1;
    const [loss] = await this.#update.read("loss");
    return { metrics: { ...world.episodes.metrics(), "losses/policy": loss } };
  }
}

/** R_t = r_t + γ R_{t+1} within an episode, time-major as the rollout. */
function discounted(rewards: Float64Array[], ends: boolean[][], gamma: number): Float64Array {
  const count = rewards[0].length;
  const returns = new Float64Array(rewards.length * count);
  const after = new Float64Array(count);
  for (let t = rewards.length - 1; t >= 0; t--) {
    for (let n = 0; n < count; n++) {
      after[n] = rewards[t][n] + (ends[t][n] ? 0 : gamma * after[n]);
      returns[t * count + n] = after[n];
    }
  }
  return returns;
}

export const agent = defineAgent({
  name: "my-agent",
  summary: "The policy gradient in its simplest form",
  takes: { actions: distributionKinds },
  configuration,
  trainer: (context) => new PolicyGradientTrainer(context),
});

export default defineExperiment({
  name: "cartpole-my-agent",
  summary: "My agent balances the pole",
  environment: { id: "CartPole-v1" },
  agent, // or with other fields: { definition: agent, learningRate: 0.02 }
  budget: 100_000, // environment steps
});
