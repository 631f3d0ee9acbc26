/** The page of one sweep. @module */
import type { VNode } from "preact";
import { unknownName } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../../fresh.ts";
import { Live, Sweep } from "../../islands.ts";
import { type SweepView, sweepView } from "../../sweeps.ts";
import type { Program } from "../../program.ts";

interface Data {
  readonly title: string;
  readonly view: SweepView;
  readonly program: Program;
  readonly moment: number;
}

/** The sweep as it stands. */
export async function handler(
  { params: { name }, state: { store, feed, program } }: Context<State>,
): Promise<PageAnswer<Data>> {
  const { moment } = feed;
  const view = await sweepView(store, name);
  if (view === undefined) throw unknownName("show the sweep", "sweep", name, store.sweepNames());
  return page({ title: `Sweep ${view.name}`, view, program, moment });
}

/** The page. */
export default function SweepPage(
  { data: { title, view, program, moment } }: PageProps<Data>,
): VNode {
  return (
    <>
      <h1>{title}</h1>
      <p class="sub">
        {view.experiment} · {view.sampler}
        {view.pruner !== "none" && `, pruned by ${view.pruner}`} ·{" "}
        {view.seeds === 1 ? "one seed" : `${view.seeds} seeds`} a trial
      </p>
      <Sweep initial={view} program={program} />
      <Live moment={moment} run={null} />
    </>
  );
}
