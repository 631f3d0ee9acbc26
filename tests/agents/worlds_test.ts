/**
 * Agents in worlds that they were not made for, and in worlds that misbehave: every agent in every
 * kind of world that fits it, refusals before training, NaN, exceptions, episodes without end.
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { agents } from "../../agents/mod.ts";
import { makeEnv } from "../../envs/mod.ts";
import { registries } from "../../registries.ts";
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import type { Progress } from "../../lab/core/metrics.ts";
import { Box, Discrete, MultiDiscrete } from "../../lab/core/space.ts";
import type { AgentExperiment, Options } from "../../lab/experiment/definition.ts";
import { train } from "../../lab/experiment/train.ts";

/** Small worlds by the kinds of their observations and actions. */
function worldOf(
  observations: "box" | "discrete",
  actions: "discrete" | "multi-discrete" | "box",
  change: Partial<EnvironmentDefinition> = {},
): EnvironmentDefinition {
  const actionSpace = {
    discrete: new Discrete(2),
    "multi-discrete": new MultiDiscrete([2, 3]),
    box: new Box({ low: -1, high: 1, shape: [2] }),
  }[actions];
  return {
    // deno-lint-ignore no-explicit-any
    ...defineEnvironment<number, any, any>({
      id: "Small-v0",
      observationSpace: observations === "box"
        ? new Box({ low: 0, high: 20, shape: [2] })
        : new Discrete(21),
      actionSpace,
      timeLimit: 20,
      reset: () => 0,
      step: (count: number) => ({ state: count + 1, reward: count % 2, terminated: false }),
      observe: (count) => observations === "box" ? Float32Array.of(count, 1) : count,
    }),
    ...change,
  };
}

/** Fields with which an agent learns at all within the small budget. */
const replay = { learningStarts: 20, bufferSize: 300, hiddenSizes: [16] };
const small: Record<string, Options> = {
  ...{ dqn: replay, sac: replay, td3: replay, ddpg: replay },
  "recurrent-ppo": { recurrentSize: 16, sequenceLength: 8, hiddenSizes: [16] },
};
const BUDGET = 120;

function experiment(agent: string, environment: AgentExperiment["environment"]): AgentExperiment {
  return {
    name: "small",
    environment,
    agent: { name: agent, ...small[agent] },
    budget: BUDGET,
    evaluation: { episodes: 3 },
  };
}

const definitions = await Promise.all(agents.map((entry) => entry.load()));

for (const { name, takes, budgetUnit } of definitions) {
  Deno.test(`${name} trains in every kind of world that it takes, and is refused elsewhere`, async () => {
    for (const observations of ["box", "discrete"] as const) {
      for (const actions of ["discrete", "multi-discrete", "box"] as const) {
        const definition = experiment(name, worldOf(observations, actions));
        const fits = takes.actions.includes(actions) && !takes.transitions &&
          (takes.observations?.includes(observations) ?? true);
        if (!fits) {
          await rejects(
            train(definition, { registries }),
            /Cannot train .* in Small-v0 as it takes/,
          );
          continue;
        }
        const { status, progress, metrics, dispose } = await train(definition, { registries });
        strictEqual(status, "completed");
        ok(progress[budgetUnit] >= BUDGET);
        ok(Number.isFinite(metrics["evaluation/return_mean"]));
        ok(Number.isFinite(metrics["evaluation/return_iqm"]));
        dispose();
      }
    }
  });

  if (takes.transitions) continue;

  // A kind of world that the agent takes.
  const [observations, actions] = [takes.observations?.[0] ?? "box", takes.actions[0]] as [
    "box" | "discrete",
    "discrete" | "box",
  ];

  Deno.test(`${name} ends where a world returns what is not finite, and names it`, async () => {
    const reward = worldOf(observations, actions, {
      step: (count: number) => ({
        state: count + 1,
        reward: count === 7 ? NaN : 1,
        terminated: false,
      }),
    });
    await rejects(
      train(experiment(name, reward), { registries }),
      /^LabError: Cannot learn in Small-v0 as its rewards must be finite: NaN$/,
    );
    const observation = worldOf(observations, actions, {
      observe: (count: number) =>
        observations === "box" ? Float32Array.of(count === 7 ? Infinity : 0, 1) : NaN,
    });
    await rejects(
      train(experiment(name, observation), { registries }),
      observations === "box"
        ? /^LabError: Cannot learn in Small-v0 as its observations must be finite: Infinity$/
        : /^InputError: Cannot reset Small-v0 as the observation of reset is NaN, which is not in /,
    );
  });

  Deno.test(`${name} is not evaluated on what is not finite, nor learns what is not in 32 bits`, async () => {
    let trained = false;
    const onIteration = ({ progress }: { readonly progress: Progress }) => {
      trained = progress.environmentSteps >= BUDGET;
    };
    const refused = async (change: Partial<EnvironmentDefinition>, message: RegExp) => {
      trained = false;
      const world = worldOf(observations, actions, change);
      await rejects(train(experiment(name, world), { registries, onIteration }), message);
    };
    const rewarded = (reward: () => number): Partial<EnvironmentDefinition> => ({
      step: (count: number) => ({ state: count + 1, reward: reward(), terminated: false }),
    });
    await refused(
      rewarded(() => trained ? NaN : 1),
      /^LabError: Cannot evaluate in Small-v0 as its rewards must be finite: NaN$/,
    );
    await refused(
      rewarded(() => -1e39),
      /^LabError: Cannot learn in Small-v0 as its rewards must be finite in 32 bits: -1e\+39$/,
    );
    if (observations !== "box" || name === "random") return; // who draws blindly sees nothing
    await refused(
      { observe: (count: number) => Float32Array.of(trained && count > 2 ? NaN : 0, 1) },
      /^LabError: Cannot evaluate in Small-v0 as its observations must be finite: NaN$/,
    );
  });

  Deno.test(`${name} trains where an action is one of one`, async () => {
    const spaces = { discrete: new Discrete(1), "multi-discrete": new MultiDiscrete([1, 3]) };
    for (const [kind, actionSpace] of Object.entries(spaces)) {
      if (!takes.actions.includes(kind as keyof typeof spaces)) continue;
      const world = worldOf(observations, "discrete", { actionSpace } as object);
      const { status, metrics, dispose } = await train(experiment(name, world), { registries });
      strictEqual(status, "completed");
      ok(Number.isFinite(metrics["evaluation/return_mean"]));
      dispose();
    }
  });

  Deno.test(`${name} hands on what a world throws in the middle of an episode`, async () => {
    const broken = worldOf(observations, actions, {
      step: (count: number) => {
        if (count === 7) throw new RangeError("the floor is gone");
        return { state: count + 1, reward: 1, terminated: false };
      },
    });
    await rejects(train(experiment(name, broken), { registries }), /RangeError: the floor is gone/);
  });

  Deno.test(`${name} uses its budget where episodes never end, and evaluation says so`, async () => {
    const endless = worldOf(observations, actions, {
      timeLimit: undefined,
      step: (count: number) => ({ state: (count + 1) % 20, reward: 1, terminated: false }),
    });
    const warnings: string[] = [];
    const { status, progress, dispose } = await train(experiment(name, endless), {
      registries,
      onEvaluation: ({ events }) => void warnings.push(...events.map(({ message }) => message)),
    });
    strictEqual(status, "completed");
    ok(progress.environmentSteps >= BUDGET);
    match(warnings.join("\n"), /3 of 3 evaluation episodes had no end after 10000 steps/);
    dispose();
  });
}

Deno.test("a refusal names the agents that fit, from all that are registered", async () => {
  const refused = async (agent: string, id: string) => {
    try {
      await train(experiment(agent, { id }), { registries });
    } catch (error) {
      return (error as Error).message;
    }
  };
  const line = await refused("dqn", "Pendulum-v1");
  const [, named] = /Agents that fit: (.*)$/.exec(line!)!;
  match(line!, /^Cannot train dqn in Pendulum-v1 as it takes Discrete actions: observations Box/);
  const fitting = definitions.filter(({ takes }) => takes.actions.includes("box"));
  deepStrictEqual(named.split(", "), fitting.map(({ name }) => name));
  match(
    (await refused("value-iteration", "Blackjack-v1"))!,
    /takes Discrete observations and Discrete actions and a transition table: observations Tuple/,
  );
  strictEqual(makeEnv("Blackjack-v1").transitions, undefined);
  match(
    (await refused("policy-iteration", "Bandit-v0"))!,
    /observations Discrete\(1\), actions Discrete\(10\), no transition table\. Agents that fit: /,
  );
});

for (const { name, takes } of definitions) {
  if (takes.observations?.includes("box") === false) continue;
  const blind = worldOf("box", takes.actions.includes("box") ? "box" : "discrete", {
    observationSpace: new Box({ low: [], high: [] }),
    observe: () => new Float32Array(0),
  });
  Deno.test(`${name} refuses a world that shows no numbers, naming the space`, () =>
    rejects(
      train(experiment(name, blind), { registries }),
      new RegExp(
        `Cannot train ${name} in Small-v0 as its observations must have a number at least: Box`,
      ),
    ));
}

Deno.test("a goal that is never reached is reported with what helps", async () => {
  const warnings: string[] = [];
  const definition: AgentExperiment = {
    ...experiment("a2c", { id: "MountainCar-v0" }),
    budget: 2000,
  };
  const { dispose } = await train(definition, {
    registries,
    onEvaluation: ({ events }) => void warnings.push(...events.map(({ message }) => message)),
  });
  match(
    warnings.at(-1)!,
    /^No goal ever reached in training or evaluation, whose \d+ episodes all .* limit\. What/,
  );
  dispose();
});

Deno.test("a run whose loss is not finite ends as diverged, with the loss or what it led to named", async () => {
  for (const name of ["a2c", "dqn"]) {
    const definition = experiment(name, worldOf("box", "discrete"));
    const wild = { ...definition, agent: { ...definition.agent, learningRate: 1e38 } };
    const { status, message, parameters, dispose } = await train(wild, { registries });
    strictEqual(status, "diverged");
    // Where an iteration draws actions after an update, none can be drawn, and it has no losses.
    match(
      message!,
      /^diverged at iteration \d+: (losses\/\w+ is|parameter policy\S+ has) (NaN|-?Infinity)/,
    );
    ok(Object.values(parameters).every(({ values }) => values.every(Number.isFinite)));
    dispose();
  }
});

for (const { name } of definitions) {
  Deno.test(`${name} leaves no world open`, async () => {
    const counts = { made: 0, closed: 0 };
    const counted = {
      ...registries,
      environments: registries.environments.map((entry) => ({
        ...entry,
        make(options: Options) {
          counts.made++;
          return Object.assign(entry.make(options), {
            batch: undefined,
            close: () => counts.closed++,
          });
        },
      })),
    };
    let accepted = 0;
    for (const id of ["CartPole-v1", "FrozenLake-v1", "Pendulum-v1", "Bandit-v0"]) {
      try {
        const { dispose } = await train(experiment(name, { id }), { registries: counted });
        dispose();
        accepted++;
      } catch (error) {
        match(String(error), /^InputError: Cannot (train|plan)/);
      }
      deepStrictEqual(counts, { made: counts.made, closed: counts.made }, id);
    }
    ok(accepted > 0 && counts.made > 0);
  });
}
