/** The trained policy at work: its world steps in this page, and the policy acts in it. @module */
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isLive, LIVE_PACE, TURN_PACE } from "../../lab/core/pace.ts";
import { drawScene } from "../../lab/core/render_canvas.ts";
import { mean } from "../../lab/statistics/scores.ts";
import type { Contents, KeptPolicy } from "../contents.ts";
import { Episodes, type Standing } from "../episodes.ts";
import { count, figure } from "../format.ts";
import { contentsFrom } from "../live.ts";

/** A world by its id, with its options. */
export type WorldOf = { readonly id: string } & Readonly<Record<string, unknown>>;

const speeds = [0.25, 1, 4, 16];
const titles = { final: "final", best: "best on the way", last: "newest" } as const;

/** The island. */
export default function PolicyIsland(
  { run, world, contents }: { run: string; world: WorldOf; contents: Contents },
): VNode | null {
  const { policies } = contentsFrom(contents);
  const wanted = useSignal<KeptPolicy["kind"] | undefined>(undefined);
  const chosen = policies.find(({ kind }) => kind === wanted.value) ?? policies[0];
  const canvas = useRef<HTMLCanvasElement>(null);
  const playing = useSignal(true);
  const speed = useSignal(1);
  const skipped = useSignal(0);
  const standing = useSignal(nothing);
  const problem = useSignal("");
  const { episodes, arrived } = useEpisodes(run, world, chosen, problem);

  useEffect(() => {
    playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }, []);

  useEffect(() => {
    const { current } = episodes;
    if (current === null || canvas.current === null) return;
    const show = () => {
      draw(canvas.current!, current);
      standing.value = current.standing;
    };
    show();
    const pace = isLive(current.environment) ? LIVE_PACE : TURN_PACE;
    return playing.value ? animate(pace * speed.value, () => current.step(), show) : undefined;
  }, [arrived, skipped.value, playing.value, speed.value]);

  if (chosen === undefined) return null;
  if (problem.value !== "" && episodes.current === null) {
    return <p class="note problem">{problem.value}</p>;
  }
  return (
    <section class="policy card" aria-label="The policy at work">
      <canvas ref={canvas} role="img" aria-label={`${world.id}, played by the policy`} />
      <div>
        <h3>The policy at work</h3>
        {problem.value !== "" && <p class="problem">{problem.value}</p>}
        <Figures standing={standing} />
        <div class="toolbar">
          <button type="button" class="button" onClick={() => playing.value = !playing.value}>
            {playing.value ? "Pause" : "Play"}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              episodes.current?.begin();
              skipped.value += 1;
            }}
          >
            New episode
          </button>
          <label>
            Speed{" "}
            <select
              value={speed.value}
              onChange={(event) => speed.value = Number(event.currentTarget.value)}
            >
              {speeds.map((each) => (
                <option key={each} value={each} selected={each === speed.value}>{each} ×</option>
              ))}
            </select>
          </label>
          {policies.length > 1 && (
            <label>
              Policy{" "}
              <select
                value={chosen.kind}
                onChange={(event) => wanted.value = event.currentTarget.value as KeptPolicy["kind"]}
              >
                {policies.map(({ kind, iteration }) => (
                  <option key={kind} value={kind} selected={kind === chosen.kind}>
                    {titles[kind]}, iteration {count(iteration)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        <p class="note">
          It acts greedily, in this page, on episodes of its own: nothing is asked of the server.
        </p>
      </div>
    </section>
  );
}

/**
 * The episodes of the chosen policy, and how many policies arrived so far. A newer one of the same
 * kind, as training goes on, waits for the end of an episode; one that was chosen does not.
 */
function useEpisodes(
  run: string,
  { id, ...options }: WorldOf,
  chosen: KeptPolicy | undefined,
  problem: Signal<string>,
): { episodes: RefObject<Episodes>; arrived: number } {
  const episodes = useRef<Episodes>(null);
  const kind = useRef<KeptPolicy["kind"]>();
  const arrived = useSignal(0);
  useEffect(() => {
    if (chosen === undefined) return;
    const controller = new AbortController();
    const load = async () => {
      const query = new URLSearchParams({ run, kind: chosen.kind });
      const [{ makeEnv }, { loadPolicy }, response] = await Promise.all([
        import("../../envs/mod.ts"),
        import("../../agents/policy.ts"),
        fetch(`/api/policy?${query}`, { signal: controller.signal }),
      ]);
      if (!response.ok) throw new Error(await response.text());
      const policy = loadPolicy(new Uint8Array(await response.arrayBuffer()));
      if (controller.signal.aborted) return;
      if (episodes.current === null) {
        const environment = makeEnv(id, options);
        if (environment.scene === undefined) throw new Error(`${id} has no drawing to play it in`);
        episodes.current = new Episodes(environment, policy);
      } else episodes.current.follow(policy);
      if (kind.current !== undefined && kind.current !== chosen.kind) episodes.current.begin();
      kind.current = chosen.kind;
      arrived.value += 1;
      problem.value = "";
    };
    load().catch((error) => {
      if (!controller.signal.aborted) problem.value = (error as Error).message;
    });
    return () => controller.abort();
  }, [run, chosen?.kind, chosen?.iteration]);
  return { episodes, arrived: arrived.value };
}

const nothing: Standing = { episode: 0, steps: 0, episodeReturn: 0, returns: [], end: null };

function Figures({ standing }: { standing: Signal<Standing> }): VNode {
  const { episode, steps, episodeReturn, returns, end } = standing.value;
  const figures: [string, string][] = [
    ["Episode", `${episode}${end === null ? "" : `, ${end}`}`],
    ["Step", count(steps)],
    ["Return", figure(episodeReturn)],
    ["Mean return", returns.length === 0 ? "–" : `${figure(mean(returns))} of ${returns.length}`],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Draws the present state at the screen's own resolution. */
function draw(canvas: HTMLCanvasElement, { environment }: Episodes): void {
  const scene = environment.scene?.();
  if (scene === undefined) return;
  const [left, bottom, right, top] = scene.view;
  canvas.style.aspectRatio = String((right - left) / (top - bottom));
  const { clientWidth, clientHeight } = canvas;
  const [width, height] = [clientWidth, clientHeight].map((length) =>
    Math.round(length * devicePixelRatio)
  );
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  drawScene(canvas.getContext("2d")!, scene, width, height);
}

/** Milliseconds that the steps of one frame may take. */
const FRAME = 12;

/** Calls `step` at `rate` a second and `show` once a frame, until the returned function is called. */
function animate(rate: number, step: () => void, show: () => void): () => void {
  let due = 0;
  let before = performance.now();
  let frame = requestAnimationFrame(function turn(now) {
    due += Math.min(now - before, 250) * rate / 1000;
    before = now;
    const started = performance.now();
    if (due >= 1) {
      for (; due >= 1; due--) {
        step();
        if (performance.now() - started > FRAME) due = 1;
      }
      show();
    }
    frame = requestAnimationFrame(turn);
  });
  return () => cancelAnimationFrame(frame);
}
