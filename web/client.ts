/**
 * The browser's entry: takes over every island of the page.
 *
 * @module
 */
import { type ComponentType, h, hydrate } from "preact";

const islands: Record<string, () => Promise<{ default: unknown }>> = {
  comparison: () => import("./islands/comparison.tsx"),
  gallery: () => import("./islands/gallery.tsx"),
  live: () => import("./islands/live.tsx"),
  policy: () => import("./islands/policy.tsx"),
  run_charts: () => import("./islands/run_charts.tsx"),
  run_events: () => import("./islands/run_events.tsx"),
  run_note: () => import("./islands/run_note.tsx"),
  run_status: () => import("./islands/run_status.tsx"),
  run_table: () => import("./islands/run_table.tsx"),
};

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  const { island, props } = element.dataset;
  void islands[island!]().then((module) => {
    hydrate(h(module.default as ComponentType<object>, JSON.parse(props!)), element);
    element.dataset.ready = "true";
  });
}
