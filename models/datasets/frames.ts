/**
 * `frames`: drawings of any world, as it is seen under random actions or under a policy: what a model
 * of a world has to learn first. Each split consists of episodes of its own.
 *
 * @module
 */
import * as z from "zod";
import { sampleAction } from "../../lab/core/action_mask.ts";
import type { Split } from "../../lab/core/dataset.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Player } from "../../lab/core/registry.ts";
import { sha256 } from "../../lab/core/sha256.ts";
import { Rasterizer } from "../../lab/core/render_raster.ts";
import { defineDataset } from "./define_dataset.ts";
import { drawSplits, splitFields } from "./split_fields.ts";

/** Steps after which an episode without an end of its own is left. */
const LONGEST = 1000;

const configuration = z.strictObject({
  environment: z.string().default("GridWorld-v0").meta({
    description: "The world, with its default options (list --world names them)",
  }),
  policy: z.string().default("").meta({
    description:
      "A policy file (export --format policy) that acts, with run a stored run too; empty: random actions",
  }),
  policyHash: z.string().regex(/^[0-9a-f]{64}$/).optional().meta({
    description: "SHA-256 of the policy file, which run notes: another one is refused",
  }),
  epsilon: z.number().min(0).max(1).default(0.1).meta({
    description: "Share of random actions among a policy's",
  }),
  every: z.int().min(1).max(1000).default(1).meta({
    description: "Steps from one frame to the next",
    unit: "steps",
  }),
  side: z.int().min(8).max(256).default(32).meta({
    description: "Width and height of a frame, over which the world's view is stretched",
    unit: "pixels",
  }),
  grey: z.boolean().default(true).meta({ description: "One channel in place of three" }),
  ...splitFields("frames", { least: 1, train: 4000, validation: 400, test: 800 }),
});

/** What is seen, and how it comes about. */
interface Play {
  readonly environment: Environment;
  /** Left out: actions are random. */
  readonly player?: Player;
  readonly epsilon: number;
  readonly every: number;
  readonly rasterizer: Rasterizer;
}

/**
 * Frames of as many episodes as it takes, all that is random in them drawn from `random`.
 *
 * @throws InputError where the world draws no scene.
 */
export function drawFrames(
  count: number,
  random: Generator,
  { environment, player, epsilon, every, rasterizer }: Play,
): Split {
  const { pixels } = rasterizer;
  const { id, actionSpace } = environment;
  const values = new Float32Array(count * pixels.length);
  let observation: unknown;
  let left = 0;
  const act = () => {
    const actionMask = environment.actionMask?.();
    if (player === undefined || random.random() < epsilon) {
      return sampleAction(id, actionSpace, random, actionMask);
    }
    return player.act(observation, player.masked ? { actionMask } : {});
  };
  for (let frame = 0; frame < count;) {
    if (left === 0) {
      ({ observation } = environment.reset({ seed: random.integers(2 ** 32) }));
      player?.reset();
      left = LONGEST;
    }
    if ((LONGEST - left) % every === 0) {
      const scene = environment.scene?.();
      if (scene === undefined) {
        throw new InputError(`Cannot take frames of ${id} as it must draw a scene: it draws none`);
      }
      rasterizer.draw(scene);
      pixels.forEach((byte, i) => values[frame * pixels.length + i] = byte / 255);
      frame++;
    }
    const step = environment.step(act());
    observation = step.observation;
    left = step.terminated || step.truncated ? 0 : left - 1;
  }
  return { count, values };
}

/** @throws InputError where a policy is of another world. */
function requireFit(path: string, { observationSpace, actionSpace }: Player, world: Environment) {
  const acts = `${observationSpace} → ${actionSpace}`;
  const asks = `${world.observationSpace} → ${world.actionSpace}`;
  if (acts === asks) return;
  throw new InputError(`Cannot play ${world.id} by ${path} as a policy must act ${asks}: ${acts}`);
}

/** @throws InputError where a policy file is not the one that it was. */
function requireSame(path: string, bytes: Uint8Array, policyHash: string | undefined): void {
  if (policyHash === undefined || sha256(bytes) === policyHash) return;
  throw new InputError(
    `Cannot play by ${path} as it must be the file that it was (dataset.policyHash ` +
      `${policyHash.slice(0, 12)}…): it is another one (${sha256(bytes).slice(0, 12)}…)`,
  );
}

/** Drawings of a world. */
export const frames = defineDataset({
  name: "frames",
  summary: "Drawings of any world under random actions or a policy (frames:WORLD)",
  holds: { kind: "images" },
  configuration,
  create: async ({ configuration, stream, readFile, makeEnvironment, openPolicy }) => {
    const { environment: id, policy: path, policyHash, epsilon, every, side, grey } = configuration;
    if (makeEnvironment === undefined || openPolicy === undefined) {
      throw new InputError(`Cannot take frames of ${id} as this place has no worlds`);
    }
    let player: Player | undefined;
    if (path !== "") {
      const bytes = await readFile(path);
      requireSame(path, bytes, policyHash);
      player = await openPolicy(bytes);
    }
    const environment = await makeEnvironment(id);
    try {
      if (player !== undefined) requireFit(path, player, environment);
      const rasterizer = new Rasterizer(side, side, grey ? 1 : 3);
      const play = { environment, player, epsilon, every, rasterizer };
      return {
        kind: "images",
        shape: [side, side, grey ? 1 : 3],
        ...drawSplits(configuration, stream, (count, random) => drawFrames(count, random, play)),
      };
    } finally {
      environment.close?.();
    }
  },
});
