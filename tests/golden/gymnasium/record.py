"""Records the episodes and tables that the reference files beside this one do not hold.

    python3 -m venv v && v/bin/pip install gymnasium==1.4.0 numpy==1.24.2
    v/bin/python tests/golden/gymnasium/record.py

Files without the suffix "__seeds=4001" were recorded in the same way with seeds 0 to 3.
"""

import hashlib
import json
import struct
from pathlib import Path

import gymnasium
import numpy as np
from gymnasium.envs.toy_text.frozen_lake import generate_random_map

folder = Path(__file__).parent
first_seed = 4001
# id, arguments, episodes, most steps of an episode, options of reset
wanted = [
    ("CartPole-v1", {}, 2, 250),
    ("MountainCar-v0", {"goal_velocity": 0.02}, 2, 200),
    ("MountainCarContinuous-v0", {"goal_velocity": 0.03}, 2, 300),
    ("Acrobot-v1", {}, 1, 300),
    ("Acrobot-v1", {"book_or_nips": "nips", "torque_noise_max": 0.3}, 1, 150),
    ("Pendulum-v1", {"g": 9.81}, 2, 200),
    ("FrozenLake-v1", {"success_rate": 0.6, "reward_schedule": [5, -2, -0.1]}, 20, 100),
    ("FrozenLake-v1", {"desc": ["SFFS", "HFHF", "FFFG"]}, 20, 100),
    ("FrozenLake8x8-v1", {}, 10, 200),
    ("CliffWalkingSlippery-v1", {}, 3, 200),
    ("Taxi-v4", {"is_rainy": True, "fickle_passenger": True, "fickle_probability": 0.7}, 8, 200),
    ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.5}, 4, 200),
    ("Blackjack-v1", {"natural": True, "sab": False}, 60, 20),
    ("Blackjack-v1", {"sab": True}, 60, 20),
    ("CartPole-v1", {}, 1, 20, {"low": -0.1, "high": 0.15}),
    ("MountainCar-v0", {}, 1, 20, {"low": -0.9}),
    ("MountainCarContinuous-v0", {}, 1, 20, {"high": 0.1}),
    ("Acrobot-v1", {}, 1, 20, {"low": 0.5, "high": 0.7}),
    ("Pendulum-v1", {}, 1, 20, {"x_init": 0.3, "y_init": 0.2}),
]
attributes = ("book_or_nips", "torque_noise_max")  # of Acrobot, no arguments of make


def make(id, arguments):
    environment = gymnasium.make(
        id, **{key: value for key, value in arguments.items() if key not in attributes}
    )
    for key in attributes:
        if key in arguments:
            setattr(environment.unwrapped, key, arguments[key])
    return environment


def choose(id, space, observation, info, random):
    """Random, but so that something happens: poles stand, cars climb, passengers are fetched."""
    if isinstance(space, gymnasium.spaces.Box):
        action = np.float32(random.uniform(1.2 * space.low, 1.2 * space.high))
        return np.float32([np.sign(observation[1]) * abs(action[0])]) if "Car" in id else action
    if id == "CartPole-v1" and random.random() < 0.9:
        return int(observation[2] + observation[3] > 0)
    if id == "MountainCar-v0" and random.random() < 0.9:
        return 2 if observation[1] > 0 else 0
    if id == "Taxi-v4" and random.random() < 0.5:
        return int(np.flatnonzero(info["action_mask"])[-1])
    return int(random.integers(space.n))


def plain(value):
    if isinstance(value, np.ndarray):
        return [float(each) for each in value]
    return [int(each) for each in value] if isinstance(value, tuple) else int(value)


def record(id, arguments, episodes, most, reset_options=None):
    environment = make(id, arguments)
    recorded = []
    for seed in range(first_seed, first_seed + episodes):
        random = np.random.default_rng(seed + 10**6)
        observation, info = environment.reset(seed=seed, options=reset_options)
        episode = dict(seed=seed, actions=[], observations=[plain(observation)])
        episode.update(rewards=[], terminated=[], truncated=[])
        for _ in range(most):
            action = choose(id, environment.action_space, observation, info, random)
            observation, reward, terminated, truncated, info = environment.step(action)
            episode["actions"].append(plain(action))
            episode["observations"].append(plain(observation))
            episode["rewards"].append(float(reward))
            episode["terminated"].append(bool(terminated))
            episode["truncated"].append(bool(truncated))
            if terminated or truncated:
                break
        recorded.append(episode)
    name = "".join(
        f"__{key}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in [*arguments.items(), *(reset_options or {}).items()]
    )
    document = dict(
        environment=id,
        arguments=arguments,
        reset_options=reset_options,
        gymnasium=gymnasium.__version__,
        numpy=np.__version__,
        time_limit=environment.spec.max_episode_steps,
        reward_threshold=environment.spec.reward_threshold,
        episodes=recorded,
    )
    (folder / f"{id}{name}__seeds={first_seed}.json").write_text(json.dumps(document))


def digest(id, **arguments):
    """SHA-256 over P as float64: state, action, probability, next state, reward, terminated."""
    table = gymnasium.make(id, **arguments).unwrapped.P
    rows = [
        struct.pack("<6d", state, action, *map(float, transition))
        for state in sorted(table)
        for action in sorted(table[state])
        for transition in table[state][action]
    ]
    document = dict(environment=id, arguments=arguments, transitions=len(rows))
    return dict(document, sha256=hashlib.sha256(b"".join(rows)).hexdigest())


if __name__ == "__main__":
    for each in wanted:
        record(*each)
    tables = [
        digest("FrozenLake-v1"),
        digest("FrozenLake-v1", map_name="8x8", success_rate=0.5),
        digest("FrozenLake-v1", is_slippery=False),
        digest("CliffWalking-v1"),
        digest("CliffWalking-v1", is_slippery=True),
        digest("Taxi-v4"),
        digest("Taxi-v4", is_rainy=True),
    ]
    sizes = [(4, 0.8, 1), (8, 0.8, 0), (8, 0.8, 2024), (5, 0.55, 7), (12, 0.7, 3), (3, 1.0, 1)]
    maps = [
        dict(size=size, p=p, seed=seed, map=generate_random_map(size, p, seed))
        for size, p, seed in sizes
    ]
    (folder.parent / "gymnasium_tables.json").write_text(
        json.dumps(dict(recipe="gymnasium/record.py", tables=tables, maps=maps), indent=1) + "\n"
    )
