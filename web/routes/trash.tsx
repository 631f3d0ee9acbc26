/** The page of the trash. @module */
import type { VNode } from "preact";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { Trash } from "../islands.ts";
import type { Program } from "../program.ts";
import type { State } from "../state.ts";
import { trashedIn, type TrashedRun } from "../trash.ts";

interface Data {
  readonly title: string;
  readonly runs: readonly TrashedRun[];
  readonly readOnly: boolean;
  readonly program: Program;
  readonly now: number;
}

/** What lies there now. */
export function handler(
  { state: { store, writable, program } }: Context<State>,
): PageAnswer<Data> {
  const common = { readOnly: writable === null, program, now: Date.now() };
  return page({ title: "Trash", runs: trashedIn(store), ...common });
}

/** The page. */
export default function TrashPage({ data }: PageProps<Data>): VNode {
  const { title, runs, readOnly, program, now } = data;
  return (
    <>
      <h1>{title}</h1>
      <Trash {...{ runs, readOnly, program, now, single: false }} />
    </>
  );
}
