/**
 * Taxi-v4: fetch a passenger and bring them where they want.
 *
 * A port of Gymnasium 1.4's toy text environment, equal to it in every draw. The world is that of
 * T. G. Dietterich (2000), "Hierarchical reinforcement learning with the MAXQ value function
 * decomposition", JAIR 13, sections 3.1 and 7.1.
 *
 * ## Description
 * A taxi drives in a grid of 5 × 5 cells with a few walls. A passenger waits at one of four places
 * (red, green, yellow, blue) and wants to another one of them.
 *
 * ## Action space
 * `Discrete(6)`: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off.
 *
 * ## Observation space
 * `Discrete(500)`: ((row × 5 + column) × 5 + passenger) × 4 + destination. The passenger is at 0
 * red, 1 green, 2 yellow, 3 blue, or 4 in the taxi.
 *
 * ## Rewards
 * −1 for every step, but 20 for the passenger delivered and −10 for picking up or dropping off
 * where it cannot be.
 *
 * ## Starting state
 * One of 300, each as likely: the taxi anywhere, the passenger at one of the four places, the
 * destination another one.
 *
 * ## End of episode
 * Terminated when the passenger is delivered. Truncated after 200 steps. Solved at a mean return
 * of 8.
 *
 * ## Information
 * `prob`: the probability of the transition that was drawn. `actionMask`: 1 for each action that
 * would change the state; agents that mask choose no other.
 *
 * ## Arguments
 * - `isRainy` (default false): a move that is possible goes where the action says with
 *   `rainyProbability` (0.8), else to one of the two sides, each as likely.
 * - `ficklePassenger` (false): with `fickleProbability` (0.3) the passenger chooses another
 *   destination at the first move after the first pick-up.
 *
 * ## Version history
 * - v4: rain and fickle passengers as in the paper.
 * - Earlier versions are not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition, Transition } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import type { Color, Scene, Shape } from "../lab/core/scene.ts";
import { Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { cellCenter, drawGrid } from "./grid_scene.ts";
import { certain, drawIndex, drawTransition, tabulate } from "./transitions.ts";

/** Options of Taxi-v4. */
export interface TaxiOptions {
  /** Whether a move may go to one of the two sides instead. */
  readonly isRainy: boolean;
  /** Whether the passenger may choose another destination on the way. */
  readonly ficklePassenger: boolean;
  /** Probability that a move goes where the action says in the rain. */
  readonly rainyProbability: number;
  /** Probability that a fickle passenger is so in an episode. */
  readonly fickleProbability: number;
}

/** Checks the options of Taxi-v4 and fills in the defaults. */
export const taxiConfiguration: z.ZodType<TaxiOptions> = z.strictObject({
  isRainy: z.boolean().default(false).describe(
    "whether a move may go to one of the two sides instead",
  ),
  ficklePassenger: z.boolean().default(false).describe(
    "whether the passenger may choose another destination on the way",
  ),
  rainyProbability: z.number().min(0).max(1).default(0.8).describe(
    "probability that a move goes where the action says in the rain",
  ),
  fickleProbability: z.number().min(0).max(1).default(0.3).describe(
    "probability that a fickle passenger chooses another destination",
  ),
});

/** The observation, and 1 where the passenger is still to change the destination. */
export type TaxiState = readonly [state: number, fickle: number];

const size = 5;
/** Cells of the four places: red, green, yellow, blue. */
const places = [0, 4, 20, 23] as const;
const inTaxi = 4;
/** Cells with a wall to the east. */
const wallsEast = new Set([1, 6, 15, 17, 20, 22]);
/** Row and column changes of south, north, east, west. */
const moves = [[1, 0], [-1, 0], [0, 1], [0, -1]] as const;
/** The moves to the left and right of south, north, east, west. */
const sides = [[2, 3], [3, 2], [1, 0], [0, 1]] as const;

function encode(cell: number, passenger: number, destination: number): number {
  return (cell * 5 + passenger) * 4 + destination;
}

function decode(state: number): { cell: number; passenger: number; destination: number } {
  return {
    cell: Math.floor(state / 20),
    passenger: Math.floor(state / 4) % 5,
    destination: state % 4,
  };
}

/** Where a move leads: the cell itself before a wall or the border. */
function drive(cell: number, move: number): number {
  const row = Math.floor(cell / size) + moves[move][0];
  const column = cell % size + moves[move][1];
  if (row < 0 || row >= size || column < 0 || column >= size) return cell;
  if (move === 2 && wallsEast.has(cell)) return cell;
  if (move === 3 && wallsEast.has(cell - 1)) return cell;
  return row * size + column;
}

function outcomes(state: number, action: number, options: TaxiOptions): Transition[] {
  const { cell, passenger, destination } = decode(state);
  if (action === 4) {
    const waits = passenger < inTaxi && cell === places[passenger];
    return [
      certain(encode(cell, waits ? inTaxi : passenger, destination), waits ? -1 : -10, false),
    ];
  }
  if (action === 5) {
    if (passenger !== inTaxi || !places.some((place) => place === cell)) {
      return [certain(state, -10, false)];
    }
    const arrived = cell === places[destination];
    const place = places.findIndex((place) => place === cell);
    return [certain(encode(cell, place, destination), arrived ? 20 : -1, arrived)];
  }
  const intended = drive(cell, action);
  const to = (cell: number, probability: number): Transition => ({
    probability,
    state: encode(cell, passenger, destination),
    reward: -1,
    terminated: false,
  });
  if (!options.isRainy) return [to(intended, 1)];
  const lateral = (1 - options.rainyProbability) / 2;
  // A move that a wall stops does not slip to a side either.
  const [left, right] = sides[action].map((side) => intended === cell ? cell : drive(cell, side));
  return [to(intended, options.rainyProbability), to(left, lateral), to(right, lateral)];
}

/** 1 for each action that would change the state. */
function maskOf(state: number): number[] {
  const { cell, passenger } = decode(state);
  const atPlace = places.some((place) => place === cell);
  return [
    ...moves.map((_, move) => drive(cell, move) !== cell ? 1 : 0),
    passenger < inTaxi && cell === places[passenger] ? 1 : 0,
    passenger === inTaxi && atPlace ? 1 : 0,
  ];
}

/**
 * Where a fickle passenger's other destination leads, after a step from `before` to `state`: drawn
 * where the taxi moves with the passenger in it. Undefined where the passenger still waits.
 */
export function redirect(before: number, state: number, random: Generator): number | undefined {
  const isWaiting = Math.floor(before / 4) % 5 !== inTaxi;
  const stays = Math.floor(before / 20) === Math.floor(state / 20);
  if (isWaiting || stays) return undefined;
  const old = state % 4;
  const drawn = random.integers(3);
  return state - old + (drawn < old ? drawn : drawn + 1);
}

/** What a taxi's world is made of: its masks, what follows an action, where an episode starts. */
export function partsOf(options: TaxiOptions) {
  const states = size * size * 5 * 4;
  const table = tabulate(states, 6, (state, action) => outcomes(state, action, options));
  const masks = Array.from({ length: states }, (_, state) => maskOf(state));
  const startProbabilities = masks.map((_, state) => {
    const { passenger, destination } = decode(state);
    return passenger < inTaxi && passenger !== destination ? 1 / 300 : 0;
  });
  const reset = (random: Generator): TaxiState => {
    const state = drawIndex(startProbabilities, random);
    const fickle = options.ficklePassenger && random.random() < options.fickleProbability;
    return [state, fickle ? 1 : 0];
  };
  return { states, table, masks, reset };
}

/** Taxi-v4 with its options. */
export function taxi(options: TaxiOptions): EnvironmentDefinition<TaxiState, number, number> {
  const { states, table, masks, reset } = partsOf(options);
  return defineEnvironment({
    id: "Taxi-v4",
    summary: "Fetch a passenger and bring them where they want",
    observationSpace: new Discrete(states),
    actionSpace: new Discrete(6),
    timeLimit: 200,
    rewardThreshold: 8,
    goal: "terminated",
    reset,
    startInfo: ([state]) => ({ prob: 1, actionMask: masks[state] }),
    step([before, fickle]: TaxiState, action: number, random) {
      const { probability, state, reward, terminated } = drawTransition(
        table[before][action],
        random,
      );
      const other = fickle === 1 ? redirect(before, state, random) : undefined;
      const next: TaxiState = other === undefined ? [state, fickle] : [other, 0];
      return {
        state: next,
        reward,
        terminated,
        info: { prob: probability, actionMask: masks[next[0]] },
      };
    },
    observe: ([state]) => state,
    actionMask: ([state]) => masks[state],
    scene: ([state]) => draw(state),
    // Who is fickle does not show in the observation, which is the table's state.
    ...!options.ficklePassenger && { transitions: () => table },
  });
}

const placeColors: readonly Color[] = ["#d9534f", "#58a55c", "#e0c341", "#4f7fd9"];

function draw(state: number): Scene {
  const { cell, passenger, destination } = decode(state);
  const walls = [...wallsEast].map((wall): Shape => {
    const [x, y] = cellCenter(size, size, wall);
    const points = [[x + 0.5, y - 0.5], [x + 0.5, y + 0.5]] as const;
    return { kind: "line", points, color: colors.body, width: 0.1 };
  });
  const taxi = cellCenter(size, size, cell);
  const passengerAt = passenger === inTaxi ? taxi : cellCenter(size, size, places[passenger]);
  const body: Shape[] = [
    { kind: "circle", center: taxi, radius: 0.36, fill: "#f0b429" },
    { kind: "circle", center: passengerAt, radius: 0.16, fill: colors.body },
  ];
  return drawGrid(
    size,
    size,
    (cell) => {
      const place = places.findIndex((each) => each === cell);
      if (place < 0) return undefined;
      return { fill: placeColors[place], text: place === destination ? "X" : undefined };
    },
    undefined,
    [...walls, ...body],
  );
}
