import { deepStrictEqual, ok } from "node:assert";
import type { Context } from "../../web/fresh.ts";
import { handler } from "../../web/routes/api/sparks.ts";
import type { State } from "../../web/state.ts";
import { addRun, pointAt, withStore } from "../lab/store/fixtures.ts";

Deno.test("a sparkline has few points of a long series, its spikes and its end among them", () =>
  withStore(async (store) => {
    const { id } = addRun(store);
    const valueAt = (i: number) => i === 1234 ? 99 : i / 5000;
    const long = Array.from({ length: 5000 }, (_, i) => pointAt("long", i + 1, valueAt(i)));
    const short = [1, NaN, Infinity].map((value, i) => pointAt("short", i + 1, value));
    store.append(id, [...long, ...short]);
    store.update(id, { status: "completed" });
    const url = new URL(`http://127.0.0.1/api/sparks?run=${id}`);
    const sparks = await handler({ url, state: { store } } as unknown as Context<State>).json();
    deepStrictEqual(Object.keys(sparks).sort(), ["long", "short"]);
    const { values, last } = sparks.long;
    ok(values.length <= 100, `${values.length} points`);
    ok(values.includes(99));
    deepStrictEqual([values.at(-1), last], [valueAt(4999), valueAt(4999)]);
    deepStrictEqual(sparks.short, { values: [1, null, null], last: "Infinity" });
  }));
