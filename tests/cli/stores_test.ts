import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { commandLine, findNamed, storeLocation } from "../../cli/stores.ts";
import { addRun, withStore } from "../lab/store/fixtures.ts";
import { capturedIo } from "./captured_io.ts";

Deno.test("a command line that is proposed reaches the store, by the task that may", () => {
  const [here, fleet] = ["deno task -q experiment", "deno task -q experiment:fleet"];
  const [folder, database] = ["/tmp/my-runs_2", "postgres://lab@db:5432/lab"];
  strictEqual(commandLine("runs", undefined), `${here} runs`);
  strictEqual(commandLine("runs", folder), `${here} runs --store ${folder}`);
  strictEqual(commandLine("runs", "it's mine"), `${here} runs --store 'it'\\''s mine'`);
  strictEqual(commandLine("runs", database), `${fleet} runs --store ${database}`);
  const files = `${database}?sslmode=disable&files=s3://lab`;
  strictEqual(commandLine("runs", files), `${fleet} runs --store '${database}?sslmode=disable'`);
});

Deno.test("a store's place begins in the caller's folder, whatever stands before it", () => {
  const io = capturedIo({ folder: "/tmp/mine", root: "/lab" });
  for (
    const [given, place] of [
      ["my store", "/tmp/mine/my store"],
      ["sqlite:my store", "sqlite:/tmp/mine/my store"],
      ["file:my store", "sqlite:/tmp/mine/my store"],
      ["sqlite://my store", "sqlite:/tmp/mine/my store"],
      ["SQLite://runs", "sqlite:/tmp/mine/runs"],
      ["SQLite:///tmp/there", "sqlite:/tmp/there"],
      ["file:///tmp/there", "sqlite:/tmp/there"],
      ["postgres://lab@db/lab", "postgres://lab@db/lab"],
    ]
  ) {
    strictEqual(storeLocation(io, given), place);
  }
  for (const empty of ["", "sqlite:", "sqlite://"]) {
    throws(() => storeLocation(io, empty), /^InputError: Cannot take a path as it is empty$/);
  }
});

Deno.test("a word is a run's whole id or latest, else a name, else the beginning of an id", async () => {
  await withStore((store) => {
    const { id: first } = addRun(store, "latest");
    const { id: second } = addRun(store, first);
    const { id: third } = addRun(store, second.slice(0, -1));
    const found = (word: string) => findNamed(store, [word]).map(({ id }) => id);
    deepStrictEqual([found(first), found(second), found("latest")], [[first], [second], [third]]);
    deepStrictEqual(found(second.slice(0, -1)), [third]);
    deepStrictEqual(found(third.toUpperCase()), [third]);
    addRun(store, "pole-ppo");
    throws(() => found("pole-pp"), {
      name: "InputError",
      message: 'Cannot find a run as none has the id or the name "pole-pp" (did you mean ' +
        '"pole-ppo"?): `runs` lists all 4',
    });
    store.trash(third);
    throws(() => found(third), /is in the trash/);
  });
});
