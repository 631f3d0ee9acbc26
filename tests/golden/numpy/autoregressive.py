"""Autoregressive models of bits in float64, bit by bit: autoregressive.json.
python3 autoregressive.py > autoregressive.json"""
import json
import numpy as np

rng = np.random.default_rng(16)


def drawn(*shape):
    """As float32 keeps it, so that both sides begin with the same numbers."""
    return np.asarray(0.7 * rng.normal(size=shape), np.float32).astype(np.float64)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def listed(tensors):
    return {name: {"shape": t.shape, "values": t.ravel().tolist()} for name, t in tensors.items()}


def fvsbn(x):
    p = {"kernel": drawn(6, 6), "bias": drawn(6)}
    logits = np.zeros_like(x)
    for d in range(6):
        logits[:, d] = p["bias"][d] + sum(x[:, i] * p["kernel"][i, d] for i in range(d))
    return p, logits


def nade(x, hidden=3):
    p = {"kernel": drawn(6, hidden), "hiddenBias": drawn(hidden), "outputs": drawn(6, hidden), "bias": drawn(6)}
    logits = np.zeros_like(x)
    sums = np.tile(p["hiddenBias"], (len(x), 1))
    for d in range(6):
        logits[:, d] = sigmoid(sums) @ p["outputs"][d] + p["bias"][d]
        sums += x[:, [d]] * p["kernel"][d]
    return p, logits


def made(x, degrees):
    """Equations 12 and 13 of Germain et al. 2015, weight by weight."""
    sizes = [len(each) for each in degrees] + [6]
    p = {}
    h = x
    for l, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        kernel, bias = drawn(inputs, outputs), drawn(outputs)
        p[f"{l}/kernel"], p[f"{l}/bias"] = kernel, bias
        last = l + 2 == len(sizes)
        after = degrees[0] if last else degrees[l + 1]
        a = np.tile(bias, (len(x), 1))
        for i in range(inputs):
            for o in range(outputs):
                if degrees[l][i] < after[o] if last else degrees[l][i] <= after[o]:
                    a[:, o] += h[:, i] * kernel[i, o]
        h = a if last else np.maximum(a, 0)
    return p, h


def gate(a):
    half = a.shape[-1] // 2
    return np.tanh(a[..., :half]) * sigmoid(a[..., half:])


def pixelcnn(x, label, height, width, filters, depth, classes):
    """One image, pixel by pixel, places beyond the image being zero."""
    p = {}

    def conv(name, *shape):
        p[f"{name}/kernel"], p[f"{name}/bias"] = drawn(*shape), drawn(shape[-1])

    for l in range(depth):
        rows, beside, inputs = (3, 3, 1) if l == 0 else (2, 1, filters)
        conv(f"{l}/vertical", rows, 2 * beside + 1, inputs, 2 * filters)
        conv(f"{l}/horizontal", 1, rows, inputs, 2 * filters)
        conv(f"{l}/link", 1, 1, 2 * filters, 2 * filters)
        conv(f"{l}/out", 1, 1, filters, filters)
        p[f"{l}/class"] = drawn(classes, 4 * filters)
    conv("hidden", 1, 1, filters, filters)
    conv("logits", 1, 1, filters, 1)

    def at(image, i, j):
        inside = 0 <= i < image.shape[0] and 0 <= j < image.shape[1]
        return image[i, j] if inside else np.zeros(image.shape[2])

    above = row = x.reshape(height, width, 1)
    for l in range(depth):
        rows, beside = (3, 3) if l == 0 else (2, 1)
        told = p[f"{l}/class"][label]
        vertical, horizontal = np.zeros((2, height, width, 2 * filters))
        for i in range(height):
            for j in range(width):
                vertical[i, j] = p[f"{l}/vertical/bias"] + told[: 2 * filters]
                for m in range(rows):
                    for n in range(2 * beside + 1):
                        seen = at(above, i - (rows - 1) + m, j - beside + n)
                        vertical[i, j] += seen @ p[f"{l}/vertical/kernel"][m, n]
        next_row = np.zeros((height, width, filters))
        for i in range(height):
            for j in range(width):
                a = p[f"{l}/horizontal/bias"] + told[2 * filters:]
                for m in range(rows):
                    # The first layer sees the pixels before, the others their own place too.
                    seen = at(row, i, j - 3 + m) if l == 0 else at(row, i, j - 1 + m)
                    a = a + seen @ p[f"{l}/horizontal/kernel"][0, m]
                a = a + at(vertical, i - 1, j) @ p[f"{l}/link/kernel"][0, 0] + p[f"{l}/link/bias"]
                next_row[i, j] = gate(a) @ p[f"{l}/out/kernel"][0, 0] + p[f"{l}/out/bias"]
        row = next_row if l == 0 else next_row + row
        above = gate(vertical)
    hidden = np.maximum(np.maximum(row, 0) @ p["hidden/kernel"][0, 0] + p["hidden/bias"], 0)
    return p, (hidden @ p["logits/kernel"][0, 0] + p["logits/bias"]).ravel()


def entry(x, made, **fields):
    parameters, logits = made
    return {**fields, "x": x.tolist(), "parameters": listed(parameters), "logits": logits.tolist()}


def bits(*shape):
    return rng.integers(2, size=shape).astype(float)


words = bits(4, 6)
drawn_degrees = [np.asarray(rng.uniform(size=n), np.float32).astype(np.float64) for n in (6, 5, 4)]
image = bits(20)
print(json.dumps({
    "fvsbn": entry(words, fvsbn(words)),
    "nade": entry(words, nade(words)),
    # Five units of a word of six: degrees 0, 1 … 4; four units: 0, 1.25, 2.5, 3.75.
    "made": entry(words, made(words, [range(6), range(5), [0, 1.25, 2.5, 3.75]])),
    "drawn": entry(words, made(words, drawn_degrees), degrees=[d.tolist() for d in drawn_degrees]),
    "pixelcnn": entry(image, pixelcnn(image, 2, 4, 5, 2, 3, 3), label=2),
}))
