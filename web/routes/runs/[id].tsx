/** The page of one run. @module */
import type { VNode } from "preact";
import { unlessDamaged } from "../../../lab/core/errors.ts";
import { flatten } from "../../../lab/experiment/comparison.ts";
import { figuresOf } from "../../../lab/experiment/score.ts";
import type { Manifest, Run } from "../../../lab/store/store.ts";
import { datasets } from "../../../models/datasets/mod.ts";
import type { State } from "../../state.ts";
import { Copy } from "../../components/copy.tsx";
import { type Contents, contentsOf, hasKept } from "../../contents.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../../fresh.ts";
import {
  Live,
  RunCharts,
  RunCommands,
  RunDigest,
  RunEvents,
  RunFamily,
  RunNote,
  RunStatus,
  Trash,
} from "../../islands.ts";
import { type Family, familyOf } from "../../family.ts";
import { instant } from "../../format.ts";
import { type Guide, guideOfRun } from "../../metric_guide.ts";
import type { Level } from "../../components/plot_options.ts";
import { isComputed } from "../../../lab/experiment/untrained.ts";
import type { WorldOf } from "../../player/world.ts";
import { isInOwnWorld, moduleRefusal } from "../../own/code.ts";
import { levelsOf, playerOf } from "../../run_parts.ts";
import { type AskedView, viewFrom } from "../../run_view.ts";
import { type RunSummary, summarize } from "../../summary.ts";
import type { TrashedRun } from "../../trash.ts";
import { refusalOf } from "../../training/base_run.ts";
import { pageBackends, queryOf } from "../../training/setting.ts";
import { printable } from "../../../lab/core/printable.ts";
import { commandIn, type Program } from "../../program.ts";
import { Scrolled } from "../../components/scrolled.tsx";

/** A run in the trash. */
interface Trashed {
  readonly title: string;
  readonly trashed: TrashedRun;
  readonly readOnly: boolean;
  readonly program: Program;
  readonly now: number;
}

interface Data {
  readonly title: string;
  readonly row: RunSummary;
  readonly run: Run;
  readonly contents: Contents;
  /** How the address asks for its figures. */
  readonly asked: AskedView;
  readonly guide: Guide;
  readonly levels: readonly Level[];
  readonly family: Family | null;
  /** Whether there is a model that the page can ask. */
  readonly explores: boolean;
  /** Whether its data are points in the plane. */
  readonly isPlane: boolean;
  readonly moment: number;
  readonly readOnly: boolean;
  readonly live: boolean;
  /** How commands reach the store. */
  readonly program: Program;
  /** Whether a page can train the same. */
  readonly trainable: boolean;
  /** Why the world of a user's file cannot be played, as a clause. */
  readonly unplayable: string | undefined;
  /** Whether the file of its own parts is gone, so that it can be neither opened nor trained anew. */
  readonly isGone: boolean;
}

/** Everything about one run but its series; of one in the trash that it lies there. */
export async function handler(
  { url, params, state: { store, feed, writable, live, program, own } }: Context<State>,
): Promise<PageAnswer<Data | Trashed>> {
  const lying = feed.trashed.find(({ id }) => id === params.id);
  if (lying !== undefined) {
    return page({
      title: lying.seed === undefined ? lying.name : `${lying.name}, seed ${lying.seed}`,
      trashed: lying,
      ...{ readOnly: writable === null, program, now: Date.now() },
    });
  }
  // Taken before what is shown, so that the page hears of all that came after.
  const { moment } = feed;
  const run = store.find(params.id);
  const row = summarize(run, unlessDamaged(() => figuresOf(store, run)), 0);
  const module = await moduleRefusal(run, own);
  const contents = contentsOf(store, run);
  const isModel = "model" in run.manifest.determined.configuration;
  return page({
    title: `${run.name}, seed ${run.manifest.determined.seed}`,
    moment,
    readOnly: writable === null,
    live,
    program,
    row,
    run,
    asked: viewFrom(url.searchParams, row.axis),
    trainable: isComputed(row.backend) && refusalOf(run, module) === undefined,
    unplayable: isComputed(row.backend) && isInOwnWorld(run) ? module : undefined,
    isGone: module !== undefined && own.isGone(run),
    guide: guideOfRun(row.method, isModel ? contents.names : undefined),
    levels: levelsOf(run),
    family: familyOf(feed.records(), run.id) ?? null,
    explores: isModel && hasKept(store, run.id),
    isPlane: await isOfPoints(run),
    // What is written down holds one model.
    contents: live ? contents : { ...contents, models: [] },
  });
}

/** Whether a run's model learns points, as those of the lab's data sets in the plane are. */
async function isOfPoints({ manifest }: Run): Promise<boolean> {
  const { dataset } = manifest.determined.configuration as { dataset?: { name?: string } };
  const entry = datasets.find(({ name }) => name === dataset?.name);
  return (await entry?.load())?.holds?.kind === "points";
}

/** The address that trains a run again, on its own backend where a page has that. */
function trainingOf({ id, backend }: Pick<RunSummary, "id" | "backend">): string {
  const same = pageBackends.find((each) => each === backend);
  return queryOf({ base: { run: id }, seed: "", backend: same ?? "wasm", set: {} });
}

/** The page. */
export default function RunPage({ data }: PageProps<Data | Trashed>): VNode {
  if ("trashed" in data) {
    const { title, trashed, ...common } = data;
    return (
      <>
        <h1>{title}</h1>
        <Trash runs={[trashed]} single {...common} />
      </>
    );
  }
  const { row, run, contents, asked, guide, levels, family } = data;
  const { sweep } = run.manifest;
  const player = data.unplayable === undefined ? playerOf(run) : undefined;
  return (
    <>
      <h1>{data.title}</h1>
      <p class="sub">
        {[...subjectOf(row), ""].join(" · ")}run <code>{row.id}</code> <Copy text={row.id} />{" "}
        · started{" "}
        <time dateTime={new Date(run.createdAt).toISOString()}>{instant(run.createdAt)}</time>
        {sweep !== undefined && (
          <>
            {" "}· trial {sweep.trial} of{" "}
            <a href={`/sweeps/${encodeURIComponent(sweep.name)}`}>{printable(sweep.name)}</a>
          </>
        )}
        {data.trainable && (
          <>
            {" "}
            <a class="lead" href={`/train?${trainingOf(row)}`}>train it here</a>
          </>
        )}
      </p>
      <RunFamily run={row.id} initial={{ family }} />
      <RunStatus row={row} readOnly={data.readOnly} program={data.program} />
      <RunEvents contents={contents} />
      {data.unplayable !== undefined && (
        <Unplayable
          run={run}
          reason={data.unplayable}
          isGone={data.isGone}
          program={data.program}
        />
      )}
      {asked.passed !== undefined && <p class="note">{asked.passed}</p>}
      {asked.problems.map((each) => <p class="problem" key={each}>{each}</p>)}
      <RunCharts
        run={row.id}
        status={row.status}
        contents={contents}
        axis={row.axis}
        view={asked.view}
        guide={guide}
        levels={levels}
        player={player}
        explores={data.explores}
        isPlane={data.isPlane}
        served={data.live}
      />
      <RunNote run={row.id} note={contents.note} readOnly={data.readOnly} />
      {data.live && (
        <RunCommands
          row={{
            id: row.id,
            axis: row.axis,
            status: row.status,
            isComputed: isComputed(row.backend) && !data.isGone,
          }}
          contents={{
            names: contents.names.slice(0, 1),
            pictures: contents.pictures.filter(({ name }) => name === "samples").slice(0, 1),
            policies: contents.policies.slice(0, 1),
            models: contents.models.slice(0, 1),
          }}
          program={data.program}
        />
      )}
      <details>
        <summary>Configuration and manifest</summary>
        <Facts
          facts={[
            ["digest", <RunDigest key="digest" digest={run.digest} />],
            ...factsOf(run.manifest).map(([name, value]) =>
              [name, <code key={name}>{printable(value)}</code>] as const
            ),
          ]}
        />
      </details>
      {data.live && <Live moment={data.moment} run={row.id} />}
    </>
  );
}

/** In place of the policy at work. */
function Unplayable(
  { run, reason, isGone, program }: {
    run: Run;
    reason: string;
    isGone: boolean;
    program: Program;
  },
): VNode {
  const { id } = run.manifest.determined.configuration.environment as WorldOf;
  return (
    <p class="note">
      The policy does not play here, as {id} stands in a file of yours, and {printable(reason)}.
      {" "}
      {isGone ? "Put back there it plays again; figures and exports of them need no file." : (
        <>
          Where it draws a scene, <code>{commandIn(program, `evaluate ${run.id} --render`)}</code>
          {" "}
          shows it.
        </>
      )}
    </p>
  );
}

/** What was trained on what; nothing of a run whose program said neither. */
function subjectOf({ method, world }: RunSummary): string[] {
  const named = [method, world].filter((each) => each !== "");
  return named.length === 0 ? [] : [named.join(" on ")];
}

function factsOf({ determined, definition, code, versions, machine, backendReason }: Manifest) {
  return Object.entries({
    experiment: `${determined.experiment}, version ${determined.version}`,
    ...flatten(determined.configuration),
    ...(determined.from && { "weights from": determined.from.run }),
    "definition": `${definition.module} (${definition.hash.slice(0, 12)}${
      (definition.changes ?? []).map(({ iteration, hash }) =>
        `, from iteration ${iteration} on ${hash.slice(0, 12)}`
      ).join("")
    })`,
    "code": code.hash.slice(0, 12),
    "revision": `${code.revision ?? "unknown"}${code.dirty ? ", changed since" : ""}`,
    "backend": `${determined.backend} (${backendReason})`,
    ...(determined.library !== undefined && { library: determined.library }),
    ...versions,
    "machine": `${machine.os}, ${machine.cores} cores, ${machine.cpuFeatures.join(" ")}`,
    ...(machine.adapter !== null && { adapter: machine.adapter }),
    ...(machine.threads !== undefined && { threads: `${machine.threads}` }),
  });
}

function Facts({ facts }: { facts: readonly (readonly [string, VNode])[] }): VNode {
  return (
    <Scrolled name="Configuration and manifest">
      <table class="facts">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{printable(name)}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
