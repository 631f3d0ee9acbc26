/** How much a policy bears, as a chart: its return over what is turned in its world. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { mean } from "../../lab/statistics/scores.ts";
import { Plot } from "../components/plot.tsx";
import { count } from "../format.ts";
import type { Line } from "../lines.ts";
import { type Disturbance, disturbancesOf, returnUnder } from "../robustness.ts";
import { inFrames } from "./frames.ts";
import { opened, type PlayedWorld } from "./world.ts";

/** Episodes at each value: the same ones, from these seeds on, that no evaluation has. */
const [EPISODES, FIRST_SEED] = [20, 1_000_000];

/** What a policy got: the returns at each value. */
interface Borne {
  readonly checkpoint: string;
  readonly disturbance: string;
  readonly returns: readonly (readonly number[])[];
}

/** The chart; each policy that was asked for stays as a line. */
export function Robustness(
  { world, bytes, checkpoint }: {
    world: PlayedWorld;
    /** Of the policy. */
    bytes: Uint8Array;
    /** What it is called. */
    checkpoint: string;
  },
): VNode {
  const all = useMemo(() => disturbancesOf(world.constants, world.make()), [world.id]);
  const key = useSignal(all[0].key);
  const borne = useSignal<readonly Borne[]>([]);
  const played = useSignal(0);
  const stop = useRef<() => void>();
  useEffect(() => () => stop.current?.(), []);
  const disturbance = all.find((each) => each.key === key.value)!;
  const total = disturbance.values.length * EPISODES;
  const measure = () => {
    const constants = Object.fromEntries(world.constants.map(({ key, value }) => [key, value]));
    const actor = opened(bytes);
    const returns: number[][] = disturbance.values.map(() => []);
    const episode = () => {
      const made = returns.findIndex((each) => each.length < EPISODES);
      const seed = FIRST_SEED + returns[made].length;
      const value = disturbance.values[made];
      returns[made].push(returnUnder(world.make, actor, disturbance, value, constants, seed));
    };
    let made = 0;
    stop.current = inFrames(total, episode, () => {
      made = returns.reduce((sum, each) => sum + each.length, 0);
      played.value = made % total;
      if (made < total) return;
      const others = borne.value.filter((each) =>
        each.checkpoint !== checkpoint || each.disturbance !== disturbance.key
      );
      borne.value = [...others, { checkpoint, disturbance: disturbance.key, returns }];
    });
  };
  const shown = borne.value.filter((each) => each.disturbance === disturbance.key);
  const isKnown = shown.some((each) => each.checkpoint === checkpoint);
  return (
    <details class="bears">
      <summary>How much it bears: its return in another world</summary>
      <div class="toolbar">
        <label>
          Turn{" "}
          <select
            value={key.value}
            disabled={played.value > 0}
            onChange={(event) => key.value = event.currentTarget.value}
          >
            {all.map(({ key, title }) => <option key={key} value={key}>{title}</option>)}
          </select>
        </label>
        <button
          type="button"
          class="quiet"
          disabled={played.value > 0 || isKnown}
          onClick={measure}
        >
          {played.value > 0
            ? `Playing ${count(played.value)} of ${count(total)} …`
            : isKnown
            ? "Another checkpoint adds a line"
            : `Play ${count(total)} episodes`}
        </button>
      </div>
      {shown.length > 0 && <Chart disturbance={disturbance} borne={shown} />}
    </details>
  );
}

function Chart(
  { disturbance: { title, unit, own, values }, borne }: {
    disturbance: Disturbance;
    borne: readonly Borne[];
  },
): VNode {
  const lines = useMemo(() =>
    borne.map(({ checkpoint, returns }, color): Line => ({
      label: checkpoint,
      color,
      x: values,
      y: returns.map(mean),
      low: returns.map((each) => Math.min(...each)),
      high: returns.map((each) => Math.max(...each)),
    })), [borne.length, values]);
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
        Means of {EPISODES} episodes, the same ones at every value, with the lowest and highest.
      </p>
    </>
  );
}
