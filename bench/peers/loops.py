"""PPO and DQN as plain loops in PyTorch and Gymnasium, timed on request.

Our own code, with the set-ups that CleanRL states for CartPole-v1. Prints its name, then answers
each line "COUNT SET-UP STEPS" with the milliseconds that COUNT times STEPS environment steps took. A
loop goes on from where it stopped. One thread. ε is constant at its mean over CleanRL's budget, the
learning rate is not annealed: so every batch does the same work.
"""

from on_request import train_on_request

import gymnasium
import numpy
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(1)


def environments(count):
    def make():
        return gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.make("CartPole-v1"))

    return gymnasium.vector.SyncVectorEnv(
        [make] * count, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP
    )


def mlp(*sizes, activation, last_gain=None):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layer = nn.Linear(a, b)
        last = i + 2 == len(sizes)
        if last_gain is not None:
            nn.init.orthogonal_(layer.weight, last_gain if last else 2**0.5)
            nn.init.zeros_(layer.bias)
        layers += [layer] if last else [layer, activation()]
    return nn.Sequential(*layers)


def ppo(count=4, length=128, minibatches=4, epochs=4, gamma=0.99, lam=0.95, clip=0.2):
    """A generator that trains on one rollout of count · length steps at each turn."""
    envs = environments(count)
    policy = mlp(4, 64, 64, 2, activation=nn.Tanh, last_gain=0.01)
    value = mlp(4, 64, 64, 1, activation=nn.Tanh, last_gain=1.0)
    parameters = [*policy.parameters(), *value.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=2.5e-4, eps=1e-5)
    rows = count * length
    observations = torch.zeros(length, count, 4)
    actions = torch.zeros(length, count, dtype=torch.long)
    log_probabilities = torch.zeros(length, count)
    values = torch.zeros(length + 1, count)
    rewards = numpy.zeros((length, count), numpy.float32)
    ended = numpy.zeros((length, count), numpy.float32)
    observation, _ = envs.reset(seed=1)
    while True:
        with torch.no_grad():
            for t in range(length):
                observations[t] = torch.as_tensor(observation)
                logits = torch.log_softmax(policy(observations[t]), 1)
                actions[t] = torch.multinomial(logits.exp(), 1)[:, 0]
                log_probabilities[t] = logits.gather(1, actions[t][:, None])[:, 0]
                values[t] = value(observations[t])[:, 0]
                observation, rewards[t], terminated, truncated, _ = envs.step(actions[t].numpy())
                ended[t] = terminated | truncated
            values[length] = value(torch.as_tensor(observation))[:, 0]
        v, advantages, following = values.numpy(), numpy.zeros_like(rewards), 0.0
        for t in reversed(range(length)):
            error = rewards[t] + gamma * (1 - ended[t]) * v[t + 1] - v[t]
            advantages[t] = following = error + gamma * lam * (1 - ended[t]) * following
        columns = [
            column.reshape(rows, *column.shape[2:])
            for column in (
                observations,
                actions,
                log_probabilities,
                values[:length],
                torch.as_tensor(advantages),
                torch.as_tensor(advantages + v[:length]),
            )
        ]
        for _ in range(epochs):
            for batch in torch.randperm(rows).chunk(minibatches):
                x, action, old_log_probability, old_value, advantage, target = (
                    column[batch] for column in columns
                )
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                logits = torch.log_softmax(policy(x), 1)
                entropy = -(logits.exp() * logits).sum(1).mean()
                ratio = (logits.gather(1, action[:, None])[:, 0] - old_log_probability).exp()
                held = ratio.clamp(1 - clip, 1 + clip)
                gain = torch.min(ratio * advantage, held * advantage).mean()
                predicted = value(x)[:, 0]
                near = old_value + (predicted - old_value).clamp(-clip, clip)
                errors = torch.max((predicted - target) ** 2, (near - target) ** 2)
                loss = -gain + 0.5 * 0.5 * errors.mean() - 0.01 * entropy
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 0.5)
                optimizer.step()
        yield rows


def dqn(size=10_000, starts=10_000, batch=128, every=10, renewal=500, gamma=0.99, epsilon=0.2875):
    """A generator that takes `every` steps and trains once on a batch at each turn."""
    envs = environments(1)
    online = mlp(4, 120, 84, 2, activation=nn.ReLU)
    target = mlp(4, 120, 84, 2, activation=nn.ReLU)
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4)
    random = numpy.random.default_rng(1)
    observations = numpy.zeros((size, 4), numpy.float32)
    following = numpy.zeros((size, 4), numpy.float32)
    actions = numpy.zeros(size, numpy.int64)
    rewards = numpy.zeros(size, numpy.float32)
    terminals = numpy.zeros(size, numpy.float32)
    observation, _ = envs.reset(seed=1)
    taken = 0
    while True:
        for _ in range(every):
            if taken < starts or random.random() < epsilon:
                action = random.integers(2, size=1)
            else:
                with torch.no_grad():
                    action = online(torch.as_tensor(observation)).argmax(1).numpy()
            after, reward, terminated, truncated, info = envs.step(action)
            row = taken % size
            observations[row], actions[row], rewards[row] = observation[0], action[0], reward[0]
            following[row] = info["final_obs"][0] if terminated[0] or truncated[0] else after[0]
            terminals[row] = terminated[0]
            observation = after
            taken += 1
            if taken % renewal == 0:
                target.load_state_dict(online.state_dict())
        if taken > starts:
            rows = random.integers(min(taken, size), size=batch)
            with torch.no_grad():
                best = target(torch.as_tensor(following[rows])).max(1).values
                wanted = torch.as_tensor(rewards[rows])
                wanted = wanted + gamma * (1 - torch.as_tensor(terminals[rows])) * best
            scores = online(torch.as_tensor(observations[rows]))
            value = scores.gather(1, torch.as_tensor(actions[rows])[:, None])[:, 0]
            loss = F.mse_loss(value, wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield every


makers = {"ppo": ppo, "dqn": dqn}


def train(loop, steps):
    left = steps
    while left > 0:
        left -= next(loop)


versions = f"PyTorch {torch.__version__}, Gymnasium {gymnasium.__version__}"
train_on_request(f"PyTorch loop ({versions})", lambda set_up: makers[set_up](), train)
