/**
 * Snapshots of agents: the groups of the workspace, the generators, the environments and the
 * replay buffer, gathered in one place for all of them.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { Progress } from "../../lab/core/metrics.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type Json, REPLAY, type Snapshot } from "../../lab/core/snapshot.ts";
import { belowPrefix, type NamedTensors, prefixed } from "../../lab/core/tensor_data.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";
import type { EpisodeWindow } from "../worlds/episodes.ts";

/** Something that goes on from plain data. */
interface Resumable {
  snapshot(): Json;
  restore(snapshot: Json): void;
}

/** Transitions that are kept: a replay buffer, rollouts that wait. */
interface Rows {
  /** The tensors may be views. */
  snapshot(): { tensors: NamedTensors; values: Json };
  restore(tensors: NamedTensors, values: Json): void;
}

/** What an agent's trainer consists of between two iterations. */
export interface TrainerParts {
  /** Its name: a checkpoint of another agent is refused. */
  readonly agent: string;
  readonly workspace: Workspace;
  readonly progress: Progress;
  /** Groups beside `parameters` (optimizer state, target network). */
  readonly groups: readonly string[];
  readonly generators: Readonly<Record<string, Generator>>;
  readonly world: Resumable & { readonly episodes: Pick<EpisodeWindow, "highestReturn"> };
  readonly replay?: Rows;
  /** What a policy, its noise or its normaliser remembers. */
  readonly memory?: Resumable;
}

/** The group that holds an agent's learned networks. */
export const PARAMETERS = "parameters";

/** Everything that resume needs, copied but for the replay's rows, which are lent. */
export async function takeSnapshot(parts: TrainerParts): Promise<Snapshot> {
  const { agent, workspace, progress, groups, generators, world, replay, memory } = parts;
  const state: NamedTensors = {};
  for (const group of groups) {
    Object.assign(state, prefixed(await workspace.read(group), `${group}/`));
  }
  const kept = replay?.snapshot();
  return {
    parameters: await workspace.read(PARAMETERS),
    state,
    ...kept === undefined ? {} : { lent: prefixed(kept.tensors, REPLAY) },
    values: {
      agent,
      progress: { ...progress },
      generators: Object.fromEntries(
        Object.entries(generators).map(([name, generator]) => [name, generator.snapshot()]),
      ),
      world: world.snapshot(),
      replay: kept?.values ?? null,
      ...memory === undefined ? {} : { memory: memory.snapshot() },
    },
  };
}

/**
 * Goes on from a snapshot of the same configuration. One without the replay's rows, as a diverged
 * run leaves it, acts as it did and has an empty replay.
 *
 * @throws InputError where it is another agent's, or names or shapes of tensors differ.
 */
export function restoreSnapshot(parts: TrainerParts, snapshot: Snapshot): void {
  const { agent, workspace, progress, groups, generators, world, replay, memory } = parts;
  const values = snapshot.values as {
    agent?: string;
    progress: Progress & Json;
    generators: Record<string, Json>;
    world: Json;
    replay: Json;
    memory: Json;
  };
  // A checkpoint from before agents were named has none.
  const { agent: given = agent } = values;
  if (given !== agent) {
    throw new InputError(`Cannot restore as the checkpoint must be of ${agent}: ${given}`);
  }
  workspace.write(PARAMETERS, snapshot.parameters);
  for (const group of groups) workspace.write(group, belowPrefix(snapshot.state, `${group}/`));
  for (const [name, generator] of Object.entries(generators)) {
    generator.restore(values.generators[name]);
  }
  world.restore(values.world);
  const rows = belowPrefix({ ...snapshot.state, ...snapshot.lent }, REPLAY);
  if (Object.keys(rows).length > 0) replay?.restore(rows, values.replay);
  memory?.restore(values.memory);
  Object.assign(progress, values.progress);
}
