"""Two updates each of SAC, TD3 and DDPG in float64, gradients by central differences; each once more
with transitions over several steps (a discount of their own), importance weights and another Adam's ε."""
import json
import numpy as np

from central_differences import gradient

D, K, H, B = 2, 2, 3, 4
GAMMA, TAU, RATE = 0.97, 0.05, 0.01
draw = np.random.default_rng(11)


def mlp(p, x, prefix):
    h = np.tanh(x @ p[f"{prefix}/0/kernel"] + p[f"{prefix}/0/bias"])
    return h @ p[f"{prefix}/1/kernel"] + p[f"{prefix}/1/bias"]


def make(prefix, inputs, outputs):
    shapes = {"0/kernel": (inputs, H), "0/bias": (H,), "1/kernel": (H, outputs), "1/bias": (outputs,)}
    return {f"{prefix}/{n}": draw.normal(0, 0.6, s).astype(np.float32).astype(float) for n, s in shapes.items()}


def part(p, prefix):
    return {n: x for n, x in p.items() if n.startswith(prefix + "/")}


def q(p, i, s, a):
    return mlp(p, np.concatenate([s, a], 1), f"critic/{i}")[:, 0]


class Adam:
    def __init__(self, epsilon=1e-8):
        self.epsilon, self.t, self.m, self.v = epsilon, 0, {}, {}

    def step(self, p, g):
        self.t += 1
        out = {}
        for n, x in p.items():
            self.m[n] = 0.9 * self.m.get(n, 0) + 0.1 * g[n]
            self.v[n] = 0.999 * self.v.get(n, 0) + 0.001 * g[n] ** 2
            m, v = self.m[n] / (1 - 0.9**self.t), self.v[n] / (1 - 0.999**self.t)
            out[n] = x - RATE * m / (np.sqrt(v) + self.epsilon)
        return out


def renew(target, p):
    return {n: (1 - TAU) * x + TAU * p[n] for n, x in target.items()}


def batch(general=False):
    f = lambda x: np.asarray(x).astype(np.float32).astype(float)
    b = {
        "observations": f(draw.normal(0, 1, (B, D))),
        "actions": f(draw.uniform(-1, 1, (B, K))),
        "rewards": f(draw.normal(0, 1, B)),
        "nextObservations": f(draw.normal(0, 1, (B, D))),
        "terminated": np.array([0.0, 1.0, 0.0, 0.0]),
        "discounts": np.full(B, f(GAMMA)),
    }
    if general:
        b["discounts"], b["weights"] = f(GAMMA ** np.array([3, 1, 3, 2])), f(draw.uniform(0.2, 1, B))
    return b


def squared(b, error):
    return np.mean(b.get("weights", 1.0) * error**2)


def squashed(p, s, noise):
    """a = tanh(u) and its log-density in the textbook form ln N(u) - ln(1 - tanh(u)^2)."""
    mean, log_std = np.split(mlp(p, s, "policy"), 2, 1)
    log_std = np.clip(log_std, -20, 2)
    std = np.exp(log_std)
    u = mean + std * noise
    normal = -((u - mean) ** 2) / (2 * std**2) - np.log(std) - 0.5 * np.log(2 * np.pi)
    return np.tanh(u), np.sum(normal - np.log(1 - np.tanh(u) ** 2), 1)


def sac(general=False):
    epsilon = 1e-2 if general else 1e-8
    p = {**make("policy", D, 2 * K), **make("critic/0", D + K, 1), **make("critic/1", D + K, 1)}
    log_alpha, H_bar = np.float64(np.float32(np.log(0.2))), -1.0 * K
    p["temperature/log"] = np.array(log_alpha)
    target, start = part(p, "critic"), p
    critic_adam, policy_adam, temperature_adam = Adam(epsilon), Adam(epsilon), Adam(epsilon)
    noise = np.random.default_rng(5)
    steps = []
    for _ in range(2):
        b = batch(general)
        e = noise.standard_normal((B, K))
        e_next = noise.standard_normal((B, K))
        alpha = np.exp(p["temperature/log"])
        a_next, l_next = squashed(p, b["nextObservations"], e_next)
        q_next = np.minimum(*(q(target, i, b["nextObservations"], a_next) for i in (0, 1)))
        y = b["rewards"] + b["discounts"] * (1 - b["terminated"]) * (q_next - alpha * l_next)
        critic_loss = lambda c: 0.5 * sum(squared(b, q(c, i, b["observations"], b["actions"]) - y) for i in (0, 1))
        critics, policy, heat = part(p, "critic"), part(p, "policy"), part(p, "temperature")
        value, taken = critic_loss(critics), q(critics, 0, b["observations"], b["actions"])
        critics = critic_adam.step(critics, gradient(critic_loss, critics))

        def policy_loss(w):
            a, l = squashed(w, b["observations"], e)
            return np.mean(alpha * l - np.minimum(*(q(critics, i, b["observations"], a) for i in (0, 1))))

        l = squashed(policy, b["observations"], e)[1]
        policy_value = policy_loss(policy)
        heat_loss = lambda w: -w["temperature/log"] * np.mean(l + H_bar)
        heat_value = heat_loss(heat)
        policy = policy_adam.step(policy, gradient(policy_loss, policy))
        heat = temperature_adam.step(heat, gradient(heat_loss, heat))
        p = {**policy, **critics, **heat}
        target = renew(target, p)
        steps.append({"batch": b, "outputs": {"policy": policy_value, "value": value, "taken": taken,
                      "errors": y - taken, "logProbability": l, "temperature": alpha, "temperatureLoss": heat_value}})
    return {"noiseSeed": 5, "parameters": start, "steps": steps, "after": {"parameters": p, "target": target}}


def deterministic(count, target_noise, general=False):
    """TD3 with two critics, delay 1 and smoothed targets; DDPG with one critic."""
    p = {**make("policy", D, K)}
    for i in range(count):
        p.update(make(f"critic/{i}", D + K, 1))
    target, start = p, p
    epsilon = 1e-2 if general else 1e-8
    critic_adam, policy_adam = Adam(epsilon), Adam(epsilon)
    noise = np.random.default_rng(6)
    mu = lambda w, s: np.tanh(mlp(w, s, "policy"))
    steps = []
    for _ in range(2):
        b = batch(general)
        a_next = mu(target, b["nextObservations"])
        if target_noise:
            e = np.clip(0.4 * noise.standard_normal((B, K)), -0.3, 0.3)
            a_next = np.clip(a_next + e, -1, 1)
        q_next = np.min([q(target, i, b["nextObservations"], a_next) for i in range(count)], 0)
        y = b["rewards"] + b["discounts"] * (1 - b["terminated"]) * q_next
        critic_loss = lambda c: sum(squared(b, q(c, i, b["observations"], b["actions"]) - y) for i in range(count))
        critics, policy = part(p, "critic"), part(p, "policy")
        value, taken = critic_loss(critics), q(critics, 0, b["observations"], b["actions"])
        critics = critic_adam.step(critics, gradient(critic_loss, critics))
        policy_loss = lambda w: -np.mean(q(critics, 0, b["observations"], mu(w, b["observations"])))
        policy_value = policy_loss(policy)
        policy = policy_adam.step(policy, gradient(policy_loss, policy))
        p = {**policy, **critics}
        target = renew(target, p)
        steps.append({"batch": b, "outputs": {"policy": policy_value, "value": value, "taken": taken, "errors": y - taken}})
    return {"noiseSeed": 6, "parameters": start, "steps": steps, "after": {"parameters": p, "target": target}}


def plain(x):
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        return [plain(v) for v in x]
    return {"shape": list(np.shape(x)), "values": np.ravel(x).tolist()} if not isinstance(x, int) else x


if __name__ == "__main__":
    result = {"sac": sac(), "td3": deterministic(2, True), "ddpg": deterministic(1, False)}
    result["sac, general"] = sac(True)
    result["td3, general"] = deterministic(2, True, True)
    result["ddpg, general"] = deterministic(1, False, True)
    print(json.dumps({"numpy": np.__version__, "made by": "continuous_control.py", **plain(result)}))
