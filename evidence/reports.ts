/**
 * The reports that the lab ships: what each asks, and the command lines that answer it.
 *
 * @module
 */

/** A report of docs/reports. */
export interface ShippedReport {
  /** Name of its file. */
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** What `run` is given, line by line. */
  readonly runs: readonly string[];
  /** The series that is compared. Default: the evaluation's headline figure. */
  readonly metric?: string;
  /** Label of the group that every other is compared with. Default: each pair. */
  readonly against?: string;
}

const tenSeeds = "--seed 101 --seeds 10";
const fiveSeeds = "--seed 101 --seeds 5";

/** Details of PPO, each as it is left out of, or changed in, the preset of CartPole. */
const ppoDetails = [
  "normalizeAdvantages=false",
  "orthogonalInitialization=false",
  "annealLearningRate=false",
  "annealClipRange=false",
  "clipValueLoss=true",
  "maximumGradientNorm=1000",
  "adamEpsilon=1e-8",
  "separateNetworks=false",
  "activation=relu",
  "gaeLambda=1",
];

/** Methods over tables that learn by acting, in both worlds. */
const tables = ["sarsa", "expected-sarsa", "q-learning", "q-lambda", "dyna-q"];

/** Losses of a GAN. */
const losses = [
  "minimax",
  "non-saturating",
  "least-squares",
  "hinge",
  "wasserstein",
  "relativistic",
];

/** All of them, in the order of docs/reports/README.md. */
export const reports: readonly ShippedReport[] = [
  {
    name: "cartpole-agents",
    title: "Four agents on CartPole",
    question: "How do DQN, REINFORCE, A2C and PPO compare on CartPole, each with its own budget?",
    runs: [`cartpole-dqn cartpole-reinforce cartpole-a2c cartpole-ppo ${tenSeeds}`],
  },
  {
    name: "acrobot-agents",
    title: "Four agents on Acrobot",
    question: "How do DQN, REINFORCE, A2C and PPO compare on Acrobot, where every step costs?",
    runs: [
      `acrobot-dqn-quick acrobot-a2c acrobot-ppo ${tenSeeds}`,
      `cartpole-reinforce --set environment.id=Acrobot-v1 ${tenSeeds}`,
    ],
  },
  {
    name: "ppo-details",
    title: "Which details of PPO matter on CartPole",
    question: "What does PPO lose on CartPole where one detail of the preset is changed?",
    runs: [
      `cartpole-ppo ${tenSeeds}`,
      ...ppoDetails.map((detail) => `cartpole-ppo --set agent.${detail} ${tenSeeds}`),
    ],
    against: "cartpole-ppo",
  },
  {
    name: "learning-rates",
    title: "Learning rates of three agents on CartPole",
    question:
      "How much does each of three agents mind a learning rate that is ten times too low or too high?",
    runs: ["dqn", "a2c", "ppo"].flatMap((agent) =>
      ["1e-4", "1e-3", "1e-2", "1e-1"].map((rate) =>
        `cartpole-${agent}-quick --set agent.learningRate=${rate} --budget 60k ${fiveSeeds}`
      )
    ),
  },
  {
    name: "windy-grid",
    title: "Methods over tables in the windy grid",
    question: "How do methods over tables compare in the windy grid of Sutton and Barto?",
    runs: [`${tables.map((agent) => `windy-${agent}`).join(" ")} ${tenSeeds}`],
  },
  {
    name: "cliff",
    title: "Methods over tables along the cliff",
    question:
      "How do methods over tables compare along the cliff, judged by their greedy policies?",
    runs: [`${tables.map((agent) => `cliffwalking-${agent}`).join(" ")} ${tenSeeds}`],
  },
  {
    name: "maze",
    title: "Sparse and shaped rewards in a maze",
    question:
      "How long is the way that Q-learning takes after 20,000 steps in a maze where rewards tell of " +
      "nothing but the goal, of the distance as the crow flies, and of the moves that are left?",
    runs: ["", " --set environment.shaping=straight-line", " --set environment.shaping=walk"]
      .map((shaping) =>
        `maze-q-learning${shaping} --budget 20k --set evaluation.every=1000 ${tenSeeds}`
      ),
    metric: "evaluation/length_mean",
    against: "maze-q-learning (environment.shaping=unset)",
  },
  {
    name: "autoencoders",
    title: "The autoencoder family on drawn digits",
    question: "What do short runs of autoencoders reconstruct of drawn digits that they never saw?",
    runs: [
      "glyphs-code-32 glyphs-denoising-autoencoder-quick glyphs-contractive-autoencoder-quick " +
      "glyphs-convolutional-autoencoder-quick glyphs-stacked-autoencoder-quick " +
      `glyphs-vq-vae-quick ${fiveSeeds}`,
    ],
  },
  {
    name: "gan-losses",
    title: "Losses of GANs on 25 Gaussians",
    question: "How many of 25 modes does a small GAN find under each loss?",
    runs: [
      ...losses.map((loss) => `grid-gan --set model.loss=${loss} ${fiveSeeds}`),
      `grid-wgan-gp ${fiveSeeds}`,
    ],
    metric: "evaluation/modes",
  },
  {
    name: "moons-families",
    title: "Families of generative models on two half circles",
    question: "How near to two half circles do the samples of each family come?",
    runs: [
      "moons-nice moons-real-nvp moons-maf moons-spline-flow moons-continuous-flow " +
      "moons-flow-matching moons-rectified-flow moons-diffusion moons-consistency " +
      `moons-score-matching moons-noise-contrastive moons-energy-based ${fiveSeeds}`,
      `ring-wgan-gp --set dataset.name=two-moons ${fiveSeeds}`,
    ],
    metric: "evaluation/energy_distance",
  },
  {
    name: "a2c-sweep",
    title: "A sweep of A2C on CartPole",
    question: "Which learning rate, discount and rollout length suit A2C on CartPole?",
    runs: [
      "cartpole-a2c-quick --sweep agent.learningRate=log:1e-4..1e-2 " +
      "--sweep agent.gamma=0.95,0.98,0.99,0.995 --sweep agent.rolloutLength=5,16,32 --trials 20 " +
      "--seeds 3 --budget 100k",
    ],
  },
];
