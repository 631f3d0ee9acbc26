/**
 * The command palette: Ctrl-K or Cmd-K on any page of the server, then words and Enter.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ask } from "./ask.ts";
import { type Command, commandsFor } from "./commands.ts";
import { type Lookup, nothingFound } from "./lookup.ts";
import { chooseTheme } from "./theme.ts";

/** Opens the palette over the page. @param typed What was typed before it was there. */
export function openPalette(typed = ""): void {
  if (document.querySelector("dialog.palette") !== null) return;
  const place = document.body.appendChild(document.createElement("div"));
  const close = () => {
    render(null, place);
    place.remove();
  };
  render(<Palette close={close} typed={typed} />, place);
}

/**
 * What is typed, what is found by it, and which line of that Enter takes. `close` is told once the dialog
 * has closed, which gives the keys back to where they were.
 */
export function Palette({ close, typed = "" }: { close: () => void; typed?: string }): VNode {
  const text = useSignal(typed);
  /** And for which text. */
  const found = useSignal<Lookup & { readonly text?: string }>(nothingFound);
  /** Enter was pressed before it was there. */
  const entered = useRef(false);
  const at = useSignal(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  // Before another key may come.
  useLayoutEffect(() => dialog.current!.showModal(), []);
  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams({ text: text.value });
    void ask(`/api/find?${query}`, { signal: controller.signal })
      .then((response) => response.ok ? response.json() : nothingFound)
      // Where the server is gone, what is always there is left.
      .catch(() => nothingFound)
      .then((answer) => {
        if (controller.signal.aborted) return;
        found.value = { ...answer, text: text.value };
        if (!entered.current) return;
        entered.current = false;
        act(commandsFor(text.value, answer)[0]);
      });
    return () => controller.abort();
  }, [text.value]);
  const commands = commandsFor(text.value, found.value);
  const chosen = Math.min(at.value, commands.length - 1);
  const act = (command: Command | undefined) => {
    if (command === undefined) return;
    if ("theme" in command.does) {
      const { theme } = command.does;
      chooseTheme(theme);
      const choice = document.querySelector<HTMLSelectElement>("#theme");
      if (choice !== null) choice.value = theme;
    } else location.assign(command.does.href);
    dialog.current!.close();
  };
  const move = (by: number) => {
    at.value = (chosen + by + commands.length) % commands.length;
    list.current?.children[at.value]?.scrollIntoView({ block: "nearest" });
  };
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Go to"
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}
    >
      <input
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen < 0 ? undefined : `palette-${chosen}`}
        aria-label="Pages, runs, experiments, actions"
        placeholder="Pages, runs, experiments, actions"
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
          at.value = 0;
          entered.current = false;
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") move(1);
          else if (event.key === "ArrowUp") move(-1);
          else if (event.key === "Enter") {
            // What is shown may have been found for the letters before.
            if (found.value.text === text.value) act(commands[chosen]);
            else entered.current = true;
          } else return;
          event.preventDefault();
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Found" ref={list}>
        {commands.map((command, i) => (
          <li
            key={`${command.kind} ${command.title} ${command.hint}`}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === chosen}
            onPointerMove={() => at.value = i}
            onClick={() => act(command)}
          >
            <span>{command.title}</span>
            <small>{command.hint}</small>
            <small class="kind">{command.kind}</small>
          </li>
        ))}
      </ul>
    </dialog>
  );
}
