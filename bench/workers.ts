/**
 * An environment whose step takes 0.1 ms, in this thread and divided over two workers.
 *
 * @module
 */
import { cartPole } from "../envs/cartpole.ts";
import { environments, makeVectorEnv, register } from "../envs/mod.ts";
import type { Vector } from "../lab/core/vector.ts";
import type { Bench } from "./group.ts";
import { measure } from "./measure.ts";
import { type Row, row } from "./row.ts";

const id = "SlowCartPole-v0";
const count = 16;
const threads = 2;
/** Multiplications that take about 0.1 ms. */
const rounds = 100_000;

// A worker imports this file, too, to know the world.
if (!environments.some((known) => known.id === id)) {
  const world = cartPole({ suttonBartoReward: false });
  register({
    id,
    entry: () => ({
      ...world,
      step(state, action, random) {
        let value = 1;
        for (let i = 0; i < rounds; i++) value = Math.imul(value, 1_664_525) + 1;
        const next = world.step(state, action, random);
        return { ...next, reward: next.reward + (value & 1) };
      },
    }),
  });
}

/** Steps a second in one thread and in two workers. */
export async function* workers({ progress }: Bench): AsyncIterable<Row> {
  progress(`${count} × ${id} in ${threads} workers`);
  const one = makeVectorEnv(id, { count, mode: "same-step" });
  const many = makeVectorEnv(id, {
    count,
    mode: "same-step",
    workers: threads,
    module: import.meta.url,
  });
  try {
    const actions = Int32Array.from({ length: count }, (_, i) => i % 2);
    const stepped = (vector: Vector) => {
      vector.reset({ seed: 1 });
      return () => vector.step(actions);
    };
    const milliseconds = await measure({ one: stepped(one), many: stepped(many) });
    const perSecond = (each: number) => count * 1000 / each;
    yield row(
      `${count} environments of 0.1 ms a step, ${threads} workers`,
      perSecond(milliseconds.many),
      "environment steps/s",
      { name: "one thread", value: perSecond(milliseconds.one) },
    );
  } finally {
    many.close();
  }
}
