/**
 * The browser's entry: takes over every island of the page, and what stands around them.
 *
 * @module
 */
import { keepFocus } from "./kept_focus.ts";
import { reasonOf } from "./ask.ts";
import { takeOver, tellAbove } from "./take_over.ts";

takeOver();
keepFocus();

const openPalette = () =>
  void import("./command_palette.tsx").then(
    (module) => module.openPalette(),
    (error) => tellAbove(document.querySelector("main")!, reasonOf(error)),
  );
document.querySelector(".palette-button")?.addEventListener("click", openPalette);
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  if (event.shiftKey || event.altKey) return;
  event.preventDefault();
  openPalette();
});
