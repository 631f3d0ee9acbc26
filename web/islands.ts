/**
 * The islands as pages use them. The browser build finds each under the same name in `islands/`.
 *
 * @module
 */
import { island } from "./fresh.ts";
import ComparisonIsland from "./islands/comparison.tsx";
import LiveIsland from "./islands/live.tsx";
import RunChartsIsland from "./islands/run_charts.tsx";
import RunCommandsIsland from "./islands/run_commands.tsx";
import RunDigestIsland from "./islands/run_digest.tsx";
import RunEventsIsland from "./islands/run_events.tsx";
import RunFamilyIsland from "./islands/run_family.tsx";
import RunNoteIsland from "./islands/run_note.tsx";
import RunStatusIsland from "./islands/run_status.tsx";
import RunTableIsland from "./islands/run_table.tsx";
import SweepIsland from "./islands/sweep.tsx";
import SweepsIsland from "./islands/sweeps.tsx";
import TrainIsland from "./islands/train.tsx";
import TrashIsland from "./islands/trash.tsx";

/** Groups of runs by one metric. */
export const ComparisonView = island("comparison", ComparisonIsland);
/** The ear of a page. */
export const Live = island("live", LiveIsland);
/** Series of a run. */
export const RunCharts = island("run_charts", RunChartsIsland);
/** What can be typed next for a run. */
export const RunCommands = island("run_commands", RunCommandsIsland);
/** The digest of a run. */
export const RunDigest = island("run_digest", RunDigestIsland);
/** Events of a run. */
export const RunEvents = island("run_events", RunEventsIsland);
/** A run among its seeds. */
export const RunFamily = island("run_family", RunFamilyIsland);
/** The note of a run. */
export const RunNote = island("run_note", RunNoteIsland);
/** Live status of a run. */
export const RunStatus = island("run_status", RunStatusIsland);
/** The table of runs. */
export const RunTable = island("run_table", RunTableIsland);
/** A sweep. */
export const Sweep = island("sweep", SweepIsland);
/** All sweeps. */
export const Sweeps = island("sweeps", SweepsIsland);
/** Training in the page. */
export const Train = island("train", TrainIsland);
/** Runs in the trash. */
export const Trash = island("trash", TrashIsland);
