"""Least costs of assignments, by SciPy's linear_sum_assignment: python assignment.py > assignment.json"""

import json

import numpy
from scipy.optimize import linear_sum_assignment

random = numpy.random.default_rng(11)
rows = []
for n in (1, 2, 3, 10, 25):
    for kind in ("whole", "real", "points"):
        if kind == "whole":
            costs = random.integers(0, 5, (n, n)).astype(float)
        elif kind == "real":
            costs = random.normal(size=(n, n)).round(3)
        else:
            x, y = random.normal(size=(2, n, 2)).round(2)
            costs = ((x[:, None] - y[None]) ** 2).sum(2).round(4)
        at = linear_sum_assignment(costs)
        rows.append({"n": n, "costs": costs.ravel().tolist(), "total": float(costs[at].sum())})
print(json.dumps(rows))
