"""Trains one agent of Stable-Baselines3 (or sb3-contrib) and scores its final policy.

Reads an order as JSON: {"algorithm": "PPO", "world": "CartPole-v1", "observes": null, "worlds": 8,
"normalize": false, "arguments": {...}, "policy": {...}, "noise": null, "budget": 100000,
"episodes": 100, "testWorlds": 25, "seed": 101, "testSeed": 1002525}. `observes` lists the entries of the observation that are seen, `noise` is
["gaussian" | "ornstein-uhlenbeck", deviation]; arguments ["linear", x] fall from x to 0 over the run,
and an activation is named as in torch.nn. The episodes of the score are played in `testWorlds` worlds
side by side, an equal share in each, with the seeds from `testSeed` on. Prints {"score", "steps", "seconds", "versions"}: the mean
return of the final deterministic policy, null where it is no finite number; processor seconds of
training, one thread.
"""

import json
import math
import sys
import time

import gymnasium
import numpy
import stable_baselines3
import torch
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.noise import NormalActionNoise, OrnsteinUhlenbeckActionNoise
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

torch.set_num_threads(1)


class Observed(gymnasium.ObservationWrapper):
    """Shows only some entries of the observation."""

    def __init__(self, world, entries):
        super().__init__(world)
        self.entries = entries
        low, high = world.observation_space.low[entries], world.observation_space.high[entries]
        self.observation_space = gymnasium.spaces.Box(low, high, dtype=numpy.float32)

    def observation(self, observation):
        return observation[self.entries]


def algorithm(name):
    if hasattr(stable_baselines3, name):
        return getattr(stable_baselines3, name)
    import sb3_contrib

    return getattr(sb3_contrib, name)


def worlds_of(order, count, seed):
    def make():
        world = gymnasium.make(order["world"])
        return world if order["observes"] is None else Observed(world, order["observes"])

    worlds = DummyVecEnv([make] * count)
    worlds.seed(seed)
    return worlds


def argument(value):
    if isinstance(value, list) and value[0] == "linear":
        return lambda remaining: remaining * value[1]
    return value


def policy_arguments(policy):
    named = dict(policy)
    if "activation_fn" in named:
        named["activation_fn"] = getattr(torch.nn, named["activation_fn"])
    return named


def noise_of(order, actions):
    if order["noise"] is None:
        return {}
    kind, deviation = order["noise"]
    made = {"gaussian": NormalActionNoise, "ornstein-uhlenbeck": OrnsteinUhlenbeckActionNoise}[kind]
    return {"action_noise": made(numpy.zeros(actions), numpy.full(actions, deviation))}


def main():
    order = json.load(sys.stdin)
    worlds = worlds_of(order, order["worlds"], order["seed"])
    if order["normalize"]:
        worlds = VecNormalize(worlds, gamma=order["arguments"]["gamma"])
    policy = "MlpLstmPolicy" if order["algorithm"] == "RecurrentPPO" else "MlpPolicy"
    model = algorithm(order["algorithm"])(
        policy,
        worlds,
        seed=order["seed"],
        device="cpu",
        policy_kwargs=policy_arguments(order["policy"]),
        **{name: argument(value) for name, value in order["arguments"].items()},
        **noise_of(order, int(numpy.prod(worlds.action_space.shape))),
    )
    started_at = time.process_time()
    model.learn(order["budget"])
    seconds = time.process_time() - started_at

    episodes = order["episodes"]
    tests = worlds_of(order, order["testWorlds"], order["testSeed"])
    if order["normalize"]:
        moments = worlds.obs_rms
        tests = VecNormalize(tests, training=False, norm_reward=False)
        tests.obs_rms = moments
    returns, _ = evaluate_policy(
        model, tests, episodes, deterministic=True, return_episode_rewards=True, warn=False
    )
    versions = {
        "stable-baselines3": stable_baselines3.__version__,
        "gymnasium": gymnasium.__version__,
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": sys.version.split()[0],
    }
    if not hasattr(stable_baselines3, order["algorithm"]):
        import sb3_contrib

        versions["sb3-contrib"] = sb3_contrib.__version__
    score = float(numpy.mean(returns))
    print(
        json.dumps(
            {
                "score": score if math.isfinite(score) else None,
                "steps": model.num_timesteps,
                "seconds": round(seconds, 1),
                "versions": versions,
            }
        )
    )


main()
