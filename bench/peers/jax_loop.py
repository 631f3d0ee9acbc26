"""PPO on CartPole-v1 as one jit-compiled program in JAX, timed on request.

Our own code, environment included, in the set-up that PureJaxRL states (CleanRL's: 4 environments of
128 steps, 4 epochs of 4 minibatches): rollout, advantages, epochs and minibatches are scans. Prints its
name, then answers each line "COUNT SET-UP STEPS" with the milliseconds that COUNT times STEPS
environment steps took. A loop goes on from where it stopped. One core. The learning rate is not
annealed: so every batch does the same work.
"""

import sys
import time

from jax_steps import adam, adam_state, dense, mlp, ppo_loss

import jax
from jax import lax, nn
from jax import numpy as jnp

COUNT, LENGTH, EPOCHS, MINIBATCHES, GAMMA, LAMBDA = 4, 128, 4, 4, 0.99, 0.95
ROWS = COUNT * LENGTH


def drawn_states(key, count=COUNT):
    return jax.random.uniform(key, (count, 4), minval=-0.05, maxval=0.05)


def environment_step(states, ages, actions, key):
    """CartPole-v1 as Gymnasium has it, with autoreset within the step."""
    x, speed, angle, turn = states.T
    force = jnp.where(actions == 1, 10.0, -10.0)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    push = (force + 0.05 * turn * turn * sin) / 1.1
    angular = (9.8 * sin - cos * push) / (0.5 * (4.0 / 3.0 - 0.1 * cos * cos / 1.1))
    linear = push - 0.05 * angular * cos / 1.1
    after = jnp.stack(
        [x + 0.02 * speed, speed + 0.02 * linear, angle + 0.02 * turn, turn + 0.02 * angular], 1
    )
    ages = ages + 1
    fallen = (jnp.abs(after[:, 0]) > 2.4) | (jnp.abs(after[:, 2]) > 0.20943951)
    ended = fallen | (ages >= 500)
    after = jnp.where(ended[:, None], drawn_states(key), after)
    return after, jnp.where(ended, 0, ages), ended.astype(jnp.float32)


def rollout_step(carry, key):
    networks, states, ages = carry
    choosing, resetting = jax.random.split(key)
    logits = nn.log_softmax(mlp(networks[0], states, jnp.tanh))
    actions = jax.random.categorical(choosing, logits)
    log_probabilities = jnp.take_along_axis(logits, actions[:, None], 1)[:, 0]
    values = mlp(networks[1], states, jnp.tanh)[:, 0]
    after, ages, ended = environment_step(states, ages, actions, resetting)
    return (networks, after, ages), (states, actions, log_probabilities, values, ended)


def advantage_step(carry, row):
    following, next_values = carry
    values, ended = row
    errors = 1.0 + GAMMA * (1 - ended) * next_values - values
    following = errors + GAMMA * LAMBDA * (1 - ended) * following
    return (following, values), following


def gradient_step(carry, batch):
    networks, optimizer = carry
    x, action, log_probability, value, advantage, target = batch
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    gradients = jax.grad(ppo_loss)(networks, x, action, log_probability, value, advantage, target)
    return adam(networks, gradients, optimizer, 2.5e-4, epsilon=1e-5, longest=0.5), None


def iteration(state):
    networks, optimizer, states, ages, key = state
    key, acting, shuffling = jax.random.split(key, 3)
    carry, rows = lax.scan(rollout_step, (networks, states, ages), jax.random.split(acting, LENGTH))
    _, states, ages = carry
    observations, actions, log_probabilities, values, ended = rows
    last = mlp(networks[1], states, jnp.tanh)[:, 0]
    _, advantages = lax.scan(
        advantage_step, (jnp.zeros(COUNT), last), (values, ended), reverse=True
    )
    columns = (observations, actions, log_probabilities, values, advantages, advantages + values)
    columns = [column.reshape(ROWS, *column.shape[2:]) for column in columns]

    def epoch(carry, key):
        order = jax.random.permutation(key, ROWS).reshape(MINIBATCHES, -1)
        return lax.scan(gradient_step, carry, [column[order] for column in columns])

    (networks, optimizer), _ = lax.scan(
        epoch, (networks, optimizer), jax.random.split(shuffling, EPOCHS)
    )
    return networks, optimizer, states, ages, key


@jax.jit
def iterations(count, state):
    return lax.fori_loop(0, count, lambda _, each: iteration(each), state)


def main():
    print(f"JAX loop, jit and scan (JAX {jax.__version__})", flush=True)
    key, resetting = jax.random.split(jax.random.key(1))
    networks = (dense(4, 64, 64, 2), dense(4, 64, 64, 1))
    ages = jnp.zeros(COUNT, jnp.int32)
    state = (networks, adam_state(networks), drawn_states(resetting), ages, key)
    for line in sys.stdin:
        count, _, steps = line.split()
        started_at = time.perf_counter()
        state = jax.block_until_ready(iterations(-(-int(count) * int(steps) // ROWS), state))
        print((time.perf_counter() - started_at) * 1000, flush=True)


main()
