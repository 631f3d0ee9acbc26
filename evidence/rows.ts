/**
 * Every claim of the documentation that something learns. `deno task docs:results` measures the rows
 * and writes the pages' tables; `deno task test:slow` holds them to their bars.
 *
 * A new row: an experiment, its page, the number of seeds, and what it is held against until a
 * reference is measured. The page needs the two markers `<!-- results -->` and `<!-- /results -->`.
 *
 * @module
 */
import { namedPart } from "../lab/experiment/own.ts";
import { CODE_SIZES } from "../experiments/applications.ts";
import { tabularExperiments } from "../experiments/tabular.ts";
import { exactReturn } from "./exact_return.ts";
import type { EvidenceRow, Reference } from "./row.ts";

/** Seeds of a row, and of the slow ones. */
const SEEDS = 10;
const FEW = 5;

/** rl-baselines3-zoo's `benchmark.md`: one trained agent, mean ± deviation over its episodes. */
function zoo(value: number, deviation: number, episodes: number): Reference {
  return {
    value,
    standardError: deviation / Math.sqrt(episodes),
    source: `${value} ± ${deviation} (rl-baselines3-zoo \`benchmark.md\`, one agent)`,
  };
}

/** What counts as solved, or what somebody asks for: as it stands. */
function threshold(value: number, source: string): Reference {
  return { value, margin: 0, source };
}

const solvedCartPole = threshold(475, "475, what Gymnasium calls solved");

/** Methods that learn what exploring costs: on the cliff they keep a row away from the edge. */
const onPolicy = ["monte-carlo", "sarsa", "expected-sarsa"];

/** The optimum in each world of the tables, with its source. */
const optima: Record<string, Reference> = {
  frozenlake: { value: 0.74016489, source: "0.7402, the stationary optimum" },
  taxi: { value: 7.93, source: "7.93, the optimum" },
  cliffwalking: { value: -13, source: "-13, the optimum" },
  windy: { value: -15, source: "-15 (Sutton and Barto, example 6.5)" },
};

const tables = tabularExperiments.flatMap(({ name, agent }): EvidenceRow[] => {
  const [prefix] = name.split("-");
  if (!(prefix in optima)) return [];
  const method = namedPart(agent).name;
  const plans = /^(value|policy)-iteration$/.test(method);
  const row = {
    experiment: name,
    page: "docs/agents/tabular.md",
    seeds: plans ? 1 : SEEDS,
    score: exactReturn,
  };
  if (prefix !== "cliffwalking" || !onPolicy.includes(method)) {
    return [{ ...row, reference: optima[prefix] }];
  }
  const safe = {
    value: -16.5,
    margin: 1.5,
    source: "-17 along the top (Sutton and Barto, example 6.6), -15 a row below",
  };
  return [{ ...row, better: "near", reference: safe }];
});

const TRANSPORT = "evaluation/squared_wasserstein";
const ENERGY = "evaluation/energy_distance";
const NATS = "evaluation/negative_log_likelihood";

/** What the density that points are drawn from gets on their test split, nats: `ceiling/…` of any run. */
const ownNats = { moons: 2.3846, checkerboard: 3.4657, pinwheel: 2.3138, "swiss-roll": 2.6717 };

/** Rows of a page: experiment, reference, and the number of seeds where it is not ten. */
function rowsOf(
  page: string,
  ...rows: readonly (readonly [
    experiment: string,
    reference: Reference | undefined,
    others?: Partial<EvidenceRow>,
  ])[]
): EvidenceRow[] {
  return rows.map(([experiment, reference, others]) => ({
    experiment,
    page: `docs/${page}.md`,
    seeds: SEEDS,
    reference,
    ...others,
  }));
}

const few = { seeds: FEW };
const lower = (metric: string) => ({ metric, better: "less" as const });
const recognised = threshold(0.8, "0.8, the quick start's criterion");
const ofImages = [
  "negative_elbo",
  "recognised",
  "class_share_min",
  "energy_distance",
  "precision",
  "recall",
  "coverage",
].map((name) => `evaluation/${name}`);
const ofPoints = [
  "modes",
  "mode_share_min",
  "energy_distance",
  "recall",
  "coverage",
  "mode_spread",
].map((name) => `evaluation/${name}`);
const ofGans = ofImages.slice(1);
/** 0.9 of `ceiling/recognised`, which is 0.965 on glyphs. */
const drawn = threshold(0.869, "0.869, nine tenths of what real images reach");
const judged = { ...few, metric: "evaluation/recognised", figures: ofGans };
/** 0.97 of `ceiling/recognised`, which is 0.965 on glyphs. */
const nearReal = threshold(0.936, "0.936, 97 % of what real images reach");
const judgedByFeatures = { ...judged, figures: ["evaluation/fid_glyphs", ...ofGans.slice(1)] };
/** 0.97 of the judge's accuracy, which is 0.9815 on glyphs. */
const asked = threshold(0.952, "0.952, 97 % of what the judge gets on real images");
const judgedByClass = {
  ...few,
  metric: "evaluation/asked_class",
  figures: ["evaluation/recognised", ...ofGans.slice(1)],
};
const stacked = {
  ...few,
  metric: "evaluation/stacked_modes",
  figures: ["evaluation/stacked_reverse_kl", "evaluation/energy_distance"],
};
const ofEnlarged = [
  "perceptual_distance",
  "cubic_signal_to_noise",
  "cubic_perceptual_distance",
  "class_preserved",
].map((name) => `evaluation/${name}`);
const ofMixture = { metric: "evaluation/high_quality", figures: ofPoints };
const ofFactors = [
  "separated_predictability",
  "beta_vae_score",
  "active_units",
  "negative_elbo",
].map((name) => `evaluation/${name}`);
const walk = { value: 0.86, source: "0.86, the shortest way" };
const pixelWalk = { value: 0.92, source: "0.92, the shortest way" };

/** The rows, in the order of their tables. */
export const evidence: readonly EvidenceRow[] = [
  ...rowsOf(
    "agents/dqn",
    ["cartpole-dqn", zoo(500, 0, 300)],
    ["acrobot-dqn", zoo(-76.6, 11.8, 1932), { referenceSeeds: FEW }],
    ["acrobot-dqn-quick", zoo(-76.6, 11.8, 1932)],
    ["mountaincar-dqn", zoo(-100.8, 9.9, 1487)],
    ["mountaincar-dqn-tuned", zoo(-100.8, 9.9, 1487), few],
    ["cartpole-qrdqn", zoo(500, 0, 300)],
    ["acrobot-qrdqn", zoo(-69.1, 10, 2138), few],
    ["mountaincar-qrdqn", zoo(-106, 15.5, 1414), few],
    ["cartpole-dqn-quick", solvedCartPole],
    ["gridworld-dqn", walk],
  ),
  ...rowsOf(
    "agents/ppo",
    ["cartpole-ppo", zoo(500, 0, 300)],
    ["cartpole-ppo-quick", solvedCartPole],
    ["acrobot-ppo", zoo(-73.5, 18.2, 2013)],
    ["mountaincar-ppo", zoo(-110.4, 19.5, 1358)],
    ["pendulum-ppo", zoo(-172.2, 104.2, 750)],
    ["mountaincarcontinuous-ppo", zoo(88.34, 2.57, 633)],
  ),
  ...rowsOf(
    "agents/a2c",
    ["cartpole-a2c", zoo(500, 0, 300)],
    ["cartpole-a2c-quick", solvedCartPole],
    ["cartpole-actor-critic", solvedCartPole],
    ["acrobot-a2c", zoo(-83.4, 17.2, 1778)],
    ["mountaincar-a2c", zoo(-111.3, 24.1, 1348)],
    ["pendulum-a2c", zoo(-163, 103.2, 750)],
    ["mountaincarcontinuous-a2c", zoo(91.17, 0.26, 1659)],
  ),
  ...rowsOf("agents/a3c", ["cartpole-a3c", solvedCartPole]),
  ...rowsOf(
    "agents/impala",
    ["cartpole-impala", solvedCartPole],
    ["cartpole-impala-old", solvedCartPole],
    ["cartpole-impala-uncorrected", threshold(100, "100: it is to fail"), { better: "less" }],
  ),
  ...rowsOf(
    "agents/reinforce",
    ["cartpole-reinforce", solvedCartPole],
    [
      "cartpole-reinforce-quick",
      threshold(475, "475; 500 at about update 13 of 32 episodes, five seeds (ARENA, PR 396)"),
    ],
    [
      "corridor-reinforce",
      { value: -11.657, source: "−6 − 4 √2 = −11.66, the optimum; −12 by random actions" },
    ],
  ),
  ...rowsOf(
    "agents/recurrent-ppo",
    ["cartpolenovel-recurrent-ppo", zoo(500, 0, 300)],
    ["pendulumnovel-recurrent-ppo", zoo(-217.9, 140.1, 750)],
    [
      "repeatprevious-recurrent-ppo",
      { value: 30, source: "30, the optimum; 7.5 without memory" },
    ],
  ),
  ...rowsOf(
    "agents/pixels",
    ["gridworldpixels-dqn", pixelWalk, few],
    ["gridworldpixels-ppo", pixelWalk, few],
    ["cartpolepixels-dqn", solvedCartPole, few],
    ["cartpolepixels-ppo", solvedCartPole, few],
  ),
  ...rowsOf(
    "agents/sac",
    ["pendulum-sac-quick", zoo(-157, 88.7, 750)],
    ["pendulum-sac", zoo(-157, 88.7, 750), few],
    ["mountaincarcontinuous-sac", zoo(94.68, 1.13, 1443)],
  ),
  ...rowsOf(
    "agents/td3",
    ["pendulum-td3-quick", zoo(-151.9, 90.2, 750)],
    ["pendulum-td3", zoo(-151.9, 90.2, 750), few],
    ["mountaincarcontinuous-td3", zoo(93.48, 0.08, 2275)],
  ),
  ...rowsOf(
    "agents/ddpg",
    ["pendulum-ddpg-quick", zoo(-152.1, 94.3, 750)],
    ["pendulum-ddpg", zoo(-152.1, 94.3, 750)],
    ["mountaincarcontinuous-ddpg", zoo(93.51, 0.05, 2260)],
  ),
  ...tables,
  ...rowsOf(
    "models/autoencoder",
    ["glyphs-autoencoder", undefined, {
      ...few,
      ...lower("evaluation/mean_squared_error"),
      figures: ["evaluation/reconstruction"],
    }],
  ),
  ...rowsOf(
    "models/autoencoders",
    ...Object.entries({
      sparse: ["activity", "active_share"],
      contractive: ["slope"],
      convolutional: [],
      stacked: [],
    }).map(([kind, figures]) =>
      [`glyphs-${kind}-autoencoder-quick`, undefined, {
        ...few,
        ...lower("evaluation/mean_squared_error"),
        figures: ["reconstruction", ...figures].map((name) => `evaluation/${name}`),
      }] as const
    ),
  ),
  ...rowsOf(
    "models/applications",
    ["glyphs-pca", threshold(1.001, "1.001, principal components"), {
      ...few,
      ...lower("application/error_ratio"),
    }],
    ["sine-anomalies", threshold(0.95, "0.95"), {
      metric: "application/auroc",
      figures: ["application/average_precision", "application/threshold_recall"],
    }],
    ["glyphs-anomalies", threshold(0.95, "0.95"), {
      ...few,
      metric: "application/auroc",
      figures: ["application/average_precision", "application/threshold_recall"],
    }],
    ["glyphs-denoising", threshold(6, "6 dB"), {
      ...few,
      metric: "application/psnr_gain",
      figures: ["application/psnr", "application/ssim", "application/ssim_noisy"],
    }],
    ["glyphs-few-labels", threshold(0, "0, the pixels' own"), {
      ...few,
      metric: "application/accuracy_gain",
      figures: ["application/accuracy", "application/pixels_accuracy"],
    }],
    ["glyphs-transfer", threshold(0, "0, the pixels' own"), {
      ...few,
      metric: "application/accuracy_gain",
      figures: ["application/accuracy", "application/pixels_accuracy"],
    }],
    ["glyphs-clusters", undefined, {
      ...few,
      metric: "application/purity",
      figures: ["application/silhouette", "application/pixels_purity"],
    }],
    ["glyphs-early-stopping", undefined, {
      ...few,
      ...lower("evaluation/mean_squared_error"),
    }],
    ["glyphs-ensemble", undefined, {
      ...few,
      ...lower("evaluation/mean_squared_error"),
      figures: ["alone_squared_error", "uncertainty_correlation"].map((name) =>
        `evaluation/${name}`
      ),
      betterThan: ["glyphs-code-32"],
    }],
    ...CODE_SIZES.map((size) =>
      [`glyphs-code-${size}`, undefined, {
        ...few,
        ...lower("evaluation/mean_squared_error"),
        ...size > 2 && { betterThan: [`glyphs-code-${size / 2}`] },
      }] as const
    ),
  ),
  ...rowsOf(
    "models/vae",
    ["glyphs-vae", undefined, {
      ...few,
      ...lower("evaluation/negative_elbo"),
      figures: ofImages,
    }],
    ["glyphs-vae-quick", threshold(0.7, "0.7, what is asked for in a quarter of a minute"), {
      ...few,
      metric: "evaluation/recognised",
      figures: ofImages,
    }],
    ["glyphs-vae-mixture", recognised, {
      ...few,
      metric: "evaluation/recognised",
      figures: ofImages,
    }],
    ["glyphs-vae-mixture-quick", recognised, {
      ...few,
      metric: "evaluation/recognised",
      figures: ofImages,
    }],
  ),
  ...rowsOf(
    "models/variational",
    ["glyphs-convolutional-vae-quick", undefined, {
      ...few,
      ...lower("evaluation/negative_elbo"),
      figures: ofImages,
    }],
    [
      "glyphs-conditional-vae-quick",
      threshold(0.952, "0.952, 97 % of what the judge gets on real digits"),
      { ...few, metric: "evaluation/asked_class", figures: ofImages },
    ],
    ["glyphs-vae-vampprior-quick", undefined, {
      ...few,
      metric: "evaluation/recognised",
      figures: ofImages,
    }],
    ["glyphs-ladder-vae-quick", undefined, {
      ...few,
      ...lower("evaluation/negative_elbo"),
      figures: ofImages,
    }],
    [
      "glyphs-semi-supervised-vae",
      threshold(0.84, "0.84, half the error of the classifier below"),
      { ...few, metric: "evaluation/accuracy" },
    ],
    ["glyphs-classifier-100", undefined, { ...few, metric: "evaluation/accuracy" }],
    ["glyphs-vq-vae-quick", threshold(0.6, "0.6, what is asked for"), {
      ...few,
      metric: "evaluation/codes_used",
      figures: ["evaluation/mean_squared_error", "evaluation/perplexity"],
    }],
    ["glyphs-autoencoder-11", undefined, {
      ...few,
      ...lower("evaluation/mean_squared_error"),
      figures: ["evaluation/reconstruction"],
    }],
    ...[1, 5, 50].map((draws) =>
      [`glyphs-iwae-${draws}`, undefined, {
        ...few,
        ...lower("evaluation/negative_log_likelihood"),
        figures: ["evaluation/negative_elbo", "evaluation/active_units"],
        ...draws > 1 && { betterThan: [`glyphs-iwae-${draws === 50 ? 5 : 1}`] },
      }] as const
    ),
    ...["beta-tcvae", "factor-vae", "vae"].map((model) =>
      [`shapes-${model}`, undefined, {
        ...few,
        metric: "evaluation/mutual_information_gap",
        figures: ofFactors,
        ...model === "beta-tcvae" && { betterThan: ["shapes-vae"] },
      }] as const
    ),
  ),
  ...rowsOf(
    "models/classifier",
    ["glyphs-classifier", undefined, { ...few, metric: "evaluation/accuracy" }],
  ),
  ...rowsOf(
    "models/autoregressive",
    ...Object.entries({
      fvsbn: [],
      nade: ["fvsbn"],
      made: ["fvsbn"],
      pixelcnn: ["nade", "made"],
      // Of its class: no likelihood of the same, and better than none.
      "conditional-pixelcnn": [],
    }).map(([model, betterThan]) =>
      [`glyphs-${model}`, undefined, {
        ...few,
        ...lower("evaluation/negative_log_likelihood"),
        figures: ["bits_per_dimension", "recognised", "asked_class"].map((name) =>
          `evaluation/${name}`
        ),
        betterThan: betterThan.map((other) => `glyphs-${other}`),
      }] as const
    ),
  ),
  ...rowsOf(
    "models/energy",
    ["bars-rbm-exact", undefined, lower("evaluation/negative_log_likelihood")],
    ["bars-rbm-cd1", undefined, lower("evaluation/negative_log_likelihood")],
    [
      "bars-rbm-cd10",
      threshold(2.7816, "2.7816 nats: 5 % above 2.6491, where the exact gradient ends"),
      { ...lower("evaluation/negative_log_likelihood"), betterThan: ["bars-rbm-cd1"] },
    ],
    [
      "bars-rbm-pcd",
      threshold(2.7816, "2.7816 nats: 5 % above 2.6491, where the exact gradient ends"),
      lower("evaluation/negative_log_likelihood"),
    ],
    [
      "parity-boltzmann-machine",
      threshold(1.4556, "1.4556 nats: 5 % above ln 4, the words' own"),
      lower("evaluation/negative_log_likelihood"),
    ],
    ["glyphs-dbn-quick", undefined, judged],
    [
      "patterns-hopfield",
      threshold(0.99, "0.99 of the units at 0.05 patterns a unit"),
      { metric: "evaluation/recalled" },
    ],
    ...["energy-based", "noise-contrastive"].map((model) =>
      [`moons-${model}`, undefined, {
        ...lower(NATS),
        figures: [NATS, "evaluation/log_partition", ENERGY],
      }] as const
    ),
    ["xor-perceptron", undefined, { metric: "evaluation/accuracy" }],
    [
      "xor-classifier",
      threshold(1, "1: exclusive or is learned"),
      { metric: "evaluation/accuracy" },
    ],
  ),
  ...rowsOf(
    "models/gan",
    ["ring-gan", threshold(0.9, "0.9, of which 0.989 is possible"), ofMixture],
    ["grid-gan", threshold(12, "12 of 25 modes: it is to collapse"), {
      ...lower("evaluation/modes"),
      figures: ["evaluation/high_quality", ...ofPoints.slice(1)],
    }],
    ["glyphs-dcgan", drawn, judged],
    ["glyphs-lsgan", undefined, judged],
    ["glyphs-sn-gan", drawn, judged],
    ["glyphs-wgan", undefined, judged],
    ["glyphs-cgan", asked, judgedByClass],
    ["glyphs-acgan", asked, judgedByClass],
    ["glyphs-stacked-dcgan", undefined, stacked],
    ["glyphs-infogan", undefined, judged],
    ["glyphs-r3gan", undefined, judged],
    ["glyphs-progressive-gan", undefined, judged],
  ),
  ...rowsOf(
    "models/pix2pix",
    ["shapes-edges-pix2pix", undefined, {
      ...{ ...few, ...lower("evaluation/absolute_error") },
      figures: ["evaluation/absolute_error_of_input", "evaluation/class_preserved"],
    }],
  ),
  ...rowsOf(
    "models/srgan",
    ["glyphs-super-resolution", threshold(20.7, "20.7 dB, a decibel above cubic convolution"), {
      ...{ ...few, metric: "evaluation/signal_to_noise" },
      figures: ofEnlarged,
    }],
    ["glyphs-srgan", undefined, {
      ...{ ...few, ...lower("evaluation/perceptual_distance") },
      figures: ["evaluation/signal_to_noise", ...ofEnlarged.slice(1)],
    }],
  ),
  ...rowsOf(
    "models/cyclegan",
    ["glyphs-bold-cyclegan", threshold(0.95, "0.95 of the classes kept"), {
      ...{ ...few, metric: "evaluation/class_preserved" },
      figures: ["evaluation/absolute_error", "evaluation/absolute_error_of_input"],
    }],
  ),
  ...rowsOf(
    "models/wgan-gp",
    ["ring-wgan-gp", threshold(0.9, "0.9, of which 0.989 is possible"), ofMixture],
    ["ring-wgan-gp-quick", threshold(0.5, "0.5, the quick start's criterion"), ofMixture],
    ["grid-wgan-gp", threshold(0.8, "0.8, of which 0.989 is possible"), ofMixture],
    ["glyphs-wgan-gp", drawn, judged],
    ["glyphs-stacked-wgan-gp", threshold(850, "850 of 1,000 modes"), stacked],
  ),
  ...rowsOf(
    "models/gpt",
    ["text-gpt", threshold(0.02, "0.02 above the grammar's entropy"), {
      ...lower("evaluation/over_entropy"),
      figures: ["evaluation/bits_per_dimension", "evaluation/possible"],
    }],
  ),
  ...rowsOf(
    "models/seqgan",
    ...["oracle-likelihood", "oracle-seqgan"].map((experiment) =>
      [experiment, undefined, {
        ...lower("evaluation/nll_oracle"),
        figures: ["evaluation/nll_test", "evaluation/distinct_trigrams"],
        ...experiment === "oracle-seqgan" && { betterThan: ["oracle-likelihood"] },
      }] as const
    ),
  ),
  ...rowsOf(
    "models/diffusion",
    ["moons-diffusion", threshold(0.005, "0.005; fresh data get about 0"), {
      ...lower(ENERGY),
      figures: ["evaluation/precision", "evaluation/recall", "evaluation/coverage"],
    }],
    ["moons-score-matching", undefined, {
      ...lower(ENERGY),
      figures: ["evaluation/precision", "evaluation/recall", "evaluation/coverage"],
    }],
    ["moons-consistency", undefined, {
      ...lower(TRANSPORT),
      figures: [`${TRANSPORT}_two_steps`, ENERGY],
    }],
    ["glyphs-diffusion", nearReal, judgedByFeatures],
    ["glyphs-edm", nearReal, judgedByFeatures],
    ["glyphs-consistency", undefined, judgedByFeatures],
    ["glyphs-guided", asked, judgedByClass],
  ),
  ...rowsOf(
    "models/flow-matching",
    ["ring-moons-optimal-transport", threshold(0.12, "0.10 above what fresh data get"), {
      ...lower("evaluation/squared_wasserstein_one_step"),
      figures: [TRANSPORT, ENERGY],
    }],
    ["ring-moons-flow-matching", threshold(0.17, "0.15 above what fresh data get"), {
      ...lower(TRANSPORT),
      figures: [`${TRANSPORT}_one_step`, ENERGY],
    }],
    ["moons-flow-matching", threshold(0.17, "0.15 above what fresh data get"), {
      ...lower(TRANSPORT),
      figures: [`${TRANSPORT}_one_step`, ENERGY],
    }],
    ["moons-rectified-flow", undefined, {
      ...lower(`${TRANSPORT}_one_step`),
      figures: [TRANSPORT, ENERGY],
    }],
    ["glyphs-flow-matching", nearReal, judgedByFeatures],
  ),
  ...rowsOf(
    "models/flows",
    ...["real-nvp", "glow"].map((model) =>
      [`glyphs-${model}-quick`, undefined, {
        ...few,
        ...lower("evaluation/bits_per_dimension"),
        figures: [NATS, ...ofGans],
      }] as const
    ),
    ...Object.entries(ownNats).flatMap(([plane, own]) => {
      const flows = ["spline-flow", "continuous-flow"];
      if (plane === "moons") flows.push("nice", "real-nvp", "glow", "maf");
      const others = plane === "moons" ? [] : ["flow-matching", "diffusion"];
      const near = threshold(own + 0.1, `0.1 nats above the data's own, ${own}`);
      return [
        ...flows.map((model) =>
          [`${plane}-${model}`, near, { ...lower(NATS), figures: [NATS, ENERGY] }] as const
        ),
        ...others.map((model) =>
          [`${plane}-${model}`, threshold(0.005, "0.005; fresh data get about 0"), {
            ...lower(ENERGY),
            figures: [ENERGY],
          }] as const
        ),
      ];
    }),
  ),
];
