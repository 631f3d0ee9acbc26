/**
 * Neural spline flow: couplings or autoregressive steps whose bijections are rational-quadratic splines,
 * between learned linear maps.
 *
 * Durkan, Bekasov, Murray, Papamakarios, "Neural Spline Flows" (2019, arXiv 1906.04032): RQ-NSF (C) and
 * RQ-NSF (AR) of section 3.2, with the linear maps of section 4.1 by their LU decomposition.
 *
 * Differs from the paper: dense networks without residual blocks; the first minibatch standardises the
 * data (actnorm).
 *
 * @module
 */
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { autoregressive } from "./autoregressive.ts";
import { coupling } from "./coupling.ts";
import { denseConditioner, flowOfPoints, layeredFields } from "./exact.ts";
import { actnorm, invertibleConvolution } from "./mixing.ts";
import { rationalQuadratic } from "./splines.ts";

const configuration = z.strictObject({
  ...layeredFields,
  depth: layeredFields.depth.default(4),
  kind: z.enum(["coupling", "autoregressive"]).default("coupling").meta({
    description: "What a spline goes by: the other half of the coordinates, or all before it",
  }),
  bins: count(2, 500).default(8).meta({ description: "K, bins of each spline" }),
  bound: z.number().positive().default(3).meta({
    description: "B: splines bend [−B, B] in deviations of the data, the identity is outside",
  }),
});

/** Neural spline flow. */
export const splineFlow = defineModel({
  name: "spline-flow",
  summary: "Flow of rational-quadratic splines: exact likelihood of points with sharp edges",
  configuration,
  ...flowOfPoints<z.output<typeof configuration>>(
    ({ size }, { depth, kind, bins, bound, ...fields }) => {
      const bijection = rationalQuadratic(bins, bound);
      const conditioner = denseConditioner(fields);
      const splines = Array.from({ length: depth }, () => [
        invertibleConvolution(size),
        kind === "coupling"
          ? coupling({ channels: size, turn: 0, bijection, conditioner })
          : autoregressive({ size, turn: 0, bijection, ...fields }),
      ]);
      return [actnorm(size), ...splines.flat()];
    },
  ),
});
