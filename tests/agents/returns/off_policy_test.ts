import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { generalizedAdvantages } from "../../../agents/returns/advantages.ts";
import { type OffPolicyColumns, retrace, vtrace } from "../../../agents/returns/off_policy.ts";

const options = { gamma: 0.9, lambda: 1, clipRho: 1, clipC: 1 };

/**
 * Recipe: the double sum of V-trace's equation 1 and of Retrace's equation 3 over these columns, in
 * Python's floats, with γ = 0.9; the third row may end its episode.
 */
function fiveSteps(third?: "terminated" | "truncated"): OffPolicyColumns {
  return {
    environments: 1,
    rewards: Float64Array.of(1, -0.5, 2, 0.25, 1.5),
    values: Float64Array.of(0.3, -0.2, 0.8, 0.1, 0.6),
    nextValues: Float64Array.of(-0.2, 0.8, 0.1, 0.6, 0.9),
    terminated: Uint8Array.of(0, 0, third === "terminated" ? 1 : 0, 0, 0),
    truncated: Uint8Array.of(0, 0, third === "truncated" ? 1 : 0, 0, 0),
    ratios: Float64Array.of(1.8, 0.4, 0.9, 2.5, 0.3),
  };
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12) {
  strictEqual(actual.length, expected.length);
  Array.from(expected).forEach((value, i) =>
    ok(Math.abs(actual[i] - value) <= tolerance, `row ${i} is ${actual[i]}, not ${value}`)
  );
}

Deno.test("V-trace's targets and advantages are the sums of its equation", () => {
  const { valueTargets, advantages } = vtrace(fiveSteps(), options);
  close(valueTargets, [1.649616148, 0.72179572, 2.893877, 1.2517, 1.113]);
  close(advantages, [1.349616148, 0.92179572, 2.093877, 1.1517, 0.513]);
});

Deno.test("V-trace clips ρ and c apart, and λ shortens its traces", () => {
  const { valueTargets, advantages } = vtrace(fiveSteps(), {
    gamma: 0.9,
    lambda: 0.5,
    clipRho: 2,
    clipC: 1.2,
  });
  close(valueTargets, [1.50479944932, 0.297776758, 2.6320931, 1.75702, 1.113]);
  close(advantages, [1.74239834796, 0.827553516, 2.5031862, 2.3034, 0.513]);
});

Deno.test("V-trace does not bootstrap from a terminal state, nor cross a reset", () => {
  const { valueTargets, advantages } = vtrace(fiveSteps("terminated"), options);
  close(valueTargets, [1.32112, 0.3568, 1.88, 1.2517, 1.113]);
  close(advantages, [1.02112, 0.5568, 1.08, 1.1517, 0.513]);
});

Deno.test("V-trace bootstraps where a time limit cut, and does not cross a reset", () => {
  const { valueTargets, advantages } = vtrace(fiveSteps("truncated"), options);
  close(valueTargets, [1.347364, 0.38596, 1.961, 1.2517, 1.113]);
  close(advantages, [1.047364, 0.58596, 1.161, 1.1517, 0.513]);
});

Deno.test("Retrace's targets are the sums of its equation", () => {
  const at = { gamma: 0.9, lambda: 0.9 };
  close(retrace(fiveSteps(), at), [1.4722814687428, 1.8132144097, 2.9854793, 1.20553, 2.31]);
  close(retrace(fiveSteps("terminated"), at), [1.2395152, 1.0948, 2, 1.20553, 2.31]);
  close(retrace(fiveSteps("truncated"), at), [1.26077284, 1.16041, 2.09, 1.20553, 2.31]);
});

/** Columns of two environments side by side, six rows each, where π = μ unless `ratios` says else. */
const columns = fc.record({
  rewards: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }),
  values: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }),
  finals: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }),
  ends: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 12, maxLength: 12 }),
  ratios: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 }),
}).map(({ rewards, values, finals, ends, ratios }): OffPolicyColumns => ({
  environments: 2,
  rewards: Float64Array.from(rewards),
  values: Float64Array.from(values),
  // Within an episode the next value is the next row's.
  nextValues: Float64Array.from(finals, (v, i) => ends[i] < 2 || i >= 10 ? v : values[i + 2]),
  terminated: Uint8Array.from(ends, (end) => end === 0 ? 1 : 0),
  truncated: Uint8Array.from(ends, (end) => end === 1 ? 1 : 0),
  ratios: Float64Array.from(ratios),
}));

Deno.test("V-trace on its own policy's transitions is the λ-return of GAE", () => {
  fc.assert(fc.property(columns, fc.double({ min: 0, max: 1, noNaN: true }), (rollout, lambda) => {
    const ratios = new Float64Array(12).fill(1);
    const { valueTargets } = vtrace({ ...rollout, ratios }, { ...options, lambda });
    close(valueTargets, generalizedAdvantages(rollout, options.gamma, lambda).returns, 1e-9);
  }));
});

Deno.test("V-trace's advantages of its own policy are the n-step return minus the value", () => {
  fc.assert(fc.property(columns, (rollout) => {
    const ratios = new Float64Array(12).fill(1);
    const { advantages } = vtrace({ ...rollout, ratios }, options);
    close(advantages, generalizedAdvantages(rollout, options.gamma, 1).advantages, 1e-9);
  }));
});

Deno.test("Retrace on its own policy's transitions is a λ-return, with λ = 0 of one step", () => {
  fc.assert(fc.property(columns, fc.double({ min: 0, max: 1, noNaN: true }), (rollout, lambda) => {
    const own = { ...rollout, ratios: new Float64Array(12).fill(1) };
    close(
      retrace(own, { gamma: 0.9, lambda }),
      generalizedAdvantages(rollout, 0.9, lambda).returns,
      1e-9,
    );
    close(
      retrace(rollout, { gamma: 0.9, lambda: 0 }),
      generalizedAdvantages(rollout, 0.9, 0).returns,
      1e-12,
    );
  }));
});

Deno.test("an action that π never takes ends both traces and teaches V-trace nothing", () => {
  const rollout = { ...fiveSteps(), ratios: Float64Array.of(1, 0, 1, 1, 1) };
  const { valueTargets, advantages } = vtrace(rollout, options);
  deepStrictEqual([valueTargets[1], advantages[1]], [rollout.values[1], 0]);
  const oneStep = rollout.rewards[0] + 0.9 * rollout.nextValues[0];
  close(retrace(rollout, { gamma: 0.9, lambda: 1 }).subarray(0, 1), [oneStep]);
});
