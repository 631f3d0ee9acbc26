/**
 * Worlds that the lab does not bring along, for vectors in workers: one whose step takes a while, and
 * one that breaks.
 *
 * @module
 */
import { environments, register } from "../../envs/mod.ts";
import { cartPole } from "../../envs/cartpole.ts";
import { wrap } from "../../envs/wrappers/wrapper.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import * as z from "zod";

/** A number that takes a while to find. */
function labour(rounds: number): number {
  let value = 1;
  for (let i = 0; i < rounds; i++) value = Math.imul(value, 1_664_525) + 1_013_904_223 | 0;
  return value;
}

const world = cartPole({ suttonBartoReward: false });

if (!environments.some(({ id }) => id === "SlowCartPole-v0")) {
  register({
    id: "SlowCartPole-v0",
    configuration: z.strictObject({
      rounds: z.int().default(100).describe("work of a step"),
      seconds: z.number().default(0).describe("what a step rests in a worker"),
    }),
    entry: ({ rounds, seconds }) => ({
      ...world,
      step(state, action, random) {
        if ("WorkerGlobalScope" in globalThis) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * seconds);
        }
        const next = world.step(state, action, random);
        return { ...next, reward: next.reward + (labour(rounds) & 1) };
      },
    }),
  });
  register({
    id: "LeavingCartPole-v0",
    configuration: z.strictObject({ by: z.enum(["exit", "close"]).default("exit") }),
    entry: ({ by }) => ({
      ...world,
      step: (state, action, random) => {
        if (by === "exit") Deno.exit(0);
        self.close();
        return world.step(state, action, random);
      },
    }),
  });
  let made = 0;
  register({
    id: "CrowdedCartPole-v0",
    entry: () => {
      if (++made > 2) throw new TypeError("a thread has room for two");
      return world;
    },
  });
  register({
    id: "LimitedCartPole-v0",
    entry: () => ({
      ...world,
      reset: () => [0, 0, 0, 0],
      step: () => ({ state: [1, 0, 0, 0], reward: 1, terminated: true }),
      actionMask: ([at]: readonly number[]) => at === 1 ? [0, 0] : [1, 0],
    }),
  });
  /** Worlds that were closed in this thread. */
  let closed = 0;
  register({
    id: "UnclosedCartPole-v0",
    entry: () => ({
      ...wrap(environmentOf(world), {}),
      close() {
        if ("WorkerGlobalScope" in globalThis) throw new TypeError("the door is stuck");
        closed++;
      },
      scene: () => ({ view: [0, 0, closed, 1], background: "#ffffff", shapes: [] }) as const,
    }),
  });
  register({
    id: "BreakingCartPole-v0",
    entry: () => ({
      ...world,
      step(state, action, random) {
        const next = world.step(state, action, random);
        if (next.state[2] > 0.1) throw new TypeError("the pole is not a pole");
        return next;
      },
    }),
  });
}
