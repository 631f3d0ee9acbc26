/**
 * Every training step that is measured.
 *
 * @module
 */
import { convVaeStep } from "./conv_vae.ts";
import { dcganStep } from "./dcgan.ts";
import { denseVaeStep } from "./dense_vae.ts";
import { dqnStep } from "./dqn.ts";
import { gruSteps } from "./gru.ts";
import { ppoStep } from "./ppo.ts";
import type { BenchStep } from "./step.ts";
import { unetStep } from "./unet.ts";
import { wganGpStep } from "./wgan_gp.ts";

/** In the order of the table. */
export const steps: readonly BenchStep[] = [
  ppoStep,
  dqnStep,
  denseVaeStep,
  convVaeStep,
  dcganStep,
  wganGpStep,
  unetStep,
  ...gruSteps,
];
