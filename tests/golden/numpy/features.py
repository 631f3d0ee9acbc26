"""Fréchet distance, kernel distance, Inception Score and sliced Wasserstein distance in float64, by
their definitions: the matrix root by SciPy's Schur method, W1 by SciPy's own function."""
import json
import numpy as np
from scipy.linalg import sqrtm
from scipy.stats import wasserstein_distance

draw = np.random.default_rng(11)


def frechet(a, b):
    c, d = np.cov(a.T), np.cov(b.T)
    root = np.real(sqrtm(c @ d))
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(c + d - 2 * root)


def kernel(a, b):
    k = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    n, m = len(a), len(b)
    own = lambda x: (k(x, x).sum() - np.trace(k(x, x))) / (len(x) * (len(x) - 1))
    return own(a) + own(b) - 2 * k(a, b).mean()


def score(p):
    return np.exp((p * np.log(p / p.mean(0))).sum(1).mean())


def sliced(a, b, directions):
    return np.mean([wasserstein_distance(a @ d, b @ d) for d in directions])


def case(a, b):
    a, b = a.astype(np.float32), b.astype(np.float32)
    directions = draw.normal(size=(7, a.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    x, y = a.astype(float), b.astype(float)
    p = np.exp(x)
    p = (p / p.sum(1, keepdims=True)).astype(np.float32)
    return {"size": a.shape[1], "samples": a.ravel().tolist(), "real": b.ravel().tolist(),
            "directions": directions.ravel().tolist(), "probabilities": p.ravel().tolist(),
            "measures": {"frechet": frechet(x, y), "kernel": kernel(x, y),
                         "score": score(p.astype(float)), "sliced": sliced(x, y, directions)}}


mix = draw.normal(size=(6, 6))
print(json.dumps([
    case(draw.normal(0, 1, (30, 2)), draw.normal(0.5, 1, (40, 2))),
    case(draw.normal(0, 1, (50, 6)) @ mix, draw.normal(1, 2, (35, 6))),
    # Fewer examples than features: singular covariances.
    case(draw.normal(0, 1, (5, 8)), draw.normal(0, 1, (30, 8))),
]))
