/** All sweeps of the store. @module */
import type { VNode } from "preact";
import type { State } from "../../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../../fresh.ts";
import { Live, Sweeps } from "../../islands.ts";
import type { SweepRow } from "../../sweeps.ts";
import type { Program } from "../../program.ts";

interface Data {
  readonly title: string;
  readonly sweeps: readonly SweepRow[];
  readonly live: boolean;
  readonly program: Program;
  readonly moment: number;
}

/** Their state as it is now. */
export async function handler({ state }: Context<State>): Promise<PageAnswer<Data>> {
  const { feed, live, program } = state;
  // Before they are read: what goes on meanwhile is news.
  const { moment } = feed;
  return page({ title: "Sweeps", sweeps: await state.sweeps.rows(), live, program, moment });
}

/** The page. */
export default function SweepsPage({ data }: PageProps<Data>): VNode {
  return (
    <>
      <h1>Sweeps</h1>
      <Sweeps initial={data.sweeps} program={data.program} />
      {data.live && <Live moment={data.moment} run={null} />}
    </>
  );
}
