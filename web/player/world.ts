/**
 * A run's world as the page plays it, and policies from the server.
 *
 * @module
 */
import { loadPolicy, type Policy } from "../../agents/policy.ts";
import { drawingOf } from "../../envs/checker_scene.ts";
import { controlsOf, type Key } from "../../envs/controls.ts";
import { definitionOf, makeEnv } from "../../envs/mod.ts";
import { type Constant, type Constants, tunableWorlds } from "../../envs/tunable.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../lab/core/environment.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { isLive, Moves } from "../../lab/core/pace.ts";
import { Discrete } from "../../lab/core/space.ts";
import { ownPartsOf, requireOwn } from "../../lab/experiment/own.ts";
import { ask } from "../ask.ts";
import { type Actor, Episodes } from "../episodes.ts";
import { type Handle, handles } from "../hands.ts";
import type { OwnCode } from "../own/code.ts";
import { definitionIn } from "../own/definition.ts";

/** A world by its id, with its options. */
export type WorldOf = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The bytes of a policy file, by the id of its checkpoint. */
export async function fetchPolicy(
  run: string,
  checkpoint: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const query = new URLSearchParams({ run, checkpoint: String(checkpoint) });
  const response = await ask(`/api/policy?${query}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

/** The policy in a file. */
export function opened(bytes: Uint8Array): Policy {
  return loadPolicy(bytes);
}

/** The run's world, as the page plays it. */
export interface PlayedWorld {
  readonly id: string;
  /** By which another thread opens it, too. */
  readonly of: WorldOf;
  /** Those that may be turned. */
  readonly constants: readonly Constant[];
  /** How a hand takes hold of it; undefined: it is watched. */
  readonly handle: Handle | undefined;
  /** What a state looks like; undefined: the world does not say. */
  readonly observe: ((state: Json) => unknown) | undefined;
  /** The world; with `values`, of other constants than its own. */
  make(values?: Constants): Environment;
}

/**
 * Opens a run's world: the lab's, or that of the user's module that the run was trained with.
 *
 * Rejects with a line where the module does not come, or the world has no drawing, or one that cannot
 * be drawn.
 */
export async function openWorld(world: WorldOf, code?: OwnCode): Promise<PlayedWorld> {
  const { id, own, ...options } = world;
  const definition = code === undefined ? undefined : await definitionIn(code);
  const opened = own === true
    ? definedWorld(requireOwn(ownPartsOf(definition!), "environment", id, code!), world)
    : registeredWorld(world, options);
  const environment = opened.make();
  environment.reset({ seed: 0 });
  if (drawingOf(environment) !== undefined) return opened;
  throw new Error(`${id} has no drawing to play it in`);
}

function definedWorld(definition: EnvironmentDefinition, of: WorldOf): PlayedWorld {
  return {
    id: definition.id,
    of,
    constants: [],
    handle: undefined,
    observe: (state) => definition.observe(state),
    make: () => environmentOf(definition),
  };
}

function registeredWorld(of: WorldOf, options: object): PlayedWorld {
  const { id } = of;
  const tunable = tunableWorlds[id];
  let observe: PlayedWorld["observe"];
  try {
    const definition = definitionOf(id, options);
    observe = (state) => definition.observe(state);
  } catch {
    // A world that is no definition is watched, and not pushed.
  }
  return {
    id,
    of,
    constants: tunable?.constants(options) ?? [],
    handle: handles[id],
    observe,
    make: (values) =>
      values === undefined ? makeEnv(id, options) : environmentOf(tunable.define(options, values)),
  };
}

/** Episodes of an actor in the run's world; `episodeLimit`: of an agent of tables, see `longestOf`. */
export function episodesOf(
  { make, observe }: PlayedWorld,
  actor: Actor,
  episodeLimit?: number,
): Episodes {
  return new Episodes(make(), actor, observe, episodeLimit);
}

/** A person at the keys, as an actor: the last key counts until another one. */
export class Hand implements Actor {
  readonly masked = false;
  readonly keys: readonly Key[];
  /** What actions are called, in their order. */
  readonly names: readonly string[];
  readonly moves: Moves;
  readonly #actionOf: (key: string) => unknown;
  /** Until a key comes. */
  readonly #first: unknown;
  /** Of the actions, where they are choices. */
  readonly #start: number;

  constructor(environment: Environment) {
    const { keys, names, actionOf } = controlsOf(environment);
    this.keys = keys;
    this.names = names;
    this.moves = new Moves(isLive(environment));
    this.#actionOf = actionOf;
    const { actionSpace } = environment;
    this.#start = actionSpace instanceof Discrete ? actionSpace.start : NaN;
    this.#first = actionOf("space") ??
      (actionSpace instanceof Discrete ? actionSpace.start : undefined);
  }

  /** The action of a key as the browser, or {@linkcode keys}, name it; undefined: it stands for none. */
  actionOf(name: string): unknown {
    return this.#actionOf(name === " " ? "space" : name.toLowerCase().replace(/^arrow/, ""));
  }

  /** Which of the choices a key stands for, from 0; NaN: actions are measured. */
  indexOf(name: string): number {
    return (this.actionOf(name) as number) - this.#start;
  }

  /** Lets go of a key in an episode that goes on: the action of nothing, where there is one. */
  release(episode: number): void {
    const rest = this.#actionOf("space");
    if (rest !== undefined && this.moves.goesOn(episode)) this.moves.take(rest, episode);
  }

  act(): unknown {
    return this.moves.action ?? this.#first;
  }

  /** Nothing: what a key was pressed for holds when an episode is taken back, too. */
  reset(): void {}
}
