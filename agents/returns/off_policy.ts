/**
 * Targets of many steps from transitions that another policy produced: V-trace for state values,
 * Retrace(λ) for action values, in float64 on the host. Both are temporal differences summed along
 * a trace that shortens where π would not have acted as μ did.
 *
 * @module
 */
import { isLast, type RolloutColumns, temporalDifference } from "./advantages.ts";

/** A rollout's columns and how likely π is to act as μ did. */
export interface OffPolicyColumns extends RolloutColumns {
  /** π(a_t|s_t) / μ(a_t|s_t), where μ acted. */
  readonly ratios: Float64Array;
}

/** How V-trace trusts transitions of other policies. */
export interface VtraceOptions {
  /** Discount γ in [0, 1]. */
  readonly gamma: number;
  /** λ in [0, 1]: shortens the traces; 1 is the paper's. */
  readonly lambda: number;
  /** ρ̄ > 0: which policy is valued, π where infinite. */
  readonly clipRho: number;
  /** c̄ > 0: how far back a difference reaches; at most ρ̄. */
  readonly clipC: number;
}

/**
 * V-trace: v_s = V(s_s) + Δ_s with Δ_s = ρ_s δ_s + γ c_s Δ_{s+1}, ρ = min(ρ̄, π/μ) and
 * c = λ min(c̄, π/μ), cut where an episode or the rollout ends; and the advantages of the policy
 * gradient, ρ_s (r_s + γ v_{s+1} − V(s_s)), where v_{s+1} is V(s_{s+1}) at a cut and 0 after a
 * terminal state. With π = μ and λ = c̄ = ρ̄ = 1 the values are n-step returns (equation 2).
 *
 * Its fixed point is the value of the policy π_ρ̄(a|s) ∝ min(ρ̄ μ(a|s), π(a|s)).
 *
 * Source: Espeholt et al., "IMPALA: Scalable Distributed Deep-RL with Importance Weighted
 * Actor-Learner Architectures" (2018, arXiv 1802.01561), equation 1 as remark 1 rewrites it, λ of
 * remark 2, and section 4.2.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const { valueTargets, advantages } = vtrace(
 *   {
 *     environments: 1,
 *     rewards: Float64Array.of(1),
 *     values: Float64Array.of(0.5),
 *     nextValues: Float64Array.of(2),
 *     terminated: Uint8Array.of(0),
 *     truncated: Uint8Array.of(1),
 *     ratios: Float64Array.of(0.5),
 *   },
 *   { gamma: 0.5, lambda: 1, clipRho: 1, clipC: 1 },
 * );
 * strictEqual(valueTargets[0], 1.25);
 * strictEqual(advantages[0], 0.75);
 * ```
 */
export function vtrace(
  rollout: OffPolicyColumns,
  { gamma, lambda, clipRho, clipC }: VtraceOptions,
): { valueTargets: Float64Array; advantages: Float64Array } {
  const { environments, values, rewards, nextValues, terminated, ratios } = rollout;
  const valueTargets = new Float64Array(values.length);
  const advantages = new Float64Array(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    const rho = Math.min(clipRho, ratios[i]);
    const trace = lambda * Math.min(clipC, ratios[i]);
    const next = i + environments;
    const last = isLast(rollout, i);
    const following = last ? 0 : gamma * trace * (valueTargets[next] - values[next]);
    valueTargets[i] = values[i] + rho * temporalDifference(rollout, gamma, i) + following;
    const nextTarget = terminated[i] ? 0 : last ? nextValues[i] : valueTargets[next];
    advantages[i] = rho * (rewards[i] + gamma * nextTarget - values[i]);
  }
  return { valueTargets, advantages };
}

/**
 * Retrace(λ): the target Q(s_t, a_t) + Δ_t with Δ_t = δ_t + γ c_{t+1} Δ_{t+1}, c = λ min(1, π/μ)
 * and δ_t = r_t + γ(1 − terminated_t) Σ_a π(a|s_{t+1}) Q(s_{t+1}, a) − Q(s_t, a_t), cut where an
 * episode or the rollout ends. Its fixed point is Q^π for any μ; λ = 0 is expected SARSA.
 *
 * Source: Munos, Stepleton, Harutyunyan, Bellemare, "Safe and Efficient Off-Policy Reinforcement
 * Learning" (2016, arXiv 1606.02647), equation 3 with the traces of Retrace(λ).
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const targets = retrace(
 *   {
 *     environments: 1,
 *     rewards: Float64Array.of(1, 3),
 *     values: Float64Array.of(0, 1),
 *     nextValues: Float64Array.of(2, 0),
 *     terminated: Uint8Array.of(0, 1),
 *     truncated: Uint8Array.of(0, 0),
 *     ratios: Float64Array.of(4, 0.5),
 *   },
 *   { gamma: 0.5, lambda: 1 },
 * );
 * deepStrictEqual([...targets], [2.5, 3]);
 * ```
 *
 * @param rollout `values` are Q(s_t, a_t), `nextValues` Σ_a π(a|s_{t+1}) Q(s_{t+1}, a).
 * @param options Discount γ in [0, 1] and λ in [0, 1].
 */
export function retrace(
  rollout: OffPolicyColumns,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): Float64Array {
  const { environments, values, ratios } = rollout;
  const targets = new Float64Array(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    const next = i + environments;
    const following = isLast(rollout, i)
      ? 0
      : gamma * lambda * Math.min(1, ratios[next]) * (targets[next] - values[next]);
    targets[i] = values[i] + temporalDifference(rollout, gamma, i) + following;
  }
  return targets;
}
