/**
 * A run's world as the page plays it, and policies from the server.
 *
 * @module
 */
import { loadPolicy, type Policy } from "../../agents/policy.ts";
import { controlsOf } from "../../envs/controls.ts";
import { definitionOf, makeEnv } from "../../envs/mod.ts";
import { type Constant, type Constants, tunableWorlds } from "../../envs/tunable.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../../lab/core/environment.ts";
import type { Json } from "../../lab/core/snapshot.ts";
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
 * Rejects with a line where the module does not come, or the world has no drawing.
 */
export async function openWorld(world: WorldOf, code?: OwnCode): Promise<PlayedWorld> {
  const { id, own, ...options } = world;
  const definition = code === undefined ? undefined : await definitionIn(code);
  const opened = own === true
    ? definedWorld(requireOwn(ownPartsOf(definition!), "environment", id, code!), world)
    : registeredWorld(world, options);
  if (opened.make().scene !== undefined) return opened;
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

/** Episodes of an actor in the run's world. */
export function episodesOf({ make, observe }: PlayedWorld, actor: Actor): Episodes {
  return new Episodes(make(), actor, observe);
}

/** A person at the keys, as an actor: the last key counts until another one. */
export class Hand implements Actor {
  readonly masked = false;
  readonly legend: string;
  /** What actions are called, in their order. */
  readonly names: readonly string[];
  readonly #actionOf: (key: string) => unknown;
  #action: unknown;

  constructor(private readonly environment: Environment) {
    const { legend, names, actionOf } = controlsOf(environment);
    this.legend = legend;
    this.names = names;
    this.#actionOf = actionOf;
    this.reset();
  }

  /** Takes a key as the browser names it; returns whether it stands for an action. */
  press(name: string): boolean {
    const key = name === " " ? "space" : name.toLowerCase().replace(/^arrow/, "");
    const action = this.#actionOf(key);
    if (action === undefined) return false;
    this.#action = action;
    return true;
  }

  act(): unknown {
    return this.#action;
  }

  reset(): void {
    const { actionSpace } = this.environment;
    this.#action = this.#actionOf("space") ??
      (actionSpace instanceof Discrete ? actionSpace.start : undefined);
  }
}
