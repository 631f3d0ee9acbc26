/** What of a run's record decides its result. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { deciding, goneOn, ownCodeOf, shownCode } from "../../../lab/experiment/deciding.ts";
import type { Manifest } from "../../../lab/store/store.ts";

const definition = { module: "/a.ts", hash: "0a1b2c3d" };

Deno.test("how often a run is checkpointed decides nothing", () => {
  const configuration = { budget: 5, checkpoint: { keepLast: 3 } };
  deepStrictEqual(deciding(configuration), { budget: 5 });
});

Deno.test("a run that goes on by another file has both, from where that begins", () => {
  deepStrictEqual(goneOn(definition, "0a1b2c3d", 4), definition);
  const twice = goneOn(definition, "ffffffff", 4);
  deepStrictEqual(twice, { ...definition, changes: [{ iteration: 4, hash: "ffffffff" }] });
  deepStrictEqual(goneOn(twice, "ffffffff", 8), twice, "by the same");
  deepStrictEqual(goneOn(twice, "0a1b2c3d", 8), {
    ...definition,
    changes: [{ iteration: 4, hash: "ffffffff" }, { iteration: 8, hash: "0a1b2c3d" }],
  });
  // What came of a file is gone where its iterations are trained again.
  deepStrictEqual(goneOn(twice, "0a1b2c3d", 4), definition);
  deepStrictEqual(goneOn(twice, "11111111", 2).changes, [{ iteration: 2, hash: "11111111" }]);
  deepStrictEqual(goneOn(twice, "11111111", 0), { module: "/a.ts", hash: "11111111" });
});

Deno.test("own code is all versions that a run went through, where its configuration does not say all", () => {
  const codeOf = (own: boolean, hash = "0a1b2c3d") =>
    ownCodeOf({
      definition: goneOn(definition, hash, 4),
      determined: { configuration: { environment: { id: "A-v0", own } } },
    } as unknown as Manifest);
  deepStrictEqual([codeOf(true), codeOf(true, "ffffffff"), codeOf(false, "ffffffff")], [
    ...["0a1b2c3d", "0a1b2c3d then ffffffff", undefined],
  ]);
  strictEqual(shownCode(codeOf(true, "ffffffff")!), "0a1b2c then ffffff");
});
