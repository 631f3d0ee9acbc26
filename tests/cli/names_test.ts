/** Names typed wrongly, over the registries: the message proposes the right one. */
import { ok, strictEqual } from "node:assert";
import { commands, main } from "../../cli/main.ts";
import { registries } from "../../registries.ts";
import { unknownEnvironment } from "../../lab/core/environment_ids.ts";
import { InputError } from "../../lab/core/errors.ts";
import { fieldsOf } from "../../lab/experiment/fields.ts";
import { loadDefinition } from "../../lab/experiment/load.ts";
import { hintFor } from "../../lab/experiment/other_names.ts";
import { loadEntry } from "../../lab/experiment/resolve.ts";
import { openStore } from "../../lab/store/sqlite_store.ts";
import { registries as toys } from "../lab/experiment/toy_registries.ts";
import { manifestOf, pointAt } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";
import { inFolder } from "./folder.ts";

/** Two letters in the middle swapped, or one left out where they are equal. */
function typo(name: string): string {
  if (name.length < 2) return name;
  const at = Math.floor((name.length - 1) / 2);
  const [a, b] = [name[at], name[at + 1]];
  return name.slice(0, at) + (a === b ? "" : b) + a + name.slice(at + 2);
}

/** At most three proposals, the right one among them, on one line, and where all names are. */
function proposes(message: string, name: string): void {
  strictEqual(message.includes("\n"), false);
  const near = /\(did you mean ([^?]*)\?\)/.exec(message)?.[1] ?? "";
  const proposed = [...near.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  ok(proposed.includes(name) && proposed.length <= 3, message);
  ok(/`[^`]+` shows all \d+$|known are /.test(message), message);
  ok(message.length < 300, message);
}

async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    ok(error instanceof InputError, String(error));
    return error.message;
  }
  throw new Error("nothing was refused");
}

Deno.test("a typo in any registered name is met with the nearest names", async () => {
  const { agents, models, datasets, environments, experiments } = registries;
  for (const { name } of experiments) {
    proposes(await messageOf(() => loadDefinition(typo(name), registries)), name);
  }
  for (const [kind, entries] of [["agent", agents], ["model", models], ["data set", datasets]]) {
    for (const { name } of entries as typeof agents) {
      const wrong = typo(name);
      if ((entries as typeof agents).some((each) => each.name === wrong)) continue;
      proposes(
        await messageOf(() => loadEntry(entries as typeof agents, kind as string, wrong, "mine")),
        name,
      );
    }
  }
  const ids = environments.map(({ id }) => id);
  for (const id of ids) proposes(unknownEnvironment("make it", typo(id), ids).message, id);
});

Deno.test("a typo in any field of an agent, model, data set or world is met with the nearest", async () => {
  const { agents, models, datasets, environments } = registries;
  const parts = await Promise.all([...agents, ...models, ...datasets].map((each) => each.load()));
  for (const { configuration } of [...parts, ...environments]) {
    const fields = fieldsOf(configuration, "part");
    for (const { path } of fields) {
      const wrong = `part.${typo(path.slice("part.".length))}`;
      if (fields.some((field) => field.path === wrong)) continue; // g, of Pendulum
      ok(hintFor(wrong, fields).includes(`"${path}"`), `${wrong}: ${hintFor(wrong, fields)}`);
    }
  }
});

Deno.test("a typo in any command is met with the nearest", async () => {
  for (const { name } of commands) {
    const io = capturedIo();
    strictEqual(await main([typo(name)], io), 2);
    proposes(io.written.error.trimEnd(), name);
  }
});

Deno.test("a typo in what a store holds, or in a word of an option, is met with the nearest", () =>
  inFolder(async (folder) => {
    const store = openStore(`${folder}/runs`);
    for (const experiment of ["corridor-dqn", "corridor-ppo"]) {
      const { id } = store.createRun({
        ...{ name: experiment, manifest: manifestOf(experiment), tags: [], note: "" },
      });
      store.append(
        id,
        ["evaluation/return_mean", "losses/policy"].map((name) => pointAt(name, 1, 1)),
      );
      store.update(id, { status: "completed", digest: "d" });
    }
    for (const name of ["rates", "widths"]) store.putSweep(name, { trials: 3 });
    store.close();
    const lines: readonly (readonly [line: string, name: string])[] = [
      ["sweeps raets", "rates"],
      ["report corridor-dqm --out x", "corridor-dqn"],
      ["compare --where agent.gamma>0 --metric evaluation/return_meen", "evaluation/return_mean"],
      ["compare --where agent.gamma>0 --against corridor-ddqn", "corridor-dqn"],
      ["runs --where status=complted", "completed"],
      ["complete basj run", "bash"],
      ["run line-tou", "line-toy"],
      ["describe tooy", "toy"],
      ["run line-toy --sweep agent.rtae=0.1..1", "agent.rate"],
      ["run line-toy --set agent.rtae=0.1", "agent.rate"],
    ];
    for (const [line, name] of lines) {
      const io = capturedIo({ folder, root: folder, registries: toys });
      strictEqual(await main(line.split(" "), io), 2, line);
      const { error } = io.written;
      strictEqual(error.trimEnd().includes("\n"), false, error);
      ok(/did you mean ([^?]*)\?/.exec(error)?.[1].includes(`"${name}"`), `${line}: ${error}`);
    }
  }));
