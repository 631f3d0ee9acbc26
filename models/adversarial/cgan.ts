/**
 * Conditional GAN: both networks are told the class, so that samples can be asked for by class.
 *
 * Mirza, Osindero, "Conditional Generative Adversarial Nets" (2014, arXiv 1411.1784), equation 2: the
 * one-hot label is joined to the latent vector, and to the image as a plane for each class.
 *
 * Differs from the paper: convolutions in place of maxout layers, as in DCGAN.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { convolutionalFields, convolutionalPlayers } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";

const configuration = z.strictObject({ ...gameFields(), ...convolutionalFields });

/** The conditional GAN. */
export const cgan = defineModel({
  name: "cgan",
  summary: "Conditional GAN: draws images of the class that it is asked for",
  takes: { examples: ["images"], labels: "required" },
  configuration,
  ...game<z.infer<typeof configuration>>(
    (shape, c) => convolutionalPlayers(shape, c, "batch", shape.classes),
    { told: "both" },
  ),
});
