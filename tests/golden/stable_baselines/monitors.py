"""Writes monitors/: what four environments of one training of Stable-Baselines3 logged, and what its own
load_results makes of them, with the steps that its plots have. The fifth file has no episode.

    python3 -m venv peers && peers/bin/pip install stable-baselines3 gymnasium pandas
    peers/bin/python tests/golden/stable_baselines/monitors.py
"""

import json
from pathlib import Path

from stable_baselines3 import A2C
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.monitor import load_results

here = Path(__file__).parent / "monitors"
worlds = make_vec_env("CartPole-v1", n_envs=4, seed=3, monitor_dir=str(here))
A2C("MlpPolicy", worlds, seed=3).learn(600)
worlds.close()
header = (here / "3.monitor.csv").read_text().splitlines()[:2]
(here / "4.monitor.csv").write_text("\n".join(header) + "\n")

episodes = load_results(str(here))
golden = {
    "steps": episodes["l"].cumsum().tolist(),
    "returns": episodes["r"].tolist(),
    "seconds": episodes["t"].tolist(),
}
(here / "load_results.json").write_text(json.dumps(golden) + "\n")
