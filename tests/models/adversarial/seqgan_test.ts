/** SeqGAN: texts that go on from others, what tokens are worth, and the oracle that judges them. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { exp } from "../../../lab/core/elementary.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { actionValues, played } from "../../../models/adversarial/roll_outs.ts";
import { policyLoss, seqgan } from "../../../models/adversarial/seqgan.ts";
import { textCritic } from "../../../models/adversarial/text_critic.ts";
import { tokenLstm, type TokenWriter } from "../../../models/autoregressive/token_lstm.ts";
import { Oracle, oracle } from "../../../models/datasets/oracle.ts";
import { distinctTrigrams } from "../../../models/metrics/text.ts";
import type { Network } from "../../../models/networks.ts";
import { noFiles, trainerOf } from "../laboratory.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

const text = { tokens: 5, length: 4, embeddingSize: 3 };

/** The network over parameters of a seed. */
function opened<Inputs extends readonly unknown[], Output>(network: Network<Inputs, Output>) {
  const drawn = Object.entries(network.initial(defaultRng(3)));
  const parameters = Object.fromEntries(
    drawn.map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]),
  );
  return (...inputs: Inputs) => network.apply(parameters, ...inputs);
}

const writer: TokenWriter = opened(tokenLstm({ ...text, recurrentSize: 6 }))();
const uniform = (rows: number, columns: number) => {
  const random = defaultRng(1);
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => random.random()),
    [rows, columns],
  );
};

Deno.test("the oracle's log-probabilities are those of the same LSTM in NumPy", () => {
  const oracle = new Oracle(defaultRng(5), 3, 2);
  const texts = Float32Array.of(0, 2, 1, 1, 2, 2, 2, 0, 1, 0, 2, 2);
  // NumPy 2: weights from default_rng(5).standard_normal in the order of the constructor.
  const expected = [-6.490072705744558, -2.67781293040059, -5.736685488991717];
  oracle.logDensity(texts, 4).forEach((nats, i) =>
    ok(Math.abs(nats - expected[i]) < 1e-12, `${nats}`)
  );
});

Deno.test("token by token an LSTM gives the logits of the whole text", () => {
  const tokens = tf.tensor2d([[0, 4, 2, 1], [3, 3, 0, 2]]);
  const whole = writer.logits(tokens).arraySync() as number[][][];
  let memory: tf.Tensor = tf.zeros([2, writer.memory]);
  for (let t = 0; t < 4; t++) {
    const before = t === 0
      ? tf.fill([2], 5)
      : tf.squeeze(tf.slice(tokens, [0, t - 1], [2, 1]), [1]);
    const next = writer.next(before, memory, tf.scalar(t));
    memory = next.memory;
    next.logits.arraySync().forEach((row, b) =>
      row.forEach((logit, v) => ok(Math.abs(logit - whole[b][t][v]) < 1e-5))
    );
  }
});

Deno.test("texts that go on from a token begin as the text does, and then by themselves", () => {
  const [batch, rollOuts] = [60, 2];
  const all = played(writer, uniform(batch, 4 + 2 * 6), rollOuts).arraySync() as number[][];
  strictEqual(all.length, (1 + 2 * 3) * batch);
  all.slice(batch).forEach((row, i) => {
    const known = 1 + Math.floor(i / (rollOuts * batch));
    deepStrictEqual(row.slice(0, known), all[i % batch].slice(0, known));
  });
  for (let known = 1; known < 4; known++) {
    const first = (1 + 2 * (known - 1)) * batch;
    const others = all.slice(first, first + batch).filter((row, b) => row[known] !== all[b][known]);
    ok(others.length > batch / 4, `${others.length} go on otherwise from ${known}`);
  }
  // Alone they are drawn by the same numbers as a text's own.
  const alone = played(writer, tf.slice(uniform(batch, 16), [0, 0], [batch, 4]), 0);
  deepStrictEqual(alone.shape, [batch, 4]);
});

Deno.test("a token is worth the mean reward of what goes on from it, the last one its text's", () => {
  // Two texts of three tokens, three that go on from each of the first two.
  const rewards = tf.tensor1d([9, 8, 1, 2, 3, 4, 5, 6, 5, 6, 7, 8, 9, 10]);
  deepStrictEqual(actionValues(rewards, 2, 3).arraySync(), [[3, 7, 9], [4, 8, 8]]);
  // Against the mean 3.5, 7.5, 8.5 of each place: −½, −½, ½ and the opposite, over six tokens.
  const loss = policyLoss(
    tf.tensor2d([[-1, -2, -3], [-4, -5, -6]]),
    tf.tensor2d([[3, 7, 9], [4, 8, 8]]),
  );
  ok(Math.abs(loss.arraySync() - (-(0.5 + 1 - 1.5 - 2 - 2.5 + 3) / 6)) < 1e-6);
});

Deno.test("the critic's windows see no token beyond them, and its strongest answer counts", () => {
  const critic = opened(textCritic({ ...text, features: 2 }));
  const scores = critic(tf.tensor2d([[0, 1, 2, 3], [3, 2, 1, 0], [0, 1, 2, 3]])).arraySync();
  strictEqual(scores[0], scores[2]);
  ok(scores[0] !== scores[1]);
  // A text shorter than the longest window is scored by the others.
  const short = textCritic({ tokens: 5, length: 2, embeddingSize: 3, features: 2 });
  deepStrictEqual(
    Object.keys(short.initial(defaultRng(1))).filter((name) => name.startsWith("window")),
    ["window1/kernel", "window2/kernel"],
  );
});

Deno.test("the oracle's probabilities of all texts add up to 1, and it draws by them", () => {
  const judge = new Oracle(defaultRng(2), 3, 4);
  const texts = Float32Array.from(
    { length: 27 * 3 },
    (_, i) => Math.floor(Math.floor(i / 3) / [9, 3, 1][i % 3]) % 3,
  );
  const shares = judge.logDensity(texts, 3).map(exp);
  ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-12);
  const { values } = judge.draw(4000, 3, defaultRng(4));
  const counts = new Float64Array(27);
  for (let i = 0; i < 4000; i++) {
    counts[9 * values[3 * i] + 3 * values[3 * i + 1] + values[3 * i + 2]]++;
  }
  // Pearson's statistic of 26 degrees of freedom at most: 54 is exceeded once in a thousand times.
  let statistic = 0;
  shares.forEach((share, i) => statistic += (counts[i] - 4000 * share) ** 2 / (4000 * share));
  ok(statistic < 54, String(statistic));
});

Deno.test("maximum likelihood nears the oracle, whose judgement and diversity are reported", async () => {
  const dataset = await oracle.create({
    configuration: oracle.configuration.parse({
      ...{ tokens: 6, length: 5, hiddenSize: 4, train: 300, validation: 50, test: 100 },
    }),
    readFile: noFiles,
  });
  const fields = {
    ...{ likelihoodShare: 1, recurrentSize: 8, embeddingSize: 8, batchesPerIteration: 100 },
  };
  const { trainer } = await trainerOf(seqgan, dataset, fields, { budget: 100 });
  const look = async () => (await trainer.evaluate({ random: defaultRng(1) })).metrics;
  const before = await look();
  await trainer.iterate();
  const after = await look();
  const least = after["ceiling/nll_oracle"];
  for (const name of ["evaluation/nll_oracle", "evaluation/nll_test"]) {
    ok(after[name] < (before[name] + least) / 2, `${name}: ${before[name]} to ${after[name]}`);
  }
  ok(after["evaluation/nll_test"] > least - 0.1);
  ok(after["evaluation/distinct_trigrams"] < before["evaluation/distinct_trigrams"]);
  trainer.dispose();
  strictEqual(distinctTrigrams(Float32Array.of(0, 1, 2, 3, 0, 1, 2, 4), 4), 3 / 4);
});

Deno.test("shares of the budget that leave none to the game are refused", () => {
  throws(
    () => seqgan.configuration.parse({ likelihoodShare: 0.9, discriminatorShare: 0.1 }),
    /discriminatorShare and likelihoodShare must add up to less than 1/,
  );
  strictEqual(seqgan.configuration.parse({ likelihoodShare: 1 }).likelihoodShare, 1);
});
