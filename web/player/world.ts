/**
 * A run's world as the page plays it, and policies from the server.
 *
 * @module
 */
import { loadPolicy, type Policy } from "../../agents/policy.ts";
import { controlsOf } from "../../envs/controls.ts";
import { definitionOf, makeEnv } from "../../envs/mod.ts";
import { type Constants, tunableWorlds } from "../../envs/tunable.ts";
import { environmentOf } from "../../lab/core/define_environment.ts";
import type { Environment } from "../../lab/core/environment.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { Discrete } from "../../lab/core/space.ts";
import { ask } from "../ask.ts";
import { type Actor, Episodes } from "../episodes.ts";

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

/** The run's world; with `values`, of other constants than its own. */
export function worldOf({ id, ...options }: WorldOf, values?: Constants): Environment {
  return values === undefined
    ? makeEnv(id, options)
    : environmentOf(tunableWorlds[id].define(options, values));
}

/** Episodes of an actor in the run's world. */
export function episodesOf(world: WorldOf, actor: Actor): Episodes {
  const environment = worldOf(world);
  if (environment.scene === undefined) {
    throw new Error(`${world.id} has no drawing to play it in`);
  }
  const { id, ...options } = world;
  let observe: ((state: Json) => unknown) | undefined;
  try {
    const definition = definitionOf(id, options);
    observe = (state) => definition.observe(state);
  } catch {
    // A world that is no definition is watched, and not pushed.
  }
  return new Episodes(environment, actor, observe);
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
