/** Budgets with a unit, over the registries. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { unitWords } from "../../../lab/core/budget.ts";
import type { BudgetUnit } from "../../../lab/core/trainer.ts";
import type { ExperimentDefinition } from "../../../lab/experiment/definition.ts";
import { totalOf } from "../../../lab/experiment/budget.ts";
import { resolve } from "../../../lab/experiment/resolve.ts";
import { train } from "../../../lab/experiment/train.ts";
import { registries } from "../../../registries.ts";

async function named(name: string): Promise<ExperimentDefinition> {
  return await registries.experiments.find((each) => each.name === name)!.load();
}

Deno.test("an entry says what a budget of its agent or model counts", async () => {
  for (const kind of ["agents", "models"] as const) {
    for (const { name, budgetUnit, load } of registries[kind]) {
      const usual = kind === "agents" ? "environmentSteps" : "examples";
      strictEqual((await load()).budgetUnit, budgetUnit ?? usual, name);
    }
  }
});

Deno.test("an agent's budget is taken in its own unit, and refused in any other", async () => {
  const agents = new Map<string, ExperimentDefinition>();
  for (const { load } of registries.experiments) {
    const definition = await load();
    if ("agent" in definition) agents.set((definition.agent as { name: string }).name, definition);
  }
  for (const [name, definition] of agents) {
    const { budgetUnit } = await registries.agents.find((each) => each.name === name)!.load();
    for (const unit of Object.keys(unitWords) as BudgetUnit[]) {
      const budget = `100k-${unitWords[unit].many}`;
      const resolved = resolve(definition, registries, { budget });
      if (unit === budgetUnit) {
        strictEqual((await resolved).configuration.budget, 100_000, name);
      } else {
        const { full, many } = unitWords[budgetUnit];
        await rejects(resolved, {
          name: "InputError",
          message: `Cannot use the budget as ${name} counts ${full}, as in 1000-${many}: ${budget}`,
        });
      }
    }
  }
});

Deno.test("examples and updates convert where every update takes as many", async () => {
  const gan = await named("ring-wgan-gp-quick");
  const { configuration, notes } = await resolve(gan, registries, { budget: "100k-points" });
  // Of six updates a round one, the generator's, sees no examples.
  deepStrictEqual([configuration.budget, notes], [1875, [
    "100,000 examples are a budget of 1,875 updates: an update of wgan-gp takes 53 examples",
  ]]);
  const set: [string, string][] = [["model.criticSteps", "2"], ["budget", "1280-images"]];
  strictEqual((await resolve(gan, registries, { set })).configuration.budget, 30);
  await rejects(
    resolve(gan, registries, { budget: "100k-steps" }),
    /wgan-gp counts updates, as in 1000-updates: 100k-steps$/,
  );
  const autoencoder = await named("glyphs-autoencoder");
  await rejects(
    resolve(autoencoder, registries, { budget: "30-updates" }),
    /autoencoder counts examples, as in 1000-examples: 30-updates$/,
  );
});

Deno.test("a converted budget is what training takes", async () => {
  const trained = async (name: string, budget: string, set: [string, string][]) => {
    const { progress, dispose } = await train(await named(name), { registries, budget, set });
    dispose();
    return [progress.gradientSteps, progress.examples];
  };
  const gan: [string, string][] = [["model.width", "8"], ["model.batchSize", "16"]];
  deepStrictEqual(await trained("ring-wgan-gp-quick", "200-points", gan), [15, 208]);
  const autoencoder: [string, string][] = [
    ["dataset.train", "230"],
    ["dataset.test", "50"],
    ["model.lastBatch", "drop"],
  ];
  deepStrictEqual(await trained("glyphs-autoencoder", "7-updates", autoencoder), [7, 350]);
});

Deno.test("a budget that ends within an update takes all of it", () => {
  const gan = { name: "gan", budgetUnit: "gradientSteps", examplesPerUpdate: () => 64 } as const;
  const updates = (examples: number) => totalOf(`${examples}-examples`, gan, { model: {} }).total;
  deepStrictEqual([64, 65, 96, 128, 129].map(updates), [1, 2, 2, 2, 3]);
});
