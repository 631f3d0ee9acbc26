"""Energy distance, precision, recall, density and coverage in float64, by their definitions."""
import json
import numpy as np

draw = np.random.default_rng(8)


def between(a, b):
    return np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(-1))


def radii(x, k):
    return np.sort(between(x, x), 1)[:, k]


def measures(samples, real):
    n, m = len(samples), len(real)
    cross = between(samples, real)
    return {
        "energyDistance": 2 * cross.mean()
        - between(samples, samples).sum() / (n * (n - 1))
        - between(real, real).sum() / (m * (m - 1)),
        "precision": (cross <= radii(real, 3)[None, :]).any(1).mean(),
        "recall": (cross <= radii(samples, 3)[:, None]).any(0).mean(),
        "density": (cross <= radii(real, 5)[None, :]).sum() / (5 * n),
        "coverage": (cross <= radii(real, 5)[None, :]).any(0).mean(),
        "nearest": cross.min(1).mean(),
    }


def case(samples, real):
    samples, real = samples.astype(np.float32), real.astype(np.float32)
    found = measures(samples.astype(float), real.astype(float))
    return {"dimensions": samples.shape[1], "samples": samples.ravel().tolist(),
            "real": real.ravel().tolist(), "measures": {k: float(v) for k, v in found.items()}}


print(json.dumps([
    case(draw.normal(0, 1, (20, 2)), draw.normal(0.5, 1, (24, 2))),
    case(draw.normal(0, 0.2, (15, 3)), draw.normal(0, 1, (12, 3))),
    case(np.repeat(draw.normal(0, 1, (4, 2)), 5, 0), draw.normal(0, 1, (30, 2))),
]))
