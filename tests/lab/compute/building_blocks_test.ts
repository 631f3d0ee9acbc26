/** The page of building blocks has all of them. */
import { deepStrictEqual } from "node:assert";
import * as layers from "../../../lab/compute/layers/mod.ts";
import { activationNames } from "../../../lab/compute/networks.ts";
import { optimizerNames } from "../../../lab/compute/optimizers.ts";
import { recurrentCellNames } from "../../../lab/compute/recurrent.ts";

const page = await Deno.readTextFile(
  new URL("../../../docs/building-blocks.md", import.meta.url),
);

/** What the first column of the table below a heading names. */
function named(heading: string): string[] {
  const [, section] = page.split(`\n## ${heading}\n`);
  return section.split("\n## ")[0].split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split("|")[1].matchAll(/`([^`]+)`/g)].map((name) => name[1]));
}

Deno.test("every layer, activation and optimizer stands on the page, and nothing else", () => {
  deepStrictEqual(named("Activations"), activationNames);
  deepStrictEqual(named("Optimizers"), optimizerNames);
  // What makes parameters and state, or picks them, goes with its layer.
  const beside = /Parameters$|^(movingMoments|spectralVector|kernelsOf)$/;
  const functions = Object.keys(layers).filter((name) => !beside.test(name));
  deepStrictEqual(
    new Set(named("Layers")),
    new Set([...functions, ...recurrentCellNames, "dense", "mlp", "unroll"]),
  );
});
