/**
 * The study of off-policy estimators against what linear systems give exactly.
 *
 * Recipe: values, and second moments of Πρ·G and of the per-decision sum, as solutions of their
 * Bellman equations by Gaussian elimination in Python's floats.
 */
import { ok } from "node:assert";
import {
  BEHAVIOUR,
  chainStudy,
  chainValue,
  tableOf,
  TARGET,
} from "../../experiments/off_policy_chain.ts";

const exact = {
  target: 1.9449709889740256,
  behaviour: 3.366537717601546,
  clipped: 2.5159337521416334,
  /** Standard deviations of one episode's estimate. */
  ordinary: 3.7623653714335603,
  perDecision: 1.7692029978600714,
};

/** The probability of the action to the right under π_ρ̄ ∝ min(ρ̄μ, π): what V-trace values. */
function clippedTarget(clipRho: number): number {
  const right = Math.min(clipRho * BEHAVIOUR, TARGET);
  return right / (right + Math.min(clipRho * (1 - BEHAVIOUR), 1 - TARGET));
}

Deno.test("the chain's values are those of the linear system", () => {
  ok(Math.abs(chainValue(TARGET) - exact.target) < 1e-12);
  ok(Math.abs(chainValue(BEHAVIOUR) - exact.behaviour) < 1e-12);
  ok(Math.abs(chainValue(clippedTarget(1)) - exact.clipped) < 1e-12);
  ok(Math.abs(clippedTarget(Infinity) - TARGET) < 1e-12);
});

Deno.test("each estimator is as biased and as noisy as theory says, and the page shows it", async () => {
  const episodes = 100;
  const study = chainStudy(1000, [10, episodes]);
  const page = await Deno.readTextFile(new URL("../../docs/agents/off-policy.md", import.meta.url));
  ok(page.includes(tableOf(study)), tableOf(study));
  const rows = new Map(
    study.filter((row) => row.episodes === episodes).map((row) => [row.estimator, row]),
  );
  const row = (estimator: string) => rows.get(estimator)!;
  const expectBias = (estimator: string, bias: number, slack = 0) => {
    const { bias: found, standardError } = row(estimator);
    const off = Math.abs(found - bias);
    ok(off < 4 * standardError + slack, `${estimator}: bias ${found} ± ${standardError}`);
  };
  expectBias("no correction (mean return)", exact.behaviour - exact.target);
  expectBias("importance sampling, ordinary", 0);
  expectBias("importance sampling, per decision", 0);
  // These three are consistent, not unbiased.
  expectBias("importance sampling, weighted", 0, 0.05);
  expectBias("V-trace, ρ̄ = ∞, c̄ = 1", 0, 0.03);
  expectBias("Retrace(1)", 0, 0.02);
  // V-trace values π_ρ̄, not π.
  expectBias("V-trace, ρ̄ = c̄ = 1", exact.clipped - exact.target, 0.03);
  const expectDeviation = (estimator: string, one: number) => {
    const ratio = row(estimator).deviation / (one / Math.sqrt(episodes));
    ok(ratio > 0.7 && ratio < 1.4, `${estimator}: ${ratio} times what was expected`);
  };
  expectDeviation("importance sampling, ordinary", exact.ordinary);
  expectDeviation("importance sampling, per decision", exact.perDecision);
  const order = [
    "Retrace(1)",
    "importance sampling, weighted",
    "importance sampling, ordinary",
    "V-trace, ρ̄ = c̄ = 1",
    "no correction (mean return)",
  ];
  order.slice(1).forEach((worse, i) =>
    ok(row(order[i]).rmse < row(worse).rmse, `${order[i]} is not better than ${worse}`)
  );
});
