/**
 * The browser's entry: takes over every island of the page.
 *
 * @module
 */
import { type ComponentType, h, hydrate } from "preact";

const islands: Record<string, () => Promise<{ default: ComponentType<object> }>> = {
  compare_charts: () => import("./islands/compare_charts.tsx") as Promise<never>,
  gallery: () => import("./islands/gallery.tsx") as Promise<never>,
  run_charts: () => import("./islands/run_charts.tsx") as Promise<never>,
  run_status: () => import("./islands/run_status.tsx") as Promise<never>,
  run_table: () => import("./islands/run_table.tsx") as Promise<never>,
};

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  const { island, props } = element.dataset;
  islands[island!]().then(({ default: component }) => {
    hydrate(h(component, JSON.parse(props!)), element);
    element.dataset.ready = "true";
  });
}
