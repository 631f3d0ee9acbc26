"""Three updates of every rule of docs/building-blocks.md on f(w) = w² from w = 1, in float64."""
import json
from math import prod, sqrt

E, B1, B2 = 1e-8, 0.9, 0.999


def adam(rate=0.1, decay=0.0, penalty=0.0):
    w, m, v, seen = 1.0, 0.0, 0.0, []
    for t in (1, 2, 3):
        g = 2 * w + penalty * w
        m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g * g
        step = rate * (m / (1 - B1**t)) / (sqrt(v / (1 - B2**t)) + E)
        w = w - rate * decay * w - step
        seen.append(w)
    return seen


def nadam(weights, rate=0.1):
    w, m, v, seen = 1.0, 0.0, 0.0, []
    for t in (1, 2, 3):
        g = 2 * w
        m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g * g
        a, b = weights(t)
        w -= rate / (sqrt(v / (1 - B2**t)) + E) * (a * m + b * g)
        seen.append(w)
    return seen


def scheduled(t):
    mu = lambda i: B1 * (1 - 0.5 * 0.96 ** (0.004 * i))
    product = lambda n: prod(mu(i) for i in range(1, n + 1))
    return mu(t + 1) / (1 - product(t + 1)), (1 - mu(t)) / (1 - product(t))


def descent(step):
    """`step` returns the decrease from the gradient, and keeps its state in a dictionary."""
    w, kept, seen = 1.0, {"v": 0.0, "s": 0.0, "u": 0.0, "t": 0}, []
    for _ in range(3):
        kept["t"] += 1
        w -= step(2 * w, kept)
        seen.append(w)
    return seen


def momentum(g, k):
    k["v"] = 0.9 * k["v"] + 0.1 * g
    return k["v"]


def nesterov(g, k):
    k["v"] = 0.9 * k["v"] + g
    return 0.1 * (g + 0.9 * k["v"])


def adagrad(g, k):
    k["s"] += g * g
    return 0.1 * g / (sqrt(k["s"]) + E)


def rmsprop(g, k):
    k["s"] = 0.9 * k["s"] + 0.1 * g * g
    return 0.1 * g / (sqrt(k["s"]) + E)


def rmsprop_tensorflow(g, k):
    k["s"] = 0.9 * (k["s"] if k["t"] > 1 else 1.0) + 0.1 * g * g
    return 0.1 * g / sqrt(k["s"] + E)


def adadelta(g, k):
    k["s"] = 0.95 * k["s"] + 0.05 * g * g
    change = sqrt(k["u"] + 1e-6) / sqrt(k["s"] + 1e-6) * g
    k["u"] = 0.95 * k["u"] + 0.05 * change * change
    return change


def adamax(g, k):
    k["v"], k["u"] = B1 * k["v"] + (1 - B1) * g, max(B2 * k["u"], abs(g))
    return 0.1 / (1 - B1 ** k["t"]) * k["v"] / (k["u"] + E)


print(json.dumps({
    "sgd": descent(lambda g, _: 0.1 * g),
    "momentum": descent(momentum),
    "nesterov": descent(nesterov),
    "adagrad": descent(adagrad),
    "rmsprop": descent(rmsprop),
    "rmsprop-tensorflow": descent(rmsprop_tensorflow),
    "adadelta": descent(adadelta),
    "adam": adam(),
    "adamw": adam(decay=0.01),
    "adam, penalised": adam(penalty=0.01),
    "adamax": descent(adamax),
    "nadam": nadam(lambda t: (B1 / (1 - B1 ** (t + 1)), (1 - B1) / (1 - B1**t))),
    "nadam, short": nadam(lambda t: (B1 / (1 - B1**t), (1 - B1) / (1 - B1**t))),
    "scheduled-nadam": nadam(scheduled),
}, indent=1))
