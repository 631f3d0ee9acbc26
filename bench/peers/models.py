"""Trains one generative model (or a classifier) in PyTorch on the lab's arrays, and scores it.

Reads an order as JSON: {"model": "vae", "fields": {...}, "budget": 400000, "data": FILE, "metric":
"evaluation/negative_elbo", "seed": 101}; of a GAN how many "rounds" its budget is. The file holds the arrays as safetensors: train, test, their
labels where there are some, a mixture's centers and deviation. Networks, losses, batches, optimizer and
schedule are the lab's, written in PyTorch's public API; weights are drawn as PyTorch draws them.
Prints {"score", "steps", "seconds", "versions"}: the metric on the test split, null where it is no
finite number; processor seconds of training, one thread.
"""

import importlib.metadata
import json
import math
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
# Samples that a mixture's coverage is measured by.
SAMPLES = 2500


def arrays(path):
    """Reads safetensors: the length of the header, the header as JSON, the bytes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    kinds = {"F32": numpy.float32, "U8": numpy.uint8, "I32": numpy.int32}
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(body[begin:end], dtype=kinds[entry["dtype"]])
        found[name] = torch.from_numpy(values.copy().reshape(entry["shape"]))
    return found


def dense(sizes, activation=nn.ReLU, last=None):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i + 2 < len(sizes):
            layers.append(activation())
    return nn.Sequential(*layers, *([last()] if last else []))


def batches(count, size, random):
    """Permutations of all examples, cut into batches, for ever."""
    while True:
        order = torch.randperm(count, generator=random)
        for begin in range(0, count, size):
            yield order[begin : begin + size]


def activation_of(name):
    return {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity}[name]


def bernoulli(logits, x):
    """Nats an example."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)


class Autoencoder:
    def __init__(self, fields, data):
        size, hidden = data["train"].shape[1], fields["hiddenSizes"]
        activation = activation_of(fields["activation"])
        code = activation_of(fields.get("codeActivation", fields["activation"]))
        self.encoder = dense([size, *hidden, fields["codeSize"]], activation, code)
        self.decoder = dense([fields["codeSize"], *reversed(hidden), size], activation)
        self.networks = [self.encoder, self.decoder]
        self.bce = fields["loss"] == "bce"

    def loss(self, x, _labels):
        outputs = self.decoder(self.encoder(x))
        return (bernoulli(outputs, x) if self.bce else ((outputs - x) ** 2).sum(1)).mean()

    def metrics(self, data):
        x = data["test"]
        outputs = self.decoder(self.encoder(x))
        images = torch.sigmoid(outputs) if self.bce else outputs
        return {"mean_squared_error": ((images - x) ** 2).mean()}


class Vae:
    def __init__(self, fields, data):
        size, hidden, latent = data["train"].shape[1], fields["hiddenSizes"], fields["latentSize"]
        self.encoder = dense([size, *hidden, 2 * latent])
        self.decoder = dense([latent, *reversed(hidden), size])
        self.networks = [self.encoder, self.decoder]
        self.beta = fields["beta"]

    def terms(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        latent = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        kl = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(1)
        return bernoulli(self.decoder(latent), x), kl

    def loss(self, x, _labels):
        reconstruction, kl = self.terms(x)
        return (reconstruction + self.beta * kl).mean()

    def metrics(self, data):
        reconstruction, kl = self.terms(data["test"])
        return {"negative_elbo": (reconstruction + kl).mean()}


class Classifier:
    def __init__(self, fields, data):
        classes = int(data["train_labels"].max()) + 1
        self.network = dense([data["train"].shape[1], *fields["hiddenSizes"], classes])
        self.networks = [self.network]

    def loss(self, x, labels):
        return F.cross_entropy(self.network(x), labels.long())

    def metrics(self, data):
        named = self.network(data["test"]).argmax(1)
        return {"accuracy": (named == data["test_labels"]).float().mean()}


def train_on_examples(model, fields, budget, data, random):
    """Adam with a rate that falls on half a cosine wave over the budget of examples."""
    first, last = fields["learningRate"], fields["finalLearningRate"]
    optimizer = torch.optim.Adam([p for n in model.networks for p in n.parameters()], lr=first)
    labels = data.get("train_labels")
    seen = 0
    for rows in batches(len(data["train"]), fields["batchSize"], random):
        rows = rows[: budget - seen]
        rate = last + (first - last) * (1 + math.cos(math.pi * seen / budget)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        model.loss(data["train"][rows], None if labels is None else labels[rows]).backward()
        optimizer.step()
        if hasattr(model, "after"):
            model.after()
        seen += len(rows)
        if seen == budget:
            return seen


class WganGp:
    def __init__(self, fields, data):
        size, hidden = data["train"].shape[1], [fields["width"]] * fields["layers"]
        self.fields = fields
        self.critic = dense([size, *hidden, 1])
        self.generator = dense([fields["latentSize"], *hidden, size])
        self.average = dense([fields["latentSize"], *hidden, size])
        self.average.load_state_dict(self.generator.state_dict())

    def noise(self, count):
        return torch.randn(count, self.fields["latentSize"])

    def critic_loss(self, x):
        generated = self.generator(self.noise(len(x))).detach()
        points = (generated + torch.rand(len(x), 1) * (x - generated)).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(points).sum(), points, create_graph=True)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        value = self.critic(generated).mean() - self.critic(x).mean()
        return value + self.fields["penalty"] * penalty

    def train(self, rounds, data, random):
        """Algorithm 1 of the paper; the rate falls linearly, samples come from a moving average."""
        fields, decay = self.fields, self.fields["averageDecay"]
        networks = (self.critic, self.generator)
        optimizers = [
            torch.optim.Adam(n.parameters(), lr=fields["learningRate"], betas=(0.5, 0.9))
            for n in networks
        ]
        minibatches = batches(len(data["train"]), fields["batchSize"], random)
        first, last = fields["learningRate"], fields["finalLearningRate"]
        for round in range(rounds):
            rate = first + (last - first) * round / rounds
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = rate
            for _ in range(fields["criticSteps"]):
                optimizers[0].zero_grad()
                self.critic_loss(data["train"][next(minibatches)]).backward()
                optimizers[0].step()
            optimizers[1].zero_grad()
            (-self.critic(self.generator(self.noise(fields["batchSize"]))).mean()).backward()
            optimizers[1].step()
            with torch.no_grad():
                for kept, weight in zip(self.average.parameters(), self.generator.parameters()):
                    kept.lerp_(weight, 1 - decay)

    def metrics(self, data):
        samples = self.average(self.noise(SAMPLES))
        distances = torch.cdist(samples, data["centers"])
        near = (distances <= 3 * data["deviation"]).any(1)
        return {"high_quality": near.float().mean()}


class FlowMatching:
    """Paths, couplings and targets are torchcfm's; its exact coupling draws pairs from the plan."""

    def __init__(self, fields, data):
        from torchcfm import conditional_flow_matching as torchcfm

        matchers = {
            "independent": torchcfm.ConditionalFlowMatcher,
            "optimal-transport": torchcfm.ExactOptimalTransportConditionalFlowMatcher,
        }
        self.fields, self.size = fields, data["train"].shape[1]
        self.matcher = matchers[fields["coupling"]](sigma=fields["deviation"])
        sizes = [self.size + 8, *fields["hiddenSizes"], self.size]
        self.network, self.average = dense(sizes, nn.SiLU), dense(sizes, nn.SiLU)
        self.average.load_state_dict(self.network.state_dict())
        self.networks = [self.network]

    def source(self, count):
        if self.fields["source"] == "normal":
            return torch.randn(count, self.size)
        angles = torch.randint(8, (count,)) * math.pi / 4
        centers = 4 * torch.stack([angles.cos(), angles.sin()], 1)
        return (centers + 0.5 * torch.randn(count, 2)) / math.sqrt(2)

    @staticmethod
    def velocity(network, x, t):
        angles = math.pi * t[:, None] * torch.tensor([1.0, 2.0, 4.0, 8.0])
        return network(torch.cat([x, angles.sin(), angles.cos()], 1))

    def loss(self, x, _labels):
        t, point, target = self.matcher.sample_location_and_conditional_flow(self.source(len(x)), x)
        return ((self.velocity(self.network, point, t) - target) ** 2).sum(1).mean()

    def after(self):
        """The moving average that samples come from."""
        with torch.no_grad():
            for kept, weight in zip(self.average.parameters(), self.network.parameters()):
                kept.lerp_(weight, 1 - self.fields["averageDecay"])

    def samples(self, count, steps):
        x = self.source(count)
        for k in range(steps):
            x = x + self.velocity(self.average, x, torch.full((count,), k / steps)) / steps
        return x

    def metrics(self, data):
        import ot

        test = data["test"][:2000].double()

        def distance(steps):
            cost = torch.cdist(self.samples(len(test), steps).double(), test) ** 2
            return ot.emd2([], [], cost.numpy(), numItermax=10**7)

        return {
            "squared_wasserstein": distance(self.fields["samplerSteps"]),
            "squared_wasserstein_one_step": distance(1),
        }


makers = {
    "autoencoder": Autoencoder,
    "vae": Vae,
    "classifier": Classifier,
    "flow-matching": FlowMatching,
}


def main():
    order = json.load(sys.stdin)
    torch.manual_seed(order["seed"])
    random = torch.Generator().manual_seed(order["seed"])
    data = arrays(order["data"])
    fields, budget = order["fields"], order["budget"]
    started_at = time.process_time()
    if order["model"] == "wgan-gp":
        model = WganGp(fields, data)
        model.train(order["rounds"], data, random)
    else:
        model = makers[order["model"]](fields, data)
        train_on_examples(model, fields, budget, data, random)
    seconds = time.process_time() - started_at
    with torch.no_grad():
        metrics = model.metrics(data)
    versions = {
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": sys.version.split()[0],
    }
    if order["model"] == "flow-matching":
        versions["torchcfm"] = importlib.metadata.version("torchcfm")
    score = float(metrics[order["metric"].split("/")[-1]])
    print(
        json.dumps(
            {
                "score": score if math.isfinite(score) else None,
                "steps": budget,
                "seconds": round(seconds, 1),
                "versions": versions,
            }
        )
    )


main()
