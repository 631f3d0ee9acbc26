/**
 * A trainer's policy as a file.
 *
 * @module
 */
import type { Trainer } from "../core/trainer.ts";

/** How a trainer writes its policy. The contract has no options; who keeps no critic leaves them. */
type Write = (
  about: Readonly<Record<string, string>>,
  options: { readonly withValue: boolean },
) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * The greedy policy as the bytes of a file that `loadPolicy` opens; undefined: the trainer makes none.
 *
 * @param about Free text by key, beside the policy.
 * @param withValue Whether it is to hold the critic, where the trainer keeps one.
 */
export function policyFileOf(
  trainer: Trainer,
  about: Readonly<Record<string, string>>,
  withValue = false,
): ReturnType<Write> | undefined {
  const write: Write | undefined = trainer.exportPolicy?.bind(trainer);
  return write?.(about, { withValue });
}
