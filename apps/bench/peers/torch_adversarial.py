"""PyTorch's side of the adversarial cases: the same work as src/cases/adversarial.ts and its neighbours.

Every function takes the numbers to start from and a case's parameters, and gives (step, results).
"""
import math

import torch
from torch import nn
from torch.nn import functional as F


def adversarial_generator():
    return nn.Sequential(
        nn.Linear(64, 3136), nn.Unflatten(1, (64, 7, 7)), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
    )


def signed_images(a, *shape):
    images = a.rand(*shape)
    return images * 2 - 1 if a.queue is None else images


def descend(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def through(network, loss_of):
    """The loss through a network whose own gradients nobody wants."""
    network.requires_grad_(False)
    loss = loss_of()
    network.requires_grad_(True)
    return loss


def dcgan(a, batch):
    generator = a.start(adversarial_generator())
    discriminator = a.start(nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1),
        nn.BatchNorm2d(64), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(3136, 1),
    ))
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    images = signed_images(a, batch, 1, 28, 28)
    noise = a.noise(batch, 64)
    real, fake = torch.ones(batch, 1), torch.zeros(batch, 1)
    loss = F.binary_cross_entropy_with_logits

    def step():
        made = generator(noise())
        d_loss = loss(discriminator(images), real) + loss(discriminator(made.detach()), fake)
        d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward()
        d_optimizer.step()
        g_loss = loss(discriminator(made), real)
        g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward()
        g_optimizer.step()
        d_loss.item()
        return g_loss.item()

    return step, None


def wgan_gp(a, batch, critic):
    updates = critic
    generator = a.start(adversarial_generator())
    critic = a.start(nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1),
        nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(3136, 1),
    ))
    adam = {"lr": 1e-4, "betas": (0.5, 0.9)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    c_optimizer = torch.optim.Adam(critic.parameters(), **adam)
    images = signed_images(a, batch, 1, 28, 28)
    fixed = None if a.queue is None else a.rand(batch, 1, 1, 1)
    noise = a.noise(batch, 64)

    def penalty(made):
        share = torch.rand(batch, 1, 1, 1) if fixed is None else fixed
        between = torch.lerp(images, made, share).requires_grad_()
        slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        return (slope.flatten(1).norm(dim=1) - 1).square().mean() * 10

    def step():
        for _ in range(updates):
            with torch.no_grad():
                made = generator(noise())
            c_loss = critic(made).mean() - critic(images).mean() + penalty(made)
            descend(c_optimizer, c_loss)
        g_loss = through(critic, lambda: -critic(generator(noise())).mean())
        descend(g_optimizer, g_loss)
        c_loss.item()
        return g_loss.item()

    return step, None


def sngan(a, batch):
    normed = nn.utils.parametrizations.spectral_norm
    generator = a.start(adversarial_generator())
    layers = [nn.Conv2d(1, 32, 4, 2, 1), nn.Conv2d(32, 64, 4, 2, 1), nn.Linear(3136, 1)]
    for layer in layers:
        a.start(layer)
    first, second, last = (normed(layer) for layer in layers)
    if a.queue is not None:
        for layer in layers:
            held = layer.parametrizations.weight[0]
            held._u, held._v = a.take(*held._u.shape), a.take(*held._v.shape)
    discriminator = nn.Sequential(
        first, nn.LeakyReLU(0.2), second, nn.LeakyReLU(0.2), nn.Flatten(), last
    )
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    images = signed_images(a, batch, 1, 28, 28)
    noise = a.noise(batch, 64)

    def step():
        with torch.no_grad():
            made = generator(noise())
        d_loss = F.relu(1 - discriminator(images)).mean() + F.relu(1 + discriminator(made)).mean()
        descend(d_optimizer, d_loss)
        g_loss = through(discriminator, lambda: -discriminator(generator(noise())).mean())
        descend(g_optimizer, g_loss)
        d_loss.item()
        return g_loss.item()

    return step, None


def pix2pix(a, batch):
    """A U-Net of five halvings and a PatchGAN; adversarial and 100 times the absolute difference."""
    down = nn.ModuleList()
    up = nn.ModuleList()
    widths = [16, 32, 64, 128, 128]
    for i, to in enumerate(widths):
        layers = [] if i == 0 else [nn.LeakyReLU(0.2)]
        inner = 0 < i < len(widths) - 1
        layers.append(nn.Conv2d(3 if i == 0 else widths[i - 1], to, 4, 2, 1, bias=not inner))
        down.append(nn.Sequential(*layers, *([nn.InstanceNorm2d(to)] if inner else [])))
    for i in reversed(range(len(widths))):
        to = 3 if i == 0 else widths[i - 1]
        given = widths[i] if i == len(widths) - 1 else 2 * widths[i]
        layer = nn.ConvTranspose2d(given, to, 4, 2, 1, bias=i == 0)
        up.append(nn.Sequential(nn.ReLU(), layer, nn.Tanh() if i == 0 else nn.InstanceNorm2d(to)))
    networks = a.start(nn.ModuleList([down, up]))
    judge = a.start(patches(6, 16))
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(networks.parameters(), **adam)
    d_optimizer = torch.optim.Adam(judge.parameters(), **adam)
    inputs, targets = signed_images(a, batch, 3, 32, 32), signed_images(a, batch, 3, 32, 32)

    def generate():
        seen = []
        x = inputs
        for layer in down:
            x = layer(x)
            seen.append(x)
        x = seen.pop()
        for i, layer in enumerate(up):
            x = layer(x if i == 0 else torch.cat([x, seen.pop()], 1))
        return x

    def step():
        made = generate()
        real, fake = judge(torch.cat([inputs, targets], 1)), judge(torch.cat([inputs, made.detach()], 1))
        d_loss = (F.softplus(-real).mean() + F.softplus(fake).mean()) * 0.5
        descend(d_optimizer, d_loss)
        passing = through(judge, lambda: F.softplus(-judge(torch.cat([inputs, made], 1))).mean())
        g_loss = passing + 100 * (made - targets).abs().mean()
        descend(g_optimizer, g_loss)
        d_loss.item()
        return g_loss.item()

    return step, None


def patches(channels, width):
    def block(given, to, stride):
        layer = nn.Conv2d(given, to, 4, stride, 1, bias=False)
        return nn.Sequential(layer, nn.InstanceNorm2d(to), nn.LeakyReLU(0.2))

    return nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2), block(width, 2 * width, 2),
        block(2 * width, 4 * width, 1), nn.Conv2d(4 * width, 1, 4, 1, 1),
    )


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x):
        return x + self.layers(x)


def resnet(width, blocks):
    normed = lambda channels: (nn.InstanceNorm2d(channels), nn.ReLU())
    return nn.Sequential(
        nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=False), *normed(width),
        nn.Conv2d(width, 2 * width, 3, 2, 1, bias=False), *normed(2 * width),
        nn.Conv2d(2 * width, 4 * width, 3, 2, 1, bias=False), *normed(4 * width),
        *(Residual(4 * width) for _ in range(blocks)),
        nn.ConvTranspose2d(4 * width, 2 * width, 3, 2, 1, 1, bias=False), *normed(2 * width),
        nn.ConvTranspose2d(2 * width, width, 3, 2, 1, 1, bias=False), *normed(width),
        nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh(),
    )


def cyclegan(a, batch, blocks):
    there, back = a.start(resnet(16, blocks)), a.start(resnet(16, blocks))
    judge_a, judge_b = a.start(patches(3, 16)), a.start(patches(3, 16))
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam([*there.parameters(), *back.parameters()], **adam)
    judges = nn.ModuleList([judge_a, judge_b])
    d_optimizer = torch.optim.Adam(judges.parameters(), **adam)
    x, y = signed_images(a, batch, 3, 32, 32), signed_images(a, batch, 3, 32, 32)

    def step():
        made_y, made_x = there(x), back(y)

        def passing():
            return (judge_a(made_x) - 1).square().mean() + (judge_b(made_y) - 1).square().mean()

        cycle = (back(made_y) - x).abs().mean() + (there(made_x) - y).abs().mean()
        g_loss = through(judges, passing) + 10 * cycle
        descend(g_optimizer, g_loss)
        d_loss = sum(
            ((judge(real) - 1).square().mean() + judge(fake.detach()).square().mean()) * 0.5
            for judge, real, fake in [(judge_a, x, made_x), (judge_b, y, made_y)]
        )
        descend(d_optimizer, d_loss)
        d_loss.item()
        return g_loss.item()

    return step, None


def pgd(a, batch, steps):
    model = a.start(nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10),
    )).requires_grad_(False)
    inputs, targets = a.rand(batch, 1, 28, 28), a.labels(batch, 10)
    epsilon, size = 0.3, 2.5 * 0.3 / steps

    def step():
        points = inputs
        for _ in range(steps):
            points = points.detach().requires_grad_()
            gradient, = torch.autograd.grad(F.cross_entropy(model(points), targets, reduction="sum"), points)
            moved = points.detach() + size * gradient.sign()
            points = torch.min(torch.max(moved, inputs - epsilon), inputs + epsilon).clamp(0, 1)
        with torch.no_grad():
            return F.cross_entropy(model(points), targets).item()

    return step, None


def leaky(x):
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


def spread(weight, scale):
    """A kernel and the mean of two by two in one."""
    shifts = [(0, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 0, 1, 0)]
    return sum(F.pad(weight, shift) for shift in shifts) * scale


class Equalized(nn.Module):
    """A linear layer or a convolution, its weights scaled at each use."""

    def __init__(self, *shape, bias=0.0, multiplier=1.0, halves=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(*shape) / multiplier)
        self.bias = None if bias is None else nn.Parameter(torch.full(shape[:1], bias / multiplier))
        self.multiplier, self.halves = multiplier, halves

    def forward(self, x):
        weight = self.weight * (self.multiplier / math.sqrt(self.weight[0].numel()))
        bias = None if self.bias is None else self.bias * self.multiplier
        if weight.dim() == 2:
            return F.linear(x, weight, bias)
        if not self.halves:
            return F.conv2d(x, weight, bias, padding=weight.shape[2] // 2)
        kernel = spread(weight, 0.25)
        return F.conv2d(x, kernel, bias, stride=2, padding=kernel.shape[2] // 2 - 1)


class Modulated(nn.Module):
    def __init__(self, given, to, size, enlarges=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(to, given, size, size))
        self.affine = Equalized(given, 64, bias=1.0)
        self.enlarges = enlarges

    def forward(self, x, w):
        weight = self.weight
        styles = self.affine(w)
        x = x * styles[:, :, None, None]
        if weight.shape[2] == 1:
            return F.conv2d(x, weight) / math.sqrt(weight.shape[1])
        if self.enlarges:
            kernel = spread(weight.transpose(0, 1), 1.0).flip([2, 3])
            x = F.conv_transpose2d(x, kernel, stride=2, padding=1)
        else:
            x = F.conv2d(x, weight, padding=1)
        demodulation = torch.rsqrt(styles.square() @ weight.square().sum([2, 3]).t() + 1e-8)
        return x * demodulation[:, :, None, None]


class StyleLayer(nn.Module):
    def __init__(self, enlarges):
        super().__init__()
        self.convolution = Modulated(32, 32, 3, enlarges)
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(32, 1, 1))

    def forward(self, x, w, noise):
        return leaky(self.convolution(x, w) + noise * self.strength + self.bias)


class Colors(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = Modulated(32, 3, 1)
        self.bias = nn.Parameter(torch.zeros(3, 1, 1))

    def forward(self, x, w):
        return self.convolution(x, w) + self.bias


class Styles(nn.Module):
    def __init__(self):
        super().__init__()
        self.mapping = nn.ModuleList(Equalized(64, 64, multiplier=0.01) for _ in range(4))
        self.start = nn.Parameter(torch.randn(1, 32, 4, 4))
        self.blocks = nn.ModuleList(StyleLayer(i % 2 == 1) for i in range(7))
        self.colors = nn.ModuleList(Colors() for _ in range(4))

    def ordered(self):
        """Parameters in the order in which src/cases/style.ts gives them."""
        return [*self.mapping.parameters(), self.start, *(
            parameter for layer in self.blocks for parameter in
            [*layer.convolution.parameters(), layer.strength, layer.bias]
        ), *(
            parameter for layer in self.colors for parameter in
            [*layer.convolution.parameters(), layer.bias]
        )]

    def styles(self, z):
        x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.mapping:
            x = leaky(layer(x))
        return x[:, None, :].expand(-1, 8, -1)

    def forward(self, w, noise):
        x, picture = self.start.expand(len(w), -1, -1, -1), None
        for i, layer in enumerate(self.blocks):
            x = layer(x, w[:, i], noise[i])
            if i % 2 == 0:
                colors = self.colors[i // 2](x, w[:, i + 1])
                picture = colors if picture is None else F.interpolate(picture, scale_factor=2) + colors
        return picture


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Equalized(32, 32, 3, 3)
        self.second = Equalized(32, 32, 3, 3, halves=True)
        self.skip = Equalized(32, 32, 1, 1, bias=None, halves=True)

    def forward(self, x):
        return (leaky(self.second(leaky(self.first(x)))) + self.skip(x)) * math.sqrt(0.5)


class StyleJudge(nn.Module):
    def __init__(self):
        super().__init__()
        self.colors = Equalized(32, 3, 1, 1)
        self.blocks = nn.Sequential(Block(), Block(), Block())
        self.convolution = Equalized(32, 33, 3, 3)
        self.hidden, self.output = Equalized(32, 512), Equalized(1, 32)

    def forward(self, x):
        x = self.blocks(leaky(self.colors(x)))
        group = min(4, len(x))
        apart = x.reshape(group, -1, *x.shape[1:])
        told = torch.sqrt(apart.var(0, unbiased=False) + 1e-8).mean([1, 2, 3])
        told = told.repeat(group).reshape(-1, 1, 1, 1).expand(-1, 1, 4, 4)
        x = leaky(self.convolution(torch.cat([x, told], 1)))
        return self.output(leaky(self.hidden(x.flatten(1))))


def stylegan(a, batch, steps, learningRate):
    model, judge = Styles(), StyleJudge()
    if a.queue is not None:
        with torch.no_grad():
            for parameter in [*model.ordered(), *judge.parameters()]:
                parameter.copy_(a.take(*parameter.shape))

    def adam(network, every):
        share = every / (every + 1)
        return torch.optim.Adam(network.parameters(), lr=learningRate * share, betas=(0.0, 0.99**share))

    g_optimizer, d_optimizer = adam(model, 8), adam(judge, 16)
    real = signed_images(a, batch, 3, 32, 32)
    z = a.noise(batch, 64)
    sides = [4, 8, 8, 16, 16, 32, 32]
    noise = [a.noise(batch, 1, side, side) for side in sides]
    directions = a.noise(batch // 2, 3, 32, 32)
    state = {"step": 0, "length": torch.zeros(())}

    def pictures(w):
        return model(w, [draw()[: len(w)] for draw in noise])

    def train():
        with torch.no_grad():
            made = pictures(model.styles(z()))
        d_loss = F.softplus(-judge(real)).mean() + F.softplus(judge(made)).mean()
        descend(d_optimizer, d_loss)
        if state["step"] % 16 == 0:
            at = real.clone().requires_grad_()
            slope, = torch.autograd.grad(judge(at).sum(), at, create_graph=True)
            descend(d_optimizer, slope.square().sum([1, 2, 3]).mean() * (0.05 * 16))
        g_loss = through(judge, lambda: F.softplus(-judge(pictures(model.styles(z())))).mean())
        descend(g_optimizer, g_loss)
        if state["step"] % 8 == 0:
            w = model.styles(z()[: batch // 2])
            changes = pictures(w) * directions() / 32
            slope, = torch.autograd.grad(changes.sum(), w, create_graph=True)
            lengths = slope.square().sum(2).mean(1).sqrt()
            state["length"] = torch.lerp(state["length"], lengths.detach().mean(), 0.01)
            descend(g_optimizer, (lengths - state["length"]).square().mean() * (2 * 8))
        state["step"] += 1
        d_loss.item()
        return g_loss.item()

    def step():
        for _ in range(steps):
            loss = train()
        return loss

    return step, None


adversarial_kinds = {
    "dcgan": dcgan, "wgan-gp": wgan_gp, "sngan": sngan, "pix2pix": pix2pix, "cyclegan": cyclegan,
    "pgd": pgd, "stylegan": stylegan,
}
