#!/usr/bin/python3
"""Losses of a variational autoencoder 784-400-20 over 40 steps of Adam, for packages/testing.

    /usr/bin/python3 scripts/make-vae-fixtures.py

Weights, pictures and noise are numbers of one stream that the test draws too, so that only the losses
are kept; computed in float64. Needs what make-fixtures.py needs.
"""
import importlib

import torch
import torch.nn.functional as F
from torch import nn

fixtures = importlib.import_module("make-fixtures")
STEPS, BATCH = 40, 16


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

    def layer(self, inputs, outputs):
        layer, bound = nn.Linear(inputs, outputs).double(), inputs**-0.5
        with torch.no_grad():
            for parameter in layer.parameters():
                # Rounded to float32, so that both begin with the same.
                parameter.copy_(((2 * self.shares(*parameter.shape) - 1) * bound).float())
        return layer


def losses():
    stream = Stream()
    encoder = nn.Sequential(stream.layer(784, 400), nn.ReLU(), stream.layer(400, 40))
    decoder = nn.Sequential(stream.layer(20, 400), nn.ReLU(), stream.layer(400, 784))
    patterns = (stream.shares(10, 784) < 0.2) * 0.85 + 0.05  # chances of a white pixel, by class
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
    for _ in range(STEPS):
        classes = (10 * stream.shares(BATCH)).long()
        pictures = (stream.shares(BATCH, 784) < patterns[classes]).double()
        noise = stream.shares(12, BATCH, 20).sum(0) - 6  # nearly normal
        mean, log_variance = encoder(pictures).chunk(2, 1)
        logits = decoder(mean + (log_variance / 2).exp() * noise)
        reconstruction = F.binary_cross_entropy_with_logits(logits, pictures, reduction="sum")
        divergence = (log_variance.exp() + mean**2 - 1 - log_variance).sum() / 2
        loss = (reconstruction + divergence) / BATCH
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


if __name__ == "__main__":
    torch.set_num_threads(1)
    fixtures.write("vae-losses", {"madeBy": "scripts/make-vae-fixtures.py", "losses": [*losses()]})
