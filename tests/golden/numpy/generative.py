"""Two updates each of the VAE and of WGAN-GP, three rounds of SeqGAN, in float64, gradients by central
differences."""
import json
import numpy as np

import central_differences

B = 4
RATE = 0.01
draw = np.random.default_rng(21)


def f32(x):
    return np.asarray(x).astype(np.float32).astype(float)


def network(name, sizes):
    """Parameters of a dense network, biases too away from 0 so that no unit stands at its kink."""
    p = {}
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        p[f"{name}/{i}/kernel"] = f32(draw.normal(0, 0.8, (inputs, outputs)))
        p[f"{name}/{i}/bias"] = f32(draw.normal(0, 0.5, outputs))
    return p


def layers(p, name):
    return len([n for n in p if n.startswith(name + "/") and n.endswith("kernel")])


def mlp(p, x, name):
    for i in range(layers(p, name)):
        x = x @ p[f"{name}/{i}/kernel"] + p[f"{name}/{i}/bias"]
        if i + 1 < layers(p, name):
            x = np.maximum(x, 0)
    return x


def input_gradient(p, x, name):
    """d mlp / d x of a network with one output, row by row: the product of the kernels that are on."""
    masks = []
    for i in range(layers(p, name) - 1):
        x = x @ p[f"{name}/{i}/kernel"] + p[f"{name}/{i}/bias"]
        masks.append(x > 0)
        x = np.maximum(x, 0)
    g = np.tile(p[f"{name}/{layers(p, name) - 1}/kernel"].T, (len(x), 1))
    for i in reversed(range(len(masks))):
        g = (g * masks[i]) @ p[f"{name}/{i}/kernel"].T
    return g


def gradient(loss, p):
    g = central_differences.gradient(loss, p, 1e-6)
    for x in g.values():
        # Adam would make whole steps of what rounding leaves of 0 (a critic's last bias).
        x[np.abs(x) < 1e-8] = 0
    return g


class Adam:
    def __init__(self, beta1=0.9, beta2=0.999):
        self.t, self.m, self.v, self.b1, self.b2 = 0, {}, {}, beta1, beta2

    def step(self, p, g):
        self.t += 1
        out = {}
        for n, x in p.items():
            self.m[n] = self.b1 * self.m.get(n, 0) + (1 - self.b1) * g[n]
            self.v[n] = self.b2 * self.v.get(n, 0) + (1 - self.b2) * g[n] ** 2
            m, v = self.m[n] / (1 - self.b1**self.t), self.v[n] / (1 - self.b2**self.t)
            out[n] = x - RATE * m / (np.sqrt(v) + 1e-8)
        return out


def vae():
    """Pixels' cross-entropy and the KL in their textbook forms."""
    Z, beta = 2, 0.5
    p = {**network("encoder", [4, 5, 2 * Z]), **network("decoder", [Z, 5, 4])}
    start, adam = p, Adam()
    x = f32(draw.uniform(0, 1, (B, 4)))
    order, noise = np.random.default_rng(5), np.random.default_rng(5)
    reported = []
    for _ in range(2):
        rows = x[order.permutation(B)]
        e = f32(noise.standard_normal((B, Z)))

        def terms(p):
            mean, log_variance = np.split(mlp(p, rows, "encoder"), 2, 1)
            y = 1 / (1 + np.exp(-mlp(p, mean + np.sqrt(np.exp(log_variance)) * e, "decoder")))
            bce = -np.sum(rows * np.log(y) + (1 - rows) * np.log(1 - y), 1)
            kl = -0.5 * np.sum(1 + log_variance - mean**2 - np.exp(log_variance), 1)
            return np.mean(bce), np.mean(kl)

        bce, kl = terms(p)
        reported.append({"reconstruction": bce, "kl": kl, "elbo": -(bce + kl)})
        p = adam.step(p, gradient(lambda w: (lambda t: t[0] + beta * t[1])(terms(w)), p))
    return {"values": x, "start": start, "reported": reported, "parameters": p}


def wgan_gp():
    Z, penalty, critics, decay = 2, 0.1, 2, 0.9
    critic, generator = network("critic", [2, 6, 6, 1]), network("generator", [Z, 6, 6, 2])
    start, average = {**critic, **generator}, generator
    critic_adam, generator_adam = Adam(0.5, 0.9), Adam(0.5, 0.9)
    x = f32(draw.normal(0, 1, (B, 2)))
    order, noise = np.random.default_rng(5), np.random.default_rng(5)
    reported = []
    for _ in range(2):
        seen = []
        for _ in range(critics):
            rows = x[order.permutation(B)]
            made = mlp(generator, f32(noise.standard_normal((B, Z))), "generator")
            alpha = f32(noise.random((B, 1)))

            def terms(w):
                distance = np.mean(mlp(w, rows, "critic")) - np.mean(mlp(w, made, "critic"))
                between = alpha * rows + (1 - alpha) * made
                norms = np.sqrt(np.sum(input_gradient(w, between, "critic") ** 2, 1))
                return distance, np.mean((norms - 1) ** 2)

            loss = lambda w: (lambda t: -t[0] + penalty * t[1])(terms(w))
            seen.append((loss(critic), *terms(critic)))
            critic = critic_adam.step(critic, gradient(loss, critic))
        z = f32(noise.standard_normal((B, Z)))
        loss = lambda w: -np.mean(mlp(critic, mlp(w, z, "generator"), "critic"))
        means = np.mean(seen, 0)
        reported.append({"critic": means[0], "distance": means[1], "gradient_penalty": means[2], "generator": loss(generator)})
        generator = generator_adam.step(generator, gradient(loss, generator))
        average = {n: decay * a + (1 - decay) * generator[n] for n, a in average.items()}
    return {"values": x, "start": start, "reported": reported, "parameters": {**critic, **generator}, "average": average}


def seqgan():
    """A round of maximum likelihood, one of the discriminator, one of both: text by text, token by token."""
    V, T, E, H, F, N = 5, 4, 3, 3, 2, 2
    weights = lambda *shape: f32(draw.normal(0, 1, shape))
    generator = {
        "generator/embedding/table": weights(V + 1, E),
        "generator/lstm/kernel": weights(E, 4 * H),
        "generator/lstm/recurrentKernel": weights(H, 4 * H),
        "generator/lstm/bias": weights(4 * H),
        "generator/logits/0/kernel": weights(H, V),
        "generator/logits/0/bias": weights(V),
    }
    critic = {"critic/embedding/table": weights(V, E), "critic/score/0/kernel": weights(4 * F, 1), "critic/score/0/bias": weights(1)}
    for window in range(1, T + 1):
        critic[f"critic/window{window}/kernel"] = weights(E, window * F)
    start = {**generator, **critic}
    sigmoid = lambda x: 1 / (1 + np.exp(-x))

    def probabilities(w, text):
        """p of the token that follows a text."""
        h, c = np.zeros(H), np.zeros(H)
        for token in [V, *text]:
            gates = w["generator/embedding/table"][token] @ w["generator/lstm/kernel"] + w["generator/lstm/bias"]
            i, f, g, o = np.split(gates + h @ w["generator/lstm/recurrentKernel"], 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        logits = h @ w["generator/logits/0/kernel"] + w["generator/logits/0/bias"]
        return np.exp(logits) / np.sum(np.exp(logits))

    def log_probabilities(w, text):
        return np.array([np.log(probabilities(w, text[:t])[text[t]]) for t in range(T)])

    def written(w, text, u):
        """A text gone on with to its end, a uniform number for each token."""
        for number in u:
            text = [*text, int(np.sum(np.cumsum(probabilities(w, text)) <= number))]
        return text

    def score(w, text):
        x = w["critic/embedding/table"][text]
        strongest = []
        for window in range(1, T + 1):
            kernel = np.split(w[f"critic/window{window}/kernel"], window, 1)
            places = [sum(x[t + j] @ kernel[j] for j in range(window)) for t in range(T - window + 1)]
            strongest.append(np.max(places, 0))
        seen = np.maximum(np.concatenate(strongest), 0)
        return seen @ w["critic/score/0/kernel"][:, 0] + w["critic/score/0/bias"][0]

    values = draw.integers(0, V, (B, T))
    order, noise = np.random.default_rng(5), np.random.default_rng(5)
    likelihood_adam, generator_adam, critic_adam = Adam(), Adam(), Adam()
    reported = []

    x = values[order.permutation(B)]
    nats = lambda w: -np.mean([np.sum(log_probabilities(w, text)) for text in x])
    reported.append({"negative_log_likelihood": nats(generator)})
    generator = likelihood_adam.step(generator, gradient(lambda w: nats(w) / T, generator))

    def discriminate():
        nonlocal critic
        made = [written(generator, [], u) for u in f32(noise.random((B, T)))]
        x = values[order.permutation(B)]
        softplus = lambda x: np.log1p(np.exp(x))
        loss = lambda w: np.mean([softplus(-score(w, text)) for text in x]) + np.mean([softplus(score(w, text)) for text in made])
        reported[-1]["discriminator"] = loss(critic)
        critic = critic_adam.step(critic, gradient(loss, critic))

    reported.append({})
    discriminate()

    u = f32(noise.random((B, T + N * T * (T - 1) // 2)))
    texts, worth = [[] for _ in range(B)], np.zeros((B, T))
    # In the order in which numbers are drawn: of each place one for the text, then one for each that goes on.
    columns = [1 + N * t for t in range(T)]
    begins = np.cumsum([0, *columns])
    own = [[row[begins[t]] for t in range(T)] for row in u]
    texts = [written(generator, [], row) for row in own]
    for b in range(B):
        for t in range(T):
            rewards = [sigmoid(score(critic, texts[b]))]
            if t < T - 1:
                rewards = []
                for n in range(N):
                    follows = [u[b][begins[later] + 1 + N * t + n] for later in range(t + 1, T)]
                    rewards.append(sigmoid(score(critic, written(generator, texts[b][: t + 1], follows))))
            worth[b, t] = np.mean(rewards)
    advantages = worth - np.mean(worth, 0)
    loss = lambda w: -np.sum([advantages[b] * log_probabilities(w, texts[b]) for b in range(B)]) / (B * T)
    reported.append({"generator": loss(generator), "reward": np.mean(worth[:, -1])})
    generator = generator_adam.step(generator, gradient(loss, generator))
    discriminate()
    return {"values": values, "start": start, "reported": reported, "parameters": {**generator, **critic}}


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        return [plain(v) for v in x]
    if np.ndim(x) == 0:
        return float(x)
    return {"shape": list(np.shape(x)), "values": np.ravel(x).tolist()}


print(json.dumps({"numpy": np.__version__, "made by": "generative.py", **plain({"vae": vae(), "wgan-gp": wgan_gp(), "seqgan": seqgan()})}))
