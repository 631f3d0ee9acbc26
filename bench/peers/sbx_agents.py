"""SBX (Stable-Baselines3's agents in JAX) training as its users train, timed on request.

Prints its name, then answers each line "COUNT SET-UP STEPS" with the milliseconds that COUNT times
STEPS environment steps took. A set-up's model goes on from where it stopped. One core. The values are
those of baselines.py.
"""

import os

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ["JAX_PLATFORMS"] = "cpu"

from on_request import train_on_request

import jax
import sbx
from stable_baselines3.common.env_util import make_vec_env


def sac():
    return sbx.SAC("MlpPolicy", make_vec_env("Pendulum-v1", seed=1), learning_rate=1e-3)


makers = {"sac": sac}


train_on_request(
    f"SBX {sbx.__version__} (JAX {jax.__version__})",
    lambda set_up: makers[set_up](),
    lambda model, steps: model.learn(steps, reset_num_timesteps=False),
)
