/**
 * Masked autoregressive flow: each coordinate is scaled and moved by what those before it say, in one
 * order and the other in turns.
 *
 * Papamakarios, Pavlakou, Murray, "Masked Autoregressive Flow for Density Estimation" (2017, arXiv
 * 1705.07057): section 3.
 *
 * Differs from the paper: actnorm (Kingma & Dhariwal 2018) in place of batch normalisation (section
 * 3.1); hidden units see as far as 1 … D − 1 in turn.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { autoregressive } from "./autoregressive.ts";
import { affine } from "./bijections.ts";
import { flowOfPoints, layeredFields } from "./exact.ts";
import { actnorm } from "./mixing.ts";

/** Masked autoregressive flow. */
export const maf = defineModel({
  name: "maf",
  summary: "Flow of masked autoregressive networks: exact likelihood in one pass, samples in D",
  configuration: z.strictObject(layeredFields),
  ...flowOfPoints<z.output<z.ZodObject<typeof layeredFields>>>(
    ({ size }, { depth, ...fields }) =>
      Array.from({ length: depth }, (_, turn) => [
        actnorm(size),
        autoregressive({ size, turn, bijection: affine, ...fields }),
      ]).flat(),
  ),
});
