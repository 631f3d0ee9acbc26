/** The run that the page trains, with what holds it and what it leaves. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isOwn } from "../../lab/experiment/own.ts";
import { contentsOf } from "../contents.ts";
import RunCharts from "../islands/run_charts.tsx";
import RunEvents from "../islands/run_events.tsx";
import RunStatus from "../islands/run_status.tsx";
import { download } from "../plot_files.ts";
import type { Guide } from "../metric_guide.ts";
import { levelsOf, playerOf } from "../run_parts.ts";
import { summarize } from "../summary.ts";
import type { TrainingHere } from "../training/here.ts";
import type { Ahead } from "../training/ahead.ts";
import type { Asked, Description } from "../training/protocol.ts";
import { commandOf } from "../training/setting.ts";
import { HERE, type TrainedRun } from "../training/trained_run.ts";
import { Copy } from "./copy.tsx";
import { useGuides } from "./guides.ts";
import { AheadView } from "./ahead_view.tsx";
import { contentsFrom } from "../live.ts";
import type { Program } from "../program.ts";

/** Of a method whose guide is not there. */
const unknown: Guide = {};

/** The run; until there is one, what will be here. */
export function TrainedHere(
  { here, description, ahead, isRefused = false, program }: {
    here: TrainingHere;
    /** Of what is chosen; undefined where it is not known. */
    description: Description | undefined;
    ahead: Ahead | undefined;
    /** Whether what is chosen cannot be trained as it is. */
    isRefused?: boolean;
    /** How commands reach the store. */
    program: Program;
  },
): VNode {
  const trained = here.trained.value;
  const problem = here.problem.value;
  const stand = here.stand.value;
  // Asked for before anything trains, as nothing is asked of the server then.
  const guides = useGuides(methodOf(description));
  return (
    <section class="trained" aria-label="The run" tabIndex={-1}>
      {problem !== "" && <p class="problem" role="alert">{problem}</p>}
      {stand === "opening" && <p class="note" role="status">It begins.</p>}
      {trained === undefined
        ? stand === "idle" && problem === "" && description !== undefined && (
          <AheadView {...{ description, ahead, isRefused }} />
        )
        : <Run key={trained.run.attempt} {...{ here, trained, program, guides }} />}
    </section>
  );
}

/** The agent or the model of a setting. */
function methodOf(description: Description | undefined): string | undefined {
  const name = description?.fields.find(({ path }) =>
    path === "agent.name" || path === "model.name"
  );
  return name && String(name.value);
}

function Run(
  { here, trained, guides, program }: {
    here: TrainingHere;
    trained: TrainedRun;
    /** By method. */
    guides: ReturnType<typeof useGuides>;
    program: Program;
  },
): VNode {
  const { run, figures, store } = trained;
  const stand = here.stand.value;
  const contents = contentsOf(store, run);
  const { levels, player } = useMemo(
    () => ({ levels: levelsOf(run), player: playerOf(run, trained.asked.base?.own) }),
    [run.attempt],
  );
  const row = summarize(run, figures, 0);
  return (
    <>
      {stand !== "idle" && <Hold here={here} />}
      <h2>
        {row.name}, seed {row.seed}
      </h2>
      <RunStatus row={row} readOnly program={program} isPaused={stand === "paused"} />
      {stand === "idle" && <Result {...{ here, trained, program }} />}
      <RunEvents contents={contents} />
      <RunCharts
        run={HERE}
        status={row.status}
        contents={contents}
        axis={row.axis}
        guide={guides[row.method] ?? unknown}
        levels={levels}
        player={contentsFrom(contents).policies.length > 0 ? player : undefined}
        explores={"model" in run.manifest.determined.configuration &&
          (stand === "idle" || trained.learned.length > 0)}
        isPlane={contents.models.length > 0}
        held={heldOf(here, run)}
      />
    </>
  );
}

/** Puts the focus on the run that a bar stands in. */
function focusRun(bar: HTMLElement | null): void {
  bar?.parentElement?.focus({ preventScroll: true });
}

/** Pause and stop; who has the focus here gets to the run once they have gone. */
function Hold({ here }: { here: TrainingHere }): VNode {
  const bar = useRef<HTMLDivElement>(null);
  const stand = here.stand.value;
  useLayoutEffect(() => () => {
    if (bar.current?.contains(document.activeElement)) focusRun(bar.current);
  }, []);
  return (
    <div class="toolbar" ref={bar}>
      <button
        type="button"
        class="button"
        disabled={stand === "stopping" || stand === "opening"}
        onClick={() => here.pause(stand !== "paused")}
      >
        {stand === "paused" ? "Go on" : "Pause"}
      </button>
      <button
        type="button"
        class="button plain"
        disabled={stand === "stopping"}
        onClick={() => {
          focusRun(bar.current);
          here.stop();
        }}
      >
        {stand === "stopping" ? "It stops after this iteration" : "Stop"}
      </button>
    </div>
  );
}

/** The data's modes, which can be dragged while it trains; not those of a user's own data set. */
function heldOf({ shifts, stand, move }: TrainingHere, { manifest }: TrainedRun["run"]) {
  const isMovable = stand.value === "training" || stand.value === "paused";
  const { dataset } = manifest.determined.configuration;
  return { shifts: shifts.value, ...isMovable && !isOwn(dataset) && { move } };
}

/** What is left when it is over: the digest, and what can be taken away. */
export function Result(
  { here, trained: { run, asked }, program }: {
    here: TrainingHere;
    trained: TrainedRun;
    program: Program;
  },
): VNode {
  const problem = useSignal("");
  const { experiment, seed, configuration } = run.manifest.determined;
  const part = "agent" in configuration ? "policy" : "model";
  const take = () =>
    void here.file(part).then(
      (bytes) => {
        download(`${experiment}-${seed}.${part}.safetensors`, new Blob([bytes]));
        here.taken.value = true;
      },
      (error: Error) => problem.value = error.message,
    );
  return (
    <div class="card result">
      {run.digest === null
        ? (
          <p>
            It has no digest, as {isWhole(run)
              ? "its data were moved by hand, which no setting says."
              : "it did not come to its end."}
          </p>
        )
        : (
          <p>
            Digest <code class="digest">{run.digest}</code>{" "}
            <Copy text={run.digest} what="the digest" />
            <br />
            <Same run={run} asked={asked} program={program} />
          </p>
        )}
      <div class="toolbar">
        <button type="button" class="button plain" onClick={take}>
          Take the {part} away
        </button>
        {problem.value !== "" && <span class="problem" role="alert">{problem.value}</span>}
      </div>
    </div>
  );
}

/** Whether it came to its end. */
const isWhole = ({ status }: TrainedRun["run"]) => status === "completed" || status === "stopped";

/** Which other run has the digest, or why none may have. */
function Same(
  { run: { digest, manifest: { determined } }, asked: { setting, base }, program }: {
    run: TrainedRun["run"];
    asked: Asked;
    program: Program;
  },
): VNode {
  const { backend } = determined;
  const isUnchanged = Object.keys(setting.set).length === 0 &&
    determined.seed === base?.seed;
  if (backend === "webgpu") {
    return <>Of the same bits as elsewhere on this graphics adapter and its driver alone.</>;
  }
  if (backend !== setting.backend) {
    return (
      <>
        It is that of <code>--backend {backend}</code>, not of{" "}
        <code>{setting.backend}</code>: this browser has no relaxed SIMD, by which multiply-adds are
        rounded once.
      </>
    );
  }
  if (base !== undefined && isUnchanged && base.digest !== null) {
    if (base.digest === digest) return <b class="good">It is that of the run: the same bits.</b>;
    return base.backend === backend
      ? <b class="bad">The run has another one: the lab's code has changed since.</b>
      : <>The run has another one: it was trained on {base.backend}.</>;
  }
  const command = commandOf(setting, program, base);
  return command === undefined
    ? <>A run of this configuration has the same on the command line.</>
    : (
      <>
        The command line's has the same: <code>{command}</code>
      </>
    );
}
