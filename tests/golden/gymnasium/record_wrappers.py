"""Records what Gymnasium's wrappers answer: tests/golden/gymnasium_wrappers.json.

    v/bin/python tests/golden/gymnasium/record_wrappers.py   # with the environment of record.py
"""

import json
from pathlib import Path

import gymnasium
import numpy as np
from gymnasium import wrappers

wanted = {
    "normalizeObservation": ("CartPole-v1", wrappers.NormalizeObservation),
    "normalizeReward": ("Pendulum-v1", wrappers.NormalizeReward),
    "normalizeReward, ends": ("CartPole-v1", lambda e: wrappers.NormalizeReward(e, gamma=0.9)),
    "frameStack": ("MountainCar-v0", lambda e: wrappers.FrameStackObservation(e, 3)),
    "frameStack, zero": (
        "CartPole-v1",
        lambda e: wrappers.FrameStackObservation(e, 4, padding_type="zero"),
    ),
    "timeAwareObservation": ("CartPole-v1", wrappers.TimeAwareObservation),
    "timeAwareObservation, normalizeTime": (
        "CartPole-v1",
        lambda e: wrappers.TimeAwareObservation(e, normalize_time=True),
    ),
    "rescaleAction": (
        "Pendulum-v1",
        lambda e: wrappers.RescaleAction(e, np.float32(-0.5), np.float32(1)),
    ),
    "clipReward": ("Pendulum-v1", lambda e: wrappers.ClipReward(e, -5, -1)),
    "flattenObservation": ("Blackjack-v1", wrappers.FlattenObservation),
    "recordEpisodeStatistics": ("CartPole-v1", wrappers.RecordEpisodeStatistics),
    "timeLimit": ("CartPole-v1", lambda e: wrappers.TimeLimit(e, 7)),
}


def record(environment, wrap, seed=4002, steps=70):
    env = wrap(gymnasium.make(environment))
    random = np.random.default_rng(seed)
    observation, _ = env.reset(seed=seed)
    rows = dict(environment=environment, seed=seed, actions=[], observations=[], rewards=[])
    rows.update(terminated=[], truncated=[], restarts=[], episodes=[])
    rows["observations"].append(np.ravel(observation).astype(float).tolist())
    for _ in range(steps):
        space = env.action_space
        box = isinstance(space, gymnasium.spaces.Box)
        action = np.float32(random.uniform(space.low, space.high)) if box else random.integers(space.n)
        observation, reward, terminated, truncated, info = env.step(action)
        rows["actions"].append(action.astype(float).tolist() if box else int(action))
        rows["observations"].append(np.ravel(observation).astype(float).tolist())
        rows["rewards"].append(float(np.ravel(reward)[0]))
        rows["terminated"].append(bool(terminated))
        rows["truncated"].append(bool(truncated))
        if terminated or truncated:
            if "episode" in info:
                rows["episodes"].append([float(info["episode"]["r"]), int(info["episode"]["l"])])
            observation, _ = env.reset()
            rows["restarts"].append(np.ravel(observation).astype(float).tolist())
    return rows


recorded = {name: record(environment, wrap) for name, (environment, wrap) in wanted.items()}
document = dict(
    recipe="gymnasium/record_wrappers.py",
    gymnasium=gymnasium.__version__,
    numpy=np.__version__,
    wrappers=recorded,
)
(Path(__file__).parents[1] / "gymnasium_wrappers.json").write_text(json.dumps(document) + "\n")
