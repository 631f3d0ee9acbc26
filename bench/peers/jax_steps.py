"""Steps of bench/steps in JAX's public API, jit-compiled, timed on request.

Prints its name, then answers each line "COUNT STEP" with the milliseconds that COUNT calls took.
One core. The set-ups are those of the lab's steps; inputs are NumPy arrays that every call takes in
anew.
"""

import os
import sys
import time
from functools import partial

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import numpy
from jax import lax, nn
from jax import numpy as jnp

random = numpy.random.default_rng(1)


def normals(*shape):
    return random.standard_normal(shape, numpy.float32)


def drawn(*shape):
    """A kernel of this shape, whose last axis is its outputs."""
    return jnp.asarray(normals(*shape) / numpy.sqrt(numpy.prod(shape[:-1])))


def dense(*sizes):
    return [(drawn(a, b), jnp.zeros(b)) for a, b in zip(sizes, sizes[1:])]


def mlp(layers, x, activation):
    for kernel, bias in layers[:-1]:
        x = activation(x @ kernel + bias)
    kernel, bias = layers[-1]
    return x @ kernel + bias


def adam_state(parameters):
    zeros = partial(jax.tree.map, jnp.zeros_like)
    return zeros(parameters), zeros(parameters), jnp.zeros(())


def adam(parameters, gradients, state, rate, epsilon=1e-8, longest=None):
    """One step, with gradients no longer than `longest` by their global norm."""
    if longest is not None:
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradients)))
        scale = jnp.minimum(1.0, longest / (norm + 1e-6))
        gradients = jax.tree.map(lambda g: g * scale, gradients)
    first, second, count = state
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    size = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    corrected = epsilon * jnp.sqrt(1 - 0.999**count)
    parameters = jax.tree.map(
        lambda p, m, v: p - size * m / (jnp.sqrt(v) + corrected), parameters, first, second
    )
    return parameters, (first, second, count)


def ppo_loss(parameters, x, action, old_log_probability, old_value, advantage, target):
    policy, value = parameters
    log_probabilities = nn.log_softmax(mlp(policy, x, jnp.tanh))
    log_probability = jnp.take_along_axis(log_probabilities, action[:, None], 1)[:, 0]
    entropy = -(jnp.exp(log_probabilities) * log_probabilities).sum(1).mean()
    ratio = jnp.exp(log_probability - old_log_probability)
    surrogate = jnp.minimum(ratio * advantage, jnp.clip(ratio, 0.8, 1.2) * advantage).mean()
    predicted = mlp(value, x, jnp.tanh)[:, 0]
    held = old_value + jnp.clip(predicted - old_value, -0.2, 0.2)
    value_loss = 0.5 * jnp.maximum((predicted - target) ** 2, (held - target) ** 2).mean()
    return -surrogate + 0.5 * value_loss - 0.01 * entropy


def trained(loss, parameters, columns, **options):
    """Calls that each take one gradient step on the columns."""

    @partial(jax.jit, donate_argnums=(0, 1))
    def update(parameters, state, *inputs):
        return adam(parameters, jax.grad(loss)(parameters, *inputs), state, **options)

    kept = [parameters, adam_state(parameters)]

    def step():
        kept[:] = update(*kept, *columns())
        return kept[0]

    return step


def ppo(batch=128):
    columns = (
        normals(batch, 4),
        random.integers(2, size=batch, dtype=numpy.int32),
        numpy.full(batch, -0.6931, numpy.float32),
        normals(batch),
        normals(batch),
        normals(batch),
    )
    networks = (dense(4, 64, 64, 2), dense(4, 64, 64, 1))
    return trained(ppo_loss, networks, lambda: columns, rate=2.5e-4, epsilon=1e-5, longest=0.5)


def dqn(batch=64):
    online, target = dense(4, 256, 256, 2), dense(4, 256, 256, 2)

    def loss(online, target, x, action, reward, following, terminated):
        wanted = reward + 0.99 * (1 - terminated) * mlp(target, following, nn.relu).max(1)
        taken = jnp.take_along_axis(mlp(online, x, nn.relu), action[:, None], 1)[:, 0]
        error = jnp.abs(taken - lax.stop_gradient(wanted))
        return jnp.where(error < 1, 0.5 * error * error, error - 0.5).mean()

    columns = (
        normals(batch, 4),
        random.integers(2, size=batch, dtype=numpy.int32),
        normals(batch),
        normals(batch, 4),
        (random.random(batch) < 0.1).astype(numpy.float32),
    )
    return trained(loss, online, lambda: (target, *columns), rate=1e-4, longest=10.0)


def conv_vae(batch=128, latent=16):
    layout = ("NHWC", "HWIO", "NHWC")

    def shrink(x, kernel, bias):
        padding = ((1, 1), (1, 1))
        return lax.conv_general_dilated(x, kernel, (2, 2), padding, dimension_numbers=layout) + bias

    def grow(x, kernel, bias):
        return lax.conv_transpose(x, kernel, (2, 2), "SAME", dimension_numbers=layout) + bias

    def loss(parameters, x, noise):
        first, second, code, decode, third, last = parameters
        h = nn.relu(shrink(nn.relu(shrink(x, *first)), *second)).reshape(batch, 3136)
        mean, log_variance = jnp.split(h @ code[0] + code[1], 2, 1)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        h = nn.relu(z @ decode[0] + decode[1]).reshape(batch, 7, 7, 64)
        logits = grow(nn.relu(grow(h, *third)), *last)
        reconstruction = (jnp.maximum(logits, 0) - logits * x + jnp.log1p(jnp.exp(-jnp.abs(logits)))).sum()
        kl = 0.5 * (mean**2 + jnp.exp(log_variance) - log_variance - 1).sum()
        return (reconstruction + kl) / batch

    parameters = [
        (drawn(3, 3, 1, 32), jnp.zeros(32)),
        (drawn(3, 3, 32, 64), jnp.zeros(64)),
        (drawn(3136, 2 * latent), jnp.zeros(2 * latent)),
        (drawn(latent, 3136), jnp.zeros(3136)),
        (drawn(3, 3, 64, 32), jnp.zeros(32)),
        (drawn(3, 3, 32, 1), jnp.zeros(1)),
    ]
    images = random.random((batch, 28, 28, 1), numpy.float32)
    return trained(loss, parameters, lambda: (images, normals(batch, latent)), rate=1e-3)


makers = {"ppo": ppo, "dqn": dqn, "conv-vae": conv_vae}


def main():
    print(f"JAX {jax.__version__}", flush=True)
    made = {}
    for line in sys.stdin:
        count, name = line.split()
        if name not in made:
            made[name] = makers[name]()
        step, last = made[name], None
        started_at = time.perf_counter()
        for _ in range(int(count)):
            last = step()
        jax.block_until_ready(last)
        print((time.perf_counter() - started_at) * 1000, flush=True)


if __name__ == "__main__":
    main()
