"""Layers of docs/building-blocks.md in float64, written as sums over their defining formulas."""
import json
import numpy as np

draw = np.random.default_rng(5)
cases = []


def drawn(*shape):
    """Float32 numbers, so that the code under test is given the same ones."""
    return draw.normal(0, 1, shape).astype(np.float32).astype(float)


def case(layer, options, inputs, outputs):
    pack = lambda named: {n: {"shape": list(np.shape(x)), "values": np.ravel(x).tolist()} for n, x in named.items()}
    cases.append({"layer": layer, "options": options, "inputs": pack(inputs), "outputs": pack(outputs)})


def border(x, size, stride, padding, value=0.0):
    """x with its border, and the number of windows along both axes."""
    sides, counts = [], []
    for length in x.shape[1:3]:
        if padding == "same":
            count = -(-length // stride)
            total = max(0, (count - 1) * stride + size - length)
            sides.append((total // 2, total - total // 2))
        else:
            p = 0 if padding == "valid" else padding
            count = (length + 2 * p - size) // stride + 1
            sides.append((p, p))
        counts.append(count)
    return np.pad(x, [(0, 0), *sides, (0, 0)], constant_values=value), counts


def convolution(x, kernel, bias, stride, padding):
    size = kernel.shape[0]
    wide, (rows, columns) = border(x, size, stride, padding)
    y = np.zeros((x.shape[0], rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            window = wide[:, i * stride:i * stride + size, j * stride:j * stride + size]
            y[:, i, j] = np.einsum("bmnc,mncf->bf", window, kernel)
    return y + bias


def transposed(x, kernel, bias, stride, padding):
    """Each pixel adds the kernel at stride times its place; the border is cut off."""
    images, height, width, _ = x.shape
    size, _, filters, _ = kernel.shape
    full = np.zeros((images, (height - 1) * stride + size, (width - 1) * stride + size, filters))
    for i in range(height):
        for j in range(width):
            spread = np.einsum("bc,mnfc->bmnf", x[:, i, j], kernel)
            full[:, i * stride:i * stride + size, j * stride:j * stride + size] += spread
    if padding == "same":
        cut = max(0, size - stride)
        first, rows, columns = cut // 2, height * stride, width * stride
        full = np.pad(full, [(0, 0), (0, stride), (0, stride), (0, 0)])
    else:
        first = 0 if padding == "valid" else padding
        rows, columns = full.shape[1] - 2 * first, full.shape[2] - 2 * first
    return full[:, first:first + rows, first:first + columns] + bias


def pooled(x, size, stride, padding, reduce):
    wide, (rows, columns) = border(x, size, stride, padding, np.nan)
    return np.stack([np.stack([
        reduce(wide[:, i * stride:i * stride + size, j * stride:j * stride + size], axis=(1, 2))
        for j in range(columns)], 1) for i in range(rows)], 1)


for size, stride, padding in [(3, 1, "same"), (3, 2, "same"), (2, 2, "valid"), (3, 2, 1)]:
    options = {"stride": stride, "padding": padding}
    x, kernel, bias = drawn(2, 6, 5, 2), drawn(size, size, 2, 3), drawn(3)
    case("convolution", options, {"x": x, "kernel": kernel, "bias": bias},
         {"y": convolution(x, kernel, bias, stride, padding)})
for size, stride, padding in [(3, 1, "same"), (4, 2, "same"), (3, 2, "valid"), (2, 3, "valid"), (4, 2, 1)]:
    options = {"stride": stride, "padding": padding}
    x, kernel, bias = drawn(2, 4, 3, 3), drawn(size, size, 2, 3), drawn(2)
    case("transposedConvolution", options, {"x": x, "kernel": kernel, "bias": bias},
         {"y": transposed(x, kernel, bias, stride, padding)})
for size, stride, padding in [(2, 2, "valid"), (3, 2, "same"), (3, 1, 1)]:
    options = {"size": size, "stride": stride, "padding": padding}
    x = drawn(2, 5, 6, 3)
    case("maximumPool", options, {"x": x}, {"y": pooled(x, size, stride, padding, np.nanmax)})
    case("averagePool", options, {"x": x}, {"y": pooled(x, size, stride, padding, np.nanmean)})
x = drawn(2, 3, 4, 5)
case("globalAveragePool", {}, {"x": x}, {"y": x.mean((1, 2))})


def normalized(x, axes, scale, offset, epsilon=1e-5):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return scale * (x - mean) / np.sqrt(variance + epsilon) + offset


for shape, axes in [((5, 3), (0,)), ((2, 3, 4, 3), (0, 1, 2))]:
    x, scale, offset, mean, variance = drawn(*shape), drawn(3), drawn(3), drawn(3), drawn(3) ** 2
    case("batchNormalization", {"rate": 0.25},
         {"x": x, "scale": scale, "offset": offset, "mean": mean, "variance": variance},
         {"y": normalized(x, axes, scale, offset),
          "mean": 0.75 * mean + 0.25 * x.mean(axes),
          "variance": 0.75 * variance + 0.25 * x.var(axes, ddof=1)})
    case("movingNormalization", {},
         {"x": x, "scale": scale, "offset": offset, "mean": mean, "variance": variance},
         {"y": scale * (x - mean) / np.sqrt(variance + 1e-5) + offset})
for shape, axes in [((4, 3), [1]), ((2, 3, 4, 3), [1, 2, 3]), ((2, 4, 3), [2])]:
    x, scale, offset = drawn(*shape), drawn(3), drawn(3)
    case("layerNormalization", {"axes": axes}, {"x": x, "scale": scale, "offset": offset},
         {"y": normalized(x, tuple(axes), scale, offset)})
x, scale, offset = drawn(2, 4, 3, 3), drawn(3), drawn(3)
case("instanceNormalization", {}, {"x": x, "scale": scale, "offset": offset},
     {"y": normalized(x, (1, 2), scale, offset)})
case("pixelNormalization", {}, {"x": x}, {"y": x / np.sqrt((x ** 2).mean(-1, keepdims=True) + 1e-8)})

x, noise = drawn(4, 6), draw.random((4, 6)).astype(np.float32).astype(float)
case("dropout", {"rate": 0.25}, {"x": x, "noise": noise}, {"y": np.where(noise < 0.25, 0, x / 0.75)})

for name, filters, stride in [("same", 2, 1), ("narrower", 3, 2)]:
    x = drawn(2, 4, 4, 2)
    parts = {"0/kernel": drawn(3, 3, 2, filters), "0/bias": drawn(filters),
             "1/kernel": drawn(3, 3, filters, filters), "1/bias": drawn(filters)}
    if name == "narrower":
        parts |= {"shortcut/kernel": drawn(1, 1, 2, filters), "shortcut/bias": drawn(filters)}
    hidden = np.maximum(convolution(x, parts["0/kernel"], parts["0/bias"], stride, "same"), 0)
    change = convolution(hidden, parts["1/kernel"], parts["1/bias"], 1, "same")
    short = convolution(x, parts["shortcut/kernel"], parts["shortcut/bias"], stride, "same") if stride > 1 else x
    case("residualBlock", {"stride": stride}, {"x": x, **parts}, {"y": np.maximum(change + short, 0)})

for shape in [(5, 4), (3, 3, 2, 4)]:
    kernel, vector = drawn(*shape), drawn(4)
    matrix = kernel.reshape(-1, 4)
    v = matrix @ vector
    v /= np.linalg.norm(v)
    u = matrix.T @ v
    u /= np.linalg.norm(u)
    case("spectralNormalization", {"steps": 1}, {"kernel": kernel, "vector": vector},
         {"kernel": kernel / (v @ matrix @ u), "vector": u, "norm": v @ matrix @ u})
    largest = np.linalg.svd(matrix, compute_uv=False)[0]
    case("spectralNormalization", {"steps": 60}, {"kernel": kernel, "vector": vector},
         {"kernel": kernel / largest, "norm": largest})

parameters = {"kernel": drawn(3, 2), "bias": drawn(2), "recurrentKernel": drawn(2, 2)}
kernels = np.concatenate([parameters["kernel"].ravel(), parameters["recurrentKernel"].ravel()])
case("l1Penalty", {"strength": 0.3}, parameters, {"y": 0.3 * np.abs(kernels).sum()})
case("l2Penalty", {"strength": 0.3}, parameters, {"y": 0.15 * (kernels ** 2).sum()})

x, slope = drawn(3, 4), drawn(4)
case("prelu", {}, {"x": x, "slope": slope}, {"y": np.where(x > 0, x, slope * x)})
x, centers = drawn(3, 4), drawn(5, 4)
apart = x[:, None] - centers[None]
case("radialBasis", {"width": 1.5}, {"x": x, "centers": centers},
     {"y": np.exp(-(apart ** 2).sum(-1) / (2 * 1.5 ** 2))})


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


steps, batch, inputs, units = 3, 2, 2, 3
for cell, gates, states in [("lstm", 4, 2), ("gru", 3, 1)]:
    x, memory = drawn(steps * batch, inputs), drawn(batch, states * units)
    kernel, recurrent, bias = drawn(inputs, gates * units), drawn(units, gates * units), drawn(gates * units)
    h, c, outputs = memory[:, :units], memory[:, units:], []
    for t in range(steps):
        entering = np.split(x[t * batch:(t + 1) * batch] @ kernel + bias, gates, 1)
        kept = np.split(h @ recurrent, gates, 1)
        if cell == "lstm":
            i, f, g, o = (a + b for a, b in zip(entering, kept))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            r, z = (sigmoid(a + b) for a, b in list(zip(entering, kept))[:2])
            h = z * h + (1 - z) * np.tanh(entering[2] + r * kept[2])
        outputs.append(h)
    case("unroll", {"cell": cell, "steps": steps},
         {"x": x, "memory": memory, "kernel": kernel, "recurrentKernel": recurrent, "bias": bias},
         {"y": np.concatenate(outputs), "memory": np.concatenate([h, c], 1) if states == 2 else h})



def attended(x, parts, heads, rotary):
    """Each place, each head: a weighted mean of the values up to that place."""
    batch, length, width = x.shape
    d = width // heads
    q, k, v = np.split(x @ parts["inputs/kernel"] + parts["inputs/bias"], 3, 2)
    y = np.zeros_like(x)
    for h in range(heads):
        own = slice(h * d, (h + 1) * d)

        def turned(z, t):
            if not rotary:
                return z[:, t, own]
            pairs = z[:, t, own][:, :d // 2] + 1j * z[:, t, own][:, d // 2:]
            turn = pairs * np.exp(1j * t * 10000.0 ** (-2 * np.arange(d // 2) / d))
            return np.concatenate([turn.real, turn.imag], 1)

        for t in range(length):
            scores = np.stack([(turned(q, t) * turned(k, s)).sum(1) / np.sqrt(d) for s in range(t + 1)], 1)
            weights = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
            y[:, t, own] = np.einsum("bs,bsd->bd", weights, v[:, :t + 1, own])
    return y @ parts["outputs/kernel"] + parts["outputs/bias"]


for heads, rotary in [(1, False), (2, False), (2, True)]:
    x = drawn(2, 4, 8)
    parts = {"inputs/kernel": drawn(8, 24), "inputs/bias": drawn(24),
             "outputs/kernel": drawn(8, 8), "outputs/bias": drawn(8)}
    y = attended(x, parts, heads, rotary)
    case("selfAttention", {"heads": heads, "rotary": rotary}, {"x": x, **parts}, {"y": y})
    case("nextSelfAttention", {"heads": heads, "rotary": rotary}, {"x": x, **parts}, {"y": y})
table, tokens = drawn(5, 3), np.array([[0.0, 4, 1], [3, 3, 2]])
case("embedding", {}, {"table": table, "tokens": tokens}, {"y": table[tokens.astype(int)]})
x = drawn(4, 3)
case("tiedLogits", {}, {"table": table, "x": x}, {"y": np.einsum("bd,vd->bv", x, table)})
for groups in (1, 2, 4):
    x, scale, offset = drawn(2, 3, 2, 4), drawn(4), drawn(4)
    parts = [normalized(part, (1, 2, 3), 1, 0) for part in np.split(x, groups, 3)]
    case("groupNormalization", {"groups": groups}, {"x": x, "scale": scale, "offset": offset},
         {"y": scale * np.concatenate(parts, 3) + offset})

print(json.dumps(cases))
