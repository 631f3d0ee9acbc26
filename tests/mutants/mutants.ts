/**
 * Mistakes that a tired engineer makes, as changes of the code: a sign, a wrong argument, a call left
 * out. Each names the test file that has to fail on it. `deno task test:mutants` applies them one by
 * one to a copy of the project.
 *
 * @module
 */

/** One change of one file. */
export interface Mutant {
  /** What is then wrong. */
  readonly fault: string;
  /** The changed file, from the project's root. */
  readonly file: string;
  /** Stands in it exactly once. */
  readonly from: string;
  readonly to: string;
  /** The test file that fails. */
  readonly test: string;
}

/** All of them. */
export const mutants: readonly Mutant[] = [
  // Agents.
  {
    fault: "PPO's divergence is summed over epochs, and β adapts to the sum",
    file: "agents/ppo.ts",
    from: "          divergence = 0;\n          for (",
    to: "          for (",
    test: "tests/agents/ppo_test.ts",
  },
  {
    fault: "PPO's minibatch takes V_old of other rows",
    file: "agents/ppo.ts",
    from: "      if (settings.normalizeAdvantages) standardize(",
    to:
      "      update.input.oldValues.set(Float32Array.from(values).subarray(0, indices.length));\n" +
      "      if (settings.normalizeAdvantages) standardize(",
    test: "tests/agents/ppo_test.ts",
  },
  {
    fault: "REINFORCE's mean baseline counts episodes that are open",
    file: "agents/reinforce.ts",
    from: "mean(Float64Array.from(closed, (i) => returns[i]))",
    to: "mean(returns)",
    test: "tests/agents/reinforce_test.ts",
  },
  {
    fault: "double DQN: the networks' parts are exchanged",
    file: "agents/dqn.ts",
    from: "doubleDqnTargets(outcomes, choosing, next, discounts)",
    to: "doubleDqnTargets(outcomes, next, choosing, discounts)",
    test: "tests/agents/dqn_updates_test.ts",
  },
  {
    fault: "ε falls over the whole budget",
    file: "agents/dqn.ts",
    from: "linear(explorationInitial, explorationFinal, explorationFraction)",
    to: "linear(explorationInitial, explorationFinal)",
    test: "tests/agents/dqn_test.ts",
  },
  {
    fault: "next observations of a batch are not normalised",
    file: "agents/trainers/replay_trainer.ts",
    from: "      normalizer?.normalize(input.nextObservations, input.nextObservations);\n",
    to: "",
    test: "tests/agents/trainers/replay_trainer_test.ts",
  },
  {
    fault: "the target is renewed only where the step count is a multiple",
    file: "agents/trainers/replay_trainer.ts",
    from: "if (renewals(progress.environmentSteps) > renewals(before)) target.renew();",
    to: "if (progress.environmentSteps % target.every === 0) target.renew();",
    test: "tests/agents/trainers/replay_trainer_test.ts",
  },
  {
    fault: "the noise of exploration goes on over episodes",
    file: "agents/trainers/replay_trainer.ts",
    from: "if (step.terminated[n] || step.truncated[n]) explorer.episodeEnded?.(n);",
    to: "",
    test: "tests/agents/trainers/replay_trainer_test.ts",
  },
  {
    fault: "TD3's policy takes the first of every few steps, not the last",
    file: "agents/td3.ts",
    from: "if (number % context.configuration.policyDelay !== 0) return;",
    to: "if ((number - 1) % context.configuration.policyDelay !== 0) return;",
    test: "tests/agents/td3_test.ts",
  },
  {
    fault: "final observations are not normalised",
    file: "agents/worlds/world.ts",
    from: "    this.normalizer?.normalize(finalObservations, this.#shown.finalObservations);\n",
    to: "",
    test: "tests/agents/worlds/world_test.ts",
  },
  {
    fault: "an evaluation's environments begin alike",
    file: "agents/trainers/evaluation.ts",
    from: "Array.from({ length: count }, () => random.integers(2 ** 32))",
    to: "new Array<number>(count).fill(random.integers(2 ** 32))",
    test: "tests/agents/trainers/evaluation_test.ts",
  },
  {
    fault: "an environment may give an episode more than its share to an evaluation",
    file: "agents/trainers/evaluation.ts",
    from: "Math.ceil((episodes - n) / count)",
    to: "Math.ceil(episodes / count)",
    test: "tests/agents/trainers/evaluation_test.ts",
  },
  // Models.
  {
    fault: "the ELBO has β in it",
    file: "models/variational/vae.ts",
    from: "elbo: tf.neg(tf.add(reconstruction, kl)),",
    to: "elbo: tf.neg(tf.add(reconstruction, tf.mul(kl, beta))),",
    test: "tests/models/losses_test.ts",
  },
  {
    fault: "the moving average of networks keeps the other's share",
    file: "models/programs.ts",
    from: "1 - decay!(this.configuration)",
    to: "decay!(this.configuration)",
    test: "tests/models/updates_test.ts",
  },
  {
    fault: "masked examples count in the mean of a term",
    file: "models/programs.ts",
    from: "mask === undefined ? tf.mean(term) : maskedMean(term, mask)",
    to: "tf.mean(term)",
    test: "tests/models/trainers_test.ts",
  },
  {
    fault: "the mean score counts a shorter last batch as a whole one",
    file: "models/asked.ts",
    from: `(await program.read("mean"))[0] * length`,
    to: `(await program.read("mean"))[0] * batch`,
    test: "tests/models/trainers_test.ts",
  },
  {
    fault: "the share that is recognised is one of all probabilities",
    file: "models/metrics/recognition.ts",
    from: "  const count = probabilities.length / classes;\n",
    to: "  const count = probabilities.length;\n",
    test: "tests/models/metrics/metrics_test.ts",
  },
  {
    fault: "an epoch's last whole batch is left out",
    file: "models/minibatches.ts",
    from: `(this.#last === "drop" && left < this.#size)`,
    to: `(this.#last === "drop" && left <= this.#size)`,
    test: "tests/models/minibatches_test.ts",
  },
  {
    fault: "a round takes a critic step too few",
    file: "models/trainer.ts",
    from: "step.repeat?.(configuration) ?? 1",
    to: "(step.repeat?.(configuration) ?? 2) - 1",
    test: "tests/models/trainers_test.ts",
  },
  {
    fault: "the learning rate is that of the run's start",
    file: "models/trainer.ts",
    from: "program.scalar.learningRate = schedule(spent);",
    to: "program.scalar.learningRate = schedule(0 * spent);",
    test: "tests/models/trainers_test.ts",
  },
  // Compute.
  {
    fault: "Adam's ε is not weighed by the root of the second correction",
    file: "lab/compute/optimizers.ts",
    from: "    epsilon: tf.mul(root, epsilon) as tf.Scalar,\n",
    to: "    epsilon: tf.scalar(epsilon),\n",
    test: "tests/lab/compute/optimizers_test.ts",
  },
  {
    fault: "a convolution's fan-out leaves the receptive field out",
    file: "lab/compute/initializers.ts",
    from: "fanOut: receptive * shape.at(-1)!",
    to: "fanOut: shape.at(-1)!",
    test: "tests/lab/compute/initializers_test.ts",
  },
  {
    fault: "no barrier before a write to what another thread reads",
    file: "lab/compute/compile/wasm/distribution.ts",
    from: "overlap(writes, open.reads) || ",
    to: "",
    test: "tests/lab/compute/compile/distribution_test.ts",
  },
  // Core and worlds.
  {
    fault: "the exponential's argument is reduced by ln 2 in one part",
    file: "lab/core/elementary.ts",
    from: "  const low = k * LN2_LOW;\n  const r = high - low;\n  const c =",
    to: "  const low = 0;\n  const r = high - low;\n  const c =",
    test: "tests/lab/core/elementary_test.ts",
  },
  {
    fault: "a power loses the lower half of its exponent",
    file: "lab/core/elementary.ts",
    from: "(y - yHigh) * logHigh + y * logLow",
    to: "y * logLow",
    test: "tests/lab/core/elementary_test.ts",
  },
  {
    fault: "the angle of a point to the left is that of its mirror image",
    file: "lab/core/elementary.ts",
    from: "x < 0 ? Math.PI - (acute - 1.2246467991473531772e-16) : acute",
    to: "acute",
    test: "tests/lab/core/elementary_test.ts",
  },
  {
    fault: "a sample's choice is drawn by the engine's exponential",
    file: "agents/distributions/categorical.ts",
    from: "left -= exp(logits",
    to: "left -= Math.exp(logits",
    test: "tests/lab/core/elementary_test.ts",
  },
  {
    fault: "a restored world shares its state with the snapshot",
    file: "lab/core/define_environment.ts",
    from: "= structuredClone(kept);",
    to: "= kept;",
    test: "tests/lab/core/define_environment_test.ts",
  },
  {
    fault: "a truncated episode's last state has no potential",
    file: "envs/wrappers/potential_shaping.ts",
    from: "const next = result.terminated ? 0 : check(potential(result.observation));",
    to: "const next = result.terminated || result.truncated\n" +
      "        ? 0\n        : check(potential(result.observation));",
    test: "tests/envs/wrappers_test.ts",
  },
  {
    fault: "the discounted sum of rewards begins anew after a truncation",
    file: "envs/wrappers/normalize_reward.ts",
    from: "(result.terminated ? 0 : 1)",
    to: "(result.terminated || result.truncated ? 0 : 1)",
    test: "tests/envs/wrappers_test.ts",
  },
  // Experiments.
  {
    fault: "evaluation k draws from the stream of the one after",
    file: "lab/experiment/runner.ts",
    from: "streamOf(options.seed, `evaluation/${state.evaluations}`)",
    to: "streamOf(options.seed, `evaluation/${state.evaluations + 1}`)",
    test: "tests/lab/experiment/runner_test.ts",
  },
  {
    fault: "the final checkpoint is not waited for",
    file: "lab/experiment/runner.ts",
    from: `  await sink.checkpoint({ kind: "final"`,
    to: `  sink.checkpoint({ kind: "final"`,
    test: "tests/lab/experiment/runner_test.ts",
  },
  {
    fault: "a second extension forgets the first budget",
    file: "lab/experiment/resume.ts",
    from: "const earlierBudgets = [...earlier, ",
    to: "const earlierBudgets = [",
    test: "tests/lab/experiment/resume_test.ts",
  },
  {
    fault: "a warm start leaves the target network as it was drawn",
    file: "lab/experiment/warm_start.ts",
    from: "    if (`${TARGET}${name}` in state) state[`${TARGET}${name}`] = tensor;\n",
    to: "",
    test: "tests/lab/experiment/warm_start_test.ts",
  },
  {
    fault: "an empty value of --set is 0",
    file: "lab/experiment/fields.ts",
    from: `if (trimmed !== "" && Number.isFinite(number)) return number;`,
    to: "if (Number.isFinite(number)) return number;",
    test: "tests/lab/experiment/fields_test.ts",
  },
  // Verdicts and pages.
  {
    fault: "better than random is what lies above one episode's deviation, not the mean's error",
    file: "lab/experiment/verdict.ts",
    from: " / Math.sqrt(Math.max(1, episodes))",
    to: "",
    test: "tests/lab/experiment/verdict_test.ts",
  },
  {
    fault: "a mean begins where the first seed begins, not where all have",
    file: "web/curves.ts",
    from: "const from = Math.max(",
    to: "const from = Math.min(",
    test: "tests/web/curves_test.ts",
  },
  {
    fault: "a seed that has ended counts as 0",
    file: "web/curves.ts",
    from: "if (i === x.length) return y[i - 1];",
    to: "if (i === x.length) return 0;",
    test: "tests/web/curves_test.ts",
  },
  {
    fault: "a thinned line ends before its last point",
    file: "web/curves.ts",
    from: "new Downsampler(end - start, points)",
    to: "new Downsampler(end - start + 1, points)",
    test: "tests/web/curves_test.ts",
  },
  {
    fault: "the width of smoothing follows from where x ends, not from its range",
    file: "web/smooth.ts",
    from: "share * (x[x.length - 1] - x[0])",
    to: "share * x[x.length - 1]",
    test: "tests/web/smooth_test.ts",
  },
  {
    fault: "a group that goes on is shown as it was",
    file: "web/comparison.ts",
    from: "JSON.stringify([asked, seeds, marks])",
    to: "JSON.stringify([asked, seeds])",
    test: "tests/web/comparison_test.ts",
  },
  {
    fault: "a filter of several words finds runs with one of them",
    file: "web/filter.ts",
    from: "return wanted.every(",
    to: "return wanted.some(",
    test: "tests/web/filter_test.ts",
  },
  {
    fault: "a page from elsewhere changes runs",
    file: "web/fresh.ts",
    from: 'headers.get("origin") !== origin',
    to: 'headers.get("origin") === null',
    test: "tests/web/change_test.ts",
  },
  {
    fault: "rows without a result come first where the order is turned",
    file: "web/runs_table.ts",
    from: "return Number(isMissing(x)) - Number(isMissing(y))",
    to: "return (descending ? -1 : 1) * (Number(isMissing(x)) - Number(isMissing(y)))",
    test: "tests/web/runs_table_test.ts",
  },
  {
    fault: "a zoom on the page's seeds draws the first points of the range alone",
    file: "web/curves.ts",
    from: "sampler.picks.map((i) => i + start)",
    to: "sampler.picks",
    test: "tests/web/curves_test.ts",
  },
  {
    fault: "an episode that was pushed counts among the policy's own",
    file: "web/episodes.ts",
    from: "now === null || touched !== null ? returns",
    to: "now === null ? returns",
    test: "tests/web/episodes_test.ts",
  },
  {
    fault: "an actor's memory stays that of a later step where an episode is taken back",
    file: "web/episodes.ts",
    from: "    this.#standing = standing;\n    this.#isBehind = true;",
    to: "    this.#standing = standing;",
    test: "tests/web/episodes_test.ts",
  },
  {
    fault: "rewards of a policy's values are discounted once too often",
    file: "web/grid_map.ts",
    from: "probability * (reward +",
    to: "probability * (gamma * reward +",
    test: "tests/web/grid_map_test.ts",
  },
  {
    fault: "new points of another attempt are added to the old curve",
    file: "web/live_series.ts",
    from: "if (attempt !== drawn.attempt) return undefined;",
    to: "",
    test: "tests/web/live_series_test.ts",
  },
  {
    fault: "a run that came back from the trash stays removed",
    file: "web/feed.ts",
    from: "    this.#removed.delete(run.id);\n",
    to: "",
    test: "tests/web/feed_test.ts",
  },
  {
    fault: "news hold events that the reader has",
    file: "web/contents.ts",
    from: "now.events.slice(-added)",
    to: "now.events",
    test: "tests/web/contents_test.ts",
  },
  // Stores, and what keeps runs in them.
  {
    fault: "a purge takes runs of the trash that are being trained",
    file: "lab/store/sqlite_store.ts",
    from: "[...sound, ...damaged].filter((run) => !run.active)",
    to: "[...sound, ...damaged]",
    test: "tests/lab/store/runs_test.ts",
  },
  {
    fault: "checkpoints that a resume has hidden are never pruned",
    file: "lab/store/checkpoints.ts",
    from: "for (const { id } of this.#rows(run)) {",
    to: "for (const { id } of this.#visibleRows(run)) {",
    test: "tests/lab/store/checkpoints_test.ts",
  },
  {
    fault: "a lock that cannot be looked at is a free one",
    file: "lab/store/lock.ts",
    from: "    if (error instanceof Deno.errors.NotFound) return false;\n    throw error;",
    to: "    return false;",
    test: "tests/lab/store/runs_test.ts",
  },
  {
    fault: "the small fields of a chunk are believed as they are",
    file: "lab/store/metric_reader.ts",
    from: "if (sum !== row.head_checksum || ",
    to: "if (",
    test: "tests/lab/store/damage_test.ts",
  },
  {
    fault: "a journal that knows as much as the database is taken for newer",
    file: "lab/store/journal.ts",
    from: "return at > Number(newest.at ?? -1);",
    to: "return at >= Number(newest.at ?? -1);",
    test: "tests/lab/store/recover_test.ts",
  },
  {
    fault: "a checkpoint's tensors are not synced before they are named",
    file: "lab/store/files.ts",
    from: "  }\n  await file.sync();\n}\n\n/** Bytes of one write",
    to: "  }\n}\n\n/** Bytes of one write",
    test: "tests/faults/power_loss_test.ts",
  },
  {
    fault: "the digest hashes the whole buffer behind a view",
    file: "lab/experiment/digest.ts",
    from: "values.buffer as ArrayBuffer, values.byteOffset, values.byteLength",
    to: "values.buffer as ArrayBuffer",
    test: "tests/lab/experiment/digest_test.ts",
  },
  {
    fault: "equal NaN are a difference",
    file: "lab/experiment/reproduce.ts",
    from: "if (iterations[0] === iterations[1] && Object.is(values[0], values[1])) continue;",
    to: "if (iterations[0] === iterations[1] && values[0] === values[1]) continue;",
    test: "tests/lab/experiment/reproduce_test.ts",
  },
];
