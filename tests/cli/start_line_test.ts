import { ok, strictEqual } from "node:assert";
import { evaluatedOnce, startLine } from "../../cli/training.ts";
import { secondsInLanes } from "../../lab/experiment/budget.ts";
import { described } from "../../lab/experiment/describe.ts";
import { type Plan, planOf, type RunRequest } from "../../lab/experiment/launch.ts";
import { loadDefinition } from "../../lab/experiment/load.ts";
import type { Store } from "../../lab/store/store.ts";
import { registries } from "../../registries.ts";

async function plansOf(...requests: readonly Partial<RunRequest>[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const request of requests) {
    const { reference, ...rest } = { reference: "cartpole-dqn", seed: 1, ...request };
    const asked = await described(await loadDefinition(reference, registries), registries, rest);
    const where = { store: {} as Store, registries };
    plans.push(await planOf(asked, { ...rest, backend: "auto" }, where));
  }
  return plans;
}

const line = (plans: readonly Plan[], workers = 2) => startLine(plans, { workers, cores: 2 });

const taking = (plans: readonly Plan[], seconds: number): Plan[] =>
  plans.map((plan) => ({ ...plan, expectedSeconds: seconds }));

Deno.test("a run is expected to take its experiment's time, by the share of its budget", async () => {
  const { definition: { expectedSeconds } } = await loadDefinition("cartpole-dqn", registries);
  ok(expectedSeconds! > 0);
  const [usual, longer] = await plansOf({}, { budget: "500k" });
  strictEqual(usual.expectedSeconds, expectedSeconds);
  strictEqual(longer.expectedSeconds, 10 * expectedSeconds!);
});

Deno.test("what is trained is said first, with the time where it is over a minute", async () => {
  strictEqual(line(taking(await plansOf({}), 30)), "Training cartpole-dqn: 50,000 steps");
  strictEqual(line(await plansOf({ name: "mine" })), "Training mine: 50,000 steps");
  const seeds = taking(await plansOf(...Array<Partial<RunRequest>>(5).fill({})), 30);
  strictEqual(
    line(seeds),
    "Training cartpole-dqn: 5 seeds of 50,000 steps each, about 90 s on 2 cores",
  );
  strictEqual(
    line(seeds, 1),
    "Training cartpole-dqn: 5 seeds of 50,000 steps each, about 3 min on 2 cores",
  );
  strictEqual(line(seeds, 9), line(seeds));
  const [agent, model] = await plansOf(
    { budget: "500k" },
    { reference: "ring-wgan-gp", budget: "1k" },
  );
  strictEqual(
    line([...taking([agent], 300), ...taking([model], 5)]),
    "Training cartpole-dqn: 500,000 steps; ring-wgan-gp: 1,000 updates, about 5 min on 2 cores",
  );
});

Deno.test("of a budget that leaves one evaluation is said so, and how there are more", async () => {
  const [short, whole, more] = await plansOf(
    { budget: "3k" },
    { set: [["budget", "3000"]] },
    { budget: "3k", set: [["evaluation.every", "2999"]] },
  );
  const { every } = short.facts.configuration.evaluation as { every: number };
  strictEqual(
    evaluatedOnce([more, short]),
    `cartpole-dqn is evaluated at its end alone, as its evaluations are ${
      every.toLocaleString("en-US")
    } steps apart and its budget is 3,000 steps: --set evaluation.every=300 makes ten`,
  );
  strictEqual(evaluatedOnce([whole, more]), undefined);
});

Deno.test("no time is said of another agent or world than the experiment's", async () => {
  for (const path of ["agent.name=a2c", "environment.id=Acrobot-v1"]) {
    const [field, value] = path.split("=");
    const plans = await plansOf({ budget: "5M", set: [[field, value]] }, { budget: "500k" });
    strictEqual(plans[0].expectedSeconds, undefined);
    strictEqual(
      line(plans),
      "Training cartpole-dqn: 5,000,000 steps; cartpole-dqn: 500,000 steps",
    );
  }
});

Deno.test("a run takes the first lane that is free", () => {
  strictEqual(secondsInLanes([1, 5, 1, 1, 1], 2), 5);
  strictEqual(secondsInLanes([3, 3, 3], 2), 6);
  strictEqual(secondsInLanes([3, 3, 3], 1), 9);
  strictEqual(secondsInLanes([3], 4), 3);
});
