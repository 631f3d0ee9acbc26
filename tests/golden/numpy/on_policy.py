"""Whole updates of A2C, PPO (clipped and penalised) and IMPALA in float64: advantages by the sums of
their definitions, losses in the textbook form, gradients by central differences."""
import json
import numpy as np

from central_differences import gradient

T, N, D, H, RATE = 4, 2, 2, 3, 0.01
GAMMA, LAMBDA = 0.9, 0.8
draw = np.random.default_rng(17)
f = lambda x: np.asarray(x).astype(np.float32).astype(float)


def mlp(p, x, prefix):
    h = np.tanh(x @ p[f"{prefix}/0/kernel"] + p[f"{prefix}/0/bias"])
    return h @ p[f"{prefix}/1/kernel"] + p[f"{prefix}/1/bias"]


def make(prefix, outputs):
    shapes = {"0/kernel": (D, H), "0/bias": (H,), "1/kernel": (H, outputs), "1/bias": (outputs,)}
    return {f"{prefix}/{n}": f(draw.normal(0, 0.6, s)) for n, s in shapes.items()}


def value(p, s):
    return mlp(p, s, "value")[..., 0]


class Softmax:
    outputs = 3

    def extra(self):
        return {}

    def probabilities(self, p, s):
        e = np.exp(mlp(p, s, "policy"))
        return e / e.sum(-1, keepdims=True)

    def actions(self, m):
        return draw.integers(0, 3, (m, 1)).astype(float)

    def log_probability(self, p, s, a):
        return np.log(self.probabilities(p, s)[np.arange(len(a)), a[:, 0].astype(int)])

    def entropy(self, p, s):
        q = self.probabilities(p, s)
        return -(q * np.log(q)).sum(-1)


class Gaussian:
    outputs = 2

    def extra(self):
        return {"policy/logStd": f([-0.3, 0.2])}

    def moments(self, p, s):
        mean = mlp(p, s, "policy")
        return mean, np.exp(p["policy/logStd"]) + 0 * mean

    def actions(self, m):
        return f(draw.normal(0, 1, (m, 2)))

    def log_probability(self, p, s, a):
        mean, std = self.moments(p, s)
        return np.sum(-((a - mean) ** 2) / (2 * std**2) - np.log(std * np.sqrt(2 * np.pi)), -1)

    def entropy(self, p, s):
        _, std = self.moments(p, s)
        return np.sum(0.5 * np.log(2 * np.pi * np.e * std**2), -1)


def divergence(old, new):
    (m0, s0), (m1, s1) = old, new
    return np.sum(np.log(s1 / s0) + (s0**2 + (m0 - m1) ** 2) / (2 * s1**2) - 0.5, -1)


class Adam:
    def __init__(self, epsilon):
        self.epsilon, self.t, self.m, self.v = epsilon, 0, {}, {}

    def __call__(self, n, g):
        self.m[n] = 0.9 * self.m.get(n, 0) + 0.1 * g
        self.v[n] = 0.999 * self.v.get(n, 0) + 0.001 * g**2
        m, v = self.m[n] / (1 - 0.9**self.t), self.v[n] / (1 - 0.999**self.t)
        return m / (np.sqrt(v) + self.epsilon)


class RmsProp:
    def __init__(self, epsilon):
        self.epsilon, self.t, self.s = epsilon, 0, {}

    def __call__(self, n, g):
        self.s[n] = 0.99 * self.s.get(n, 0) + 0.01 * g**2
        return g / (np.sqrt(self.s[n]) + self.epsilon)


def descend(p, loss, rule, maximum):
    """One step; the norm of the gradient before clipping."""
    g = gradient(loss, p)
    norm = np.sqrt(sum((x**2).sum() for x in g.values()))
    rule.t += 1
    return {n: x - RATE * rule(n, g[n] * min(1, maximum / norm)) for n, x in p.items()}, norm


def rollout(p, kind):
    """Time-major columns; one episode ends in a terminal state, one at a time limit."""
    s = f(draw.normal(0, 1, (T + 1, N, D)))
    terminated, truncated = np.zeros((T, N)), np.zeros((T, N))
    terminated[1, 0] = 1
    truncated[2, 1] = 1
    final = f(draw.normal(0, 1, D))
    v = value(p, s[:T])
    following = value(p, s[1:])
    following[2, 1] = value(p, final[None])[0]
    return {
        "observations": s[:T].reshape(T * N, D), "actions": kind.actions(T * N),
        "rewards": f(draw.normal(0, 1, (T, N))), "values": v, "nextValues": following,
        "terminated": terminated, "truncated": truncated,
    }


def delta(r, t, n):
    bootstrap = 0 if r["terminated"][t, n] else GAMMA * r["nextValues"][t, n]
    return r["rewards"][t, n] + bootstrap - r["values"][t, n]


def ends(r, t, n):
    return r["terminated"][t, n] or r["truncated"][t, n] or t == T - 1


def last(r, t, n):
    while not ends(r, t, n):
        t += 1
    return t


def gae(r):
    """Schulman et al. (2015), equation 16, up to the end of the episode or of the rollout."""
    a = np.zeros((T, N))
    for t, n in np.ndindex(T, N):
        a[t, n] = sum((GAMMA * LAMBDA) ** (k - t) * delta(r, k, n) for k in range(t, last(r, t, n) + 1))
    return a.reshape(-1), (a + r["values"]).reshape(-1)


def vtrace(r, ratios, rho_bar, c_bar):
    """Espeholt et al. (2018), equation 1 and section 4.2."""
    v, a = np.zeros((T, N)), np.zeros((T, N))
    rho, c = np.minimum(rho_bar, ratios.reshape(T, N)), np.minimum(c_bar, ratios.reshape(T, N))
    for t, n in np.ndindex(T, N):
        v[t, n] = r["values"][t, n] + sum(
            GAMMA ** (k - t) * np.prod(c[t:k, n]) * rho[k, n] * delta(r, k, n)
            for k in range(t, last(r, t, n) + 1))
    for t, n in np.ndindex(T, N):
        following = 0 if r["terminated"][t, n] else r["nextValues"][t, n] if ends(r, t, n) else v[t + 1, n]
        a[t, n] = rho[t, n] * (r["rewards"][t, n] + GAMMA * following - r["values"][t, n])
    return a.reshape(-1), v.reshape(-1)


def actor_critic_step(p, b, kind, rule, maximum):
    """−E[ln π A] + ½ E[(V − R)²] − 0.02 E[H]."""
    def terms(q):
        s = b["observations"]
        policy = -np.mean(kind.log_probability(q, s, b["actions"]) * b["advantages"])
        return policy, np.mean((value(q, s) - b["returns"]) ** 2), np.mean(kind.entropy(q, s))
    def loss(q):
        policy, v, entropy = terms(q)
        return policy + 0.5 * v - 0.02 * entropy
    policy, v, entropy = terms(p)
    p, norm = descend(p, loss, rule, maximum)
    return p, {"policy": policy, "value": v, "entropy": entropy, "gradientNorm": norm}


def start(kind):
    return {**make("policy", kind.outputs), **kind.extra(), **make("value", 1)}


def a2c():
    kind, rule = Softmax(), RmsProp(1e-5)
    p = begin = start(kind)
    steps = []
    for _ in range(2):
        r = rollout(p, kind)
        advantages, returns = gae(r)
        p, outputs = actor_critic_step(p, {**r, "advantages": advantages, "returns": returns}, kind, rule, 0.4)
        steps.append({"rollout": r, "advantages": advantages, "returns": returns, "outputs": outputs})
    return {"parameters": begin, "steps": steps, "after": p}


def impala():
    kind, rule = Softmax(), Adam(1e-5)
    p = begin = start(kind)
    steps = []
    for _ in range(2):
        r = rollout(p, kind)
        r["ratios"] = np.exp(draw.normal(0, 0.5, T * N))
        advantages, returns = vtrace(r, r["ratios"], 1.2, 0.9)
        p, outputs = actor_critic_step(p, {**r, "advantages": advantages, "returns": returns}, kind, rule, 0.4)
        steps.append({"rollout": r, "advantages": advantages, "returns": returns, "outputs": outputs})
    return {"parameters": begin, "steps": steps, "after": p}


def ppo(kind, surrogate):
    """Two minibatches of one rollout whose policy was another one: ratios leave 1 ± ε."""
    rule, epsilon, beta = Adam(1e-5), 0.2, 0.7
    p = begin = start(kind)
    acted = {n: x + f(draw.normal(0, 0.2, x.shape)) for n, x in p.items()}
    r = rollout(p, kind)
    r["logProbabilities"] = f(kind.log_probability(acted, r["observations"], r["actions"]))
    r["values"] = f(r["values"] + draw.normal(0, 0.4, (T, N)))
    advantages, returns = gae(r)
    if surrogate == "kl-penalty":
        mean, std = kind.moments(acted, r["observations"])
        r["oldInputs"] = f(np.concatenate([mean, np.log(std)], 1))
    steps = []
    for indices in np.split(draw.permutation(T * N), 2):
        s, a, old_v = r["observations"][indices], r["actions"][indices], r["values"].reshape(-1)[indices]
        A, R = advantages[indices], returns[indices]
        A = (A - A.mean()) / (A.std(ddof=1) + 1e-8)
        def terms(q):
            log_probability = kind.log_probability(q, s, a)
            ratio = np.exp(log_probability - r["logProbabilities"][indices])
            extra = {}
            if surrogate == "clipped":
                policy = -np.mean(np.minimum(ratio * A, np.clip(ratio, 1 - epsilon, 1 + epsilon) * A))
            else:
                old = np.split(r["oldInputs"][indices], 2, 1)
                kl = divergence((old[0], np.exp(old[1])), kind.moments(q, s))
                policy = -np.mean(ratio * A - beta * kl)
                extra = {"divergence": np.mean(kl)}
            v = value(q, s)
            clipped = old_v + np.clip(v - old_v, -epsilon, epsilon)
            v_loss = 0.5 * np.mean(np.maximum((v - R) ** 2, (clipped - R) ** 2))
            entropy = np.mean(kind.entropy(q, s))
            return {"policy": policy, "value": v_loss, "entropy": entropy, "logProbability": log_probability, **extra}
        def loss(q):
            t = terms(q)
            return t["policy"] + 0.5 * t["value"] - 0.01 * t["entropy"]
        outputs = terms(p)
        p, norm = descend(p, loss, rule, 0.5)
        steps.append({"indices": indices, "outputs": {**outputs, "gradientNorm": norm}})
    return {"parameters": begin, "rollout": r, "advantages": advantages, "returns": returns,
            "klCoefficient": beta, "steps": steps, "after": p}


def plain(x):
    if isinstance(x, dict):
        return {n: plain(y) for n, y in x.items()}
    if isinstance(x, list):
        return [plain(y) for y in x]
    if isinstance(x, np.ndarray):
        return {"shape": list(x.shape), "values": [round(float(y), 12) for y in x.reshape(-1)]}
    return round(float(x), 12)


print(json.dumps(plain({
    "a2c": a2c(), "impala": impala(),
    "ppo": ppo(Softmax(), "clipped"), "penalised": ppo(Gaussian(), "kl-penalty"),
})))
