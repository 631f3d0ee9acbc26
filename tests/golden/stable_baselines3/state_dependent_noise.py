"""Two minibatches of PPO with gSDE: Stable-Baselines3's own policy, noise, advantages and optimizer in
float64, its loss as in `PPO.train`, from a rollout that a policy beside it played.

python3 -m venv v && v/bin/pip install torch stable-baselines3
v/bin/python state_dependent_noise.py > state_dependent_noise.json
"""
import json

import gymnasium
import numpy as np
import stable_baselines3
import torch
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.policies import ActorCriticPolicy

T, N, D, K, HIDDEN, RATE = 4, 2, 2, 2, 3, 0.01
GAMMA, LAMBDA, EPSILON = 0.9, 0.8, 0.2
torch.manual_seed(23)
draw = np.random.default_rng(23)
f = lambda x: np.asarray(x).astype(np.float32).astype(float)

observations = gymnasium.spaces.Box(-10, 10, (D,))
actions = gymnasium.spaces.Box(-1, 1, (K,))


def policy_of():
    policy = ActorCriticPolicy(
        observations, actions, lambda _: RATE, net_arch=[HIDDEN], use_sde=True,
        optimizer_kwargs={"eps": 1e-5},
    ).double()
    # The observations are flat already; its own form of this would make float32 of them.
    policy.extract_features = lambda observed, *_: observed
    with torch.no_grad():
        for x in policy.parameters():
            x.copy_(torch.tensor(f(draw.normal(0, 0.6, tuple(x.shape)))))
    return policy


def named(policy):
    """As the lab names and turns them."""
    p = {n: x.detach().numpy().copy() for n, x in policy.named_parameters()}
    layers = {
        "policy/0": "mlp_extractor.policy_net.0", "policy/1": "action_net",
        "value/0": "mlp_extractor.value_net.0", "value/1": "value_net",
    }
    return {
        "policy/logStd": p["log_std"],
        **{f"{ours}/kernel": p[f"{theirs}.weight"].T for ours, theirs in layers.items()},
        **{f"{ours}/bias": p[f"{theirs}.bias"] for ours, theirs in layers.items()},
    }


def tensor(x):
    return torch.tensor(np.asarray(x), dtype=torch.float64)


def kept(x):
    x = np.asarray(x, dtype=float)
    return {"shape": list(x.shape), "values": x.reshape(-1).tolist()}


policy = policy_of()
acted = policy_of()
with torch.no_grad():
    for x, y in zip(acted.parameters(), policy.parameters()):
        x.copy_(y + tensor(f(draw.normal(0, 0.2, tuple(y.shape)))))

# The rollout: one episode ends in a terminal state, one at a time limit.
s = f(draw.normal(0, 1, (T + 1, N, D)))
final = f(draw.normal(0, 1, (1, D)))
rewards = f(draw.normal(0, 1, (T, N)))
terminated, truncated = np.zeros((T, N)), np.zeros((T, N))
terminated[1, 0] = 1
truncated[2, 1] = 1
acted.reset_noise(N)
with torch.no_grad():
    taken = [acted.forward(tensor(s[t])) for t in range(T)]
    a = f([x[0].numpy() for x in taken])
    values = f([x[1].numpy()[:, 0] for x in taken])
    log_probabilities = f([
        acted.evaluate_actions(tensor(s[t]), tensor(a[t]))[1].numpy() for t in range(T)
    ])
    last = acted.forward(tensor(s[T]))[1][:, 0]
    cut = acted.forward(tensor(final))[1].item()
following = np.concatenate([values[1:], last.numpy()[None]])
following[2, 1] = cut

buffer = RolloutBuffer(T, observations, actions, "cpu", LAMBDA, GAMMA, N)
ended = np.maximum(terminated, truncated)
for t in range(T):
    # `OnPolicyAlgorithm.collect_rollouts`: a time limit's reward has γ times the last value.
    reward = rewards[t] + GAMMA * truncated[t] * following[t]
    starts = np.ones(N) if t == 0 else ended[t - 1]
    buffer.add(s[t], a[t], reward, starts, tensor(values[t]), tensor(log_probabilities[t]))
buffer.compute_returns_and_advantage(last.float(), ended[T - 1])
advantages, returns = buffer.advantages.reshape(-1), buffer.returns.reshape(-1)

rows = {"s": s[:T].reshape(-1, D), "a": a.reshape(-1, K), "l": log_probabilities.reshape(-1)}
before, steps = named(policy), []
for indices in np.split(draw.permutation(T * N), 2):
    A = tensor(advantages[indices])
    A = (A - A.mean()) / (A.std() + 1e-8)
    v, log_probability, entropy = policy.evaluate_actions(
        tensor(rows["s"][indices]), tensor(rows["a"][indices])
    )
    ratio = torch.exp(log_probability - tensor(rows["l"][indices]))
    clipped = torch.clamp(ratio, 1 - EPSILON, 1 + EPSILON)
    policy_loss = -torch.min(A * ratio, A * clipped).mean()
    value_loss = torch.nn.functional.mse_loss(tensor(returns[indices]), v.flatten())
    loss = policy_loss - 0.01 * entropy.mean() + 0.25 * value_loss
    policy.optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
    policy.optimizer.step()
    steps.append({
        "indices": kept(indices),
        "outputs": {
            "policy": policy_loss.item(), "value": 0.5 * value_loss.item(),
            "entropy": entropy.mean().item(), "gradientNorm": norm.item(),
            "logProbability": kept(log_probability.detach().numpy()),
        },
    })

print(json.dumps({
    "stable-baselines3": stable_baselines3.__version__, "torch": torch.__version__,
    "parameters": {n: kept(x) for n, x in before.items()},
    "rollout": {n: kept(x) for n, x in {
        "observations": rows["s"], "actions": rows["a"], "rewards": rewards, "values": values,
        "nextValues": following, "terminated": terminated, "truncated": truncated,
        "logProbabilities": rows["l"],
    }.items()},
    "advantages": kept(advantages), "returns": kept(returns), "steps": steps,
    "after": {n: kept(x) for n, x in named(policy).items()},
}))
