#!/usr/bin/python3
"""Networks from pictures to pictures with every gradient, and 20 steps of pix2pix and of CycleGAN, for
packages/testing.

    /usr/bin/python3 scripts/make-picture-fixtures.py

Weights, pictures and noise are numbers of one stream that the test draws too, so that only results are
kept; computed in float64. Needs what make-fixtures.py needs.
"""
import importlib

import torch
import torch.nn.functional as F
from torch import nn

fixtures = importlib.import_module("make-fixtures")
Stream = importlib.import_module("make-vae-fixtures").Stream
STEPS, BATCH, SIDE = 20, 2, 16


class Numbers(Stream):
    def around(self, *shape):
        """From -1 to 1, rounded to float32, so that both begin with the same."""
        return (2 * self.shares(*shape) - 1).float().double()

    def start(self, model):
        with torch.no_grad():
            for parameter in model.double().parameters():
                parameter.copy_((0.3 * self.around(*parameter.shape)).float())
        return model


class Unet(nn.Module):
    """Three halvings, a channel of noise; width 2."""

    def __init__(self):
        super().__init__()
        down = lambda i, o, bias: nn.Conv2d(i, o, 4, stride=2, padding=1, bias=bias)
        up = lambda i, o, bias: nn.ConvTranspose2d(i, o, 4, stride=2, padding=1, bias=bias)
        self.down = nn.ModuleList([down(4, 2, True), down(2, 4, False), down(4, 8, True)])
        self.up = nn.ModuleList([up(8, 4, False), up(8, 2, False), up(4, 3, True)])

    def forward(self, x, z):
        outer = self.down[0](torch.cat([x, z], 1))
        middle = F.instance_norm(self.down[1](F.leaky_relu(outer, 0.2)))
        inner = self.down[2](F.leaky_relu(middle, 0.2))
        x = torch.cat([F.instance_norm(self.up[0](F.relu(inner))), middle], 1)
        x = torch.cat([F.instance_norm(self.up[1](F.relu(x))), outer], 1)
        return torch.tanh(self.up[2](F.relu(x)))


def patch(channels):
    """Width 4, two halvings."""
    return nn.Sequential(
        nn.Conv2d(channels, 4, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(4, 8, 4, stride=2, padding=1, bias=False), nn.InstanceNorm2d(8), nn.LeakyReLU(0.2),
        nn.Conv2d(8, 16, 4, padding=1, bias=False), nn.InstanceNorm2d(16), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 1, 4, padding=1),
    )  # fmt: skip


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        convolution = lambda: nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect", bias=False)
        norm = lambda: nn.InstanceNorm2d(channels)
        self.layers = nn.Sequential(convolution(), norm(), nn.ReLU(), convolution(), norm())

    def forward(self, x):
        return x + self.layers(x)


def resnet(width):
    """One halving, one block, first and last kernel 5x5."""
    return nn.Sequential(
        nn.Conv2d(3, width, 5, padding=2, padding_mode="reflect", bias=False), nn.InstanceNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, bias=False), nn.InstanceNorm2d(2 * width), nn.ReLU(),
        Block(2 * width),
        nn.ConvTranspose2d(2 * width, width, 3, stride=2, padding=1, output_padding=1, bias=False),
        nn.InstanceNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, 3, 5, padding=2, padding_mode="reflect"), nn.Tanh(),
    )  # fmt: skip


def one_pass(numbers, model, *shapes):
    """Outputs, and the gradients of their sum weighted by the stream: of the inputs, then the parameters."""
    numbers.start(model)
    inputs = [numbers.around(*shape).requires_grad_() for shape in shapes]
    outputs = model(*inputs)
    (outputs * numbers.around(*outputs.shape)).sum().backward()
    short = lambda x: fixtures.packed(torch.tensor([float(f"{v:.7g}") for v in x.flatten()], dtype=torch.float64).reshape(x.shape))
    return {"outputs": short(outputs), "gradients": [short(x.grad) for x in [*inputs, *model.parameters()]]}


def networks():
    numbers = Numbers()
    return {
        "unet": one_pass(numbers, Unet(), (BATCH, 3, 8, 8), (BATCH, 1, 8, 8)),
        "patch": one_pass(numbers, patch(3), (BATCH, 3, SIDE, SIDE)),
        "resnet": one_pass(numbers, resnet(2), (BATCH, 3, 8, 8)),
    }


def adam(*models):
    return torch.optim.Adam([p for model in models for p in model.parameters()], lr=2e-3, betas=(0.5, 0.999))


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def pair():
    """Cross-entropy, half of it for the discriminator, and 100 times the absolute difference."""
    numbers = Numbers()
    generator, discriminator = numbers.start(Unet()), numbers.start(patch(6))
    of_generator, of_discriminator = adam(generator), adam(discriminator)
    losses = {"discriminatorLoss": [], "generatorLoss": [], "distance": []}
    for _ in range(STEPS):
        x, y = numbers.around(BATCH, 3, SIDE, SIDE), numbers.around(BATCH, 3, SIDE, SIDE)
        made = generator(x, numbers.around(BATCH, 1, SIDE, SIDE))
        judge = lambda picture: discriminator(torch.cat([x, picture], 1))
        real, fake = judge(y), judge(made.detach())
        apart = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
        apart = apart + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
        losses["discriminatorLoss"].append(descend(of_discriminator, apart / 2))
        fake, distance = judge(made), F.l1_loss(made, y)
        passing = F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
        losses["generatorLoss"].append(descend(of_generator, passing + 100 * distance))
        losses["distance"].append(distance.item())
    return losses


def cycle():
    """Least squares, cycle 10, identity 5; the discriminators see what was made a step before."""
    numbers = Numbers()
    a_to_b, b_to_a = numbers.start(resnet(4)), numbers.start(resnet(4))
    judge_a, judge_b = numbers.start(patch(3)), numbers.start(patch(3))
    of_generators, of_discriminators = adam(a_to_b, b_to_a), adam(judge_a, judge_b)
    losses = {"generatorLoss": [], "discriminatorLoss": [], "cycle": [], "identity": []}
    pool = None
    for _ in range(STEPS):
        a, b = numbers.around(BATCH, 3, SIDE, SIDE), numbers.around(BATCH, 3, SIDE, SIDE)
        made_b, made_a = a_to_b(a), b_to_a(b)
        passing = ((judge_b(made_b) - 1) ** 2).mean() + ((judge_a(made_a) - 1) ** 2).mean()
        back = F.l1_loss(b_to_a(made_b), a) + F.l1_loss(a_to_b(made_a), b)
        same = F.l1_loss(a_to_b(b), b) + F.l1_loss(b_to_a(a), a)
        losses["generatorLoss"].append(descend(of_generators, passing + 10 * back + 5 * same))
        losses["cycle"].append(back.item())
        losses["identity"].append(same.item())
        made = made_a.detach(), made_b.detach()
        shown, pool = pool or made, made
        apart = lambda judge, real, fake: (((judge(real) - 1) ** 2).mean() + (judge(fake) ** 2).mean()) / 2
        loss = apart(judge_a, a, shown[0]) + apart(judge_b, b, shown[1])
        losses["discriminatorLoss"].append(descend(of_discriminators, loss))
    return losses


if __name__ == "__main__":
    torch.set_num_threads(1)
    made_by = {"madeBy": "scripts/make-picture-fixtures.py"}
    losses = {"pair": pair(), "cycle": cycle()}
    fixtures.write("picture-networks", {**made_by, "networks": networks(), "losses": losses})
