/**
 * The trained policy at work, in the hand of who looks: its world steps in this page, can be pushed,
 * turned, taken back, and played beside.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Constants } from "../../envs/tunable.ts";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import type { Scene } from "../../lab/core/scene.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { Box, Discrete } from "../../lab/core/space.ts";
import type { Contents } from "../contents.ts";
import { clear, type Episodes, type Senses } from "../episodes.ts";
import { figure } from "../format.ts";
import { ghosted } from "../ghost.ts";
import { mapped } from "../grid_map.ts";
import { contentsFrom } from "../live.ts";
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
import { animate } from "./frames.ts";
import { MapLegend } from "./map_legend.tsx";
import { PolicyMapView } from "./policy_map_view.tsx";
import { Robustness } from "./robustness_chart.tsx";
import { Stage } from "./stage.tsx";
import { StripView } from "./strip_view.tsx";
import { Hand, openWorld, type PlayedWorld, type WorldOf } from "./world.ts";
import {
  type Beside,
  countVisit,
  playersOf,
  type Playing,
  stateIn,
  titleOf,
  told,
  useBeside,
  useEpisodes,
} from "./playing.ts";
import {
  BesideChoice,
  Checkpoints,
  Evaluation,
  Figures,
  Keys,
  Push,
  speeds,
  World,
} from "./controls.tsx";

/** Lines of what an episode is worth, by its end. */
const stopped = ["its critic expects", "came, with what it expects where time is up"];
const worthNames = {
  terminated: ["its critic expects", "came"],
  truncated: stopped,
  cut: stopped,
};

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
        <Robustness
          world={world}
          own={own}
          bytes={main.bytes}
          checkpoint={titleOf(main.kept)}
          episodeLimit={props.episodeLimit}
        />
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
