/**
 * A page that came from the server, or lies in a file, comes alive.
 *
 * @module
 */
import { type ComponentType, h, hydrate, render } from "preact";
import { reasonOf } from "./ask.ts";
import { chooseTheme, type Theme } from "./theme.ts";

const islands: Record<string, () => Promise<{ default: unknown }>> = {
  comparison: () => import("./islands/comparison.tsx"),
  live: () => import("./islands/live.tsx"),
  run_charts: () => import("./islands/run_charts.tsx"),
  run_commands: () => import("./islands/run_commands.tsx"),
  run_digest: () => import("./islands/run_digest.tsx"),
  run_events: () => import("./islands/run_events.tsx"),
  run_family: () => import("./islands/run_family.tsx"),
  run_note: () => import("./islands/run_note.tsx"),
  run_status: () => import("./islands/run_status.tsx"),
  run_table: () => import("./islands/run_table.tsx"),
  sweep: () => import("./islands/sweep.tsx"),
  sweeps: () => import("./islands/sweeps.tsx"),
  train: () => import("./islands/train.tsx"),
  trash: () => import("./islands/trash.tsx"),
};

/** Milliseconds for which a button says what came of it. */
const SAID = 2000;

/** Properties of an island, by its name. */
type Properties = { readonly [name: string]: unknown };

/** Says above a part of a page why it stands still; what was said there before goes. */
export function tellAbove(part: Element, reason: string): void {
  const line = document.createElement("p");
  line.className = "problem";
  line.role = "alert";
  line.textContent = `This part of the page stands still: ${reason} Load the page again.`;
  const before = part.firstElementChild;
  if (before?.className === line.className) before.remove();
  part.prepend(line);
}

/**
 * Takes over every island of the page, and what stands around them.
 *
 * @param others Other properties of an island than the page was written with; undefined: those.
 */
export function takeOver(
  others: (island: string, props: Properties) => Promise<Properties | undefined> = () =>
    Promise.resolve(undefined),
): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
    const name = element.dataset.island!;
    const written: Properties = JSON.parse(element.dataset.props!);
    void Promise.all([islands[name](), others(name, written)]).then(([module, other]) => {
      const component = h(module.default as ComponentType<object>, other ?? written);
      if (other === undefined) hydrate(component, element);
      else {
        element.replaceChildren();
        render(component, element);
      }
      element.dataset.ready = "true";
    }).catch((error: Error) => tellAbove(element, reasonOf(error)));
  }

  document.querySelector<HTMLSelectElement>("#theme")!.addEventListener(
    "change",
    ({ currentTarget }) => chooseTheme((currentTarget as HTMLSelectElement).value as Theme),
  );

  // Buttons that copy: `data-copy` is the text.
  document.addEventListener("click", ({ target }) => {
    const button = (target as HTMLElement).closest<HTMLElement>("[data-copy]");
    if (button === null) return;
    const spoken = button.nextElementSibling!;
    const said = (text: string) => {
      button.textContent = spoken.textContent = text;
      setTimeout(() => {
        button.textContent = "Copy";
        spoken.textContent = "";
      }, SAID);
    };
    // Pages of another machine have no clipboard unless their connection is encrypted.
    const copied = navigator.clipboard?.writeText(button.dataset.copy!) ?? Promise.reject();
    copied.then(() => said("Copied"), () => said("Not allowed"));
  });
}
