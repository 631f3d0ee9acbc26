"""Two updates each of DQN and its variants in float64, gradients by central differences."""
import json
import numpy as np
from continuous_control import Adam, gradient, plain, renew

D, A, B, SIZES = 3, 3, 5, [4, 3]
GAMMA, LONGEST, N = 0.97, 0.5, 4
SEED = 29  # the first from 12 on whose batches pass the assertions below
draw = np.random.default_rng(SEED)


def rounded(x):
    return np.asarray(x).astype(np.float32).astype(float)


def sizes_of(duelling, outputs):
    """Widths of each stream of the network, in the order of its parameters."""
    if not duelling:
        return {"q": [D, *SIZES, A * outputs]}
    shared = [D, *SIZES[:-1]]
    stream = [shared[-1], SIZES[-1]]
    return {"q": shared, "value": [*stream, outputs], "advantage": [*stream, A * outputs]}


def make(streams, noisy):
    p = {}
    for name, sizes in streams.items():
        for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
            p[f"{name}/{i}/kernel"] = rounded(draw.normal(0, 0.6, (rows, columns)))
            p[f"{name}/{i}/bias"] = rounded(draw.normal(0, 0.6, columns))
    deviations = {f"sigma/{n}": rounded(draw.uniform(0.1, 0.4, x.shape)) for n, x in p.items()}
    return {**p, **deviations} if noisy else p


def layers(p):
    return [n[: -len("/kernel")] for n in p if n.endswith("/kernel") and not n.startswith("sigma/")]


def noise(p, random):
    """Noise of one use: of each layer's inputs, then of its outputs."""
    return {n: [random.standard_normal(size) for size in p[f"{n}/kernel"].shape] for n in layers(p)}


def perturbed(p, noise):
    f = lambda x: np.sign(x) * np.sqrt(np.abs(x))
    drawn = dict(p)
    for n in layers(p):
        inputs, outputs = (f(x) for x in noise[n])
        drawn[f"{n}/kernel"] = p[f"{n}/kernel"] + p[f"sigma/{n}/kernel"] * np.outer(inputs, outputs)
        drawn[f"{n}/bias"] = p[f"{n}/bias"] + p[f"sigma/{n}/bias"] * outputs
    return drawn


def stream(p, name, x):
    depth = sum(n.startswith(f"{name}/") and n.endswith("/kernel") for n in p)
    for i in range(depth):
        x = x @ p[f"{name}/{i}/kernel"] + p[f"{name}/{i}/bias"]
        if i + 1 < depth:
            x = np.tanh(x)
    return x


def q(p, x, duelling, outputs):
    """[B, A, outputs]."""
    if not duelling:
        return stream(p, "q", x).reshape(len(x), A, outputs)
    features = np.tanh(stream(p, "q", x))
    value = stream(p, "value", features).reshape(len(x), 1, outputs)
    advantage = stream(p, "advantage", features).reshape(len(x), A, outputs)
    return value + advantage - advantage.mean(1, keepdims=True)


def huber(u):
    return np.where(np.abs(u) <= 1, 0.5 * u**2, np.abs(u) - 0.5)


def case(double=False, duelling=False, steps=False, priorities=False, noisy=False, quantiles=0, squared=False):
    outputs = max(1, quantiles)
    streams = sizes_of(duelling, outputs)
    p, target = make(streams, noisy), make(streams, noisy)
    start = {"parameters": p, "target": target}
    adam, random, rows = Adam(), np.random.default_rng(7), np.arange(B)
    kept = []
    for _ in range(2):
        b = {
            "observations": rounded(draw.normal(0, 1, (B, D))),
            "actions": draw.integers(0, A, B).astype(float),
            "rewards": rounded(draw.normal(0, 2, B)),
            "nextObservations": rounded(draw.normal(0, 1, (B, D))),
            "terminated": np.array([0.0, 1.0, 0.0, 0.0, 1.0]),
            "discounts": rounded(GAMMA ** (draw.integers(1, 4, B) if steps else np.ones(B))),
            "weights": rounded(draw.uniform(0.2, 1, B)) if priorities else np.ones(B),
        }
        uses = ["target", "choice", "online"] if double else ["target", "online"]
        e = {use: noise(p, random) for use in uses} if noisy else None

        def network(w, x, use):
            return q(perturbed(w, e[use]) if noisy else w, x, duelling, outputs)

        following = network(target, b["nextObservations"], "target")
        choosing = network(p, b["nextObservations"], "choice") if double else following
        best = choosing.mean(2).argmax(1)
        assert not double or np.any((best != following.mean(2).argmax(1)) & (b["terminated"] == 0))
        keep = b["discounts"] * (1 - b["terminated"])
        y = b["rewards"][:, None] + keep[:, None] * following[rows, best]
        actions = b["actions"].astype(int)

        def loss(w):
            taken = network(w, b["observations"], "online")[rows, actions]
            if quantiles:
                u = y[:, None, :] - taken[:, :, None]
                midpoints = (np.arange(quantiles) + 0.5) / quantiles
                each = (np.abs(midpoints[:, None] - (u < 0)) * huber(u)).mean(2).sum(1)
            else:
                each = ((y - taken) ** 2 if squared else huber(y - taken))[:, 0]
            return np.mean(b["weights"] * each)

        taken = network(p, b["observations"], "online")[rows, actions].mean(1)
        g = gradient(loss, p)
        norm = np.sqrt(sum(np.sum(x**2) for x in g.values()))
        outcome = {"value": loss(p), "taken": taken, "errors": y.mean(1) - taken, "gradientNorm": norm}
        assert norm > LONGEST and np.any(np.abs(y.mean(1) - taken) > 1)
        p = adam.step(p, {n: x * LONGEST / norm for n, x in g.items()})
        target = renew(target, p)
        kept.append({"batch": b, "outputs": outcome})
    return {"noiseSeed": 7, **start, "steps": kept, "after": {"parameters": p, "target": target}}


if __name__ == "__main__":
    result = {
        "plain": case(),
        "squared": case(squared=True),
        "double": case(double=True),
        "duelling": case(duelling=True),
        "n-step": case(steps=True),
        "prioritized": case(priorities=True),
        "noisy": case(noisy=True),
        "quantile": case(quantiles=N),
        "rainbow": case(True, True, True, True, True, N),
    }
    short = lambda x: float(f"{x:.10g}")
    text = json.dumps({"numpy": np.__version__, "made by": "dqn.py", **plain(result)})
    print(json.dumps(json.loads(text, parse_float=lambda x: short(float(x)))))
