"""Stable-Baselines3 training as its users train, timed on request.

Prints its name, then answers each line "COUNT SET-UP STEPS" with the milliseconds that COUNT times
STEPS environment steps took. A set-up's model goes on from where it stopped. One thread; SET-UP/THREADS
has more. The values are those of rl-baselines3-zoo, but for ε, which is constant at its mean over the
zoo's budget, and for rates that the zoo anneals: so every batch does the same work.
"""

from on_request import train_on_request

import numpy
import stable_baselines3
import torch
from stable_baselines3 import A2C, DQN, PPO, SAC, TD3
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.noise import NormalActionNoise


def ppo():
    return PPO(
        "MlpPolicy",
        make_vec_env("CartPole-v1", n_envs=8, seed=1),
        n_steps=32,
        batch_size=256,
        n_epochs=20,
        learning_rate=1e-3,
        clip_range=0.2,
        gamma=0.98,
        gae_lambda=0.8,
        ent_coef=0.0,
        device="cpu",
    )


def a2c():
    return A2C("MlpPolicy", make_vec_env("CartPole-v1", n_envs=8, seed=1), ent_coef=0.0, device="cpu")


def dqn():
    return DQN(
        "MlpPolicy",
        make_vec_env("CartPole-v1", seed=1),
        learning_rate=2.3e-3,
        batch_size=64,
        buffer_size=100_000,
        learning_starts=1000,
        gamma=0.99,
        target_update_interval=10,
        train_freq=256,
        gradient_steps=128,
        exploration_initial_eps=0.1168,
        exploration_final_eps=0.1168,
        policy_kwargs={"net_arch": [256, 256]},
        device="cpu",
    )


def sac():
    return SAC("MlpPolicy", make_vec_env("Pendulum-v1", seed=1), learning_rate=1e-3, device="cpu")


def td3():
    return TD3(
        "MlpPolicy",
        make_vec_env("Pendulum-v1", seed=1),
        learning_rate=1e-3,
        gamma=0.98,
        buffer_size=200_000,
        action_noise=NormalActionNoise(numpy.zeros(1), numpy.full(1, 0.1)),
        policy_kwargs={"net_arch": [256, 256]},
        device="cpu",
    )


makers = {"ppo": ppo, "a2c": a2c, "dqn": dqn, "sac": sac, "td3": td3}


def make(set_up):
    agent, _, threads = set_up.partition("/")
    return makers[agent](), int(threads or 1)


def train(made, steps):
    model, threads = made
    torch.set_num_threads(threads)
    model.learn(steps, reset_num_timesteps=False)


capability = torch.backends.cpu.get_cpu_capability()
versions = f"{stable_baselines3.__version__}, PyTorch {torch.__version__} {capability}"
train_on_request(f"Stable-Baselines3 {versions}", make, train)
