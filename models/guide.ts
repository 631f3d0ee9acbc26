/**
 * Autoguidance: a second network of the same kind learns for a part of the budget only, and samples are
 * guided away from its mistakes.
 *
 * Karras, Aittala, Kynkäänniemi, Lehtinen, Aila, Laine, "Guiding a Diffusion Model with a Bad Version of
 * Itself" (2024, arXiv 2406.02507), section 4: the one that is shorter trained.
 *
 * @module
 */
import * as z from "zod";
import { cosine } from "../lab/compute/schedules.ts";
import type { Denoiser } from "./denoiser.ts";
import type { SharedFields } from "./fields.ts";
import type { Batch, Losses, ModelStep } from "./model.ts";
import type { TimeNetwork } from "./time_network.ts";

/** The field of models that may have a guide. */
export const guideField = {
  guideShare: z.number().gt(0).max(1).optional().meta({
    description:
      "Share of the budget in which a second network of the same kind learns, away from " +
      "which samples are guided; left out: there is none",
  }),
};

type Fields = SharedFields & { readonly guideShare?: number };

/** Networks with a guide among them. */
export type Guide = {
  /** Where a configuration has no `guideShare` there is none. */
  readonly guide: TimeNetwork;
};

/** The network as the guide, where a configuration has one. */
export function guideOf(network: TimeNetwork, { guideShare }: Pick<Fields, "guideShare">): Guide {
  return guideShare === undefined ? {} as Guide : { guide: network };
}

/**
 * The steps of a model of one network, by a loss: its own, and of the guide, from the same examples, until
 * the guide's share is over.
 *
 * @param network The network's name.
 * @param name The step's name.
 * @param couple As of a step.
 */
export function guidedSteps<K extends string, C extends Fields>(
  network: K,
  name: string,
  loss: (network: Denoiser, batch: Batch, configuration: C) => Losses,
  couple?: ModelStep<Record<K, TimeNetwork>, C>["couple"],
): ModelStep<Record<K, TimeNetwork> & Guide, C>[] {
  return [
    {
      ...{ name, changes: [network], couple },
      loss: (networks, ...given) => loss(networks[network] as Denoiser, ...given),
    },
    {
      ...{ name: "guide", changes: ["guide"], examples: "same", couple },
      during: ({ guideShare = 0 }) => [0, guideShare],
      schedule: ({ learningRate, finalLearningRate, guideShare = 1 }) => {
        const along = cosine(learningRate, finalLearningRate);
        return (spent) => along(spent / guideShare);
      },
      loss: ({ guide }, ...given) => loss(guide as Denoiser, ...given),
    },
  ];
}
