#!/usr/bin/python3
"""Losses, penalties and training steps of two players, for packages/testing.

    /usr/bin/python3 scripts/make-gan-fixtures.py

Weights, data and noise are numbers of the stream of make-vae-fixtures.py, which the test draws too, so
that only results are kept; computed in float64. Needs what make-fixtures.py needs.
"""
import importlib

import torch
import torch.nn.functional as F
from torch import nn

fixtures = importlib.import_module("make-fixtures")
Stream = importlib.import_module("make-vae-fixtures").Stream
BATCH, STEPS = 6, 20

# The first numbers of new Generator(7) of @dl/tensor: uniform [6, 1], and normal [6, 5].
UNIFORM = [0.9545971155166626, 0.7501521706581116, 0.11417734622955322, 0.08565783500671387]
UNIFORM += [0.4069603681564331, 0.7952840328216553]
NORMAL = [-0.11405611038208008, -0.6740126609802246, 1.20460844039917, 1.3679938316345215]
NORMAL += [0.23537254333496094, -0.5380210876464844, 0.9470820426940918, -0.10584211349487305]
NORMAL += [2.507753372192383, 2.388746738433838, -0.5025134086608887, -0.3888893127441406]
NORMAL += [0.27880144119262695, 0.6740870475769043, 1.0460319519042969, 1.0847153663635254]
NORMAL += [0.5535993576049805, -0.026088714599609375, -0.8510503768920898, -1.6847047805786133]
NORMAL += [0.4162564277648926, 0.42274951934814453, -0.26975202560424805, -0.7744708061218262]
NORMAL += [-0.5166430473327637, 0.08028411865234375, 1.0768036842346191, 0.22886133193969727]
NORMAL += [0.6108660697937012, 0.06949853897094727]


def draw(stream, *shape):
    """From -1 to 1, rounded to float32, so that both begin with the same."""
    return (2 * stream.shares(*shape) - 1).float().double()


def start(stream, *models, scale=0.5):
    for model in models:
        for parameter in model.double().parameters():
            parameter.data = (draw(stream, *parameter.shape) * scale).float().double()


def players():
    stream = Stream()
    generator = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 5))
    discriminator = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 1))
    start(stream, generator, discriminator, scale=1)
    return generator, discriminator, draw(stream, BATCH, 5), draw(stream, BATCH, 3)


bce, soft = F.binary_cross_entropy_with_logits, F.softplus


def to(label, logits):
    return bce(logits, torch.full_like(logits, label))


def relative(real, fake):
    return to(1, real - fake.mean()) + to(0, fake - real.mean())


# Of real and of generated outputs: the discriminator's loss and the generator's.
LOSSES = {
    "minimax": (lambda r, f: to(1, r) + to(0, f), lambda r, f: -to(0, f)),
    "nonSaturating": (lambda r, f: to(1, r) + to(0, f), lambda r, f: to(1, f)),
    "labelSmoothing": (lambda r, f: to(0.9, r) + to(0.1, f), lambda r, f: to(1, f)),
    "leastSquares": (
        lambda r, f: (F.mse_loss(r, torch.ones_like(r)) + F.mse_loss(f, torch.zeros_like(f))) / 2,
        lambda r, f: F.mse_loss(f, torch.ones_like(f)) / 2,
    ),
    "hinge": (
        lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
    "relativisticAverage": (relative, lambda r, f: relative(f, r)),
}


def flat(tensors):
    return [value for tensor in tensors for value in tensor.reshape(-1).tolist()]


def gradients(loss, *models):
    parameters = [p for model in models for p in model.parameters()]
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return flat(torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found))


def losses():
    generator, discriminator, real, noise = players()
    for name, (of_discriminator, of_generator) in LOSSES.items():
        made = generator(noise)
        told = of_discriminator(discriminator(real), discriminator(made.detach()))
        passed = of_generator(discriminator(real), discriminator(made))
        yield name, {
            "losses": [told.item(), passed.item()],
            "discriminator": gradients(told, discriminator),
            "generator": gradients(passed, generator),
        }


def slopes(discriminator, points):
    points = points.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(points).sum(), points, create_graph=True)
    return slope.square().sum(1)


def penalties():
    generator, discriminator, real, noise = players()
    fake = generator(noise).detach()
    share = torch.tensor(UNIFORM).double().reshape(-1, 1)
    between = share * real + (1 - share) * fake
    around = real + 0.5 * real.std(unbiased=False) * torch.tensor(NORMAL).double().reshape(-1, 5)
    of = lambda points: slopes(discriminator, points)
    values = {
        "two-sided": 10 * (of(between).sqrt() - 1).square().mean(),
        "one-sided": 10 * F.relu(of(between).sqrt() - 0.9).square().mean(),
        "DRAGAN": 10 * (of(around).sqrt() - 1).square().mean(),
        "R1": 2 / 2 * of(real).mean(),
        "R2": 2 / 2 * of(fake).mean(),
    }
    for name, value in values.items():
        yield name, {"value": value.item(), "gradient": gradients(value, discriminator)}


def deviation(x, group, channels):
    batch, _, height, width = x.shape
    y = x.reshape(group, -1, channels, x.shape[1] // channels, height, width)
    y = (y - y.mean(0)).square().mean(0).add(1e-8).sqrt().mean([2, 3, 4])
    y = y.reshape(-1, channels, 1, 1).repeat(group, 1, height, width)
    return torch.cat([x, y], 1)


def deviations():
    stream = Stream()
    x, weight = draw(stream, 8, 4, 3, 2), draw(stream, 8, 6, 3, 2)
    for group, channels in [(4, 1), (2, 2)]:
        inputs = x.clone().requires_grad_()
        made = deviation(inputs, group, channels)
        (made * weight[:, : 4 + channels]).sum().backward()
        yield {
            "groupSize": group,
            "channels": channels,
            "told": made[:, 4:, 0, 0].reshape(-1).tolist(),
            "gradient": flat([inputs.grad]),
        }


def dcgan():
    """dcganGenerator({ size: 28, width: 2, latent: 4 }) and dcganDiscriminator({ size: 28, width: 2 })."""
    down = dict(kernel_size=4, stride=2, padding=1)
    generator = nn.Sequential(
        nn.Linear(4, 4 * 49, bias=False),
        nn.Unflatten(1, (4, 7, 7)),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 2, **down, bias=False),
        nn.BatchNorm2d(2),
        nn.ReLU(),
        nn.ConvTranspose2d(2, 1, **down),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 2, **down),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2, 4, **down),
        nn.BatchNorm2d(4),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(4 * 49, 1),
    )
    return generator, discriminator


def steps(penalty):
    """The vanilla step; with a penalty: R1 of weight 2, in a step of its own every fourth time."""
    stream = Stream()
    generator, discriminator = dcgan()
    if penalty:
        discriminator = nn.Sequential(nn.Flatten(), nn.Linear(784, 4), nn.Tanh(), nn.Linear(4, 1))
    start(stream, generator, discriminator, scale=0.3)
    adam = dict(lr=1e-3, betas=(0.5, 0.99))
    of_g = torch.optim.Adam(generator.parameters(), **adam)
    of_d = torch.optim.Adam(discriminator.parameters(), **adam)

    def descend(optimizer, loss):
        # What gets no gradient, such as the last bias by R1, is left alone, not moved by momentum.
        for player in [generator, discriminator]:
            player.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    for i in range(STEPS):
        real, noise = draw(stream, BATCH, 1, 28, 28), draw(stream, BATCH, 4)
        with torch.no_grad():
            fake = generator(noise)
        told = descend(of_d, to(1, discriminator(real)) + to(0, discriminator(fake)))
        if penalty and i % 4 == 0:
            with torch.no_grad():
                generator(noise)  # Batch norm's running statistics, and nothing else.
            points = real.clone().requires_grad_()
            (s,) = torch.autograd.grad(discriminator(points).sum(), points, create_graph=True)
            descend(of_d, 4 * s.square().sum([1, 2, 3]).mean())
        yield [told, descend(of_g, to(1, discriminator(generator(noise))))]


class ClassNorm(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(width, affine=False)
        self.scale, self.shift = nn.Embedding(classes, width), nn.Embedding(classes, width)

    def forward(self, x, y):
        return self.norm(x) * self.scale(y)[:, :, None, None] + self.shift(y)[:, :, None, None]


class Up(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.norm1 = ClassNorm(width, classes)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = ClassNorm(width, classes)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, x, y):
        large = F.interpolate(F.relu(self.norm1(x, y)), scale_factor=2)
        deep = self.conv2(F.relu(self.norm2(self.conv1(large), y)))
        return deep + self.shortcut(F.interpolate(x, scale_factor=2))


class Made(nn.Module):
    """SnganGenerator({ size: 28, width: 4, latent: 4, classes: 3 })"""

    def __init__(self):
        super().__init__()
        self.input = nn.Linear(4, 4 * 49)
        self.blocks = nn.ModuleList([Up(4, 3), Up(4, 3)])
        self.norm = ClassNorm(4, 3)
        self.output = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, z, y):
        x = self.input(z).reshape(-1, 4, 7, 7)
        for block in self.blocks:
            x = block(x, y)
        return torch.tanh(self.output(F.relu(self.norm(x, y))))


def bounded(layer, x):
    """The layer with its weight over the largest singular value, by linalg and not by iteration."""
    weight = layer.weight / torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
    if isinstance(layer, nn.Conv2d):
        return F.conv2d(x, weight, layer.bias, padding=layer.padding)
    return F.embedding(x, weight) if isinstance(layer, nn.Embedding) else F.linear(x, weight, layer.bias)


class Down(nn.Module):
    def __init__(self, inputs, width, first, halves):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, width, 1) if halves else None
        self.first, self.halves = first, halves

    def forward(self, x):
        deep = F.relu(bounded(self.conv1, x if self.first else F.relu(x)))
        deep = bounded(self.conv2, deep)
        beside = x if self.shortcut is None else bounded(self.shortcut, x)
        return F.avg_pool2d(deep + beside, 2) if self.halves else deep + beside


class Projection(nn.Module):
    """new ProjectionDiscriminator(new SnganFeatures({ size: 28, width: 4 }), 4, 3)"""

    def __init__(self):
        super().__init__()
        blocks = [Down(1, 4, True, True), Down(4, 4, False, True)]
        self.blocks = nn.ModuleList([*blocks, Down(4, 4, False, False), Down(4, 4, False, False)])
        self.output, self.embedding = nn.Linear(4, 1), nn.Embedding(3, 4)

    def forward(self, x, y):
        for block in self.blocks:
            x = block(x)
        features = F.relu(x).sum([2, 3])
        along = (bounded(self.embedding, y) * features).sum(1, keepdim=True)
        return bounded(self.output, features) + along


def residual():
    stream = Stream()
    generator, discriminator = Made(), Projection()
    start(stream, generator, discriminator)
    latents = draw(stream, 4, 4).requires_grad_()
    classes = torch.tensor([2, 0, 1, 2])
    made = generator(latents, classes)
    scores = discriminator(made, classes)
    weight = draw(stream, 4, 1)
    (scores * weight).sum().backward()
    return {
        "scores": scores.reshape(-1).tolist(),
        "pictures": made.mean([1, 2, 3]).tolist(),
        "latents": flat([latents.grad]),
        "output": flat([generator.output.weight.grad]),
        "first": flat([discriminator.blocks[0].conv1.weight.grad]),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    fixtures.write(
        "gan",
        {
            "madeBy": "scripts/make-gan-fixtures.py",
            "losses": dict(losses()),
            "penalties": dict(penalties()),
            "deviations": [*deviations()],
            "residual": residual(),
            "steps": {"plain": [*steps(False)], "lazy R1": [*steps(True)]},
        },
    )
