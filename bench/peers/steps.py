"""The steps of bench/steps in PyTorch's public API, timed on request.

Prints its name, then answers each line "COUNT STEP" with the milliseconds that COUNT calls took.
One thread. The set-ups are those of the lab's steps; inputs are copied in anew for every call, on a
graphics device from the processor's memory.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
torch.manual_seed(1)

# Where tensors are made. Within a step it is named: a default device slows every call down.
device = "cpu"


def mlp(*sizes, activation):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i + 2 < len(sizes):
            layers.append(activation())
    return nn.Sequential(*layers)


def fed(*columns):
    """What copies the columns into tensors of their own, as a trainer feeds its batches."""
    inputs = [torch.empty_like(column) for column in columns]
    held = [column.cpu() for column in columns]

    def feed():
        for tensor, column in zip(inputs, held):
            tensor.copy_(column)
        return inputs

    return feed


def ppo_update(batch=128, hidden=(64, 64)):
    policy = mlp(4, *hidden, 2, activation=nn.Tanh)
    value = mlp(4, *hidden, 1, activation=nn.Tanh)
    parameters = [*policy.parameters(), *value.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=2.5e-4, eps=1e-5)

    def update(x, action, old_log_probability, old_value, advantage, target):
        log_probabilities = torch.log_softmax(policy(x), 1)
        log_probability = log_probabilities.gather(1, action[:, None])[:, 0]
        entropy = -(log_probabilities.exp() * log_probabilities).sum(1).mean()
        ratio = (log_probability - old_log_probability).exp()
        surrogate = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
        predicted = value(x)[:, 0]
        held = old_value + (predicted - old_value).clamp(-0.2, 0.2)
        value_loss = 0.5 * torch.max((predicted - target) ** 2, (held - target) ** 2).mean()
        loss = -surrogate + 0.5 * value_loss - 0.01 * entropy
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 0.5)
        optimizer.step()

    return policy, value, update


def ppo(batch=128):
    _, _, update = ppo_update(batch)
    feed = fed(
        torch.randn(batch, 4),
        torch.randint(2, (batch,)),
        torch.full((batch,), -0.6931),
        torch.randn(batch),
        torch.randn(batch),
        torch.randn(batch),
    )
    return lambda: update(*feed())


def dqn(batch=64):
    online = mlp(4, 256, 256, 2, activation=nn.ReLU)
    target = mlp(4, 256, 256, 2, activation=nn.ReLU)
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.Adam(online.parameters(), lr=1e-4)
    feed = fed(
        torch.randn(batch, 4),
        torch.randint(2, (batch, 1)),
        torch.randn(batch),
        torch.randn(batch, 4),
        (torch.rand(batch) < 0.1).float(),
    )

    def step():
        x, action, reward, following, terminated = feed()
        with torch.no_grad():
            wanted = reward + 0.99 * (1 - terminated) * target(following).max(1).values
        taken = online(x).gather(1, action)[:, 0]
        loss = F.smooth_l1_loss(taken, wanted)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(online.parameters(), 10)
        optimizer.step()

    return step


class ConvVae(nn.Module):
    def __init__(self, latent=16):
        super().__init__()
        self.shrink = nn.Sequential(
            nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU()
        )
        self.code = nn.Linear(3136, 2 * latent)
        self.decode = nn.Linear(latent, 3136)
        self.grow = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 3, 2, 1, 1)
        )

    def forward(self, x):
        mean, log_variance = self.code(self.shrink(x).flatten(1)).chunk(2, 1)
        latent = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        hidden = F.relu(self.decode(latent)).view(-1, 64, 7, 7)
        return self.grow(hidden), mean, log_variance


def vae(model, *shape):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    feed = fed(torch.rand(*shape))

    def step():
        (x,) = feed()
        logits, mean, log_variance = model(x)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum()
        loss = (reconstruction + kl) / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


class DenseVae(nn.Module):
    def __init__(self, hidden=400, latent=20):
        super().__init__()
        self.seen = nn.Linear(784, hidden)
        self.code = nn.Linear(hidden, 2 * latent)
        self.decode = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, 784))

    def forward(self, x):
        mean, log_variance = self.code(F.relu(self.seen(x))).chunk(2, 1)
        latent = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        return self.decode(latent), mean, log_variance


def dcgan(batch=64, latent=100):
    generator = nn.Sequential(
        nn.Linear(latent, 3136),
        nn.BatchNorm1d(3136),
        nn.ReLU(),
        nn.Unflatten(1, (64, 7, 7)),
        nn.ConvTranspose2d(64, 32, 4, 2, 1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1),
        nn.Sigmoid(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, 2, 1),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(3136, 1),
    )
    optimizers = [
        torch.optim.Adam(model.parameters(), lr=2e-4, betas=(0.5, 0.999))
        for model in (discriminator, generator)
    ]
    feed = fed(torch.rand(batch, 1, 28, 28))

    def step():
        (real,) = feed()
        noise = torch.randn(batch, latent, device=device)
        fake = generator(noise)
        loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
        optimizers[0].zero_grad()
        loss.backward()
        optimizers[0].step()
        loss = F.softplus(-discriminator(fake)).mean()
        optimizers[1].zero_grad()
        loss.backward()
        optimizers[1].step()

    return step


def wgan_gp(batch=64, width=128):
    critic = mlp(2, width, width, width, 1, activation=nn.ReLU)
    generator = mlp(2, width, width, width, 2, activation=nn.ReLU)
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.9))
    feed = fed(torch.randn(batch, 2))

    def step():
        (real,) = feed()
        with torch.no_grad():
            fake = generator(torch.randn(batch, 2, device=device))
        alpha = torch.rand(batch, 1, device=device)
        between = (fake + alpha * (real - fake)).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        loss = critic(fake).mean() - critic(real).mean() + 0.1 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def gru(width, time_steps=32, batch=32, inputs=32):
    layer = nn.GRU(inputs, width)
    head = nn.Linear(width, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-3)
    feed = fed(torch.randn(time_steps, batch, inputs), torch.randn(batch, 1))

    def step():
        x, y = feed()
        _, last = layer(x)
        loss = F.mse_loss(head(last[0]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def groups(channels):
    return channels // 4 if channels % 4 == 0 else 1


class TimeBlock(nn.Module):
    def __init__(self, inputs, filters, embedded):
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(groups(n), n) for n in (inputs, filters))
        self.first = nn.Conv2d(inputs, filters, 3, padding=1)
        self.second = nn.Conv2d(filters, filters, 3, padding=1)
        self.embedding = nn.Linear(embedded, filters)
        self.shortcut = nn.Identity() if inputs == filters else nn.Conv2d(inputs, filters, 1)

    def forward(self, x, embedding):
        told = self.first(F.silu(self.norms[0](x))) + self.embedding(embedding)[:, :, None, None]
        return self.second(F.silu(self.norms[1](told))) + self.shortcut(x)


class UNet(nn.Module):
    """models/time_unet.ts with two halvings and nothing at the narrowest place."""

    def __init__(self, wide=16, narrow=48):
        super().__init__()
        embedded = 4 * wide
        self.time = nn.Sequential(
            nn.Linear(8, embedded), nn.SiLU(), nn.Linear(embedded, embedded), nn.SiLU()
        )
        self.first = nn.Conv2d(1, wide, 4, 2, 1)
        self.halved = nn.Conv2d(wide, narrow, 4, 2, 1)
        self.doubled = nn.ConvTranspose2d(narrow, wide, 4, 2, 1)
        self.last = nn.ConvTranspose2d(wide, 1, 4, 2, 1)
        sizes = [(wide, wide), (narrow, narrow), (narrow, narrow), (2 * wide, wide)]
        self.blocks = nn.ModuleList(TimeBlock(*size, embedded) for size in sizes)
        self.norm = nn.GroupNorm(groups(wide), wide)
        self.skip = nn.Linear(embedded, 1)

    def forward(self, x, time):
        angles = torch.pi * time * torch.tensor([1.0, 2.0, 4.0, 8.0], device=device)
        embedding = self.time(torch.cat([angles.sin(), angles.cos()], 1))
        seen = self.blocks[0](self.first(x), embedding)
        below = self.blocks[1](self.halved(seen), embedding)
        both = torch.cat([seen, self.doubled(self.blocks[2](below, embedding))], 1)
        written = self.last(F.silu(self.norm(self.blocks[3](both, embedding))))
        return written + self.skip(embedding)[:, :, None, None] * x


def unet(batch=64):
    model = UNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    feed = fed(torch.randn(batch, 1, 28, 28), torch.rand(batch, 1))

    def step():
        x, time = feed()
        noise = torch.randn_like(x)
        loss = ((model(x + noise, time) - noise) ** 2).sum((1, 2, 3)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def act(batch):
    policy = mlp(4, 64, 64, 2, activation=nn.Tanh)
    feed = fed(torch.randn(batch, 4))

    def step():
        with torch.inference_mode():
            return policy(*feed())

    return step


def product(layout, size):
    a, b = torch.full((size, size), 0.5), torch.full((size, size), 0.5)
    c = torch.empty(size, size)
    left = a.T if layout == "TN" else a
    right = b.T if layout == "NT" else b
    return lambda: torch.mm(left, right, out=c)


makers = {
    "ppo": ppo,
    "dqn": dqn,
    "conv-vae": lambda: vae(ConvVae(), 128, 1, 28, 28),
    "dense-vae": lambda: vae(DenseVae(), 128, 784),
    "unet": unet,
    "dcgan": dcgan,
    "wgan-gp": wgan_gp,
    "gru": lambda width: gru(int(width)),
    "act": lambda batch: act(int(batch)),
    "product": lambda layout, size: product(layout, int(size)),
}


def main(on="cpu"):
    global device
    device = on
    cuda = device == "cuda"
    found = torch.cuda.get_device_name() if cuda else torch.backends.cpu.get_cpu_capability()
    print(f"PyTorch {torch.__version__} {found}", flush=True)
    made = {}
    for line in sys.stdin:
        count, name, *sizes = line.split()
        key = (name, *sizes)
        if key not in made:
            with torch.device(device):
                made[key] = makers[name](*sizes)
        step = made[key]
        started_at = time.perf_counter()
        for _ in range(int(count)):
            step()
        if cuda:
            torch.cuda.synchronize()
        print((time.perf_counter() - started_at) * 1000, flush=True)


if __name__ == "__main__":
    main()
