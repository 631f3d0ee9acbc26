/**
 * Glow: steps of flow, each an actnorm, an invertible 1 × 1 convolution and an affine coupling.
 *
 * Kingma & Dhariwal, "Glow: Generative Flow with Invertible 1×1 Convolutions" (2018, arXiv 1807.03039):
 * table 1 and figure 2a.
 *
 * Differs from the paper: for points, which are images of one pixel, without a multi-scale architecture.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { affine } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { denseConditioner, flowOfPoints, layeredFields } from "./exact.ts";
import { actnorm, invertibleConvolution } from "./mixing.ts";

/** Generative flow with invertible 1 × 1 convolutions. */
export const glow = defineModel({
  name: "glow",
  summary: "Flow of affine couplings between learned rotations: exact likelihood of points",
  configuration: z.strictObject(layeredFields),
  ...flowOfPoints<z.output<z.ZodObject<typeof layeredFields>>>(
    ({ size: channels }, { depth, ...fields }) => {
      const conditioner = denseConditioner(fields);
      return Array.from({ length: depth }, () => [
        actnorm(channels),
        invertibleConvolution(channels),
        coupling({ channels, turn: 0, bijection: affine, conditioner }),
      ]).flat();
    },
  ),
});
