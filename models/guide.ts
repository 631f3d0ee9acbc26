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
import type { SharedFields } from "./fields.ts";
import type { Batch, Losses, ModelStep, Of } from "./model.ts";
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

/** The step in which the guide learns, from the examples of the step before it, until its share is over. */
export function guideStep<
  N extends Readonly<Record<string, TimeNetwork>> & Guide,
  C extends Fields,
>(loss: Of<N, Batch, C, Losses>): ModelStep<N, C> {
  return {
    name: "guide",
    changes: ["guide"],
    examples: "same",
    during: ({ guideShare = 0 }) => [0, guideShare],
    schedule: ({ learningRate, finalLearningRate, guideShare = 1 }) => {
      const along = cosine(learningRate, finalLearningRate);
      return (spent) => along(spent / guideShare);
    },
    loss,
  };
}
