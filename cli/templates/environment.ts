/**
 * my-environment: a walk along a corridor. Change the world, keep the shape of the file.
 *
 *   deno task -q experiment check my-environment.ts     # does it keep the contract?
 *   deno task -q experiment play my-environment.ts      # try it with the keys
 *   deno task -q experiment run my-environment.ts       # train PPO in it
 *   deno task -q experiment evaluate latest --render    # watch it
 */
import { Box, defineEnvironment, defineExperiment, Discrete } from "reverie";

const GOAL = 5;

export const world = defineEnvironment({
  id: "MyEnvironment-v0",
  // What the agent sees: one number from 0 to GOAL.
  observationSpace: new Box({ low: 0, high: GOAL, shape: [1] }),
  // What it can do: 0 is a step back, 1 a step ahead.
  actionSpace: new Discrete(2),
  // After so many steps an episode is cut off.
  timeLimit: 50,
  // The state at the start, any plain data. `random` is the episode's own generator.
  reset: (random) => random.integers(3),
  // The next state and its reward; `terminated` where the episode is over.
  step: (position: number, action: number) => {
    const next = Math.max(0, position + (action === 1 ? 1 : -1));
    return { state: next, reward: next === GOAL ? 1 : -0.01, terminated: next === GOAL };
  },
  // What the agent sees of a state.
  observe: (position) => Float32Array.of(position),
  // A drawing of a state, for play and evaluate --render; it may be left out.
  scene: (position) => ({
    view: [-1, -1, GOAL + 1, 1], // left, bottom, right, top
    background: "#ffffff",
    shapes: [
      { kind: "line", points: [[0, 0], [GOAL, 0]], color: "#cbd5e1", width: 0.1 },
      { kind: "circle", center: [GOAL, 0], radius: 0.4, fill: "#16a34a" },
      { kind: "circle", center: [position, 0], radius: 0.3, fill: "#2563eb" },
    ],
  }),
});

export default defineExperiment({
  name: "my-environment",
  summary: "PPO walks along a corridor",
  environment: world,
  agent: { name: "ppo" },
  budget: 10_000, // environment steps
});
