"""PyTorch's side of the suites: the same work as src/cases, built from a case's kind and params.

The first line out is {"lib", "version", ...}, or {"absent": why}. Then one JSON request a line,
{"case", "kind", "params", "threads", "steps"}, answered by {"ns": [...], "loss", "peakBytes"} or
{"ns": [], "error": why}. With "given", arrays in the order and layout of src/cases, the same work is
done with those, and "results" tells what came out.
"""
import base64
import gc
import gzip
import json
import math
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
from torch.distributions import MultivariateNormal
from torch.nn import functional as F

from torch_adversarial import adversarial_kinds


class Arrays:
    """Where the numbers come from: at random, or those that a check gives."""

    def __init__(self, given=None):
        self.queue = None if given is None else [
            torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32) for text in given
        ]

    def take(self, *shape):
        values = self.queue.pop(0)
        if values.numel() != math.prod(shape):
            raise ValueError(f"the check gives {values.numel()} numbers where {shape} are needed")
        return values.view(shape).clone()

    def rand(self, *shape):
        return torch.rand(*shape) if self.queue is None else self.take(*shape)

    def randn(self, *shape):
        return torch.randn(*shape) if self.queue is None else self.take(*shape)

    def labels(self, count, classes):
        return torch.randint(0, classes, (count,)) if self.queue is None else self.take(count).long()

    def noise(self, *shape):
        """Fresh numbers at every call; in a check the same ones."""
        if self.queue is None:
            return lambda: torch.randn(*shape)
        fixed = self.take(*shape)
        return lambda: fixed

    def start(self, model):
        """Gives a model's parameters; normalisation begins with ones and zeros everywhere."""
        if self.queue is not None:
            with torch.no_grad():
                for layer in model.modules():
                    if not isinstance(layer, nn.BatchNorm2d):
                        for parameter in layer.parameters(recurse=False):
                            parameter.copy_(self.take(*parameter.shape))
        return model


def training(loss_of, optimizer):
    def step():
        loss = loss_of()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, None


def classifier(model, a, *shape):
    inputs, targets = a.rand(*shape), a.labels(shape[0], 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return training(lambda: F.cross_entropy(model(inputs), targets), optimizer)


def mlp(a, batch):
    model = nn.Sequential(
        nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    return classifier(a.start(model), a, batch, 784)


def small_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10),
    )


def cnn(a, batch):
    return classifier(a.start(small_cnn()), a, batch, 1, 28, 28)


def tiny_mlp(a, batch):
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    a.start(model)
    inputs, targets = a.randn(batch, 2), a.randn(batch, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return training(lambda: F.mse_loss(model(inputs), targets), optimizer)


class Variational(nn.Module):
    """An encoder with two heads, and a decoder from latents to logits of pixels."""

    def __init__(self, encoder, features, decoder):
        super().__init__()
        self.encoder = encoder
        self.mean_head, self.log_variance_head = nn.Linear(features, 20), nn.Linear(features, 20)
        self.decoder = decoder

    def encode(self, images):
        features = self.encoder(images)
        return self.mean_head(features), self.log_variance_head(features)


def dense_variational():
    encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
    return Variational(
        encoder, 400, nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    )


def convolutional_variational():
    encoder = nn.Sequential(
        nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(),
    )
    return Variational(encoder, 128, nn.Sequential(
        nn.Linear(20, 128), nn.ReLU(), nn.Linear(128, 1568), nn.ReLU(), nn.Unflatten(1, (32, 7, 7)),
        nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1),
    ))


def elbo(a, model, *shape):
    a.start(model)
    images, noise = a.rand(*shape), a.noise(shape[0], 20)

    def loss_of():
        mean, log_variance = model.encode(images)
        logits = model.decoder(mean + noise() * torch.exp(log_variance * 0.5))
        reconstruction = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
        return reconstruction + 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum()

    return training(loss_of, torch.optim.Adam(model.parameters(), lr=1e-3))


def vae(a, batch):
    return elbo(a, dense_variational(), batch, 784)


def vae_conv(a, batch):
    return elbo(a, convolutional_variational(), batch, 1, 28, 28)


def iwae(a, batch, latents):
    model = a.start(dense_variational())
    images, noise = a.rand(batch, 784), a.noise(latents, batch, 20)

    def loss_of():
        mean, log_variance = model.encode(images)
        epsilon = noise()
        latent = mean + epsilon * torch.exp(log_variance * 0.5)
        logits = model.decoder(latent)
        likelihood = -F.binary_cross_entropy_with_logits(
            logits, images.expand_as(logits), reduction="none"
        ).sum(-1)
        ratio = 0.5 * (epsilon.square() + log_variance - latent.square()).sum(-1)
        return -((likelihood + ratio).logsumexp(0) - math.log(latents)).mean()

    return training(loss_of, torch.optim.Adam(model.parameters(), lr=1e-3))


def vq_vae(a, batch):
    encoder = a.start(nn.Sequential(
        nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 32, 1),
    ))
    decoder = a.start(nn.Sequential(
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 1, 4, 2, 1),
    ))
    codes, images = a.randn(64, 32), a.rand(batch, 1, 28, 28)
    counts, sums = torch.ones(64), codes.clone()
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)

    @torch.no_grad()
    def quantize(rows):
        nearest = torch.addmm(codes.square().sum(1), rows, codes.t(), alpha=-2).argmin(1)
        chosen = F.embedding(nearest, codes)
        choices = F.one_hot(nearest, 64).float()
        counts.mul_(0.99).add_(choices.sum(0), alpha=0.01)
        sums.mul_(0.99).addmm_(choices.t(), rows, alpha=0.01)
        total = counts.sum()
        smoothed = (counts + 1e-5) / (total + 64 * 1e-5) * total
        codes.copy_(sums / smoothed.unsqueeze(1))
        return chosen

    def loss_of():
        vectors = encoder(images).permute(0, 2, 3, 1)
        chosen = quantize(vectors.detach().reshape(-1, 32)).view(vectors.shape)
        passed = (vectors + (chosen - vectors).detach()).permute(0, 3, 1, 2)
        return F.mse_loss(decoder(passed), images) + 0.25 * F.mse_loss(vectors, chosen)

    return training(loss_of, optimizer)


def mvn_head(a, batch):
    model = a.start(nn.Sequential(
        nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 44)
    ))
    inputs, targets = a.randn(batch, 16), a.randn(batch, 8)
    rows, columns = torch.tril_indices(8, 8, -1)

    def loss_of():
        mean, log_diagonal, lower = model(inputs).split([8, 8, 28], 1)
        scale_tril = torch.diag_embed(log_diagonal.exp())
        scale_tril[:, rows, columns] = lower
        # Without the checks of its arguments, which cost as much again.
        distribution = MultivariateNormal(mean, scale_tril=scale_tril, validate_args=False)
        return -distribution.log_prob(targets).mean()

    return training(loss_of, torch.optim.Adam(model.parameters(), lr=1e-3))


def sample_decoder(a, count, batch):
    decoder = a.start(nn.Sequential(
        nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid()
    ))
    noise, pictures = a.noise(batch, 20), []

    def step():
        with torch.no_grad():
            pictures[:] = [decoder(noise()).numpy() for _ in range(0, count, batch)]

    return step, lambda: [torch.from_numpy(values) for values in pictures]


def frechet(a, count, width):
    samples, reference = a.randn(count, width), a.randn(count, width)
    found = []

    def moments(features):
        features = features.double()
        return features.mean(0), torch.cov(features.T)

    def step():
        (mean, covariance), (other_mean, other_covariance) = moments(samples), moments(reference)
        values, vectors = torch.linalg.eigh(covariance)
        root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
        trace = torch.linalg.eigvalsh(root @ other_covariance @ root).clamp(min=0).sqrt().sum()
        apart = (mean - other_mean).square().sum() + (covariance + other_covariance).trace() - 2 * trace
        found[:] = [apart.item()]

    return step, lambda: [torch.tensor(found)]


def operation(run):
    """One operation, its result read once; PyTorch on the CPU is done when it returns."""
    kept = []

    def step():
        with torch.no_grad():
            kept[:] = [run()]
            kept[0].view(-1)[0].item()

    return step, lambda: kept


def matmul(a, m, k, n):
    left, right = a.randn(m, k), a.randn(k, n)
    return operation(lambda: left @ right)


def conv2d(a, batch, channels, size, kernel, backward):
    inputs = a.randn(batch, channels, size, size)
    weight = a.randn(channels, channels, kernel, kernel)
    padding = (kernel - 1) // 2
    if not backward:
        return operation(lambda: F.conv2d(inputs, weight, padding=padding))
    cotangent = a.randn(batch, channels, size, size)
    inputs.requires_grad_()
    weight.requires_grad_()

    def step():
        inputs.grad = weight.grad = None
        F.conv2d(inputs, weight, padding=padding).backward(cotangent)
        inputs.grad.view(-1)[0].item()
        weight.grad.view(-1)[0].item()

    return step, lambda: [inputs.grad, weight.grad]


def gelu(a, n):
    x = a.randn(n)
    return operation(
        lambda: (x * 0.5) * (((x + x * x * x * 0.044715) * 0.7978845608028654).tanh() + 1)
    )


def vector(run):
    def build(a, n):
        x, y = a.randn(n), a.rand(n)
        return operation(lambda: run(x, y))

    return build


def matrix(run):
    def build(a, rows, columns):
        x = a.rand(rows, columns)
        return operation(lambda: run(x))

    return build


def layer_norm(a, rows, columns):
    layer, x = nn.LayerNorm(columns), a.randn(rows, columns)
    return operation(lambda: layer(x))


def adam(a, n):
    parameter = nn.Parameter(a.randn(n))
    parameter.grad = a.randn(n) + 1
    optimizer = torch.optim.Adam([parameter], lr=1e-3)

    def step():
        optimizer.step()
        parameter.detach().view(-1)[0].item()

    return step, lambda: [parameter.detach()]


kinds = {
    "mlp": mlp, "tiny-mlp": tiny_mlp, "cnn": cnn, "vae": vae, "vae-conv": vae_conv,
    "iwae": iwae, "vq-vae": vq_vae, "mvn-head": mvn_head, "sample-decoder": sample_decoder,
    "frechet": frechet, **adversarial_kinds,
    "matmul": matmul, "conv2d": conv2d, "gelu": gelu, "adam": adam, "layer-norm": layer_norm,
    "add": vector(lambda x, y: x + y), "exp": vector(lambda x, y: x.exp()),
    "tanh": vector(lambda x, y: x.tanh()),
    "softmax": matrix(lambda x: x.softmax(-1)), "sum": matrix(lambda x: x.sum(-1)),
    "sum-columns": matrix(lambda x: x.sum(0)), "sum-all": matrix(lambda x: x.sum()),
    "max": matrix(lambda x: x.amax(-1)),
}


def mnist(folder, part):
    """The published files: a header of 16 bytes before the images, 8 before the labels."""
    def bytes_of(name, skip):
        with gzip.open(f"{folder}/{part}-{name}-ubyte.gz") as file:
            return torch.frombuffer(bytearray(file.read()[skip:]), dtype=torch.uint8)

    images = bytes_of("images-idx3", 16).view(-1, 1, 28, 28).float() / 255
    return images, bytes_of("labels-idx1", 8).long()


def train_to_accuracy(folder, seed, batch, target, epochs, learningRate, evaluateEvery, images=None):
    """The same training as in src/cases/mnist-accuracy.ts."""
    torch.manual_seed(seed)
    (inputs, labels), (test_inputs, test_labels) = mnist(folder, "train"), mnist(folder, "t10k")
    count = images or len(inputs)
    model = small_cnn()
    optimizer = torch.optim.Adam(model.parameters(), lr=learningRate)
    per_epoch = count // batch
    steps, accuracy, start = 0, 0.0, time.perf_counter_ns()
    for _ in range(epochs):
        order = torch.randperm(count)
        for first in range(0, per_epoch * batch, batch):
            picked = order[first:first + batch]
            optimizer.param_groups[0]["lr"] = learningRate * (1 - steps / (epochs * per_epoch))
            loss = F.cross_entropy(model(inputs[picked]), labels[picked])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            loss.item()
            steps += 1
            if steps % evaluateEvery:
                continue
            with torch.no_grad():
                guesses = [model(part).argmax(1) for part in test_inputs.split(1000)]
            accuracy = (torch.cat(guesses) == test_labels).float().mean().item()
            if accuracy >= target:
                break
        if accuracy >= target:
            break
    elapsed = time.perf_counter_ns() - start
    trained = {"steps": steps, "accuracy": accuracy}
    return {"ns": [elapsed], "trained": trained, "peakBytes": peak_bytes()}


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def encoded(values):
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()


def check(request):
    """The same work from the numbers that are given; what came out instead of times."""
    step, results = kinds[request["kind"]](Arrays(request["given"]), **request["params"])
    losses = [step() for _ in range(request["steps"])]
    out = [torch.tensor(losses)] if results is None else results()
    return {"ns": [], "results": [encoded(values.float()) for values in out]}


def answer(request, ready):
    torch.set_num_threads(request["threads"])
    if "given" in request:
        return check(request)
    if "folder" in request:
        return train_to_accuracy(request["folder"], **request["params"])
    key = json.dumps([request["case"], request["params"]])
    if key not in ready:
        ready.clear()
        gc.collect()
        ready[key] = kinds[request["kind"]](Arrays(), **request["params"])
    step, _ = ready[key]
    gc.collect()
    times, loss = [], None
    for _ in range(request["steps"]):
        start = time.perf_counter_ns()
        loss = step()
        times.append(time.perf_counter_ns() - start)
    return {"ns": times, "loss": loss, "peakBytes": peak_bytes()}


def main():
    torch.manual_seed(1)
    waiting = os.environ["OMP_WAIT_POLICY"]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    # One thread waits for nobody, so one way of waiting is enough for it.
    threads = [1] if cores == 1 else [2] if waiting == "ACTIVE" else [1, 2]
    print(json.dumps({
        "lib": "torch", "version": torch.__version__, "backend": "cpu", "dtype": "float32",
        "threads": threads, "notes": f"OMP_WAIT_POLICY {waiting}",
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
