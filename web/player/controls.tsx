/**
 * What stands below the stages: figures of the episode, the checkpoints, who plays beside, and the hand on
 * the world and on the evaluation.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Constant, Constants } from "../../envs/tunable.ts";
import { mean } from "../../lab/statistics/scores.ts";
import type { KeptPolicy } from "../contents.ts";
import { clear, type Senses, type Standing } from "../episodes.ts";
import {
  type EvaluatedEpisode,
  evaluationSeeds,
  extremesOf,
  playedThrough,
} from "../evaluated_episodes.ts";
import { count, figure } from "../format.ts";
import type { Handle } from "../hands.ts";
import { inFrames } from "./frames.ts";
import { type Hand, opened, type PlayedWorld } from "./world.ts";
import { type Beside, titleOf } from "./playing.ts";

/** Steps a second as multiples of the world's own pace; 0: as many as the page can, undrawn. */
export const speeds = [0.25, 1, 4, 16, 0];

/** Steps of a slider over a constant of the world, at least. */
const STEPS = 200;

/** Where the episode stands, and how those before it went. */
export function Figures({ standing, rate }: { standing: Standing; rate: number }): VNode {
  const { episode, seed, steps, episodeReturn, ended, sum, end, touched } = standing;
  const figures: [string, string][] = [
    ["Episode", `${episode}${end === null ? "" : `, ${end}`}`],
    ["Step", count(steps)],
    ["Return", figure(episodeReturn)],
    ["Mean return", ended === 0 ? "–" : `${figure(sum / ended)} of ${count(ended)}`],
    ["Seed", String(seed)],
  ];
  if (rate > 0) figures.push(["Steps a second", count(rate)]);
  return (
    <>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note pushed" role="status">
        {touched !== null &&
          `Changed by hand from step ${touched} on: this episode counts for nothing.`}
      </p>
    </>
  );
}

/** The slider over the policies that are kept. */
export function Checkpoints(
  { policies, chosen, choose }: {
    policies: readonly KeptPolicy[];
    chosen: KeptPolicy;
    choose: (iteration: number) => void;
  },
): VNode {
  return (
    <label>
      Checkpoint {policies.length > 1 && (
        <input
          type="range"
          class="checkpoint"
          min={0}
          max={policies.length - 1}
          value={policies.indexOf(chosen)}
          aria-valuetext={titleOf(chosen)}
          onInput={(event) => choose(policies[Number(event.currentTarget.value)].iteration)}
        />
      )}{" "}
      <output>
        {titleOf(chosen)}
        {chosen.score !== null && `: ${figure(chosen.score)}`}
      </output>
    </label>
  );
}

/** The choice of who plays beside the policy. */
export function BesideChoice(
  { policies, chosen, beside }: {
    policies: readonly KeptPolicy[];
    chosen: KeptPolicy;
    beside: Signal<Beside>;
  },
): VNode {
  return (
    <label>
      Beside it{" "}
      <select
        value={beside.value}
        onChange={({ currentTarget: select }) => {
          const { value } = select;
          beside.value = value === "nobody" || value === "keys" ? value : Number(value);
          // The keys are the player's, where they would go on choosing here.
          if (value === "keys") select.blur();
        }}
      >
        <option value="nobody">nobody</option>
        {policies.filter(({ id }) => id !== chosen.id || id === beside.value).map((each) => (
          <option key={each.id} value={each.id}>{titleOf(each)}</option>
        ))}
        {/* The last one, as who goes through the choices by keys would end there. */}
        <option value="keys">you, by keys</option>
      </select>
    </label>
  );
}

/** How a hand takes hold of the world, and pushes for those without a pointer. */
export function Push(
  { handle, push }: { handle: Handle; push: (handle: Handle, side: 1 | -1) => void },
): VNode {
  return (
    <p class="note pushes">
      Drag {handle.parts}, or click for a push:{" "}
      <span>
        <button
          type="button"
          class="button plain"
          aria-label={`Push the ${handle.pushed} to the left`}
          onClick={() => push(handle, -1)}
        >
          ←
        </button>{" "}
        <button
          type="button"
          class="button plain"
          aria-label={`Push the ${handle.pushed} to the right`}
          onClick={() => push(handle, 1)}
        >
          →
        </button>
      </span>
    </p>
  );
}

/** The keys of the person beside the policy, as buttons that fingers and pointers press, too. */
export function Keys(
  { hand, standing, mask, isOver, press }: {
    hand: Hand;
    standing: Standing;
    /** 1 for each action that the world allows the person; undefined: all. */
    mask?: ArrayLike<number>;
    /** Whether no episode goes on. */
    isOver: boolean;
    press: (key: string) => void;
  },
): VNode {
  const release = () => hand.release(standing.episode);
  const { isLive } = hand.moves;
  const forbidden = mask === undefined || standing.end !== null
    ? []
    : hand.keys.filter(({ key }) => mask[hand.indexOf(key)] === 0);
  return (
    <div class="keys" role="group" aria-label="Your keys">
      <span>Your keys:</span>
      {hand.keys.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          class={forbidden.some((each) => each.key === key)
            ? "button plain forbidden"
            : "button plain"}
          onPointerDown={(event) => {
            (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
            press(key);
          }}
          onPointerUp={release}
          onPointerCancel={release}
          // By Enter, or by what reads the page aloud: a pointer's press has come already.
          onClick={({ detail }) => detail === 0 && press(key)}
        >
          {label}
        </button>
      ))}
      <small role="status">
        {isOver
          ? `Yours: return ${
            figure(standing.episodeReturn)
          }, ${standing.end}. A key begins the next episode.`
          : standing.end === null && !isLive
          ? "Each is a step."
          : standing.end === null && !hand.moves.hasBegun(standing.episode)
          ? "The first one begins."
          : ""}
        {forbidden.length > 0 &&
          ` Forbidden here, a step all the same: ${
            forbidden.map(({ label }) => label).join(", ")
          }.`}
      </small>
    </div>
  );
}

/** Sliders of the world's constants, and of what stands between it and the policy. */
export function World(
  { constants, values, turn, senses, isMeasured, sense, reset }: {
    constants: readonly Constant[];
    values: Constants | undefined;
    turn: (key: string, value: number) => void;
    senses: Senses;
    /** Whether what it sees are measured numbers, which noise can be added to. */
    isMeasured: boolean;
    sense: (senses: Senses) => void;
    reset: () => void;
  },
): VNode {
  return (
    <details>
      <summary>
        Another world: {[
          ...constants.length > 0 ? ["constants"] : [],
          "delay",
          ...isMeasured ? ["noise"] : [],
        ].join(", ")}
      </summary>
      <div class="sliders">
        {constants.map(({ key, title, unit, value, least, most }) => {
          const step = stepThrough(value, least, most);
          return (
            <Slider
              key={key}
              title={title}
              value={values?.[key] ?? value}
              least={least}
              most={most}
              step={step}
              shown={(now) => `${figure(now)} ${unit}`}
              // The world's own value to the bit, where the slider has rounded it.
              set={(now) => turn(key, Math.abs(now - value) < step / 2 ? value : now)}
            />
          );
        })}
        <Slider
          title="actions come late by"
          value={senses.latency}
          least={0}
          most={10}
          step={1}
          shown={(now) => `${now} ${now === 1 ? "step" : "steps"}`}
          set={(latency) => sense({ ...senses, latency })}
        />
        {isMeasured && (
          <Slider
            title="noise on what it sees"
            value={senses.noise}
            least={0}
            most={0.2}
            step={0.005}
            shown={(now) => `${(100 * now).toFixed(1)} %`}
            set={(noise) => sense({ ...senses, noise })}
          />
        )}
      </div>
      <button type="button" class="quiet" onClick={reset}>As it was trained in</button>
    </details>
  );
}

/** A two-hundredth of a slider's way, or a little less: a whole number of steps leads to `value`. */
function stepThrough(value: number, least: number, most: number): number {
  const step = (most - least) / STEPS;
  return value === least ? step : (value - least) / Math.ceil((value - least) / step);
}

function Slider(
  { title, value, least, most, step, shown, set }: {
    title: string;
    value: number;
    least: number;
    most: number;
    step: number;
    shown: (value: number) => string;
    set: (value: number) => void;
  },
): VNode {
  return (
    <label>
      <span>{title}</span>
      <input
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={shown(value)}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <output>{shown(value)}</output>
    </label>
  );
}

/** The episodes of the stored evaluation, played again, and its worst and its best one. */
export function Evaluation(
  { kept, bytes, begin, world, seed, episodes, episodeLimit }: {
    kept: KeptPolicy;
    bytes: Uint8Array;
    begin: (seed: number) => void;
    world: PlayedWorld;
    seed: string;
    episodes: number;
    episodeLimit?: number;
  },
): VNode | null {
  const played = useSignal<readonly EvaluatedEpisode[]>([]);
  const problem = useSignal("");
  const stop = useRef<() => void>();
  useEffect(() => () => stop.current?.(), []);
  if (kept.evaluation === null) return null;
  const seeds = evaluationSeeds({ seed, evaluation: kept.evaluation, episodes });
  const fail = ({ message }: Error) => {
    problem.value = message;
    played.value = [];
  };
  const play = () => {
    problem.value = "";
    const [environment, actor] = [world.make(), opened(bytes)];
    const found: EvaluatedEpisode[] = [];
    const next = () => {
      const own = seeds[found.length];
      found.push({ seed: own, value: playedThrough(environment, actor, own, clear, episodeLimit) });
    };
    stop.current = inFrames(seeds.length, next, () => played.value = [...found], fail);
  };
  const all = played.value;
  if (all.length < seeds.length) {
    return (
      <p>
        <button type="button" class="quiet" onClick={play} disabled={all.length > 0}>
          {all.length > 0
            ? `Playing ${all.length} of ${seeds.length} …`
            : seeds.length < episodes
            ? `Play the first ${seeds.length} of the ${count(episodes)} episodes of its evaluation`
            : `Play the ${seeds.length} episodes of its evaluation`}
        </button>
        {problem.value !== "" && <span class="problem" role="alert">{problem.value}</span>}
      </p>
    );
  }
  const { worst, best } = extremesOf(all);
  const average = mean(all.map(({ value }) => value));
  const same = average === kept.score;
  return (
    <p class="extremes">
      <button type="button" class="quiet" onClick={() => begin(worst.seed)}>
        Worst episode: {figure(worst.value)}
      </button>{" "}
      <button type="button" class="quiet" onClick={() => begin(best.seed)}>
        Best episode: {figure(best.value)}
      </button>{" "}
      <small>
        of {all.length < episodes ? "the first " : ""}
        {all.length}, mean {figure(average)}
        {same ? ", to the bit what the run's evaluation says" : ""}
      </small>
    </p>
  );
}
