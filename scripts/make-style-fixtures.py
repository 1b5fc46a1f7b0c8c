#!/usr/bin/python3
"""StyleGAN 2 in small, written as the paper has it, for packages/testing: a weight for each picture,
pictures enlarged before they are convolved and averaged after, and 20 steps of training.

    /usr/bin/python3 scripts/make-style-fixtures.py

Weights, pictures and noise are numbers of one stream that the test draws too, so that only results are
kept; computed in float64. Needs what make-fixtures.py needs.
"""
import importlib
import math

import torch
import torch.nn.functional as F

fixtures = importlib.import_module("make-fixtures")
STEPS, BATCH, WIDTH, MAPPING, CHANNELS = 20, 8, 8, 2, [6, 5, 4]
LAYERS = 2 * len(CHANNELS)
SIZE = 4 * 2 ** (len(CHANNELS) - 1)


class Stream:
    """x <- 1664525 x + 1013904223 modulo 2^32 (Knuth; Numerical Recipes), as shares of 2^32."""

    def __init__(self):
        self.state = 1

    def shares(self, *shape):
        values = []
        for _ in range(torch.Size(shape).numel()):
            self.state = (1664525 * self.state + 1013904223) % 2**32
            values.append(self.state / 2**32)
        return torch.tensor(values, dtype=torch.float64).reshape(shape)

    def normal(self, *shape):
        """Nearly: four shares, so that their sum has the variance 1. Rounded to float32."""
        return ((self.shares(4, *shape).sum(0) - 2) * math.sqrt(3)).float().double()


def leaky(x):
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


def blurred(x, taps, gain):
    """Filtered, as many pixels beyond the edges as the taps reach."""
    taps = torch.tensor(taps, dtype=torch.float64)
    kernel = torch.outer(taps, taps) / taps.sum() ** 2 * gain
    return F.conv2d(x, kernel.expand(x.shape[1], 1, -1, -1), groups=x.shape[1])


def enlarged(x, taps=(1, 1), border=0):
    """Zeros between the pixels, then the filter; with a border of what it spreads beyond the edge."""
    batch, channels, height, width = x.shape
    apart = torch.zeros(batch, channels, height, 2, width, 2, dtype=x.dtype)
    apart[:, :, :, 0, :, 0] = x
    n = len(taps) // 2
    sides = [n + border, n - 1 + border] * 2
    return blurred(F.pad(apart.reshape(batch, channels, 2 * height, 2 * width), sides), taps, 4)


def halved(x, taps=(1, 1)):
    n = len(taps)
    return blurred(F.pad(x, [n // 2 - 1] * 4), taps, 1)[:, :, ::2, ::2]


def modulated(x, weight, styles, demodulate=True, enlarge=None):
    """A weight for each picture, by groups."""
    batch, channels, *_ = x.shape
    padding = weight.shape[2] // 2
    if enlarge is not None:
        x, padding = enlarged(x, enlarge, border=padding), 0
    weights = weight[None] * styles[:, None, :, None, None]
    if demodulate:
        weights = weights / torch.sqrt((weights**2).sum([2, 3, 4], keepdim=True) + 1e-8)
    y = F.conv2d(
        x.reshape(1, batch * channels, *x.shape[2:]),
        weights.reshape(-1, *weight.shape[1:]),
        padding=padding,
        groups=batch,
    )
    return y.reshape(batch, weight.shape[0], *y.shape[2:])


def deviation(x, group):
    """Of each group of pictures, in the mean over all places and features."""
    y = x.reshape(group, -1, *x.shape[1:])
    y = torch.sqrt(((y - y.mean(0)) ** 2).mean(0) + 1e-8).mean([1, 2, 3])
    return torch.cat([x, y.repeat(group).reshape(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])], 1)


class Parameters(dict):
    """By name, drawn in the order in which they are asked for."""

    def __init__(self, stream):
        self.stream = stream

    def draw(self, name, *shape, scale=1.0, shift=0.0):
        self[name] = (self.stream.normal(*shape) * scale + shift).float().double().requires_grad_()


def generator(stream):
    p = Parameters(stream)
    for i in range(MAPPING):
        p.draw(f"mapping{i}.weight", WIDTH, WIDTH, scale=100)
        p.draw(f"mapping{i}.bias", WIDTH, scale=10)
    p.draw("start", 1, CHANNELS[0], 4, 4)
    for i in range(LAYERS - 1):
        inputs, outputs = CHANNELS[i // 2], CHANNELS[(i + 1) // 2]
        p.draw(f"layer{i}.weight", outputs, inputs, 3, 3)
        p.draw(f"layer{i}.affine.weight", inputs, WIDTH)
        p.draw(f"layer{i}.affine.bias", inputs, scale=0.1, shift=1)
        p.draw(f"layer{i}.strength", 1, scale=0.1)
        p.draw(f"layer{i}.bias", outputs, 1, 1, scale=0.1)
    for i, channels in enumerate(CHANNELS):
        p.draw(f"colors{i}.weight", 3, channels, 1, 1)
        p.draw(f"colors{i}.affine.weight", channels, WIDTH)
        p.draw(f"colors{i}.affine.bias", channels, scale=0.1, shift=1)
        p.draw(f"colors{i}.bias", 3, 1, 1, scale=0.1)
    return p


def discriminator(stream):
    p = Parameters(stream)
    sizes = CHANNELS[::-1]

    def convolution(name, inputs, outputs, kernel, bias=True):
        p.draw(f"{name}.weight", outputs, inputs, kernel, kernel)
        if bias:
            p.draw(f"{name}.bias", outputs, scale=0.1)

    convolution("colors", 3, sizes[0], 1)
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        convolution(f"block{i}.first", inputs, inputs, 3)
        convolution(f"block{i}.second", inputs, outputs, 3)
        convolution(f"block{i}.skip", inputs, outputs, 1, bias=False)
    convolution("last", sizes[-1] + 1, sizes[-1], 3)
    for name, inputs, outputs in [("hidden", 16 * sizes[-1], sizes[-1]), ("output", sizes[-1], 1)]:
        p.draw(f"{name}.weight", outputs, inputs)
        p.draw(f"{name}.bias", outputs, scale=0.1)
    return p


def mapped(p, z):
    x = z / torch.sqrt((z**2).mean(1, keepdim=True) + 1e-8)
    for i in range(MAPPING):
        weight = p[f"mapping{i}.weight"]
        x = leaky(F.linear(x, weight * 0.01 / math.sqrt(weight.shape[1]), p[f"mapping{i}.bias"] * 0.01))
    return x


def styled(p, name, x, w, **options):
    affine = p[f"{name}.affine.weight"]
    styles = F.linear(w, affine / math.sqrt(WIDTH), p[f"{name}.affine.bias"])
    return modulated(x, p[f"{name}.weight"], styles, **options)


def synthesized(p, w, noise):
    x, picture = p["start"].expand(w.shape[0], -1, -1, -1), None
    for i in range(LAYERS - 1):
        y = styled(p, f"layer{i}", x, w[:, i], enlarge=(1, 1) if i % 2 == 1 else None)
        x = leaky(y + noise[i] * p[f"layer{i}.strength"] + p[f"layer{i}.bias"])
        if i % 2 == 0:
            colors = styled(p, f"colors{i // 2}", x, w[:, i + 1], demodulate=False)
            colors = colors / math.sqrt(x.shape[1]) + p[f"colors{i // 2}.bias"]
            picture = colors if picture is None else enlarged(picture) + colors
    return picture


def judged(p, x):
    def convolution(name, x):
        weight, bias = p[f"{name}.weight"], p.get(f"{name}.bias")
        size = weight.shape[2]
        return F.conv2d(x, weight / math.sqrt(weight[0].numel()), bias, padding=size // 2)

    def linear(name, x):
        weight = p[f"{name}.weight"]
        return F.linear(x, weight / math.sqrt(weight.shape[1]), p[f"{name}.bias"])

    x = leaky(convolution("colors", x))
    for i in range(len(CHANNELS) - 1):
        y = leaky(convolution(f"block{i}.first", x))
        # The mean of two by two comes before the bias just as well as after it.
        y = leaky(halved(convolution(f"block{i}.second", y)))
        x = (y + halved(convolution(f"block{i}.skip", x))) / math.sqrt(2)
    x = leaky(convolution("last", deviation(x, 4)))
    return linear("output", leaky(linear("hidden", x.flatten(1))))


def flatness(p, real):
    """R1, of which the weight is 10: 5 E |dD/dx|^2."""
    at = real.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(judged(p, at).sum(), [at], create_graph=True)
    return 5 * slopes.square().sum([1, 2, 3]).mean()


def path_lengths(pictures, w, noise):
    directions = noise / math.sqrt(pictures.shape[2] * pictures.shape[3])
    (slopes,) = torch.autograd.grad((pictures * directions).sum(), [w], create_graph=True)
    return slopes.square().sum(2).mean(1).sqrt()


def optimizer(parameters, every):
    share = every / (every + 1)
    return torch.optim.Adam(parameters.values(), lr=2e-3 * share, betas=(0.0, 0.99**share))


def minimize(optimizer, loss):
    """A parameter that a penalty does not depend on has no gradient; zeros would change Adam's averages."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    for parameter in optimizer.param_groups[0]["params"]:
        if parameter.grad is not None and not parameter.grad.any():
            parameter.grad = None
    optimizer.step()
    return loss.item()


def training():
    """The first discriminator's loss, then as the turns come; the batch's draws serve all its turns."""
    stream = Stream()
    g, d = generator(stream), discriminator(stream)
    players = optimizer(g, 8), optimizer(d, 16)
    mean = torch.tensor(0.0, dtype=torch.float64)
    losses = {"discriminator": [], "flatness": [], "generator": [], "path": []}
    for step in range(STEPS):
        real = stream.normal(BATCH, 3, SIZE, SIZE)
        first, second = stream.normal(BATCH, WIDTH), stream.normal(BATCH, WIDTH)
        crossing = 1 + (stream.shares(BATCH) * (LAYERS - 1)).long()
        noise = [stream.normal(BATCH, 1, *[4 * 2 ** ((i + 1) // 2)] * 2) for i in range(LAYERS - 1)]
        directions = stream.normal(BATCH // 2, 3, SIZE, SIZE)

        def styles(count):
            of = [mapped(g, z[:count])[:, None] for z in (first, second)]
            return torch.where(torch.arange(LAYERS)[None, :, None] < crossing[:count, None, None], *of)

        def pictures(w):
            return synthesized(g, w, [n[: w.shape[0]] for n in noise])

        fake = pictures(styles(BATCH)).detach()
        loss = F.softplus(-judged(d, real)).mean() + F.softplus(judged(d, fake)).mean()
        losses["discriminator"].append(minimize(players[1], loss))
        if step % 16 == 0:
            losses["flatness"].append(minimize(players[1], 16 * flatness(d, real)))
        loss = F.softplus(-judged(d, pictures(styles(BATCH)))).mean()
        losses["generator"].append(minimize(players[0], loss))
        if step % 8 == 0:
            w = styles(BATCH // 2)
            lengths = path_lengths(pictures(w), w, directions)
            mean = mean + 0.01 * (lengths.detach().mean() - mean)
            losses["path"].append(minimize(players[0], 2 * 8 * (lengths - mean).square().mean()))
    return {**losses, "meanPathLength": mean.item()}


def modulation(enlarge, demodulate=True):
    """Results, gradients of their sum with weights, and the gradients of a penalty on one of those."""
    stream = Stream()
    shapes = [(2, 3, 4, 4), (4, 3, 3, 3), (2, 3)]
    inputs = [stream.normal(*shape).requires_grad_() for shape in shapes]
    outputs = modulated(*inputs, demodulate=demodulate, enlarge=enlarge)
    loss = (outputs * stream.normal(*outputs.shape)).sum()
    gradients = torch.autograd.grad(loss, inputs, create_graph=True)
    found = torch.autograd.grad(gradients[2].square().sum(), inputs, allow_unused=True)
    second = [torch.zeros_like(x) if y is None else y for x, y in zip(inputs, found)]
    return {
        "enlarge": list(enlarge) if enlarge else None,
        "demodulate": demodulate,
        "outputs": fixtures.packed(outputs.detach()),
        "gradients": [fixtures.packed(x.detach()) for x in gradients],
        "second": [fixtures.packed(x) for x in second],
    }


def parts():
    """Parts of the networks that training() starts with: what they give, and slopes of penalties."""
    stream = Stream()
    g, d = generator(stream), discriminator(stream)
    z, real = stream.normal(BATCH, WIDTH), stream.normal(BATCH, 3, SIZE, SIZE)
    styles = mapped(g, z)
    mapping = [p for name, p in g.items() if name.startswith("mapping")]
    flat = flatness(d, real)
    features = stream.normal(BATCH, 4, 3, 3).requires_grad_()
    spread = deviation(features, 4)
    w = styles[:, None].expand(-1, LAYERS, -1)
    noise = [stream.normal(BATCH, 1, *[4 * 2 ** ((i + 1) // 2)] * 2) for i in range(LAYERS - 1)]
    lengths = path_lengths(synthesized(g, w, noise), w, stream.normal(BATCH, 3, SIZE, SIZE))
    synthesis = [p for name, p in g.items() if not name.startswith("mapping")]

    def slopes(loss, parameters):
        """Norms: one number each."""
        found = torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True)
        return [0.0 if x is None else x.norm().item() for x in found]

    return {
        "styles": fixtures.packed(styles.detach()),
        "mappingSlopes": slopes(styles.square().sum(), mapping),
        "flatness": flat.item(),
        "flatnessSlopes": slopes(flat, list(d.values())),
        "spread": spread[:, 4, 0, 0].tolist(),
        "spreadSlope": slopes(spread[:, 4].square().sum(), [features])[0],
        "pathLengths": lengths.tolist(),
        "pathSlopes": slopes((lengths - 0.5).square().mean(), synthesis),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = [modulation(None), modulation(None, False), modulation((1, 1)), modulation((1, 3, 3, 1))]
    fixtures.write(
        "style",
        {
            "madeBy": "scripts/make-style-fixtures.py",
            "modulation": cases,
            "parts": parts(),
            "losses": training(),
        },
    )
