import { deepStrictEqual, ok, strictEqual } from "node:assert";
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
    ok(sparks.long.length <= 100, `${sparks.long.length} points`);
    ok(sparks.long.includes(99));
    strictEqual(sparks.long.at(-1), valueAt(4999));
    deepStrictEqual(sparks.short, [1, null, null]);
  }));
