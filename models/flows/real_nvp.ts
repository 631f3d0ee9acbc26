/**
 * RealNVP: affine couplings, whose halves of the coordinates take turns.
 *
 * Dinh, Sohl-Dickstein, Bengio, "Density estimation using Real NVP" (2017, arXiv 1605.08803): the
 * couplings of equations 4 to 8 in the alternating pattern of section 3.5.
 *
 * Differs from the paper: for points; actnorm (Kingma & Dhariwal 2018) in place of batch normalisation
 * (section 3.7), so that no example's density hangs on its batch; no penalty on weights.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { affine } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { denseConditioner, flowOfPoints, layeredFields } from "./exact.ts";
import { actnorm } from "./mixing.ts";

/** Real-valued non-volume preserving transformations. */
export const realNvp = defineModel({
  name: "real-nvp",
  summary: "Flow of affine couplings: exact likelihood of points, and samples in one pass",
  configuration: z.strictObject(layeredFields),
  ...flowOfPoints<z.output<z.ZodObject<typeof layeredFields>>>(
    ({ size: channels }, { depth, ...fields }) => {
      const conditioner = denseConditioner(fields);
      return Array.from({ length: depth }, (_, turn) => [
        actnorm(channels),
        coupling({ channels, turn, bijection: affine, conditioner }),
      ]).flat();
    },
  ),
});
