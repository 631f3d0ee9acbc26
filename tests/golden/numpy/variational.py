"""Loss terms of the variational family in float64: variational.json. python3 variational.py > variational.json"""
import json
import numpy as np

rng = np.random.default_rng(20)


def rounded(x):
    """As float32 keeps it, so that both sides begin with the same numbers."""
    return np.asarray(x, np.float32).astype(np.float64)


def lse(x, axis):
    top = x.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


def log_normal(x, mean, log_variance):
    return -0.5 * (np.log(2 * np.pi) + log_variance + (x - mean) ** 2 / np.exp(log_variance))


def decomposed(estimator, n=1000, mask=None):
    """Equations 2, S4 and S6 of Chen et al. 2018, one example after another."""
    mean, log_variance, noise = (rounded(rng.normal(size=(5, 3))) for _ in range(3))
    mean, log_variance = 2 * mean, 0.5 * log_variance
    z = rounded(mean + np.exp(log_variance / 2) * noise)
    count = 5
    information, correlation, marginal = [], [], []
    for i in range(count):
        weights = np.zeros(count)
        for j in range(count):
            if estimator == "weighted":
                weights[j] = 1 / (n * count)
            elif i == j:
                weights[j] = 1 / n
            elif j == (i + 1) % count:
                weights[j] = (n - count + 1) / (n * (count - 1))
            else:
                weights[j] = 1 / (count - 1)
        own = log_normal(z[i], mean[i], log_variance[i]).sum()
        each = np.array([log_normal(z[i], mean[j], log_variance[j]) for j in range(count)])
        joint = np.log(np.sum(weights * np.exp(each.sum(axis=1))))
        product = np.log((weights[:, None] * np.exp(each)).sum(axis=0)).sum()
        prior = log_normal(z[i], 0, 0).sum()
        information.append(own - joint)
        correlation.append(joint - product)
        marginal.append(product - prior)
    return {
        "examples": n,
        "latent": z.tolist(),
        "mean": mean.tolist(),
        "logVariance": log_variance.tolist(),
        "information": information,
        "correlation": correlation,
        "marginal": marginal,
    }


def weights():
    """log p(x, z) - log q(z|x) of three draws of two images, linear encoder and decoder."""
    x = rounded(rng.random((2, 4)) < 0.5)
    encoder, decoder = rounded(rng.normal(size=(4, 4))), rounded(rng.normal(size=(2, 4)))
    noise = rounded(rng.normal(size=(2, 3, 2)))
    out = np.zeros((2, 3))
    for b in range(2):
        mean, log_variance = np.split(x[b] @ encoder, 2)
        for k in range(3):
            z = mean + np.exp(log_variance / 2) * noise[b, k]
            p = 1 / (1 + np.exp(-(z @ decoder)))
            log_p = np.sum(x[b] * np.log(p) + (1 - x[b]) * np.log(1 - p))
            out[b, k] = log_p + log_normal(z, 0, 0).sum() - log_normal(z, mean, log_variance).sum()
    return {
        "x": x.tolist(),
        "encoder": encoder.tolist(),
        "decoder": decoder.tolist(),
        "noise": noise.reshape(2, 6).tolist(),
        "logWeights": out.tolist(),
        "bound": (lse(out, 1) - np.log(3)).tolist(),
    }


print(json.dumps({
    "numpy": np.__version__,
    "made by": "variational.py",
    "weighted": decomposed("weighted"),
    "stratified": decomposed("stratified"),
    "importance": weights(),
}))
