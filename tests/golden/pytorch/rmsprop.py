"""20 steps of RMSProp: PyTorch's own (float64, CPU), and TensorFlow's rule in NumPy.

python3 -m venv v && v/bin/pip install numpy torch && v/bin/python rmsprop.py > rmsprop.json
"""
import json

import numpy as np
import torch

RATE, DECAY, EPSILON, STEPS = 7e-4, 0.99, 1e-5, 20
draw = np.random.default_rng(19)
START = np.array([0.5, -1.0, 2.0, 0.1]).astype(np.float32).astype(float)
# From gradients far below ε to large ones.
GRADIENTS = (draw.normal(0, 1, (STEPS, 4)) * [1e-6, 1e-4, 1e-2, 1.0]).astype(np.float32).astype(float)


def pytorch():
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    rule = torch.optim.RMSprop([x], lr=RATE, alpha=DECAY, eps=EPSILON)
    seen = []
    for gradient in GRADIENTS:
        x.grad = torch.tensor(gradient, dtype=torch.float64)
        rule.step()
        seen.append(x.detach().tolist())
    return seen


def tensorflow():
    """tensorflow/core/kernels/training_ops.cc, ApplyRMSProp: ms from 1 (rmsprop.py), no momentum."""
    x, squares, seen = START, np.ones(4), []
    for gradient in GRADIENTS:
        squares = squares + (gradient**2 - squares) * (1 - DECAY)
        x = x - RATE * gradient / np.sqrt(squares + EPSILON)
        seen.append(x.tolist())
    return seen


print(json.dumps({
    "torch": torch.__version__, "numpy": np.__version__,
    "rate": RATE, "decay": DECAY, "epsilon": EPSILON,
    "start": START.tolist(), "gradients": GRADIENTS.tolist(),
    "rmsprop": pytorch(), "rmsprop-tensorflow": tensorflow(),
}))
