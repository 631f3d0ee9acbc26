/**
 * The islands as pages use them. The browser build finds each under the same name in `islands/`.
 *
 * @module
 */
import { island } from "./fresh.ts";
import CompareChartsView from "./islands/compare_charts.tsx";
import GalleryView from "./islands/gallery.tsx";
import RunChartsView from "./islands/run_charts.tsx";
import RunStatusView from "./islands/run_status.tsx";
import RunTableView from "./islands/run_table.tsx";

/** Charts over groups of runs. */
export const CompareCharts = island("compare_charts", CompareChartsView);
/** Pictures of a run. */
export const Gallery = island("gallery", GalleryView);
/** Series of a run. */
export const RunCharts = island("run_charts", RunChartsView);
/** Live status of a run. */
export const RunStatus = island("run_status", RunStatusView);
/** The table of runs. */
export const RunTable = island("run_table", RunTableView);
