/** The page of one sweep. @module */
import type { VNode } from "preact";
import type { State } from "../../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../../fresh.ts";
import { Live, Sweep } from "../../islands.ts";
import type { SweepView } from "../../sweeps.ts";
import type { Program } from "../../program.ts";

interface Data {
  readonly title: string;
  readonly view: SweepView;
  readonly live: boolean;
  readonly program: Program;
  readonly moment: number;
}

/** The sweep as it stands. */
export async function handler(
  { params: { name }, state: { sweeps, feed, live, program } }: Context<State>,
): Promise<PageAnswer<Data>> {
  const { moment } = feed;
  const view = await sweeps.named(name);
  return page({ title: `Sweep ${view.name}`, view, live, program, moment });
}

/** The page. */
export default function SweepPage(
  { data: { title, view, live, program, moment } }: PageProps<Data>,
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
      {live && <Live moment={moment} run={null} />}
    </>
  );
}
