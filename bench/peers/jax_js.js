/**
 * Steps of bench/steps in jax-js's public API, jit-compiled on its WebAssembly device, timed on
 * request, as jax_steps.py does. One thread. It stands outside of the lab's type checks, as the
 * package is no dependency of the lab.
 */
Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 });
const version = "0.1.25";
const { blockUntilReady, defaultDevice, grad, init, jit, lax, nn, numpy: np, random, tree } =
  await import(`npm:@jax-js/jax@${version}`);

await init("wasm");
defaultDevice("wasm");

// Arrays are owned: what is used again is passed as `.ref`.

let seed = 1;
const normals = (...shape) => random.normal(random.key(seed++), shape);
const drawn = (...shape) =>
  normals(...shape).mul(1 / Math.sqrt(shape.slice(0, -1).reduce((a, b) => a * b)));
const dense = (...sizes) =>
  sizes.slice(1).map((size, i) => [drawn(sizes[i], size), np.zeros([size])]);

function mlp(layers, x, activation) {
  layers.forEach(([kernel, bias], i) => {
    x = np.matmul(x, kernel).add(bias);
    if (i < layers.length - 1) x = activation(x);
  });
  return x;
}

/** One step of Adam, with gradients no longer than `longest` by their global norm. */
function adam(parameters, gradients, [first, second, count], { rate, epsilon = 1e-8, longest }) {
  if (longest !== undefined) {
    const squares = tree.leaves(tree.ref(gradients)).map((g) => np.sum(np.square(g)));
    const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
    const scale = np.minimum(1, np.reciprocal(norm.add(1e-6)).mul(longest));
    gradients = tree.map((g) => g.mul(scale.ref), gradients);
    scale.dispose();
  }
  count = count.add(1);
  first = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), first, tree.ref(gradients));
  second = tree.map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), second, gradients);
  const correction = (beta) => np.exp(count.ref.mul(Math.log(beta))).mul(-1).add(1);
  const root = np.sqrt(correction(0.999));
  const size = root.ref.div(correction(0.9)).mul(rate);
  const next = tree.map(
    (p, m, v) => p.sub(m.mul(size.ref).div(np.sqrt(v).add(root.ref.mul(epsilon)))),
    parameters,
    tree.ref(first),
    tree.ref(second),
  );
  size.dispose();
  root.dispose();
  return [next, [first, second, count]];
}

/** Calls that each take one gradient step on fresh columns. */
function trained(loss, parameters, columns, options) {
  const slope = grad(loss);
  const update = jit((parameters, state, ...inputs) =>
    adam(parameters, slope(tree.ref(parameters), ...inputs), state, options)
  );
  const zeros = () => tree.map((p) => np.zerosLike(p), tree.ref(parameters));
  let kept = [parameters, [zeros(), zeros(), np.zeros([])]];
  return () => {
    kept = update(...kept, ...columns());
    return tree.ref(kept[0]);
  };
}

/** Random columns, which every call copies in anew. */
const fed = (...columns) => {
  const values = columns.map(([column, shape, dtype]) => [column.dataSync(), shape, dtype]);
  return () => values.map(([each, shape, dtype]) => np.array(each, { shape, dtype }));
};
const floats = (...shape) => [normals(...shape), shape, np.float32];
/** Actions as rows of 0 and 1, 1 at the action. */
const chosen = (batch) => {
  const actions = np.greater(normals(batch), 0).astype(np.float32).reshape([batch, 1]);
  return [np.concatenate([actions.ref, actions.mul(-1).add(1)], 1), [batch, 2], np.float32];
};

function ppo(batch = 128) {
  function loss([policy, value], x, chosen, oldLogProbability, oldValue, advantage, target) {
    const logits = nn.logSoftmax(mlp(policy, x.ref, np.tanh));
    const logProbability = np.sum(logits.ref.mul(chosen), 1);
    const entropy = np.sum(np.exp(logits.ref).mul(logits)).mul(-1 / batch);
    const ratio = np.exp(logProbability.sub(oldLogProbability));
    const clipped = np.clip(ratio.ref, 0.8, 1.2).mul(advantage.ref);
    const surrogate = np.mean(np.minimum(ratio.mul(advantage), clipped));
    const predicted = mlp(value, x, np.tanh).reshape([batch]);
    const held = oldValue.ref.add(np.clip(predicted.ref.sub(oldValue), -0.2, 0.2));
    const errors = np.maximum(np.square(predicted.sub(target.ref)), np.square(held.sub(target)));
    return np.mean(errors).mul(0.25).sub(surrogate).sub(entropy.mul(0.01));
  }
  const columns = [floats(batch, 4), chosen(batch), ...[0, 1, 2, 3].map(() => floats(batch))];
  const networks = [dense(4, 64, 64, 2), dense(4, 64, 64, 1)];
  return trained(loss, networks, fed(...columns), { rate: 2.5e-4, epsilon: 1e-5, longest: 0.5 });
}

function dqn(batch = 64) {
  const target = dense(4, 256, 256, 2);
  function loss(online, target, x, chosen, reward, following, terminated) {
    const best = np.max(mlp(target, following, nn.relu), 1);
    const wanted = reward.add(best.mul(terminated.mul(-0.99).add(0.99)));
    const taken = np.sum(mlp(online, x, nn.relu).mul(chosen), 1);
    const error = np.absolute(taken.sub(lax.stopGradient(wanted)));
    const small = np.minimum(error.ref, 1);
    return np.mean(np.square(small.ref).mul(0.5).add(error).sub(small));
  }
  const columns = fed(...[floats(batch, 4), chosen(batch), floats(batch), floats(batch, 4)], [
    np.zeros([batch]),
    [batch],
    np.float32,
  ]);
  const inputs = () => [tree.ref(target), ...columns()];
  return trained(loss, dense(4, 256, 256, 2), inputs, { rate: 1e-4, longest: 10 });
}

/** Images are [batch, channels, height, width] here. */
function convVae(batch = 128, latent = 16) {
  const filters = (outputs, inputs) => [
    normals(outputs, inputs, 3, 3).mul(1 / Math.sqrt(9 * inputs)),
    np.zeros([outputs, 1, 1]),
  ];
  const borders = [[1, 1], [1, 1]];
  const shrink = (x, [kernel, bias]) =>
    nn.relu(lax.convGeneralDilated(x, kernel, [2, 2], borders).add(bias));
  const grow = (x, [kernel, bias]) => lax.convTranspose(x, kernel, [2, 2], "SAME").add(bias);
  function loss([first, second, mean, spread, decode, third, last], x, noise) {
    const h = shrink(shrink(x.ref, first), second).reshape([batch, 3136]);
    const [m, logVariance] = [mlp([mean], h.ref), mlp([spread], h)];
    const z = m.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(noise));
    const decoded = nn.relu(mlp([decode], z)).reshape([batch, 64, 7, 7]);
    const logits = grow(nn.relu(grow(decoded, third)), last);
    const tail = np.log1p(np.exp(np.absolute(logits.ref).mul(-1)));
    const reconstruction = np.sum(np.maximum(logits.ref, 0).sub(logits.mul(x)).add(tail));
    const divergence = np.sum(np.square(m).add(np.exp(logVariance.ref)).sub(logVariance).sub(1));
    return reconstruction.add(divergence.mul(0.5)).mul(1 / batch);
  }
  const parameters = [
    ...[filters(32, 1), filters(64, 32), ...dense(3136, latent), ...dense(3136, latent)],
    ...[...dense(latent, 3136), filters(32, 64), filters(1, 32)],
  ];
  const columns = fed(floats(batch, 1, 28, 28), floats(batch, latent));
  return trained(loss, parameters, columns, { rate: 1e-3 });
}

const makers = { ppo, dqn, "conv-vae": convVae };
const made = new Map();
const lines = (async function* () {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    yield* parts;
  }
})();

console.log(`jax-js ${version}`);
for await (const line of lines) {
  const [count, name] = line.split(" ");
  if (!made.has(name)) made.set(name, makers[name]());
  const step = made.get(name);
  const begun = performance.now();
  for (let i = 0; i < Number(count); i++) {
    const last = step();
    if (i === Number(count) - 1) await blockUntilReady(last);
    tree.dispose(last);
  }
  console.log(performance.now() - begun);
}
