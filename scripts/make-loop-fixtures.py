#!/usr/bin/python3
"""Whole training loops of PyTorch for packages/testing: first weights, data, noise and every loss;
and where its optimisers go on two surfaces.

    /usr/bin/python3 scripts/make-loop-fixtures.py

Computed in float64 from numbers of few digits; needs what make-fixtures.py needs.
"""
import importlib
import math

import torch
import torch.nn.functional as F
from torch import nn

fixtures = importlib.import_module("make-fixtures")
STEPS = 40


def rounded(tensor, digits=4):
    """Few digits keep the file small."""
    return torch.round(tensor.double() * 10**digits) / 10**digits


def first_weights(model):
    """PyTorch's own initialisation, rounded; by name."""
    model.double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(rounded(parameter))
    return {name: fixtures.packed(p) for name, p in model.named_parameters()}


def minimize(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def mlp():
    """Two thirds of a spiral's turn per class, Adam with decay of the gradient."""
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
    weights = first_weights(model)
    targets = torch.arange(36) % 3
    radius = torch.linspace(0.2, 2, 36)
    angle = radius * 2 + targets * 2 * math.pi / 3
    inputs = rounded(torch.stack([radius * angle.cos(), radius * angle.sin()], 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-3)
    losses = [minimize(optimizer, F.cross_entropy(model(inputs), targets)) for _ in range(STEPS)]
    return {"weights": {"model": weights}, "data": {"inputs": inputs, "targets": targets}, "losses": {"loss": losses}}


def convolution():
    """Batch normalisation after the first convolution, group normalisation after the second; SGD."""
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.ReLU(), nn.Flatten(), nn.Linear(128, 4),
    )  # fmt: skip
    weights = first_weights(model)
    inputs, targets = rounded(torch.randn(16, 1, 8, 8), 2), torch.arange(16) % 4
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    # A batch of its own at every step: the running statistics have something to follow.
    batches = [inputs.roll(step, 0)[:8] for step in range(STEPS)], [targets.roll(step)[:8] for step in range(STEPS)]
    losses = [minimize(optimizer, F.cross_entropy(model(x), t)) for x, t in zip(*batches)]
    model.eval()
    evaluated = F.cross_entropy(model(inputs), targets).item()
    return {
        "weights": {"model": weights},
        "data": {"inputs": inputs, "targets": targets},
        "losses": {"loss": losses, "evaluated": [evaluated]},
    }


def variational():
    """Bernoulli pixels, Gaussian latent, noise given; reconstruction plus divergence per sample."""
    encoder = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 4))
    decoder = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 16))
    weights = {"encoder": first_weights(encoder), "decoder": first_weights(decoder)}
    inputs, noise = (torch.rand(12, 16) < 0.4).double(), rounded(torch.randn(STEPS, 12, 2), 3)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)
    losses = []
    for eps in noise:
        mean, log_variance = encoder(inputs).chunk(2, 1)
        logits = decoder(mean + (log_variance / 2).exp() * eps)
        reconstruction = F.binary_cross_entropy_with_logits(logits, inputs, reduction="sum")
        divergence = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2
        losses.append(minimize(optimizer, (reconstruction + divergence) / 12))
    return {"weights": weights, "data": {"inputs": inputs, "noise": noise}, "losses": {"loss": losses}}


def autoencoder():
    """Down by strided and up by transposed convolution; centred RMSprop with momentum."""
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 6, 3, stride=2, padding=1),
        nn.LeakyReLU(0.2), nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid(),
    )  # fmt: skip
    weights = first_weights(model)
    inputs = rounded(torch.rand(8, 1, 8, 8), 2)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3, alpha=0.9, eps=1e-4, centered=True, momentum=0.5)
    losses = [minimize(optimizer, F.mse_loss(model(inputs), inputs)) for _ in range(STEPS)]
    return {"weights": {"model": weights}, "data": {"inputs": inputs}, "losses": {"loss": losses}}


def wasserstein():
    """Penalty on the critic's gradient between real and generated points: double backward."""
    generator = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 2))
    critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    weights = {"generator": first_weights(generator), "critic": first_weights(critic)}
    angle = torch.arange(16) * 2 * math.pi / 16
    real = rounded(2 * torch.stack([angle.cos(), angle.sin()], 1))
    noise, between = rounded(torch.randn(STEPS, 16, 2), 3), rounded(torch.rand(STEPS, 16, 1), 3)
    of_generator = torch.optim.Adam(generator.parameters(), lr=5e-3, betas=(0.0, 0.9))
    of_critic = torch.optim.Adam(critic.parameters(), lr=5e-3, betas=(0.0, 0.9))
    losses = {"critic": [], "penalty": [], "generator": []}
    for eps, share in zip(noise, between):
        fake = generator(eps).detach()
        mixed = (share * real + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        losses["penalty"].append(penalty.item())
        losses["critic"].append(minimize(of_critic, critic(fake).mean() - critic(real).mean() + 10 * penalty))
        losses["generator"].append(minimize(of_generator, -critic(generator(eps)).mean()))
    return {"weights": weights, "data": {"real": real, "noise": noise, "between": between}, "losses": losses}


def ravine(x, y):
    return (x**2 + 20 * y**2) / 2


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def paths():
    """Every fourth point of 200 steps."""
    runs = []
    for surface, start, rates in (
        (ravine, [-9.0, 2.0], {"SGD": 0.09, "momentum": 0.01, "Nesterov": 0.01, "Adam": 0.3}),
        (rosenbrock, [-1.2, 1.0], {"SGD": 1e-3, "momentum": 5e-4, "Nesterov": 5e-4, "Adam": 0.05}),
    ):  # fmt: skip
        for name, rate in rates.items():
            point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
            momentum = {"momentum": 0.9, "nesterov": name == "Nesterov"} if name in ("momentum", "Nesterov") else {}
            optimizer = getattr(torch.optim, "Adam" if name == "Adam" else "SGD")([point], lr=rate, **momentum)
            points = []
            for step in range(200):
                minimize(optimizer, surface(*point))
                if step % 4 == 3:
                    points.append([fixtures.number(value) for value in point.tolist()])
            runs.append({"surface": surface.__name__, "start": start, "optimizer": name, "learningRate": rate, "points": points})
    return runs


if __name__ == "__main__":
    torch.set_num_threads(1)
    loops = {}
    for make in (mlp, convolution, variational, autoencoder, wasserstein):
        torch.manual_seed(fixtures.SEED)
        loop = make()
        loop["data"] = {name: fixtures.packed(tensor) for name, tensor in loop["data"].items()}
        loops[make.__name__] = loop
    made_by = {"madeBy": "scripts/make-loop-fixtures.py"}
    fixtures.write("loops", {**made_by, "loops": loops})
    fixtures.write("paths", {**made_by, "runs": paths()})
