/**
 * The browser's entry: takes over every island of the page, and what stands around them.
 *
 * @module
 */
import { type ComponentType, h, hydrate } from "preact";
import { chooseTheme, type Theme } from "./theme.ts";

const islands: Record<string, () => Promise<{ default: unknown }>> = {
  comparison: () => import("./islands/comparison.tsx"),
  live: () => import("./islands/live.tsx"),
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

document.querySelector<HTMLSelectElement>("#theme")!.addEventListener(
  "change",
  ({ currentTarget }) => chooseTheme((currentTarget as HTMLSelectElement).value as Theme),
);

// Buttons that copy: `data-copy` is the text.
document.addEventListener("click", ({ target }) => {
  const button = (target as HTMLElement).closest<HTMLElement>("[data-copy]");
  if (button === null) return;
  const said = (text: string) => button.textContent = text;
  void navigator.clipboard?.writeText(button.dataset.copy!).then(
    () => said("Copied"),
    () => said("Not allowed"),
  );
});
