/** Determinism, resume and reproduction of the lab's own trainers, on the default backend and cpu. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { registries } from "../../../registries.ts";
import { launch, reproduce, resume, type RunRequest } from "../../../lab/experiment/launch.ts";
import { fullAfter, temporaryStore } from "./temporary_store.ts";

/** Those that are tried on the cpu backend, too, which is slow. */
const onCpu = ["PPO", "VAE"];

/** Tiny budgets. */
const requests: Record<string, Omit<RunRequest, "backend">> = {
  "PPO": {
    reference: "cartpole-ppo",
    seed: 3,
    budget: 1024,
    set: [["agent.epochs", "2"], ["agent.hiddenSizes", "[16]"], ["evaluation.episodes", "4"]],
  },
  "A2C": {
    reference: "cartpole-a2c",
    seed: 3,
    budget: 1200,
    set: [["evaluation.episodes", "4"]],
  },
  "REINFORCE": {
    reference: "cartpole-reinforce",
    seed: 3,
    budget: 1200,
    set: [["evaluation.episodes", "4"]],
  },
  "DQN": {
    reference: "cartpole-dqn-quick",
    seed: 3,
    budget: 1000,
    set: [
      ["evaluation.episodes", "4"],
      ["agent.bufferSize", "500"],
      ["agent.learningStarts", "100"],
      ["agent.batchSize", "32"],
    ],
  },
  "SAC": {
    reference: "pendulum-sac-quick",
    seed: 3,
    budget: 400,
    set: [
      ["evaluation.episodes", "1"],
      ["agent.bufferSize", "200"],
      ["agent.learningStarts", "50"],
      ["agent.batchSize", "16"],
      ["agent.hiddenSizes", "[16]"],
    ],
  },
  "recurrent PPO": {
    reference: "repeatprevious-recurrent-ppo",
    seed: 3,
    budget: 256,
    set: [
      ["agent.environments", "4"],
      ["agent.rolloutLength", "16"],
      ["agent.sequenceLength", "8"],
      ["agent.minibatchSize", "32"],
      ["agent.epochs", "1"],
      ["agent.hiddenSizes", "[8]"],
      ["agent.recurrentSize", "8"],
      ["evaluation.episodes", "4"],
    ],
  },
  "VAE": {
    reference: "glyphs-vae",
    seed: 3,
    budget: 200,
    set: [
      ["dataset.train", "70"],
      ["dataset.validation", "20"],
      ["dataset.test", "20"],
      ["dataset.side", "14"],
      ["model.judge", "false"],
      ["model.hiddenSizes", "[16]"],
      ["model.batchSize", "20"],
      ["model.batchesPerIteration", "2"],
      ["evaluation.every", "150"],
    ],
  },
  "VQ-VAE": {
    reference: "glyphs-vq-vae-quick",
    seed: 3,
    budget: 80,
    set: [
      ["dataset.train", "70"],
      ["dataset.validation", "20"],
      ["dataset.test", "20"],
      ["dataset.side", "14"],
      ["model.judge", "false"],
      ["model.filters", "[4]"],
      ["model.codes", "16"],
      ["model.batchSize", "20"],
      ["model.batchesPerIteration", "1"],
      ["evaluation.every", "40"],
    ],
  },
  "WGAN-GP": {
    reference: "ring-wgan-gp",
    seed: 3,
    budget: 40,
    set: [
      ["dataset.train", "500"],
      ["dataset.validation", "100"],
      ["dataset.test", "100"],
      ["model.batchSize", "32"],
      ["model.width", "16"],
      ["model.roundsPerIteration", "1"],
      ["evaluation.every", "20"],
    ],
  },
};

for (const [name, request] of Object.entries(requests)) {
  Deno.test(`${name} resumes, and is reproduced, to the bits of a run that never stopped`, async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const options = { store, registries, workers: 1 };
    for (const backend of onCpu.includes(name) ? ["auto", "cpu"] as const : ["auto"] as const) {
      const set = [...request.set ?? [], ["checkpoint.everyIterations", "1"]] as const;
      const full = { ...request, backend, set };
      const [failed] = await launch([full], { ...options, store: fullAfter(store, 2) });
      deepStrictEqual([failed.status, store.checkpoints(failed.id).at(-1)?.iteration], [
        "failed",
        2,
      ]);
      const resumed = await resume(failed.id, options);
      strictEqual(resumed.status, "completed");
      const { identical, lines } = await reproduce(resumed.id, options);
      deepStrictEqual([identical, lines], [true, []]);
      // So short a run is right to be told of collapsed modes.
      const told = store.events(resumed.id)
        .filter(({ level, message }) => level === "warning" && !/^mode collapse/.test(message));
      deepStrictEqual(told, []);
    }
  });
}
