import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { setUps } from "../../bench/agents.ts";
import { groups } from "../../bench/groups.ts";
import { main } from "../../bench/main.ts";
import { capturedIo } from "../cli/captured_io.ts";

Deno.test("--json prints one document of rows, progress goes to standard error", async () => {
  const io = capturedIo();
  strictEqual(await main(["environments", "--json"], io), 0);
  const { rows, ...rest } = JSON.parse(io.written.out);
  deepStrictEqual(rest, {});
  strictEqual(rows.length, 2);
  for (const row of rows) {
    deepStrictEqual(Object.keys(row), ["name", "value", "unit", "against", "ratio"]);
    match(row.name, /^CartPole-v1/);
    ok(row.value > 1000);
    strictEqual(row.unit, "environment steps/s");
  }
  match(io.written.error, /^environments: /m);
});

Deno.test("a software adapter is not measured, and a row says so", async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter !== null && adapter !== undefined && !adapter.info.isFallbackAdapter) return;
  const io = capturedIo();
  strictEqual(await main(["graphics", "--json"], io), 0);
  const { rows: [row, ...others] } = JSON.parse(io.written.out);
  deepStrictEqual(others, []);
  strictEqual(row.value, null);
  strictEqual(row.against, `not measured: ${adapter ? "software" : "no graphics"} adapter`);
});

Deno.test("peers that are not installed are reported, a row for each set-up", async () => {
  const io = capturedIo();
  const path = Deno.env.get("PATH")!;
  const empty = await Deno.makeTempDir();
  Deno.env.set("PATH", empty);
  try {
    strictEqual(await main(["agents", "--peers", "--json"], io), 0);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(empty);
  }
  const { rows } = JSON.parse(io.written.out);
  deepStrictEqual(rows.map(({ name }: { name: string }) => name), setUps.map(({ title }) => title));
  for (const { value, against, ratio } of rows) {
    match(against, /^not installed: /);
    deepStrictEqual([value, ratio], [null, null]);
  }
});

Deno.test("--list names every group", async () => {
  const io = capturedIo();
  strictEqual(await main(["--list"], io), 0);
  for (const { name } of groups) match(io.written.out, new RegExp(`^${name} `, "m"));
});

Deno.test("an unknown group is answered with the nearest one", async () => {
  const io = capturedIo();
  strictEqual(await main(["product", "--json"], io), 2);
  strictEqual(io.written.out, "");
  match(io.written.error, /^error: [^\n]*"product" \(did you mean "products"\?\)[^\n]*\n$/);
});

Deno.test("an unknown flag is bad input", async () => {
  const io = capturedIo();
  strictEqual(await main(["--fast"], io), 2);
  match(io.written.error, /^error: [^\n]*--fast[^\n]*\n$/);
});
