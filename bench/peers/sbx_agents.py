"""SBX (Stable-Baselines3's agents in JAX) training as its users train, timed on request.

Prints its name, then answers each line "COUNT SET-UP STEPS" with the milliseconds that COUNT times
STEPS environment steps took. A set-up's model goes on from where it stopped. One core. The values are
those of baselines.py.
"""

import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import sbx
from stable_baselines3.common.env_util import make_vec_env


def sac():
    return sbx.SAC("MlpPolicy", make_vec_env("Pendulum-v1", seed=1), learning_rate=1e-3)


makers = {"sac": sac}


def main():
    print(f"SBX {sbx.__version__} (JAX {jax.__version__})", flush=True)
    made = {}
    for line in sys.stdin:
        count, name, steps = line.split()
        if name not in made:
            made[name] = makers[name]()
        started_at = time.perf_counter()
        made[name].learn(int(count) * int(steps), reset_num_timesteps=False)
        print((time.perf_counter() - started_at) * 1000, flush=True)


main()
