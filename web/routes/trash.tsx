/** The page of the trash. @module */
import type { VNode } from "preact";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { Live, Trash } from "../islands.ts";
import type { Program } from "../program.ts";
import type { State } from "../state.ts";
import type { TrashedRun } from "../trash.ts";

interface Data {
  readonly title: string;
  readonly runs: readonly TrashedRun[];
  readonly readOnly: boolean;
  readonly program: Program;
  readonly now: number;
  readonly moment: number;
}

/** What lies there now. */
export function handler(
  { state: { feed, writable, program } }: Context<State>,
): PageAnswer<Data> {
  // Before it is read: what goes on meanwhile is news.
  const { moment } = feed;
  const common = { readOnly: writable === null, program, now: Date.now(), moment };
  return page({ title: "Trash", runs: feed.trashed, ...common });
}

/** The page. */
export default function TrashPage({ data }: PageProps<Data>): VNode {
  const { title, runs, readOnly, program, now, moment } = data;
  return (
    <>
      <h1>{title}</h1>
      <Trash {...{ runs, readOnly, program, now, single: false }} />
      <Live moment={moment} run={null} />
    </>
  );
}
