/** What is kept of measurements by processor, and the pages of it. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { barOf, Peer } from "../../bench/peers/peer.ts";
import { inFolder } from "../cli/folder.ts";
import { keep, type Measured, pageOf, recordOf } from "../../bench/record.ts";
import { row, targetRow } from "../../bench/row.ts";

const measured: Omit<Measured, "backend" | "rows"> = {
  ...{ group: "updates", peers: true, measured: "Measured here.", revision: "0123456789abcdef" },
};

Deno.test("a page says what is asked for on both backends, then every group in the list's order", () => {
  const beside = (value: number, reach: number) => ({ name: "PyTorch 2", value, reach });
  const page = pageOf("a-machine", [
    {
      ...measured,
      group: "store",
      peers: false,
      backend: "auto",
      rows: [targetRow("s", 2, "ms", 1)],
    },
    { ...measured, backend: "native", rows: [row("step", 1, "ms", beside(3, 4))] },
    {
      ...measured,
      backend: "auto",
      rows: [row("step", 2, "ms", beside(3, 1)), row("more", 1, "ms")],
    },
  ]);
  const lines = page.split("\n");
  ok(lines.includes("| step | PyTorch 2 | 1.5 × | 3 × (short of 4 ×) |"), page);
  ok(lines.includes("| s | at most | 0.5 × (short of 1 ×) |  |"), page);
  const headings = lines.filter((line) => line.startsWith("#")).join(", ");
  strictEqual(
    headings,
    "# Benchmarks: a-machine, ## What is asked for, ## updates, native, ## updates, ## store",
  );
  ok(lines.includes("deno task bench:native updates --peers  # 0123456789"), page);
  ok(lines.includes("deno task bench store  # 0123456789"), page);
});

Deno.test("every page of docs/benchmarks is its record's", async () => {
  let pages = 0;
  for (const { name: file } of Deno.readDirSync("docs/benchmarks")) {
    if (!file.endsWith(".json")) continue;
    const name = file.slice(0, -".json".length);
    const page = await Deno.readTextFile(`docs/benchmarks/${name}.md`);
    strictEqual(page, pageOf(name, await recordOf(name)), name);
    ok((await Deno.readTextFile("docs/benchmarks.md")).includes(`(benchmarks/${name}.md)`), name);
    pages++;
  }
  ok(pages > 0);
});

Deno.test("what falls short beside other libraries stands in docs/benchmarks.md, with the records' figures", async () => {
  const columns = ["intel-xeon-avx512", "amd-epyc-avx512", "amd-epyc-avx2"];
  const shown = {
    "product 256³, default backend": [/^matrix product 256³/, "auto"],
    "U-Net step, default backend": [/^U-Net step/, "auto"],
    "U-Net step, `native`": [/^U-Net step/, "native"],
  } as const;
  const records = await Promise.all(columns.map((name) => recordOf(name)));
  const beside = records.map((record) =>
    record.flatMap(({ backend, rows }) =>
      rows.filter(({ beside, reach, ratio }) =>
        reach !== null && ratio !== null && /PyTorch|JAX|jax/.test(beside ?? "")
      ).map(({ name, ratio, reach }) => ({ name, backend, ratio: ratio!, reach: reach! }))
    )
  );
  const text = await Deno.readTextFile("docs/benchmarks.md");
  const isShort = ({ ratio, reach }: { ratio: number; reach: number }) => ratio < reach;
  for (const [label, [pattern, backend]] of Object.entries(shown)) {
    const cells = beside.map((rows) => {
      const own = rows.filter((each) => pattern.test(each.name) && each.backend === backend);
      if (!own.some(isShort)) return "–";
      const ratios = own.map(({ ratio }) => ratio);
      const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((one) => one.toFixed(2));
      return low === high ? low : `${low} to ${high}`;
    });
    const line = text.split("\n").find((line) => line.startsWith(`| ${label} |`));
    deepStrictEqual(line?.split(" | ").slice(2, 5), cells, label);
  }
  for (const { name, backend } of beside.flat().filter(isShort)) {
    ok(Object.values(shown).some(([pattern, of]) => pattern.test(name) && backend === of), name);
  }
});

Deno.test("a record's name is one of a file", async () => {
  const rows: Measured["rows"] = [];
  for (const name of ["../elsewhere", "A", "a b", "", "-a"]) {
    await rejects(keep(name, { ...measured, backend: "auto", rows }), { name: "InputError" });
  }
});

Deno.test("what is asked for depends on the peer's vectors and on the lab's backend", () => {
  const bars = { portable: 2, wide: 1.6, native: 2.6 };
  strictEqual(barOf(bars, "PyTorch 2.15 AVX2", "auto"), 2);
  strictEqual(barOf(bars, "PyTorch 2.15 AVX512", "auto"), 1.6);
  strictEqual(barOf(bars, "PyTorch 2.15 AVX512", "native"), 2.6);
  strictEqual(barOf({ portable: 2 }, "PyTorch 2.15 AVX512", "auto"), 2);
  strictEqual(barOf({ portable: 2 }, "PyTorch 2.15 AVX512", "native"), undefined);
});

Deno.test("a group takes its own place in a record, which is written whole, and a damaged one stays", () =>
  inFolder(async (folder) => {
    const backend = "auto";
    for (const value of [1, 2]) {
      await keep("here", { ...measured, backend, rows: [row("step", value, "ms")] }, folder);
    }
    await keep("here", { ...measured, group: "store", backend, rows: [] }, folder);
    const record = await recordOf("here", folder);
    deepStrictEqual(
      record.map(({ group, rows }) => [group, rows.map(({ value }) => value)]),
      [["updates", [2]], ["store", []]],
    );
    strictEqual(await Deno.readTextFile(`${folder}/here.md`), pageOf("here", record));
    deepStrictEqual(
      Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(),
      ["here.json", "here.md"],
    );
    await Deno.writeTextFile(`${folder}/here.json`, "[");
    await rejects(
      keep("here", { ...measured, backend, rows: [] }, folder),
      /^LabError: Cannot record as .*here\.json is damaged: /,
    );
    strictEqual(await Deno.readTextFile(`${folder}/here.json`), "[");
  }));

Deno.test("a peer that does not start, or ends, is told by the last line that it wrote", () =>
  inFolder(async (folder) => {
    const path = Deno.env.get("PATH")!;
    Deno.env.set("PATH", `${folder}:${path}`);
    const script = async (lines: string) => {
      await Deno.writeTextFile(`${folder}/python3`, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
      return await Peer.open("jax_steps.py");
    };
    try {
      strictEqual(
        await script("echo first >&2; echo 'ModuleNotFoundError: jax' >&2; exit 1"),
        "did not start: ModuleNotFoundError: jax (pip install jax)",
      );
      strictEqual(
        await script("exit 1"),
        "did not start: it said nothing (pip install jax)",
      );
      // More than a pipe holds does not stop it.
      const peer = await script(
        "head -c 300000 /dev/zero | tr '\\0' x >&2; echo JAX; read line; echo 'out of memory' >&2",
      );
      ok(typeof peer === "object");
      strictEqual(peer.name, "JAX");
      await rejects(
        (peer.subject("ppo") as { time(count: number): Promise<number> }).time(1),
        /^LabError: Cannot time "ppo" as bench\/peers\/jax_steps\.py ended: .*out of memory$/,
      );
      await peer.close();
    } finally {
      Deno.env.set("PATH", path);
    }
  }));
