/**
 * NICE: additive couplings, which keep volumes, and one scaling at the end.
 *
 * Dinh, Krueger, Bengio, "NICE: Non-linear Independent Components Estimation" (2015, arXiv 1410.8516):
 * the couplings of section 3.2, the scaling of section 3.3, a Gaussian prior (section 3.4).
 *
 * Differs from the paper: for points; Adam with its authors' settings, and samples from a moving average
 * of the weights.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { additive } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { denseConditioner, flowOfPoints, layeredFields } from "./exact.ts";
import { scaling } from "./mixing.ts";

/** Non-linear independent components estimation. */
export const nice = defineModel({
  name: "nice",
  summary: "Flow of additive couplings, which keep volumes: exact likelihood of points",
  configuration: z.strictObject(layeredFields),
  ...flowOfPoints<z.output<z.ZodObject<typeof layeredFields>>>(
    ({ size: channels }, { depth, ...fields }) => {
      const conditioner = denseConditioner(fields);
      const couplings = Array.from(
        { length: depth },
        (_, turn) => coupling({ channels, turn, bijection: additive, conditioner }),
      );
      return [...couplings, scaling(channels)];
    },
  ),
});
