"""Writes the archives beside it: one of Stable-Baselines3's EvalCallback, whose world has no seed, so that
its returns are others each time, and more by NumPy alone.

    python3 -m venv peers && peers/bin/pip install stable-baselines3 gymnasium numpy
    peers/bin/python tests/golden/stable_baselines/evaluations.py
"""

from pathlib import Path

import gymnasium
import numpy as np
from stable_baselines3 import A2C
from stable_baselines3.common.callbacks import EvalCallback

here = Path(__file__).parent
callback = EvalCallback(
    gymnasium.make("CartPole-v1"), n_eval_episodes=3, eval_freq=100, log_path=str(here), verbose=0
)
A2C("MlpPolicy", gymnasium.make("CartPole-v1"), seed=3).learn(300, callback=callback)

timesteps = np.array([10, 20])
returns = np.array([[1.0, 2.0], [3.0, 5.0]])
lengths = np.array([[4, 5], [6, 8]])
successes = np.array([[True, False], [True, True]])
np.savez_compressed(
    here / "successes.npz",
    timesteps=timesteps,
    results=returns,
    ep_lengths=lengths,
    successes=successes,
    extra=timesteps,
)
np.savez(here / "unpaired.npz", timesteps=timesteps, results=returns[:1])
np.savez(here / "points.npz", data=returns)
np.savez(here / "uneven.npz", timesteps=timesteps, results=np.array([[1], [2, 3]], dtype=object))
np.savez(here / "twice.npz", timesteps=np.array([10, 10]), results=returns)
