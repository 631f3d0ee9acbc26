/** The runs page. @module */
import type { VNode } from "preact";
import { InputError } from "../../lab/core/errors.ts";
import type { State } from "../state.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { Live, RunTable } from "../islands.ts";
import { passedOver } from "../query.ts";
import { TABLE_KEYS, type TableAnswer, type TableRequest, tableRequestOf } from "../runs_query.ts";
import { tableOf } from "../runs_table.ts";
import type { Program } from "../program.ts";

interface Data {
  readonly title: string;
  readonly location: string;
  readonly moment: number;
  readonly table: TableAnswer;
  readonly request: TableRequest;
  readonly problem: string;
  /** What of the address means nothing here. */
  readonly passed: string | undefined;
  readonly readOnly: boolean;
  readonly live: boolean;
  readonly program: Program;
  readonly now: number;
}

/** The first part of the table that the address asks for. */
export function handler(
  { url, state: { store, feed, writable, live, program } }: Context<State>,
): PageAnswer<Data> {
  const { moment } = feed;
  const records = feed.records();
  const readOnly = writable === null;
  const { location } = store;
  const passed = passedOver(url.searchParams, TABLE_KEYS);
  const common = {
    title: "Runs",
    location,
    moment,
    readOnly,
    live,
    program,
    passed,
    now: Date.now(),
  };
  const table = (of: TableRequest) => ({
    ...tableOf(feed, records, of),
    trashed: feed.trashed.length,
  });
  const usual = tableRequestOf(new URLSearchParams());
  let request = usual;
  try {
    request = tableRequestOf(url.searchParams);
    return page({ ...common, table: table(request), request, problem: "" });
  } catch (error) {
    // A filter that was kept in an address may ask for what no run has any more.
    if (!(error instanceof InputError)) throw error;
    return page({ ...common, table: table(usual), request, problem: error.message });
  }
}

/** The page. */
export default function Runs({ data }: PageProps<Data>): VNode {
  const { location, table, request, problem, passed, readOnly, live, program, now, moment } = data;
  return (
    <>
      <h1>Runs</h1>
      {passed !== undefined && <p class="note">{passed}</p>}
      <RunTable
        // Where the store lies is nothing that a page of runs needs.
        location={table.total === 0 ? location : ""}
        program={program}
        initial={table}
        request={request}
        problem={problem}
        readOnly={readOnly}
        now={now}
      />
      {live && <Live moment={moment} run={null} />}
    </>
  );
}
