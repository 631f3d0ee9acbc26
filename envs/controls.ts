/**
 * Which key does what in a world: arrows and digits for its actions.
 *
 * @module
 */
import type { Environment } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import { Box, Discrete } from "../lab/core/space.ts";

/** A key, and what it is for: `left` and `← left`. */
export interface Key {
  readonly key: string;
  readonly label: string;
}

/** The keys of a world. */
export interface Controls {
  /** One for each action that a person may choose. */
  readonly keys: readonly Key[];
  /** For people: `← left  → right`. */
  readonly legend: string;
  /** What actions are called, in their order; empty where they have no names. */
  readonly names: readonly string[];
  /** The action that a key stands for; undefined: none. */
  actionOf(key: string): unknown;
}

const signs: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  right: "→",
  left: "←",
  rest: "space",
};

/** Keys of actions in their order, without the letters that mean something else (p, q, r). */
const indexKeys = "0123456789abcdefghijklmnostuvwxyz";

const compass = ["up", "right", "down", "left"];
const directions = [...compass, "up right", "down right", "down left", "up left"];

/** Names of actions; those in `signs` get that key, too. */
const actionNames: Readonly<Record<string, readonly string[]>> = {
  "Blackjack-v1": ["stick", "hit"],
  "CliffWalking-v1": compass,
  "CliffWalkingSlippery-v1": compass,
  "FrozenLake-v1": ["left", "down", "right", "up"],
  "FrozenLake8x8-v1": ["left", "down", "right", "up"],
  "GridWorld-v0": directions,
  "GridWorldPixels-v0": directions,
  "MemoryCorridor-v0": ["right", "up", "down"],
  "Taxi-v4": ["down", "up", "right", "left", "pick up", "drop off"],
};

/** What worlds with so few actions mostly mean by them. */
const usualNames: Readonly<Record<number, readonly string[]>> = {
  2: ["left", "right"],
  3: ["left", "rest", "right"],
};

/**
 * The keys of a world.
 *
 * @throws InputError where its actions are neither Discrete nor a Box.
 */
export function controlsOf({ id, actionSpace }: Environment): Controls {
  if (actionSpace instanceof Discrete) return discreteControls(id, actionSpace);
  if (actionSpace instanceof Box) return boxControls(actionSpace);
  throw new InputError(
    `Cannot play ${id} by keys as its actions are ${actionSpace}: watch it with --random`,
  );
}

function discreteControls(id: string, { n, start }: Discrete): Controls {
  const names = (actionNames[id] ?? usualNames[n] ?? []).slice(0, n);
  const keys = new Map<string, number>();
  for (let i = 0; i < Math.min(n, indexKeys.length); i++) keys.set(indexKeys[i], start + i);
  names.forEach((name, i) => {
    if (name in signs) keys.set(name === "rest" ? "space" : name, start + i);
  });
  const all = names.length === n
    ? names.map((name, i): Key => {
      const key = name === "rest" ? "space" : name in signs ? name : indexKeys[i];
      return { key, label: `${signs[name] ?? key} ${name}` };
    })
    : [...indexKeys.slice(0, n)].map((key): Key => ({ key, label: key }));
  const legend = names.length === n
    ? legendOf(all)
    : `${all[0].label} … ${all.at(-1)!.label} actions`;
  return { keys: all, legend, names, actionOf: (key) => keys.get(key) };
}

/** Arrows push the first two values to their bounds, space lets go. */
function boxControls(space: Box): Controls {
  const bound = (value: number) => Number.isFinite(value) ? value : Math.sign(value);
  const at = (index: number, value?: number) => {
    const action = space.low.map((low, i) => Math.min(space.high[i], Math.max(low, 0)));
    if (value !== undefined) action[index] = value;
    return action;
  };
  const keys = new Map<string, () => Float32Array>([["space", () => at(0)]]);
  const all: Key[] = [];
  const pairs = [["left", "right"], ["down", "up"]].slice(0, space.flatSize);
  pairs.forEach(([less, more], i) => {
    const [low, high] = [bound(space.low[i]), bound(space.high[i])];
    keys.set(less, () => at(i, low));
    keys.set(more, () => at(i, high));
    all.push({ key: less, label: `${signs[less]} ${figureOf(low)}` });
    all.push({ key: more, label: `${signs[more]} ${figureOf(high)}` });
  });
  all.push({ key: "space", label: "space lets go" });
  return {
    keys: all,
    legend: legendOf(all),
    names: [],
    actionOf: (key) => keys.get(key)?.(),
  };
}

const legendOf = (keys: readonly Key[]) => keys.map(({ label }) => label).join("  ");

const figureOf = (value: number) => String(Number(value.toPrecision(3))).replace("-", "−");
