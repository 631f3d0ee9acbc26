"""What the process of a peer that trains does: it trains on request, and times it."""

import sys
import time


def train_on_request(name, make, train):
    """Prints `name`, then answers each line "COUNT SET-UP STEPS" with the milliseconds that
    `train(made, COUNT · STEPS)` took, where `made` is what `make(SET-UP)` gave the first time.
    """
    print(name, flush=True)
    made = {}
    for line in sys.stdin:
        count, set_up, steps = line.split()
        if set_up not in made:
            made[set_up] = make(set_up)
        started_at = time.perf_counter()
        train(made[set_up], int(count) * int(steps))
        print((time.perf_counter() - started_at) * 1000, flush=True)
