#!/usr/bin/python3
"""What attacks make of a small network's inputs, for packages/gan.

    /usr/bin/python3 scripts/make-attack-fixtures.py

Computed in float64 from numbers of few digits; needs what make-fixtures.py needs.
"""
import importlib

import torch
import torch.nn.functional as F
from torch import nn

fixtures = importlib.import_module("make-fixtures")
STEPS, STEP_SIZE = 8, 0.06


def rounded(tensor, digits=4):
    return torch.round(tensor.double() * 10**digits) / 10**digits


def gradient(model, x, targets):
    x = x.clone().requires_grad_(True)
    loss = F.cross_entropy(model(x), targets, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def fgsm(model, x, targets, epsilon, sense):
    return (x + sense * epsilon * gradient(model, x, targets).sign()).clamp(0, 1)


def length(moves):
    return moves.flatten(1).norm(dim=1).reshape(-1, 1, 1, 1)


def pgd(model, x, start, targets, norm, epsilon, sense):
    point = start
    for _ in range(STEPS):
        slope = gradient(model, point, targets)
        slope = slope.sign() if norm == "infinity" else slope / length(slope)
        move = point + sense * STEP_SIZE * slope - x
        if norm == "infinity":
            move = move.clamp(-epsilon, epsilon)
        else:
            move = move * (epsilon / length(move)).clamp(max=1)
        point = (x + move).clamp(0, 1)
    return point


def attacks():
    torch.manual_seed(3)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(144, 5),
    ).double()  # fmt: skip
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(rounded(2 * parameter))
    x, targets = rounded(torch.rand(4, 1, 6, 6)), torch.tensor([0, 2, 4, 1])
    cases = []
    for targeted in (False, True):
        sense = -1 if targeted else 1
        made = fgsm(model, x, targets, 0.1, sense)
        cases.append({"attack": "fgsm", "targeted": targeted, "epsilon": 0.1, "made": fixtures.packed(made)})
        for norm, epsilon in (("infinity", 0.15), ("two", 0.3)):
            start = x + (2 * torch.rand_like(x) - 1) * (0.15 if norm == "infinity" else 0.03)
            start = rounded(start.clamp(0, 1))
            made = pgd(model, x, start, targets, norm, epsilon, sense)
            case = {"attack": "pgd", "norm": norm, "targeted": targeted, "epsilon": epsilon}
            cases.append({**case, "start": fixtures.packed(start), "made": fixtures.packed(made)})
    weights = {name: fixtures.packed(p) for name, p in model.named_parameters()}
    data = {"inputs": fixtures.packed(x), "targets": fixtures.packed(targets.int())}
    return {"steps": STEPS, "stepSize": STEP_SIZE, "weights": weights, **data, "cases": cases}


if __name__ == "__main__":
    torch.set_num_threads(1)
    fixtures.write("attacks", {"madeBy": "scripts/make-attack-fixtures.py", **attacks()})
