import { ok, rejects, strictEqual } from "node:assert";
import * as fc from "fast-check";
import {
  epsilonGreedy,
  expectedValue,
  greedy,
  maximum,
  Rates,
} from "../../../agents/tabular/tables.ts";
import { PriorityQueue } from "../../../agents/tabular/priority_queue.ts";
import { Traces } from "../../../agents/tabular/traces.ts";
import { defineEnvironment } from "../../../lab/core/define_environment.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { Discrete } from "../../../lab/core/space.ts";
import { learners, trainerOf } from "./laboratory.ts";

Deno.test("ε-greedy draws each action as often as its probability says, ties broken evenly", () => {
  const table = Float64Array.of(9, 9, 9, 1, 3, 2, 3);
  const counts = [0, 0, 0, 0];
  const random = defaultRng(1);
  for (let i = 0; i < 40_000; i++) counts[epsilonGreedy(table, 3, 4, 0.2, random)] += 1;
  [0.05, 0.45, 0.05, 0.45].forEach((probability, a) =>
    ok(Math.abs(counts[a] / 40_000 - probability) < 0.01, `${counts}`)
  );
  strictEqual(greedy(table, 3, 4), 1);
  strictEqual(maximum(table, 3, 4), 3);
  const sum = 0.05 * 1 + 0.45 * 3 + 0.05 * 2 + 0.45 * 3;
  ok(Math.abs(expectedValue(table, 3, 4, 0.2) - sum) < 1e-12);
});

Deno.test("ε and α fall on their lines", () => {
  const rates = new Rates({
    episodeLimit: 0,
    maskActions: true,
    gamma: 1,
    initialValue: 0,
    explorationInitial: 1,
    explorationFinal: 0.1,
    explorationFraction: 1,
    learningRate: 0.4,
    learningRateFinal: 0,
  });
  rates.at(0.25);
  ok(Math.abs(rates.epsilon - 0.775) < 1e-12 && Math.abs(rates.learningRate - 0.3) < 1e-12);
});

Deno.test("a priority queue gives the greatest first, each index once, also after a restore", () => {
  const raise = fc.tuple(fc.nat(19), fc.integer({ min: 1, max: 50 }));
  fc.assert(fc.property(fc.array(raise, { maxLength: 60 }), (raises) => {
    const first = new PriorityQueue(20);
    const known = new Map<number, number>();
    for (const [index, priority] of raises) {
      first.raise(index, priority);
      known.set(index, Math.max(priority, known.get(index) ?? 0));
    }
    const queue = new PriorityQueue(20);
    queue.raise(3, 99);
    queue.restore(first.snapshot());
    strictEqual(queue.count, known.size);
    let last = Infinity;
    for (let left = known.size; left > 0; left--) {
      const index = queue.pop();
      strictEqual(index, first.pop());
      const priority = known.get(index)!;
      ok(priority <= last);
      last = priority;
      known.delete(index);
    }
    strictEqual(queue.pop(), -1);
  }));
});

Deno.test("traces accumulate or replace, decay, and are gone when they are small", () => {
  for (const kind of ["accumulating", "replacing"] as const) {
    const traces = new Traces(3, kind);
    traces.visit(1);
    traces.decay(0.5);
    traces.visit(1);
    traces.visit(2);
    const table = new Float64Array(3);
    traces.apply(table, 2);
    strictEqual(`${table}`, kind === "accumulating" ? "0,3,2" : "0,2,2");
    traces.decay(1e-9);
    strictEqual(traces.values[2] > 0, true);
    traces.decay(0.1);
    strictEqual(`${traces.values}`, "0,0,0");
    traces.visit(2);
    traces.restored();
    traces.clear();
    strictEqual(`${traces.values}`, "0,0,0");
  }
});

Deno.test("a mask that does not follow from the observation is refused, before a table holds both", async () => {
  /** Two states that look alike, each with an action of its own. */
  const alike = defineEnvironment({
    id: "Alike-v0",
    observationSpace: new Discrete(1),
    actionSpace: new Discrete(2),
    timeLimit: 20,
    reset: () => 0,
    step: (s: number, a: number) => ({ state: 1 - s, reward: a === s ? 1 : 0, terminated: false }),
    observe: () => 0,
    actionMask: (s) => s === 0 ? [1, 0] : [0, 1],
  });
  for (const agent of learners) {
    await rejects(trainerOf(agent, alike).then((trainer) => trainer.iterate()), {
      name: "InputError",
      message:
        `Cannot train ${agent} as the world's action mask must follow from the observation ` +
        "(agent.maskActions=false leaves it out): observation 0 forbade action 1 before",
    });
    await (await trainerOf(agent, alike, { maskActions: false })).iterate();
  }
});
