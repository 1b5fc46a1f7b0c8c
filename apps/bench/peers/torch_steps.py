"""PyTorch's side of the course suite. Reads one JSON request a line, {"case", "threads", "steps"},
and answers with {"ms": [...], "loss": last} or, when PyTorch is absent, exits with status 3."""
import json
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)
from torch import nn


def classifier(model, inputs, count):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    targets = torch.randint(0, 10, (count,))

    def step():
        loss = nn.functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def mlp():
    model = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    return classifier(model, torch.rand(128, 784), 128)


def cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    return classifier(model, torch.rand(64, 1, 28, 28), 64)


def tiny_mlp():
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    inputs, targets = torch.randn(32, 2), torch.randn(32, 1)

    def step():
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


cases = {"mlp": mlp, "cnn": cnn, "tiny-mlp": tiny_mlp}
ready = {}
torch.manual_seed(1)
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    name = request["case"]
    step = ready.setdefault(name, None) or cases[name]()
    ready[name] = step
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        loss = step()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"ms": times, "loss": loss}), flush=True)
