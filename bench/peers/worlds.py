"""Gymnasium's environments, timed on request.

Prints its name, then answers each line "COUNT KIND ID ROWS" with the milliseconds that COUNT calls
took: of KIND "one" a step of one environment that starts anew where its episode ended, of "sync" a
step of a SyncVectorEnv of ROWS environments, of "vector" of Gymnasium's own vectorised form. Actions
are drawn before. One thread.
"""

import sys
import time

import gymnasium
import numpy


def one(name, rows):
    env = gymnasium.make(name)
    env.reset(seed=1)
    env.action_space.seed(1)
    actions = [env.action_space.sample() for _ in range(1000)]
    turn = 0

    def step():
        nonlocal turn
        turn = (turn + 1) % 1000
        _, _, terminated, truncated, _ = env.step(actions[turn])
        if terminated or truncated:
            env.reset()

    return step


def many(name, rows, mode):
    envs = gymnasium.make_vec(name, num_envs=rows, vectorization_mode=mode)
    envs.reset(seed=1)
    envs.action_space.seed(1)
    actions = [envs.action_space.sample() for _ in range(16)]
    turn = 0

    def step():
        nonlocal turn
        turn = (turn + 1) % 16
        envs.step(actions[turn])

    return step


makers = {
    "one": one,
    "sync": lambda name, rows: many(name, rows, "sync"),
    "vector": lambda name, rows: many(name, rows, "vector_entry_point"),
}


def main():
    print(f"Gymnasium {gymnasium.__version__}, NumPy {numpy.__version__}", flush=True)
    made = {}
    for line in sys.stdin:
        count, *key = line.split()
        key = tuple(key)
        if key not in made:
            kind, name, rows = key
            made[key] = makers[kind](name, int(rows))
        step = made[key]
        started_at = time.perf_counter()
        for _ in range(int(count)):
            step()
        print((time.perf_counter() - started_at) * 1000, flush=True)


main()
