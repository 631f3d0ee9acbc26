/**
 * Glow on images: at each scale steps of flow, each an actnorm, an invertible 1 × 1 convolution and an
 * affine coupling by convolutions; then half of the channels go on at half the size.
 *
 * Kingma & Dhariwal, "Glow: Generative Flow with Invertible 1×1 Convolutions" (2018, arXiv 1807.03039):
 * table 1 and figure 2.
 *
 * Differs from the paper: smaller; noise of all scales is N(0, I), without learned moments; gradients are
 * scaled down to a norm.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { affine } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { flowOfImages, imageFlowFields } from "./images.ts";
import { actnorm, invertibleConvolution } from "./mixing.ts";

/** Generative flow with invertible 1 × 1 convolutions, of images. */
export const glowImages = defineModel({
  name: "glow-images",
  summary: "Flow of images at several scales, by convolutions: likelihood of 8-bit pixels",
  configuration: z.strictObject(imageFlowFields(4, "K, steps of flow at each scale")),
  ...flowOfImages((channels, depth, conditioner) =>
    Array.from({ length: depth }, () => [
      actnorm(channels),
      invertibleConvolution(channels),
      coupling({ channels, turn: 0, bijection: affine, conditioner }),
    ]).flat()
  ),
});
