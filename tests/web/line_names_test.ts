import { deepStrictEqual, ok } from "node:assert";
import { streamOf } from "../../lab/core/random.ts";
import { spread } from "../../web/components/line_names.ts";

Deno.test("names that fit stay, those that touch are moved apart around their middle", () => {
  deepStrictEqual(spread([], 10, 0, 100), []);
  deepStrictEqual(spread([80, 20, 50], 10, 0, 100), [80, 20, 50]);
  deepStrictEqual(spread([50, 50], 10, 0, 100), [45, 55]);
  deepStrictEqual(spread([2, 2, 90], 10, 0, 100), [0, 10, 90]);
  deepStrictEqual(spread([99, 98], 10, 0, 100), [100, 90]);
});

Deno.test("no two names overlap, their order is that of their lines, and all are within bounds", () => {
  const random = streamOf(1, "names");
  for (let i = 0; i < 200; i++) {
    const wanted = Array.from({ length: 1 + random.integers(9) }, () => 100 * random.random());
    const places = spread(wanted, 10, 0, 100);
    const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
    order.forEach((index, i) => {
      ok(places[index] > -1e-9 && places[index] < 100 + 1e-9, `${places}`);
      if (i > 0) ok(places[index] - places[order[i - 1]] > 10 - 1e-9, `${wanted}: ${places}`);
    });
  }
});
