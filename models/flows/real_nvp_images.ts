/**
 * RealNVP on images: at each scale affine couplings by convolutions, first between the two fields of a
 * checkerboard, then between halves of the channels; then half of the channels go on at half the size.
 *
 * Dinh, Sohl-Dickstein, Bengio, "Density estimation using Real NVP" (2017, arXiv 1605.08803): the masks
 * of section 3.4, alternating as in 3.5, in the architecture of 3.6.
 *
 * Differs from the paper: networks of three convolutions in place of residual ones; the checkerboard's
 * fields are taken after blocks of pixels have become channels, so that the last scale has both kinds of
 * couplings, too; actnorm (Kingma & Dhariwal 2018) in place of batch normalisation (section 3.7); pixels as
 * they are, not their logits; no penalty on weights; gradients are scaled down to a norm.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { affine } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { flowOfImages, imageFlowFields } from "./images.ts";
import { actnorm } from "./mixing.ts";
import { onCheckerboard } from "./multi_scale.ts";

/** Real-valued non-volume preserving transformations, of images. */
export const realNvpImages = defineModel({
  name: "real-nvp-images",
  summary:
    "Flow of images by couplings of a checkerboard's fields and of channels, at several scales",
  configuration: z.strictObject(imageFlowFields(3, "Couplings of each kind at each scale")),
  ...flowOfImages((channels, depth, conditioner) => {
    const couplings = Array.from({ length: depth }, (_, turn) => [
      actnorm(channels),
      coupling({ channels, turn, bijection: affine, conditioner }),
    ]).flat();
    return [onCheckerboard(couplings), ...couplings];
  }),
});
