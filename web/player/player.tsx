/**
 * The trained policy at work, in the hand of who looks: its world steps in this page, can be pushed,
 * turned, taken back, and played beside.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Policy } from "../../agents/policy.ts";
import type { Constant, Constants } from "../../envs/tunable.ts";
import type { Environment } from "../../lab/core/environment.ts";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import { mean } from "../../lab/statistics/scores.ts";
import { reasonOf } from "../ask.ts";
import type { Contents, KeptPolicy } from "../contents.ts";
import { clear, type Episodes, type Senses, type Standing } from "../episodes.ts";
import {
  type EvaluatedEpisode,
  evaluationSeeds,
  extremesOf,
  playedThrough,
} from "../evaluated_episodes.ts";
import { count, figure, momentWords } from "../format.ts";
import { ghosted } from "../ghost.ts";
import { actionsIn, type Grid, gridOf, mapped, policyValues } from "../grid_map.ts";
import { contentsFrom, reconnections } from "../live.ts";
import { type Handle, type Point, type Pose, pushedTo } from "../hands.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import type { OwnCode } from "../own/code.ts";
import { hasMap } from "../policy_map.ts";
import {
  beginTogether,
  goTogether,
  isDue,
  stepAhead,
  stepBack,
  stepByKey,
  stepTogether,
} from "../side_by_side.ts";
import { stripOf, WORTH_COLOR, worthsOf } from "../strip.ts";
import { animate, inFrames } from "./frames.ts";
import { MapLegend } from "./map_legend.tsx";
import { PolicyMapView } from "./policy_map_view.tsx";
import { Robustness } from "./robustness_chart.tsx";
import { Stage } from "./stage.tsx";
import { StripView } from "./strip_view.tsx";
import {
  episodesOf,
  fetchPolicy,
  Hand,
  opened,
  openWorld,
  type PlayedWorld,
  type WorldOf,
} from "./world.ts";

/** What the player is told of the run. */
export interface PlayerProps {
  readonly run: string;
  readonly agent: string;
  readonly seed: string;
  readonly world: WorldOf;
  /** Where the world stands in a user's file. */
  readonly own?: OwnCode;
  /** Of an evaluation. */
  readonly episodes: number;
  /** Of an agent of tables: see `longestOf`. */
  readonly episodeLimit?: number;
  /** γ of the returns, for maps of values. */
  readonly gamma: number;
  readonly contents: Contents;
}

/** Steps a second as multiples of the world's own pace; 0: as many as the page can, undrawn. */
const speeds = [0.25, 1, 4, 16, 0];
/** Steps of a slider over a constant of the world, at least. */
const STEPS = 200;
const titles = { final: "final", best: "best", last: "on the way" } as const;

/** Lines of what an episode is worth, by its end. */
const worthNames = {
  terminated: ["its critic expects", "came"],
  truncated: ["its critic expects", "came, with what it expects where time is up"],
};

/** Who plays beside the policy: nobody, a person, or the policy of a checkpoint. */
export type Beside = "nobody" | "keys" | number;

/** What is drawn over a world of cells. */
export type Map = "none" | "values" | "visits";

/** The player, as soon as the run's world is there. */
export function Player({ world, own, ...props }: PlayerProps): VNode {
  const played = useSignal<PlayedWorld | undefined>(undefined);
  const problem = useSignal("");
  useEffect(() => {
    openWorld(world, own).then(
      (opened) => played.value = opened,
      (error: Error) => problem.value = error.message,
    );
  }, []);
  if (played.value !== undefined) return <Desk {...props} own={own} world={played.value} />;
  return problem.value !== ""
    ? <p class="note problem">{problem.value}</p>
    : <p class="note">The world is on its way.</p>;
}

/** What the desk is told: the world stands. */
type DeskProps = Omit<PlayerProps, "world"> & { readonly world: PlayedWorld };

/** The stages, and what holds them. */
function Desk(props: DeskProps): VNode | null {
  const { agent, world, own, gamma, contents } = props;
  const { constants } = world;
  const { policies } = contentsFrom(contents);
  const wanted = chosenIteration.value;
  const chosen = wanted === undefined ? policies.at(-1) : nearestTo(policies, wanted);
  const beside = useSignal<Beside>("nobody");
  const problem = useSignal("");
  const playing = useSignal(true);
  const isBack = useSignal(false);
  const speed = useSignal(1);
  const frame = useSignal(0);
  const rate = useSignal(0);
  const map = useSignal<Map>("none");
  const isGhost = useSignal(false);
  const values = useSignal<Constants | undefined>(undefined);
  const visits = useRef<Float64Array>();
  const pointed = useSignal<Point | undefined>(undefined);
  const show = () => frame.value += 1;
  /** Plays on; a world or a policy that cannot stands still, and says why. */
  const trying = (step: () => void) => {
    try {
      step();
    } catch (error) {
      playing.value = false;
      problem.value = (error as Error).message;
    }
  };
  const main = useEpisodes(props, chosen, wanted !== undefined, problem, show);
  const other = useBeside(
    props,
    beside.value,
    policies,
    main,
    wanted !== undefined,
    values,
    problem,
    show,
  );

  useEffect(() => {
    playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }, []);

  // Where each policy was, the first state of its episodes included.
  useEffect(() => {
    visits.current = undefined;
    if (main !== undefined) countVisit(visits, main);
  }, [main?.kept.id]);

  useEffect(() => {
    if (main === undefined || !playing.value) return;
    const both = playersOf(main, other);
    const move = () => {
      if (isBack.value) {
        if (!stepBack(both)) playing.value = false;
        return;
      }
      if (other?.hand !== undefined && !isDue(both, other.episodes, other.hand.moves)) return;
      trying(() => stepTogether(both));
      countVisit(visits, main);
    };
    const pace = isLive(main.episodes.environment) ? LIVE_PACE : TURN_PACE;
    return animate(speed.value === 0 ? Infinity : pace * speed.value, move, show, rate);
  }, [main, other, playing.value, isBack.value, speed.value]);

  /** Takes a key of the person beside it; returns whether it stands for an action. */
  const press = (key: string): boolean => {
    if (main === undefined || other?.hand === undefined) return false;
    const { hand, episodes } = other;
    const action = hand.actionOf(key);
    if (action === undefined) return false;
    isBack.value = false;
    trying(() => {
      const isStep = stepByKey(playersOf(main, other), episodes, hand.moves, action);
      if (isStep) countVisit(visits, main);
    });
    show();
    return true;
  };

  useEffect(() => {
    if (other?.hand === undefined) return;
    const controller = new AbortController();
    addEventListener("keydown", (event) => {
      const { tagName } = event.target as HTMLElement;
      const types = ["INPUT", "SELECT", "TEXTAREA"].includes(tagName);
      // Space presses what has the focus.
      const presses = event.key === " " && ["BUTTON", "SUMMARY"].includes(tagName);
      if (types || presses || event.metaKey || event.ctrlKey || event.altKey) return;
      if (press(event.key)) event.preventDefault();
    }, { signal: controller.signal });
    return () => controller.abort();
  }, [main, other]);

  const turn = (key: string, value: number) => {
    const own = Object.fromEntries(constants.map((each) => [each.key, each.value]));
    const next = { ...own, ...values.value, [key]: value };
    const isOther = constants.some((each) => next[each.key] !== each.value);
    values.value = isOther ? next : undefined;
    for (const each of [main, other]) each?.episodes.enter(world.make(values.value), isOther);
    show();
  };
  const sense = (senses: Senses) => {
    for (const each of [main, other]) {
      if (each !== undefined) each.episodes.senses = senses;
    }
    show();
  };

  if (chosen === undefined) return null;
  if (main === undefined) {
    return problem.value !== ""
      ? <p class="note problem">{problem.value}</p>
      : <p class="note">The policy is on its way.</p>;
  }
  const { episodes, policy, grid } = main;
  const { standing } = episodes;
  const length = values.value?.length ?? constants.find(({ key }) => key === "length")?.value ?? 1;
  const apart = isGhost.value ? undefined : other;
  const over = (scene: Scene) => {
    const drawn = drawnOver(scene, map.value, main, visits.current);
    const ghost = isGhost.value ? other?.episodes.environment.scene?.() : undefined;
    return ghost === undefined ? drawn : ghosted(scene, ghost, drawn);
  };
  const play = (back: boolean) => {
    playing.value = !(playing.value && isBack.value === back);
    isBack.value = back;
  };
  const players = playersOf(main, other);
  const furthest = Math.max(...players.map((each) => each.standing.steps));
  /** Stands still, but for what is asked for. */
  const paused = (move: () => void) => {
    playing.value = false;
    trying(move);
    show();
  };
  const begin = (seed: number) => {
    isBack.value = false;
    problem.value = "";
    beginTogether(players, seed);
    countVisit(visits, main);
    show();
  };
  /** One step ahead, of which the state counts where it was not made before. */
  const ahead = () => {
    const { length, standing: { episode } } = episodes;
    stepAhead(players);
    const isNew = episodes.length > length || episodes.standing.episode !== episode;
    if (isNew) countVisit(visits, main);
  };
  const push = (handle: Handle, side: 1 | -1) => {
    episodes.touch((state) => [...pushedTo(handle, state as unknown as Pose, side)] as Json);
    show();
  };
  const strip = stripOf(episodes.scores, episodes.actions, policy.actionSpace, agent);
  const worths = worthsOf(episodes.worths, episodes.end, gamma);
  return (
    <section class="policy card" aria-label="The policy at work" data-frame={frame.value}>
      <div class="stages">
        <figure>
          <Stage
            episodes={episodes}
            label={`${world.id}, played by the policy`}
            frame={frame.value}
            handle={world.handle}
            length={length}
            over={over}
            touched={show}
            pointed={map.value === "none" ? undefined : (point) => pointed.value = point}
          />
          {other !== undefined && (
            <figcaption>
              {titleOf(main.kept)}: return {figure(standing.episodeReturn)}
              {isGhost.value && <>; pale, {told(other)}</>}
            </figcaption>
          )}
        </figure>
        {apart !== undefined && (
          <figure>
            <Stage
              episodes={apart.episodes}
              label={`${world.id}, played by ${apart.title}`}
              frame={frame.value}
              handle={world.handle}
              length={length}
              over={(scene) => scene}
              touched={show}
            />
            <figcaption>{told(apart)}</figcaption>
          </figure>
        )}
        {other?.hand !== undefined && (
          <Keys
            hand={other.hand}
            standing={other.episodes.standing}
            mask={other.episodes.environment.actionMask?.()}
            isOver={players.every(({ standing }) => standing.end !== null)}
            press={press}
          />
        )}
        {grid !== undefined && map.value !== "none" && (
          <MapLegend
            title={map.value === "values"
              ? `Return from each cell on, discounted by ${figure(gamma)} a step`
              : "Times in each cell, coloured by their logarithm"}
            grid={grid}
            figures={map.value === "values" ? main.values! : visits.current!}
            goes={map.value === "values"
              ? (state) =>
                namesOf(episodes)[main.actions![state]] ?? `action ${main.actions![state]}`
              : undefined}
            stands={stateIn(episodes)}
            pointed={pointed.value}
          />
        )}
        {world.handle !== undefined && <Push handle={world.handle} push={push} />}
      </div>
      <div class="desk">
        <h3>The policy at work</h3>
        {problem.value !== "" && <p class="problem">{problem.value}</p>}
        <Figures standing={standing} rate={speed.value === 0 && playing.value ? rate.value : 0} />
        <div class="toolbar">
          <button type="button" class="button" onClick={() => play(false)}>
            {playing.value && !isBack.value ? "Pause" : "Play"}
          </button>
          <button
            type="button"
            class="button plain"
            aria-label="Play backwards"
            aria-pressed={playing.value && isBack.value}
            onClick={() => play(true)}
          >
            ◀
          </button>
          <button
            type="button"
            class="button plain"
            aria-label="One step back"
            onClick={() => paused(() => stepBack(players))}
          >
            ◂
          </button>
          <button
            type="button"
            class="button plain"
            aria-label="One step"
            onClick={() => paused(ahead)}
          >
            ▸
          </button>
          <button type="button" class="quiet" onClick={() => begin(standing.seed + 1)}>
            New episode
          </button>
          <label>
            Speed{" "}
            <select
              value={speed.value}
              onChange={(event) => speed.value = Number(event.currentTarget.value)}
            >
              {speeds.map((each) => (
                <option key={each} value={each} selected={each === speed.value}>
                  {each === 0 ? "undrawn" : `${each} ×`}
                </option>
              ))}
            </select>
          </label>
        </div>
        <input
          class="time"
          type="range"
          aria-label="Step of the episode"
          min={0}
          max={Math.max(1, ...players.map(({ length }) => length))}
          value={furthest}
          onInput={({ currentTarget }) =>
            paused(() => goTogether(players, Number(currentTarget.value)))}
        />
        {strip !== undefined && (
          <StripView strip={strip} at={standing.steps} names={namesOf(episodes)} />
        )}
        {worths !== undefined && (
          <StripView
            strip={worths}
            at={standing.steps}
            names={worthNames[episodes.end ?? "terminated"]}
            color={WORTH_COLOR}
          />
        )}
        <div class="toolbar">
          <Checkpoints
            policies={policies}
            chosen={chosen}
            choose={(iteration) => chosenIteration.value = iteration}
          />
          <BesideChoice policies={policies} chosen={chosen} beside={beside} />
          {other !== undefined && (
            <label>
              <input
                type="checkbox"
                checked={isGhost.value}
                onChange={({ currentTarget }) => isGhost.value = currentTarget.checked}
              />{" "}
              as a ghost
            </label>
          )}
          {grid !== undefined && (
            <label>
              Map{" "}
              <select
                value={map.value}
                onChange={(event) => map.value = event.currentTarget.value as Map}
              >
                <option value="none">none</option>
                <option value="values">values and actions</option>
                <option value="visits">visits</option>
              </select>
            </label>
          )}
        </div>
        <World
          constants={constants}
          values={values.value}
          turn={turn}
          senses={episodes.senses}
          isMeasured={episodes.environment.observationSpace instanceof Box}
          sense={sense}
          reset={() => {
            for (const { key, value } of constants) turn(key, value);
            sense(clear);
          }}
        />
        {hasMap(policy) && (
          <PolicyMapView
            episodes={episodes}
            bytes={main.bytes}
            agent={agent}
            names={namesOf(episodes)}
            isMasked={policy.masked && episodes.environment.actionMask !== undefined}
            frame={frame.value}
          />
        )}
        <Robustness world={world} own={own} bytes={main.bytes} checkpoint={titleOf(main.kept)} />
        <Evaluation
          key={main.kept.id}
          {...props}
          kept={main.kept}
          bytes={main.bytes}
          begin={(seed) => {
            begin(seed);
            playing.value = true;
          }}
        />
        <p class="note">
          It acts greedily, in this page: nothing is asked of the server.
          {own !== undefined &&
            ` The world is the code of ${own.module}, with which the run was trained: it runs here.`}
        </p>
      </div>
    </section>
  );
}

function titleOf({ kind, iteration }: KeptPolicy): string {
  return `${titles[kind]}, ${momentWords(iteration)}`;
}

/** What the page plays. */
export interface Playing {
  /** What plays: until its file has come, not yet what is chosen. */
  readonly kept: KeptPolicy;
  readonly episodes: Episodes;
  readonly policy: Policy;
  readonly bytes: Uint8Array;
  readonly grid: Grid | undefined;
  /** In a world of cells: what the policy does in each, and what it is worth from there on. */
  readonly actions: Int32Array | undefined;
  readonly values: Float64Array | undefined;
}

/**
 * The episodes of the chosen policy. A newer one, as training goes on, waits for the end of an
 * episode; one that was chosen does not.
 */
function useEpisodes(
  { run, world, gamma }: DeskProps,
  chosen: KeptPolicy | undefined,
  isWanted: boolean,
  problem: Signal<string>,
  show: () => void,
): Playing | undefined {
  const playing = useSignal<Playing | undefined>(undefined);
  const loaded = useRef("");
  useEffect(() => {
    const own = `${run} ${chosen?.id}`;
    if (chosen === undefined || loaded.current === own) return;
    const controller = new AbortController();
    const load = async () => {
      const bytes = await fetchPolicy(run, chosen.id, controller.signal);
      const policy = opened(bytes);
      const before = playing.peek();
      const episodes = before?.episodes ?? episodesOf(world, policy);
      if (before !== undefined) {
        episodes.follow(policy);
        if (isWanted) episodes.begin(episodes.standing.seed);
      }
      const grid = gridOf(episodes.environment);
      const actions = grid && actionsIn(grid.table, opened(bytes), begun(world));
      const values = grid && policyValues(grid.table, actions!, gamma);
      playing.value = { kept: chosen, episodes, policy, bytes, grid, actions, values };
      loaded.current = own;
      problem.value = "";
      show();
    };
    load().catch((error) => {
      if (!controller.signal.aborted) problem.value = reasonOf(error);
    });
    return () => controller.abort();
  }, [run, chosen?.id, reconnections.value]);
  return playing.value;
}

/** A world of its own, at the beginning of an episode. */
function begun(world: PlayedWorld): Environment {
  const environment = world.make();
  environment.reset({ seed: 0 });
  return environment;
}

/** Who plays beside it. */
export interface Other {
  readonly episodes: Episodes;
  readonly title: string;
  readonly hand?: Hand;
}

function useBeside(
  { run, world }: DeskProps,
  beside: Beside,
  policies: readonly KeptPolicy[],
  main: Playing | undefined,
  isWanted: boolean,
  values: Signal<Constants | undefined>,
  problem: Signal<string>,
  show: () => void,
): Other | undefined {
  const other = useSignal<Other | undefined>(undefined);
  const loaded = useRef<unknown[]>([]);
  useEffect(() => {
    const own = [run, beside, main?.episodes];
    if (own.every((each, i) => each === loaded.current[i])) return;
    loaded.current = [];
    other.value = undefined;
    if (beside === "nobody" || main === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const load = async () => {
      const hand = beside === "keys" ? new Hand(world.make()) : undefined;
      const actor = hand ?? opened(await fetchPolicy(run, beside as number, signal));
      const kept = policies.find(({ id }) => id === beside);
      const episodes = episodesOf(world, actor);
      // As they stand now that its file is there.
      const constants = values.peek();
      if (constants !== undefined) episodes.enter(world.make(constants), true);
      episodes.senses = main.episodes.senses;
      const title = kept === undefined ? "you" : titleOf(kept);
      beginTogether([main.episodes, episodes], main.episodes.standing.seed);
      other.value = { episodes, title, hand };
      loaded.current = own;
      problem.value = "";
      show();
    };
    load().catch((error) => {
      if (!signal.aborted) problem.value = reasonOf(error);
    });
    return () => controller.abort();
  }, [run, beside, main?.episodes, reconnections.value]);
  useEffect(() => {
    if (!isWanted || main === undefined || other.peek() === undefined) return;
    // Who was chosen has begun anew.
    beginTogether([main.episodes, other.peek()!.episodes], main.episodes.standing.seed);
    show();
  }, [main?.kept.id]);
  return other.value;
}

/** The episodes that are stepped together. */
function playersOf(main: Playing, other: Other | undefined): Episodes[] {
  return other === undefined ? [main.episodes] : [main.episodes, other.episodes];
}

/** How the other one stands. */
export function told({ title, episodes: { standing: { episodeReturn, end } } }: Other): string {
  return `${title}: return ${figure(episodeReturn)}${end === null ? "" : `, ${end}`}`;
}

/** Counts the state that the episode stands in, in a world of cells. */
export function countVisit(
  visits: { current?: Float64Array },
  { episodes, grid }: Playing,
): void {
  if (grid === undefined) return;
  visits.current ??= new Float64Array(grid.table.length);
  const state = stateIn(episodes);
  if (state !== undefined) visits.current[state]++;
}

/** The state that an episode in a world of cells stands in. */
export function stateIn({ environment }: Episodes): number | undefined {
  const { state } = environment.snapshot!() as { state?: Json };
  return typeof state === "number" ? state : undefined;
}

/** The scene of a world of cells under the map that was asked for; that of another as it is. */
export function drawnOver(
  scene: Scene,
  map: Map,
  { grid, actions, values, episodes }: Playing,
  visits: Float64Array | undefined,
): Scene {
  if (grid === undefined || map === "none") return scene;
  if (map === "visits") return mapped(scene, grid, visits?.map(Math.log1p) ?? []);
  const names = namesOf(episodes);
  return mapped(scene, grid, values!, (state) => names[actions![state]] ?? "");
}

/** What actions are called, where they are choices. */
function namesOf({ environment }: Episodes): readonly string[] {
  const { actionSpace } = environment;
  if (!(actionSpace instanceof Discrete)) return [];
  return new Hand(environment).names;
}

/** Where the episode stands, and how those before it went. */
export function Figures({ standing, rate }: { standing: Standing; rate: number }): VNode {
  const { episode, seed, steps, episodeReturn, returns, end, touched } = standing;
  const figures: [string, string][] = [
    ["Episode", `${episode}${end === null ? "" : `, ${end}`}`],
    ["Step", count(steps)],
    ["Return", figure(episodeReturn)],
    ["Mean return", returns.length === 0 ? "–" : `${figure(mean(returns))} of ${returns.length}`],
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
        <option value="keys">you, by keys</option>
        {policies.filter(({ id }) => id !== chosen.id || id === beside.value).map((each) => (
          <option key={each.id} value={each.id}>{titleOf(each)}</option>
        ))}
      </select>
    </label>
  );
}

/** How a hand takes hold of the world, and pushes for those without a pointer. */
function Push(
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
function Evaluation(
  { kept, bytes, begin, world, seed, episodes, episodeLimit }: DeskProps & {
    kept: KeptPolicy;
    bytes: Uint8Array;
    begin: (seed: number) => void;
  },
): VNode | null {
  const played = useSignal<readonly EvaluatedEpisode[]>([]);
  const stop = useRef<() => void>();
  useEffect(() => () => stop.current?.(), []);
  if (kept.evaluation === null) return null;
  const seeds = evaluationSeeds({ seed, evaluation: kept.evaluation, episodes });
  const play = () => {
    const [environment, actor] = [world.make(), opened(bytes)];
    const found: EvaluatedEpisode[] = [];
    const next = () => {
      const own = seeds[found.length];
      found.push({ seed: own, value: playedThrough(environment, actor, own, clear, episodeLimit) });
    };
    stop.current = inFrames(seeds.length, next, () => played.value = [...found]);
  };
  const all = played.value;
  if (all.length < seeds.length) {
    return (
      <p>
        <button type="button" class="quiet" onClick={play} disabled={all.length > 0}>
          {all.length > 0
            ? `Playing ${all.length} of ${seeds.length} …`
            : `Play the ${seeds.length} episodes of its evaluation`}
        </button>
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
        of {all.length}, mean {figure(average)}
        {same ? ", to the bit what the run's evaluation says" : ""}
      </small>
    </p>
  );
}
