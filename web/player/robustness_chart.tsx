/** How much a policy bears, as a chart: its return over what is turned in its world. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { mean } from "../../lab/statistics/scores.ts";
import { Plot } from "../components/plot.tsx";
import { count } from "../format.ts";
import type { Line } from "../lines.ts";
import type { OwnCode } from "../own/code.ts";
import { type Disturbance, disturbancesOf } from "../robustness.ts";
import { beginThread, type PageThread } from "../threads.ts";
import type { Order, Said } from "./robustness_thread.ts";
import type { PlayedWorld } from "./world.ts";

/** Episodes at each value: the same ones, from these seeds on, that no evaluation has. */
const [EPISODES, FIRST_SEED] = [100, 1_000_000];

/** What a policy got: the returns at each value, by rounds of an episode at each. */
export interface Borne {
  readonly checkpoint: string;
  readonly disturbance: string;
  readonly rounds: readonly (readonly number[])[];
}

/** The chart; each policy that was asked for stays as a line. */
export function Robustness(
  { world, own: code, bytes, checkpoint, episodeLimit }: {
    world: PlayedWorld;
    own: OwnCode | undefined;
    /** Of the policy. */
    bytes: Uint8Array;
    /** What it is called. */
    checkpoint: string;
    /** Of an agent of tables: see `longestOf`. */
    episodeLimit?: number;
  },
): VNode {
  const all = useMemo(() => disturbancesOf(world.constants, world.make()), [world.id]);
  const key = useSignal(all[0].key);
  const borne = useSignal<readonly Borne[]>([]);
  const isPlaying = useSignal(false);
  const problem = useSignal("");
  const playing = useRef<PageThread<Order>>();
  const stop = () => {
    playing.current?.end();
    isPlaying.value = false;
  };
  useEffect(() => stop, []);
  const disturbance = all.find((each) => each.key === key.value)!;
  const total = disturbance.values.length * EPISODES;
  const fail = (line: string) => {
    problem.value = line;
    stop();
  };
  const measure = () => {
    isPlaying.value = true;
    problem.value = "";
    const mine = { checkpoint, disturbance: disturbance.key };
    const others = borne.value.filter((each) =>
      each.checkpoint !== checkpoint || each.disturbance !== disturbance.key
    );
    const rounds: (readonly number[])[] = [];
    playing.current = beginThread<Order, Said>("robustness", (said) => {
      if (said.kind === "problem") return fail(said.line);
      rounds.push(said.returns);
      borne.value = [...others, { ...mine, rounds: [...rounds] }];
      if (rounds.length === EPISODES) stop();
    }, fail);
    playing.current.post({
      ...{ world: world.of, own: code, bytes, disturbance: disturbance.key },
      ...{ episodes: EPISODES, firstSeed: FIRST_SEED, episodeLimit },
    });
  };
  const shown = borne.value.filter((each) => each.disturbance === disturbance.key);
  const mine = shown.find((each) => each.checkpoint === checkpoint);
  const isKnown = mine !== undefined && mine.rounds.length === EPISODES;
  const played = (mine?.rounds.length ?? 0) * disturbance.values.length;
  return (
    <details class="bears">
      <summary>How much it bears: its return in another world</summary>
      <div class="toolbar">
        <label>
          Turn{" "}
          <select
            value={key.value}
            disabled={isPlaying.value}
            onChange={(event) => key.value = event.currentTarget.value}
          >
            {all.map(({ key, title }) => <option key={key} value={key}>{title}</option>)}
          </select>
        </label>
        <button
          type="button"
          class="quiet"
          disabled={!isPlaying.value && isKnown}
          onClick={isPlaying.value ? stop : measure}
        >
          {isPlaying.value
            ? "Stop"
            : isKnown
            ? "Another checkpoint adds a line"
            : `Play ${count(total)} episodes`}
        </button>
        {isPlaying.value && <small role="status">{count(played)} of {count(total)} …</small>}
      </div>
      {problem.value !== "" && <p class="note problem">{problem.value}</p>}
      {shown.length > 0 && <Chart disturbance={disturbance} borne={shown} />}
    </details>
  );
}

/** A line for each policy: the mean return at each value, between the lowest and the highest. */
export function linesOf(borne: readonly Borne[], values: readonly number[]): Line[] {
  return borne.map(({ checkpoint, rounds }, color) => {
    const returns = values.map((_, i) => rounds.map((round) => round[i]));
    return {
      label: checkpoint,
      color,
      x: values,
      y: returns.map(mean),
      low: returns.map((each) => Math.min(...each)),
      high: returns.map((each) => Math.max(...each)),
    };
  });
}

function Chart(
  { disturbance: { title, unit, own, values }, borne }: {
    disturbance: Disturbance;
    borne: readonly Borne[];
  },
): VNode {
  const lines = useMemo(
    () => linesOf(borne, values),
    [borne.map(({ rounds }) => rounds.length).join(), values],
  );
  const moments = useMemo(() => [{ x: own, label: "as it was trained", kind: "chosen" as const }], [
    own,
  ]);
  return (
    <>
      <Plot
        title={`Return over ${title}`}
        xLabel={`${title}, ${unit}`}
        lines={lines}
        height={220}
        range={undefined}
        zoom={() => {}}
        moments={moments}
      />
      <p class="note">
        Means of {Math.max(...borne.map(({ rounds }) => rounds.length))}{" "}
        episodes, the same ones at every value, with the lowest and highest.
      </p>
    </>
  );
}
