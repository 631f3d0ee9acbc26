import { strictEqual } from "node:assert";
import { badLoss } from "../../../lab/core/metrics.ts";

Deno.test("a loss that is no finite number is named with its value", () => {
  strictEqual(badLoss({ "losses/policy": 0.5, "losses/value": NaN }), "losses/value is NaN");
  strictEqual(badLoss({ "losses/value": -Infinity }), "losses/value is -Infinity");
});

Deno.test("finite losses, other series and a variance that there is none of are no bad loss", () => {
  strictEqual(badLoss({}), undefined);
  strictEqual(badLoss({ "losses/policy": -1e30, "rollout/episode_return_mean": NaN }), undefined);
  strictEqual(badLoss({ "losses/explained_variance": NaN }), undefined);
});
