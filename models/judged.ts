/**
 * What judges say beside the data set's own: of translations, and of images whose channels are images of
 * another data set.
 *
 * @module
 */
import { type Dataset, holdingsOf } from "../lab/core/dataset.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import type { ModelContext } from "../lab/compute/definitions.ts";
import { type Judge, judgeOf } from "./judge.ts";
import { accuracyOf } from "./metrics/recognition.ts";
import { modesOfStacks } from "./metrics/stacked_modes.ts";

/** Samples of stacks whose modes are counted, as in PacGAN (arXiv 1712.04086). */
const STACKS = 26_000;

/** The data set of what examples are paired with; undefined where its classes are not known. */
function ofPartners(dataset: Dataset): Dataset | undefined {
  const { labels, partners, unpaired } = holdingsOf(dataset);
  if (!labels || !partners || unpaired || dataset.kind !== "images") return undefined;
  const own = (split: Dataset["train"]) => ({ ...split, values: split.partners! });
  return {
    ...dataset,
    shape: dataset.partnerShape!,
    train: own(dataset.train),
    validation: own(dataset.validation),
    test: own(dataset.test),
  };
}

/** Judges of a data set's parts, each trained when it is first asked. */
export class PartJudges {
  readonly #dataset: Dataset;
  readonly #context: Pick<ModelContext<unknown>, "models" | "judges">;
  readonly #judges = new Map<Dataset, Promise<Judge | undefined>>();
  readonly #partners: Dataset | undefined;

  /** @param context Also where the judge's kind is looked for, and where judges are kept. */
  constructor(context: Pick<ModelContext<unknown>, "dataset" | "models" | "judges">) {
    this.#context = context;
    this.#dataset = context.dataset;
    this.#partners = ofPartners(context.dataset);
  }

  /** The modes of many samples of stacks, beside those of as many training examples. */
  async stacks(sample: (count: number) => Promise<Float32Array>): Promise<Metrics> {
    const { channels, shape, train } = this.#dataset;
    const judge = channels && await this.#judgeOf(channels);
    if (judge === undefined) return {};
    const values = await sample(Math.min(STACKS, train.count));
    const of = { channels: shape[2], classes: channels!.classes! };
    const made = await modesOfStacks(values, judge, of);
    const real = await modesOfStacks(train.values.subarray(0, values.length), judge, of);
    return {
      "evaluation/stacked_modes": made.modes,
      "evaluation/stacked_reverse_kl": made.reverseKl,
      "ceiling/stacked_modes": real.modes,
      "ceiling/stacked_reverse_kl": real.reverseKl,
    };
  }

  /** How many translations of test images still show their class. */
  async translations(translate: NonNullable<Trainer["translate"]>): Promise<Metrics> {
    const judge = this.#partners && await this.#judgeOf(this.#partners);
    if (judge === undefined) return {};
    const { test: { values, labels }, classes } = this.#dataset;
    const named = await judge.probabilities(await translate(values, labels));
    return {
      "evaluation/class_preserved": accuracyOf(named, labels!, classes!),
      "ceiling/class_preserved": judge.accuracy,
    };
  }

  #judgeOf(dataset: Dataset): Promise<Judge | undefined> {
    const { models, judges } = this.#context;
    const judge = this.#judges.get(dataset) ?? judgeOf(dataset, models, judges);
    this.#judges.set(dataset, judge);
    return judge;
  }

  /** Frees what the judges hold. */
  dispose(): void {
    for (const judge of this.#judges.values()) judge.then((made) => made?.dispose(), () => {});
  }
}
