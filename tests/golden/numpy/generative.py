"""Two updates each of the VAE and of WGAN-GP in float64, gradients by central differences."""
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


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        return [plain(v) for v in x]
    if np.ndim(x) == 0:
        return float(x)
    return {"shape": list(np.shape(x)), "values": np.ravel(x).tolist()}


print(json.dumps({"numpy": np.__version__, "made by": "generative.py", **plain({"vae": vae(), "wgan-gp": wgan_gp()})}))
