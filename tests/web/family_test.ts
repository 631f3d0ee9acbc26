/** A run among those that differ from it in their seed alone, by hand. */
import { deepStrictEqual, strictEqual } from "node:assert";
import type { Run } from "../../lab/store/store.ts";
import { createApp } from "../../web/app.ts";
import { answeredBy } from "../../web/ask.ts";
import { familyOf } from "../../web/family.ts";
import RunFamily from "../../web/islands/run_family.tsx";
import { hear } from "../../web/live.ts";
import type { Record } from "../../web/runs_table.ts";
import { withStore } from "../lab/store/fixtures.ts";
import { build } from "./built.ts";
import { addPoints, addRun, agentConfiguration, manifestOf, setProgress } from "./sample_store.ts";
import { answered, type Small, SmallPage } from "./small_page.ts";

await build();

/** A run with the figure that it is judged by. */
function record(
  seed: number,
  value: number | string | null,
  name = "evaluation/return_mean",
): Record {
  const configuration = agentConfiguration("ppo", 1e-3);
  const manifest = manifestOf({ experiment: "cartpole-ppo", configuration, seed });
  const headline = value === null ? null : { name, value };
  return {
    row: { id: `run-${seed}`, headline } as Record["row"],
    run: { id: `run-${seed}`, manifest } as Run,
    metrics: [],
  };
}

Deno.test("a run's place among its seeds is taken over the figure that it is judged by", () => {
  const seeds = [
    record(3, 400),
    record(1, 450),
    record(2, 900, "rollout/episode_return_mean"),
    record(4, null),
  ];
  deepStrictEqual(familyOf(seeds, "run-3"), {
    siblings: [
      { run: "run-1", seed: "1", value: 450 },
      { run: "run-2", seed: "2", value: null },
      { run: "run-3", seed: "3", value: 400 },
      { run: "run-4", seed: "4", value: null },
    ],
    index: 2,
    place: 2,
    judged: 2,
  });
  strictEqual(familyOf(seeds, "run-1")!.place, 1);
  strictEqual(familyOf(seeds, "run-4")!.place, null);
  const lost = record(5, "NaN");
  strictEqual(familyOf([...seeds, lost], "run-5")!.place, null);
  strictEqual(familyOf([seeds[0]], "run-3"), undefined);
  strictEqual(familyOf(seeds, "run-9"), undefined);
});

Deno.test("figures among seeds are on the side of what counts as solved that they are on", () => {
  const marked = (seed: number, value: number): Record => {
    const made = record(seed, value);
    return { ...made, row: { ...made.row, headline: { ...made.row.headline!, mark: 475 } } };
  };
  const family = familyOf([marked(1, 474.96), marked(2, 480)], "run-2")!;
  using page = new SmallPage(RunFamily, { run: "run-2", initial: { family } });
  deepStrictEqual(
    page.get("span").all("a").map(({ textContent }) => textContent),
    ["474.96", "480"],
  );
  // The figures of another seed are looked at in the same way.
  Object.assign(location, { search: "?search=kl&open=losses" });
  const ways = page.all("a").filter((each) => each.getAttribute("href")!.startsWith("/runs/"));
  const kept = ways.map((way) => {
    way.happens("pointerdown");
    return (way as Small & { search?: string }).search;
  });
  deepStrictEqual(kept, ways.map(() => "?search=kl&open=losses"));
});

Deno.test("of many seeds those next to the run are shown, and both ends", () => {
  const shown = (count: number, seed: number) => {
    const seeds = Array.from({ length: count }, (_, i) => record(i + 1, i + 1));
    const family = familyOf(seeds, `run-${seed}`)!;
    using page = new SmallPage(RunFamily, { run: `run-${seed}`, initial: { family } });
    return page.get("nav").all("span").find((each) => each.all("a").length > 0)!.textContent;
  };
  const from = (low: number, high: number) =>
    Array.from({ length: high - low + 1 }, (_, i) => low + i).join("");
  strictEqual(shown(20, 10), from(1, 20));
  strictEqual(shown(500, 100), `1…${from(95, 105)}…500`);
  strictEqual(shown(500, 2), `${from(1, 7)}…500`);
  strictEqual(shown(500, 500), `1…${from(495, 500)}`);
});

Deno.test("of two runs of a seed the newer one counts", () => {
  const made = record(1, 900);
  const older = (id: string, createdAt: number): Record => ({
    ...made,
    row: { ...made.row, id },
    run: { ...made.run!, id, createdAt },
  });
  const runs = [older("first", 1), older("second", 2), record(2, 950)];
  const told = ["first", "second", "run-2"].map((id) => {
    const { place, judged } = familyOf(runs, id)!;
    return [place, judged];
  });
  deepStrictEqual(told, [[null, 2], [2, 2], [1, 2]]);
});

Deno.test("where less is better the lowest figure has the first place", () => {
  const losses = [1, 2].map((seed) => record(seed, -seed, "evaluation/negative_elbo"));
  strictEqual(familyOf(losses, "run-2")!.place, 1);
});

Deno.test("a run that failed or diverged has no figure, and no place", () => {
  const lost = (["failed", "diverged"] as const).map((status, i): Record => {
    const made = record(3 + i, 490);
    return { ...made, run: { ...made.run!, status } };
  });
  const family = familyOf([record(1, 300), record(2, 310), ...lost], "run-2")!;
  deepStrictEqual(family.siblings.map(({ value }) => value), [300, 310, null, null]);
  strictEqual(family.place, 1);
});

Deno.test("nor has one that ended with a loss that is not finite", () => {
  const made = record(3, 490);
  const broken: Record = { ...made, row: { ...made.row, verdict: "diverged" } };
  const family = familyOf([record(1, 300), record(2, 310), broken], "run-2")!;
  deepStrictEqual(family.siblings.map(({ value }) => value), [300, 310, null]);
  strictEqual(family.place, 1);
});

Deno.test("a run that was lost before its first evaluation stands among the figures of the others", () => {
  const made = record(3, 20, "rollout/episode_return_mean");
  const lost = { ...made, run: { ...made.run!, status: "diverged" as const } };
  const { siblings, index, place, judged } = familyOf(
    [record(1, 300), record(2, 310), lost],
    "run-3",
  )!;
  deepStrictEqual(siblings.map(({ value }) => value), [300, 310, null]);
  deepStrictEqual([index, place, judged], [2, null, 2]);
});

Deno.test("a run's page follows its other seeds: those that end, and those that begin", () =>
  withStore(async (store) => {
    const app = createApp(store);
    const configuration = agentConfiguration("ppo", 1e-3);
    const begin = (seed: number) => addRun(store, { experiment: "e", configuration, seed });
    const end = (run: string, value: number) => {
      addPoints(store, run, 1, { "evaluation/return_mean": value });
      setProgress(store, run, 1, { status: "completed" });
    };
    const first = begin(1);
    end(first, 400);
    const asked: Promise<Response>[] = [];
    const before = answeredBy((path) => {
      const response = Promise.resolve(app.handler(new Request(`http://127.0.0.1${path}`)));
      asked.push(response);
      return response;
    });
    try {
      using page = new SmallPage(RunFamily, { run: first, initial: { family: null } });
      deepStrictEqual(page.all("nav"), []);
      const heard = async () => {
        hear({ rows: [{ id: "another", stamp: 1 }], removed: [] } as never);
        await answered();
        await asked.at(-1);
        await answered();
        const [seeds, ...words] = [page.get("nav").all("span").at(-1)!, ...page.all("small")];
        return [seeds.all("a"), words].map((all) => all.map(({ textContent }) => textContent));
      };
      const second = begin(2);
      deepStrictEqual(await heard(), [["400", "–"], ["best of 1 seed"]]);
      end(second, 450);
      deepStrictEqual(await heard(), [["400", "450"], ["2nd best of 2 seeds"]]);
    } finally {
      answeredBy(before);
    }
  }));
