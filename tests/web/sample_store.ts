/**
 * A store as a week of work would leave it: agents over seeds, models with sample sheets, runs that
 * train, were killed, diverged, were interrupted. Same figures every time.
 *
 * @module
 */
import { encodePng } from "../../lab/core/png.ts";
import { type Generator, streamOf } from "../../lab/core/random.ts";
import { sweepState } from "../../lab/experiment/sweep/state.ts";
import type { Sweep } from "../../lab/experiment/sweep/sweep.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import type { Manifest, RunStatus, Store } from "../../lab/store/store.ts";

/** What a run is made from. */
export interface SampleRun {
  readonly experiment: string;
  readonly configuration: { readonly [key: string]: Json };
  readonly seed: number;
  readonly budgetUnit?: Manifest["budgetUnit"];
  readonly name?: string;
  readonly status?: RunStatus;
  readonly message?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
}

/** The manifest of a run. */
export function manifestOf({ experiment, configuration, seed, budgetUnit }: SampleRun): Manifest {
  return {
    determined: {
      experiment,
      version: 1,
      configuration,
      seed: String(seed),
      backend: "tfjs-wasm",
    },
    budgetUnit,
    definition: { module: `experiments/${experiment}.ts`, hash: "3f".repeat(32) },
    code: { revision: "5e1c0de", dirty: false, hash: "ab".repeat(32), lock: "cd".repeat(32) },
    versions: { deno: "2.9.6", v8: "14.6", tfjs: "4.22.0" },
    machine: { adapter: null, cpuFeatures: ["x86_64", "avx2"], cores: 2, os: "linux" },
    backendReason: "fastest of those that this machine has",
  };
}

/** The configuration of an agent on CartPole. */
export function agentConfiguration(name: string, learningRate: number): SampleRun["configuration"] {
  return {
    environment: { id: "CartPole-v1" },
    agent: { name, gamma: 0.99, learningRate, hiddenSizes: [64, 64] },
    budget: 100_000,
    evaluation: { every: 5_000, episodes: 100 },
  };
}

/** Adds a run without points. */
export function addRun(store: Store, sample: SampleRun): string {
  const { name = sample.experiment, tags = [], note = "" } = sample;
  return store.createRun({ name, manifest: manifestOf(sample), tags, note }).id;
}

/** Appends points at an iteration; 256 environment steps each. */
export function addPoints(
  store: Store,
  run: string,
  iterations: number,
  metrics: Readonly<Record<string, number>>,
): void {
  const progress = {
    iterations,
    environmentSteps: 256 * iterations,
    gradientSteps: 80 * iterations,
    examples: 640 * iterations,
  };
  const wallSeconds = 0.08 * iterations;
  const points = Object.entries(metrics).map(([name, value]) => ({
    name,
    value,
    ...progress,
    wallSeconds,
  }));
  store.append(run, points);
}

/** Sets the counters that belong to an iteration, and how the run stands. */
export function setProgress(
  store: Store,
  run: string,
  iterations: number,
  end: { status?: RunStatus; message?: string } = {},
): void {
  const ended = end.status !== undefined && end.status !== "running";
  store.update(run, {
    iterations,
    environmentSteps: 256 * iterations,
    gradientSteps: 80 * iterations,
    examples: 640 * iterations,
    wallSeconds: 0.08 * iterations,
    ...end,
    ...(ended ? { endedAt: Date.now() } : {}),
    ...(end.status === "completed" ? { digest: "9c".repeat(32) } : {}),
  });
}

/** Writes an agent's run up to an iteration of 390. */
export function trainAgent(
  store: Store,
  run: string,
  options: { random: Generator; best: number; pace: number; from?: number; until: number },
): void {
  const { random, best, pace, from = 0, until } = options;
  for (let i = from + 1; i <= until; i++) {
    const learned = 1 / (1 + Math.exp(-(i - pace) / (pace / 4)));
    const level = 20 + (best - 20) * learned;
    const dip = random.random() < 0.02 ? 0.6 : 1;
    const value = Math.max(9, Math.min(500, dip * level + 25 * learned * random.normal()));
    addPoints(store, run, i, {
      "rollout/episode_return_mean": value,
      "losses/policy": -0.02 * Math.exp(-i / 150) + 0.004 * random.normal(),
      "losses/value": 40 * Math.exp(-i / 120) + 2 * random.random(),
      "losses/entropy": 0.69 - 0.4 * learned + 0.01 * random.normal(),
      "losses/gradient_norm": 0.5 + 0.2 * random.random(),
      "schedule/learning_rate": 0.001 * (1 - i / 400),
      "timing/steps_per_second": 9000 + 800 * random.normal(),
    });
    if (i % 20 === 0) {
      addPoints(store, run, i, {
        "evaluation/return_mean": Math.min(500, level + 12 * random.normal()),
        "evaluation/length_mean": Math.min(500, level + 12 * random.normal()),
      });
    }
  }
}

/**
 * A sweep over learning rate and γ whose figures rise with the rate and leave γ aside: twelve trials
 * of two seeds, of which `ended` are over, then the best on two others.
 */
export function addSweep(store: Store, name: string, ended = 12): void {
  const configuration = agentConfiguration("a2c", 0.001);
  const sweep: Sweep = {
    ...{ experiment: "cartpole-a2c", version: 1, configuration, set: [], budget: "20k" },
    ...{ backend: "auto", sampler: "sobol", pruner: "none", trials: 12, seeds: 2, seed: 1 },
    space: [
      { path: "agent.learningRate", range: { kind: "log", low: 1e-4, high: 1e-2 } },
      { path: "agent.gamma", range: { kind: "choice", values: [0.9, 0.99] } },
    ],
    objective: { metric: "evaluation/return_mean", goal: "maximize" },
    judge: 2,
  };
  store.putSweep(name, sweep as unknown as Json);
  const train = (trial: number, seed: number, rate: number) => {
    const own = { ...configuration, agent: { name: "a2c", learningRate: rate } };
    const manifest = manifestOf({ experiment: "cartpole-a2c", seed, configuration: own });
    const run = store.createRun({
      ...{ name: "cartpole-a2c", tags: [], note: "" },
      manifest: { ...manifest, sweep: { name, trial } },
    }).id;
    addPoints(store, run, 390, {
      "evaluation/return_mean": 500 + 100 * Math.log10(rate) + seed,
      "rollout/episode_return_mean": 400,
    });
    setProgress(store, run, 390, { status: "completed" });
  };
  for (const { trial, point } of sweepState(store, name)!.trials.slice(0, ended)) {
    for (const seed of [1, 2]) train(trial, seed, Number(point["agent.learningRate"]));
  }
  const { best, trials } = sweepState(store, name)!;
  if (best === undefined || ended < trials.length) return;
  for (const seed of [101, 102]) train(best.trial, seed, Number(best.point["agent.learningRate"]));
}

/** A sample sheet: stripes that come out of noise. */
export function sheet(random: Generator, clarity: number): Uint8Array {
  const side = 160;
  const pixels = Uint8Array.from({ length: side * side }, (_, i) => {
    const x = i % side;
    const y = Math.floor(i / side);
    const wave = 0.5 + 0.5 * Math.sin((x % 40) / 3 + Math.floor(y / 40)) * Math.sin((y % 40) / 5);
    return 255 * Math.max(0, Math.min(1, clarity * wave + (1 - clarity) * random.random()));
  });
  return encodePng({ width: side, height: side, channels: 1, pixels });
}

async function trainModel(
  store: Store,
  sample: SampleRun,
  metrics: (share: number, random: Generator) => Record<string, number>,
): Promise<string> {
  const random = streamOf(sample.seed, sample.experiment);
  const run = addRun(store, sample);
  for (let i = 1; i <= 100; i++) {
    addPoints(store, run, i, metrics(i / 100, random));
    if (i % 20 !== 0) continue;
    const bytes = sheet(random, i / 100);
    await store.putArtifact(run, {
      name: "samples",
      iteration: i,
      mediaType: "image/png",
      bytes,
    });
  }
  setProgress(store, run, 100, { status: "completed" });
  return run;
}

/** Fills a store; returns runs by what they are, and the lock of the one that trains. */
export async function fillStore(
  store: Store,
): Promise<{ runs: Record<string, string>; running: Disposable }> {
  const runs: Record<string, string> = {};
  const methods = [
    { name: "dqn", learningRate: 0.0023, best: 480, pace: 180 },
    { name: "reinforce", learningRate: 0.002, best: 330, pace: 220 },
    { name: "a2c", learningRate: 0.0007, best: 470, pace: 150 },
    { name: "ppo", learningRate: 0.001, best: 505, pace: 70 },
  ];
  for (const { name, learningRate, best, pace } of methods) {
    for (const seed of [1, 2, 3]) {
      const configuration = agentConfiguration(name, learningRate);
      const experiment = `cartpole-${name}`;
      const run = addRun(store, { experiment, configuration, seed, tags: ["agents"] });
      const random = streamOf(seed, name);
      const own = { best: best - 12 * random.random(), pace: pace * random.uniform(0.85, 1.2) };
      trainAgent(store, run, { random, ...own, until: 390 });
      store.appendEvents(run, 390, [{
        level: "info",
        message: "trained to the end of its budget",
      }]);
      setProgress(store, run, 390, { status: "completed" });
      runs[`${name}-${seed}`] = run;
    }
  }
  runs.vae = await trainModel(store, {
    experiment: "glyphs-vae",
    configuration: {
      dataset: { name: "glyphs" },
      model: { name: "vae", latent: 16 },
      budget: 64000,
    },
    seed: 1,
    tags: ["figures"],
    note: "Sheets for the page on latent walks.",
  }, (share, random) => ({
    "losses/reconstruction": 90 + 300 * Math.exp(-5 * share) + 2 * random.normal(),
    "losses/kl": 22 * (1 - Math.exp(-8 * share)) + 0.3 * random.normal(),
    "evaluation/negative_elbo": 112 + 300 * Math.exp(-5 * share),
  }));
  runs.gan = await trainModel(store, {
    experiment: "ring-wgan-gp",
    configuration: {
      dataset: { name: "ring-8" },
      model: { name: "wgan-gp", width: 128 },
      budget: 8000,
    },
    budgetUnit: "gradientSteps",
    seed: 1,
  }, (share, random) => ({
    "losses/critic": -1.2 * Math.exp(-4 * share) + 0.1 * random.normal(),
    "losses/gradient_penalty": 0.04 * random.random(),
    "evaluation/modes": Math.min(8, Math.floor(1 + 9 * share)),
  }));

  const ppo = agentConfiguration("ppo", 0.001);
  runs.interrupted = addRun(store, {
    experiment: "cartpole-ppo",
    configuration: ppo,
    seed: 4,
    tags: ["agents"],
  });
  trainAgent(store, runs.interrupted, {
    random: streamOf(4, "ppo"),
    best: 500,
    pace: 70,
    until: 120,
  });
  setProgress(store, runs.interrupted, 120, {
    status: "interrupted",
    message: "interrupted at iteration 120; `resume` goes on from there",
  });

  const wild = agentConfiguration("ppo", 1);
  runs.diverged = addRun(store, {
    experiment: "cartpole-ppo",
    configuration: wild,
    seed: 1,
    name: "learning rate 1 <b>?</b>",
    tags: ["try & error"],
  });
  trainAgent(store, runs.diverged, { random: streamOf(9, "ppo"), best: 60, pace: 90, until: 60 });
  for (let i = 61; i <= 64; i++) {
    addPoints(store, runs.diverged, i, { "losses/policy": NaN, "losses/value": Infinity });
  }
  const message = "diverged at iteration 61: losses/policy is NaN";
  store.appendEvents(runs.diverged, 58, [
    { level: "warning", message: "gradient norm 310 was clipped to 0.5" },
  ]);
  store.appendEvents(runs.diverged, 61, [{ level: "error", message }]);
  setProgress(store, runs.diverged, 64, { status: "diverged", message });

  const a2c = agentConfiguration("a2c", 0.0007);
  runs.killed = addRun(store, {
    experiment: "cartpole-a2c",
    configuration: a2c,
    seed: 4,
    tags: ["agents"],
  });
  trainAgent(store, runs.killed, { random: streamOf(4, "a2c"), best: 470, pace: 150, until: 80 });
  setProgress(store, runs.killed, 80);

  runs.running = addRun(store, {
    experiment: "cartpole-dqn",
    configuration: agentConfiguration("dqn", 0.0023),
    seed: 4,
    tags: ["agents"],
  });
  const running = store.lock(runs.running);
  trainAgent(store, runs.running, { random: streamOf(4, "dqn"), best: 480, pace: 180, until: 200 });
  setProgress(store, runs.running, 200);
  store.flush();
  return { runs, running };
}
