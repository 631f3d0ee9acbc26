/**
 * What the networks of all agents are like: dense layers behind a body.
 *
 * @module
 */
import * as z from "zod";
import { type BodySettings, convolutions } from "../../lab/compute/bodies.ts";
import { type Activation, activationNames } from "../../lab/compute/networks.ts";
import { widths } from "../../lab/compute/sizes.ts";

/** What dense networks are like. */
export interface DenseSettings extends BodySettings {
  /** Widths of the hidden layers. */
  readonly hiddenSizes: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Activation;
}

/** Fields of an agent's networks. */
export const networkFields = {
  hiddenSizes: widths().default([256, 256]).meta({
    description: "Widths of the hidden layers of each network",
  }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers",
  }),
  convolutions,
} as const;
