import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { RETURN } from "../../../lab/core/metrics.ts";
import { Judge, verdictOfReturn } from "../../../lab/experiment/verdict.ts";
import { iqm } from "../../../lab/statistics/mod.ts";
import type { Manifest, RunStatus } from "../../../lab/store/store.ts";
import { registries } from "../../../registries.ts";

const judge = new Judge(registries);

function runOf(
  environment: Record<string, string> | undefined,
  status: RunStatus = "completed",
  maskActions = false,
  environmentSteps = 0,
) {
  const configuration = {
    ...environment && { environment, agent: { name: "ppo", maskActions } },
    evaluation: { every: 1, episodes: 100 },
  };
  const determined = { configuration, seed: "7" };
  return { status, environmentSteps, manifest: { determined } as unknown as Manifest };
}

function verdict(
  environment: Record<string, string> | undefined,
  metrics: Record<string, number>,
  status?: RunStatus,
  maskActions?: boolean,
) {
  return judge.run(runOf(environment, status, maskActions), metrics);
}

Deno.test("a return is judged between random play and what counts as solved", () => {
  const cartPole = { id: "CartPole-v1" };
  const cases = [
    ...[[500, "solved"], [475, "solved"], [474.9, "learning"], [30, "learning"]] as const,
    // Random play returns 22.28 ± 11.05: of 100 episodes 2 standard errors are 2.2.
    ...[[24, "no better than random"], [9.51, "no better than random"]] as const,
    ...[[NaN, "diverged"], [Infinity, "diverged"]] as const,
  ];
  for (const [value, expected] of cases) {
    strictEqual(verdict(cartPole, { "evaluation/return_mean": value }), expected, `${value}`);
  }
});

Deno.test("seeds that are solved are solved together, though their mean is a rounding below them", () => {
  const lake = { environment: { id: "FrozenLake-v1" }, agent: { name: "ppo" } };
  const together = iqm([0.7, 0.7, 0.7]);
  ok(together < 0.7);
  const verdictOn = (value: number) => judge.figure(lake, RETURN, value);
  deepStrictEqual([together, 0.7, 0.6999].map(verdictOn), ["solved", "solved", "learning"]);
});

Deno.test("a return counts as learned only where training shows it, too", () => {
  const cartPole = { id: "CartPole-v1" };
  const judged = (evaluation: number, training: number) =>
    verdict(cartPole, {
      "evaluation/return_mean": evaluation,
      "rollout/episode_return_mean": training,
    });
  // A learning rate of 10⁶ leaves a policy that returns 25.8; an untrained network may return 60.
  strictEqual(judged(25.8, 9.4), "training no better than random");
  strictEqual(judged(60, 22.3), "training no better than random");
  strictEqual(judged(25.8, 26), "learning");
  strictEqual(judged(20, 26), "no better than random");
  strictEqual(judged(480, 24), "solved");
  strictEqual(judged(20, 9.4), "no better than random");
});

Deno.test("an agent that finished no episode while it trained is not learning, a planner may be", () => {
  const judged = (value: number, environmentSteps: number, id = "CartPole-v1") =>
    judge.run(runOf({ id }, "completed", false, environmentSteps), {
      "evaluation/return_mean": value,
    });
  deepStrictEqual([60, 20, 480].map((value) => judged(value, 10)), [
    ...[undefined, "no better than random", "solved"],
  ]);
  strictEqual(judged(60, 0), "learning");
  // A program of a user's own may not say what it played.
  const { manifest: { determined }, ...run } = runOf({ id: "CartPole-v1" }, "completed", false, 10);
  const { agent: _, ...configuration } = determined.configuration;
  const own = { ...run, manifest: { determined: { configuration } } as unknown as Manifest };
  strictEqual(judge.run(own, { "evaluation/return_mean": 60 }), "learning");
});

Deno.test("a verdict names the figures that it stands on", () => {
  const reason = (metrics: Record<string, number>, status?: RunStatus) =>
    judge.judged(runOf({ id: "CartPole-v1" }, status), metrics)?.reason;
  const [value, training] = ["evaluation/return_mean", "rollout/episode_return_mean"];
  strictEqual(
    reason({ [value]: 52.04, [training]: 21.917 }),
    "the return is 52.04 (better than random above 24.49), training's last 100 episodes return " +
      "21.92 (better than random above 24.49), random actions return 22.28",
  );
  strictEqual(
    reason({ [value]: 9.31 }),
    "the return is 9.31 (better than random above 24.49), random actions return 22.28",
  );
  deepStrictEqual([60, 480].map((good) => reason({ [value]: good })), [undefined, undefined]);
  strictEqual(reason({ [value]: NaN }), "evaluation/return_mean is NaN");
  strictEqual(reason({ [value]: 500, "losses/infinite": Infinity }), "losses/infinite is Infinity");
  strictEqual(reason({ [value]: 500 }, "diverged"), undefined);
});

Deno.test("a group of which one run diverged has, too; else its figure decides, where all have one", () => {
  const metrics: Record<string, Record<string, number>> = {
    a: { "evaluation/return_mean": 500 },
    b: { "evaluation/return_mean": 500, "losses/own": NaN },
  };
  const source = { lastMetrics: (id: string) => metrics[id] };
  const of = (ids: string[], figure?: number, status?: RunStatus) =>
    judge.group(
      source,
      ids.map((id) => ({ id, ...runOf({ id: "CartPole-v1" }, status) })),
      RETURN,
      figure,
    );
  strictEqual(of(["a"], 500)?.verdict, "solved");
  deepStrictEqual(of(["a", "b"], 500), {
    ...{ verdict: "diverged", reason: "of seed 7 losses/own is NaN" },
  });
  deepStrictEqual(of(["a"], undefined, "diverged"), { verdict: "diverged" });
  strictEqual(of(["a"], undefined, "failed"), undefined);
});

Deno.test("the return of training is a mean over its own episodes, whatever is evaluated", () => {
  // One episode: 2 standard errors are 20, a hundred: 2, four: 10.
  const random = { random: { mean: 20, deviation: 10 } } as Parameters<typeof verdictOfReturn>[1];
  const of = (value: number, mean: number, episodes: number) =>
    verdictOfReturn(value, random, 1, { mean, episodes });
  strictEqual(of(45, 24, 100), "learning");
  strictEqual(of(35, 24, 100), "no better than random");
  strictEqual(of(45, 24, 4), "training no better than random");
  strictEqual(of(45, 31, 4), "learning");
});

Deno.test("of a short training as many episodes count as it can have finished, at most a hundred", () => {
  const [training, length] = ["rollout/episode_return_mean", "rollout/episode_length_mean"];
  const judged = (steps: number, mean: number) =>
    judge.judged(runOf({ id: "CartPole-v1" }, "completed", false, steps), {
      ...{ [RETURN]: 60, [training]: mean, [length]: mean },
    });
  // Random play returns 22.28 ± 11.05: of 4 episodes 2 standard errors are 11.05.
  deepStrictEqual([judged(120, 30)?.verdict, judged(140, 34)?.verdict], [
    ...["training no better than random", "learning"],
  ]);
  match(
    judged(120, 30)!.reason!,
    /training's last 4 episodes return 30 \(better than random above 33\.33\)/,
  );
  match(judged(20, 30)!.reason!, /training's last episode returns 30 /);
  strictEqual(judged(10_000, 25)?.verdict, "learning");
});

Deno.test("a run has diverged where its status or a loss says so, whatever it returns", () => {
  const cartPole = { id: "CartPole-v1" };
  const metrics = { "evaluation/return_mean": 500 };
  strictEqual(verdict(cartPole, metrics, "diverged"), "diverged");
  strictEqual(verdict(cartPole, { ...metrics, "losses/value": NaN }), "diverged");
  strictEqual(verdict(undefined, { "losses/critic": -Infinity }), "diverged");
  strictEqual(verdict(undefined, { "losses/elbo": -100 }), undefined);
});

Deno.test("nothing is said of worlds without marks, options of their own, or no evaluation", () => {
  const metrics = { "evaluation/return_mean": 3 };
  strictEqual(verdict({ id: "CartPole-v1" }, { "rollout/episode_return_mean": 3 }), undefined);
  strictEqual(verdict({ id: "Own-v0" }, metrics), undefined);
  strictEqual(verdict({ id: "CartPole-v1", noSuchOption: "1" }, metrics), undefined);
  strictEqual(verdictOfReturn(3, { random: undefined, threshold: 5 }, 100), undefined);
  strictEqual(verdictOfReturn(5, { random: undefined, threshold: 5 }, 100), "solved");
  const steady = { random: { mean: -200, deviation: 0 }, threshold: undefined };
  strictEqual(verdictOfReturn(-200, steady, 1), "no better than random");
  strictEqual(verdictOfReturn(-199, steady, 1), "learning");
});

Deno.test("in every measured world random play is no better than random", () => {
  for (const { id, randomReturn, randomAllowedReturn } of registries.environments) {
    for (const [i, random] of [randomReturn, randomAllowedReturn].entries()) {
      if (random === undefined) continue;
      const { mean } = random.cuts?.[0] ?? random;
      const found = verdict({ id }, { "evaluation/return_mean": mean }, "completed", i === 1);
      strictEqual(found, "no better than random", id);
    }
  }
});

Deno.test("who may choose what a mask forbids is judged by random actions that may, too", () => {
  const taxi = (value: number, maskActions: boolean) =>
    verdict({ id: "Taxi-v4" }, { "evaluation/return_mean": value }, "completed", maskActions);
  strictEqual(taxi(-200, true), "no better than random");
  strictEqual(taxi(-200, false), "learning");
  strictEqual(taxi(-769, false), "no better than random");
  strictEqual(taxi(-100, true), "learning");
});
