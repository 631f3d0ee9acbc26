/** What a person may want to type next for a run, live. @module */
import type { VNode } from "preact";
import { Copy } from "../components/copy.tsx";
import type { Picture } from "../contents.ts";
import { contentsFrom, statusHeard } from "../live.ts";
import { type Commanded, nextCommands } from "../next_commands.ts";
import { commandIn, type Program } from "../program.ts";

/**
 * The island. `pictures`: those that the run had when the page was made, `program`: how commands reach
 * the store.
 */
export default function RunCommands({ row, pictures: initial, program }: {
  row: Commanded;
  pictures: readonly Picture[];
  program: Program;
}): VNode {
  const { pictures } = contentsFrom({ pictures: initial });
  const samples = pictures.find(({ name }) => name === "samples");
  const status = statusHeard(row.id) ?? row.status;
  return (
    <ul class="commands">
      {nextCommands({ ...row, status }, samples).map(({ words, meaning }) => {
        const command = commandIn(program, words);
        return (
          <li key={words}>
            <code>{command}</code> <Copy text={command} /> {meaning}
          </li>
        );
      })}
    </ul>
  );
}
