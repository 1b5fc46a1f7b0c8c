"""PyTorch's side of the suites: the same work as src/cases, built from a case's kind and params.

The first line out is {"lib", "version", ...}, or {"absent": why}. Then one JSON request a line,
{"case", "kind", "params", "threads", "steps"}, answered by {"ns": [...], "loss", "peakBytes"} or
{"ns": [], "error": why}.
"""
import gc
import json
import os
import resource
import sys
import time

try:
    import torch
except ImportError as error:
    print(json.dumps({"absent": str(error)}), flush=True)
    sys.exit(3)
from torch import nn
from torch.nn import functional as F


def training(loss_of, optimizer):
    def step():
        loss = loss_of()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def classifier(model, inputs):
    targets = torch.randint(0, 10, (inputs.shape[0],))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return training(lambda: F.cross_entropy(model(inputs), targets), optimizer)


def mlp(batch):
    model = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    return classifier(model, torch.rand(batch, 784))


def cnn(batch):
    model = nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    return classifier(model, torch.rand(batch, 1, 28, 28))


def tiny_mlp(batch):
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    inputs, targets = torch.randn(batch, 2), torch.randn(batch, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return training(lambda: F.mse_loss(model(inputs), targets), optimizer)


def vae(batch):
    hidden, mean_head, log_variance_head = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    parts = nn.ModuleList([hidden, mean_head, log_variance_head, decoder])
    images = torch.rand(batch, 784)

    def loss_of():
        features = F.relu(hidden(images))
        mean, log_variance = mean_head(features), log_variance_head(features)
        latent = mean + torch.randn_like(mean) * torch.exp(log_variance * 0.5)
        reconstruction = F.binary_cross_entropy_with_logits(decoder(latent), images, reduction="sum")
        return reconstruction + 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum()

    return training(loss_of, torch.optim.Adam(parts.parameters(), lr=1e-3))


def dcgan(batch):
    generator = nn.Sequential(
        nn.Linear(64, 3136), nn.Unflatten(1, (64, 7, 7)), nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1),
        nn.BatchNorm2d(64), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(3136, 1),
    )
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    images = torch.rand(batch, 1, 28, 28) * 2 - 1
    real, fake = torch.ones(batch, 1), torch.zeros(batch, 1)
    loss = F.binary_cross_entropy_with_logits

    def step():
        made = generator(torch.randn(batch, 64))
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

    return step


def operation(run):
    """One operation, its result read once; PyTorch on the CPU is done when it returns."""

    def step():
        with torch.no_grad():
            run().view(-1)[0].item()

    return step


def matmul(m, k, n):
    left, right = torch.randn(m, k), torch.randn(k, n)
    return operation(lambda: left @ right)


def conv2d(batch, channels, size, kernel, backward):
    inputs = torch.randn(batch, channels, size, size)
    weight = torch.randn(channels, channels, kernel, kernel)
    padding = (kernel - 1) // 2
    if not backward:
        return operation(lambda: F.conv2d(inputs, weight, padding=padding))
    cotangent = torch.randn_like(inputs)
    inputs.requires_grad_()
    weight.requires_grad_()

    def step():
        inputs.grad = weight.grad = None
        F.conv2d(inputs, weight, padding=padding).backward(cotangent)
        inputs.grad.view(-1)[0].item()
        weight.grad.view(-1)[0].item()

    return step


def gelu(n):
    x = torch.randn(n)
    return operation(
        lambda: (x * 0.5) * (((x + x * x * x * 0.044715) * 0.7978845608028654).tanh() + 1)
    )


def vector(run):
    def build(n):
        a, b = torch.randn(n), torch.rand(n)
        return operation(lambda: run(a, b))

    return build


def matrix(run):
    def build(rows, columns):
        x = torch.rand(rows, columns)
        return operation(lambda: run(x))

    return build


def layer_norm(rows, columns):
    layer, x = nn.LayerNorm(columns), torch.randn(rows, columns)
    return operation(lambda: layer(x))


def adam(n):
    parameter = nn.Parameter(torch.randn(n))
    parameter.grad = torch.randn(n) + 1
    optimizer = torch.optim.Adam([parameter], lr=1e-3)

    def step():
        optimizer.step()
        parameter.detach().view(-1)[0].item()

    return step


kinds = {
    "mlp": mlp, "tiny-mlp": tiny_mlp, "cnn": cnn, "vae": vae, "dcgan": dcgan,
    "matmul": matmul, "conv2d": conv2d, "gelu": gelu, "adam": adam, "layer-norm": layer_norm,
    "add": vector(lambda a, b: a + b), "exp": vector(lambda a, b: a.exp()),
    "tanh": vector(lambda a, b: a.tanh()),
    "softmax": matrix(lambda x: x.softmax(-1)), "sum": matrix(lambda x: x.sum(-1)),
    "sum-columns": matrix(lambda x: x.sum(0)), "sum-all": matrix(lambda x: x.sum()),
    "max": matrix(lambda x: x.amax(-1)),
}


def answer(request, ready):
    torch.set_num_threads(request["threads"])
    key = json.dumps([request["case"], request["params"]])
    if key not in ready:
        ready.clear()
        gc.collect()
        ready[key] = kinds[request["kind"]](**request["params"])
    step = ready[key]
    gc.collect()
    times, loss = [], None
    for _ in range(request["steps"]):
        start = time.perf_counter_ns()
        loss = step()
        times.append(time.perf_counter_ns() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"ns": times, "loss": loss, "peakBytes": peak}


def main():
    torch.manual_seed(1)
    waiting = os.environ.get("OMP_WAIT_POLICY", "unset (libgomp: spin, then sleep)")
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(json.dumps({
        "lib": "torch", "version": torch.__version__, "backend": "cpu", "dtype": "float32",
        "threads": [1, 2] if most > 1 else [1], "notes": f"OMP_WAIT_POLICY {waiting}",
    }), flush=True)
    ready = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = answer(request, ready)
        except KeyError as error:
            result = {"ns": [], "error": f"no such work here: {error}"}
        except Exception as error:  # the peer goes on with the next case
            result = {"ns": [], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
