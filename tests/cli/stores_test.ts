import { strictEqual, throws } from "node:assert";
import { commandLine, storeLocation } from "../../cli/stores.ts";
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
      ["file:///tmp/there", "file:///tmp/there"],
      ["postgres://lab@db/lab", "postgres://lab@db/lab"],
    ]
  ) {
    strictEqual(storeLocation(io, given), place);
  }
  for (const empty of ["", "sqlite:"]) {
    throws(() => storeLocation(io, empty), /^InputError: Cannot take a path as it is empty$/);
  }
});
