/** What a person may want to type next for a run, live. @module */
import type { VNode } from "preact";
import { Copy } from "../components/copy.tsx";
import { contentsFrom, statusHeard } from "../live.ts";
import { type Commanded, keptIn, nextCommands, type Takeable } from "../next_commands.ts";
import { commandIn, type Program } from "../program.ts";

/**
 * The island, where there is any. `contents`: what the run had when the page was made, one of each kind
 * at least; `program`: how commands reach the store.
 */
export default function RunCommands({ row, contents: initial, program }: {
  row: Commanded;
  contents: Takeable;
  program: Program;
}): VNode | null {
  const status = statusHeard(row.id) ?? row.status;
  const commands = nextCommands({ ...row, status }, keptIn(contentsFrom(initial)));
  return commands.length === 0 ? null : (
    <>
      <h2>Do more with it</h2>
      <ul class="commands">
        {commands.map(({ words, meaning }) => {
          const command = commandIn(program, words);
          return (
            <li key={words}>
              <code>{command}</code> <Copy text={command} /> {meaning}
            </li>
          );
        })}
      </ul>
    </>
  );
}
