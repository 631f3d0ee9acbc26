/**
 * Variational autoencoder with a VampPrior: the prior is the mean of the posteriors of a number of
 * pseudo-inputs, images that are learned with the rest, so that the encoder itself says where codes lie.
 *
 * Tomczak & Welling, "VAE with a VampPrior" (2018, arXiv 1705.07120): equation 9; the KL by one draw,
 * equation 6, as in `vae_mixture.ts`.
 *
 * Differs from the paper: one layer of latent variables; pseudo-inputs are sigmoids of what is learned, in
 * place of being clipped to [0, 1], where gradients would end; no warm-up by default.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { normal } from "../../lab/compute/initializers.ts";
import { defineModel } from "../define_model.ts";
import { parametersAlone } from "../networks.ts";
import { ofImages, posterior } from "./bound.ts";
import { vaeNetworks } from "./vae.ts";
import { mixtureFields, underMixture } from "./vae_mixture.ts";

const configuration = z.strictObject({
  ...mixtureFields,
  priorComponents: mixtureFields.priorComponents.meta({
    description: "Pseudo-inputs, whose posteriors are the prior (500: the paper's on digits)",
  }),
});

/** Dark grey, as most pixels are: a sigmoid of about 0.1. */
const DARK = -2;

/** The variational autoencoder under the posteriors of pseudo-inputs. */
export const vampPrior = defineModel({
  ...ofImages,
  name: "vae-vampprior",
  summary: "Variational autoencoder whose prior is the posterior of learned pseudo-inputs",
  configuration,
  networks: (shape, { priorComponents, ...fields }) => ({
    ...vaeNetworks(shape, fields),
    prior: parametersAlone((random) => ({
      inputs: normal(random, [priorComponents, shape.size], DARK, 1),
    })),
  }),
  ...underMixture(({ encoder, prior }) => posterior(encoder(tf.sigmoid(prior().inputs)))),
});
