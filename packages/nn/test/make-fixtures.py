"""Writes what PyTorch gives for every layer, activation and loss of @dl/nn to test/fixtures.

Run with Debian's python3-torch (1.13), then format:

    /usr/bin/python3 packages/nn/test/make-fixtures.py && pnpm exec oxfmt packages/nn

Everything is computed in float64 from seeded numbers of 3 decimals. Names of parameters and buffers
are written as @dl/nn has them.
"""
import json
import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import weight_norm
from torch.nn.utils.parametrizations import spectral_norm

HERE = Path(__file__).parent / "fixtures"
torch.set_default_dtype(torch.float64)


def draw(*shape, low=-2.0, high=2.0):
    x = torch.rand(*shape) * (high - low) + low
    return torch.round(x * 1000) / 1000


def number(x):
    return float(f"{x:.9g}")


def dump(x):
    if x.dtype == torch.bool:
        return {"dtype": "bool", "shape": list(x.shape), "data": x.flatten().int().tolist()}
    if x.dtype == torch.int64:
        return {"dtype": "int32", "shape": list(x.shape), "data": x.flatten().tolist()}
    data = [number(v) for v in x.detach().flatten().tolist()]
    return {"dtype": "float32", "shape": list(x.shape), "data": data}


def write(name, cases):
    header = {"script": "packages/nn/test/make-fixtures.py", "torch": torch.__version__, "seed": 0}
    body = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    text = json.dumps(header)[:-1] + ', "cases": [\n' + body + "\n]}\n"
    (HERE / f"{name}.json").write_text(text)
    print(name, len(cases), "cases", len(text), "bytes")


def our_name(name):
    for old, new in RENAMED.items():
        name = name.replace(old, new)
    name = re.sub(r"^(weight|bias)_(ih|hh)_l(\d)$", r"layers.\3.\1_\2", name)
    name = re.sub(r"^(weight|bias)_(ih|hh)_l(\d)_reverse$", r"reverseLayers.\3.\1_\2", name)
    return re.sub(r"_([a-z])", lambda m: m[1].upper(), name)


RENAMED = {
    "parametrizations.weight.original": "layer.weight",
    "parametrizations.weight.0._": "",
    "running_var": "running_variance",
    "weight_g": "magnitude",
    "weight_v": "layer.weight",
}


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [x for part in outputs for x in flat(part)]


def layer_case(name, module, inputs, randomize=True, rename=our_name, flatten=flat):
    if randomize:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(draw(*parameter.shape, low=-1, high=1))
    module.train()
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]

    def state():
        entries = module.state_dict().items()
        return {rename(k): dump(v) for k, v in entries if "num_batches" not in k}

    before = state()
    outputs = flatten(module(*inputs))
    cotangents = [draw(*y.shape) for y in outputs]
    loss = sum((y * c).sum() for y, c in zip(outputs, cotangents))
    loss.backward()
    after = state()
    module.eval()
    with torch.no_grad():
        evaluated = flatten(module(*inputs))
    return {
        "name": name,
        "inputs": [dump(x) for x in inputs],
        "state": before,
        "outputs": [dump(y) for y in outputs],
        "cotangents": [dump(c) for c in cotangents],
        "inputGradients": [dump(x.grad) if x.grad is not None else None for x in inputs],
        "gradients": {
            rename(k): dump(p.grad) for k, p in module.named_parameters() if p.grad is not None
        },
        "stateAfter": {k: v for k, v in after.items() if v != before[k]},
        "evaluated": [dump(y) for y in evaluated],
    }


class RMSNorm(nn.Module):
    """PyTorch 1.13 has none: arXiv:1910.07467, eq. 4."""

    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


class Attention(nn.Module):
    """Masks as positional inputs."""

    def __init__(self, features, heads, masks=(), **options):
        super().__init__()
        self.inner = nn.MultiheadAttention(features, heads, batch_first=True, **options)
        self.masks = masks

    def forward(self, query, key, value, *masks):
        return self.inner(query, key, value, **dict(zip(self.masks, masks)))


def wrapped(name):
    """Names inside a wrapper: everything but the wrapper's own is the layer's."""
    name = our_name(name)
    return f"layer.{name}" if name in ("weight", "bias") else name


def inner(name):
    return our_name(name.removeprefix("inner."))


def layers():
    torch.manual_seed(0)
    image = draw(3, 4, 3, 2)
    sequence = draw(2, 4, 6)
    later = torch.ones(4, 4).triu(1).bool()
    padding = torch.tensor([[False, False, True, True, False], [False] * 5])
    token = torch.tensor([[1, 3, 0], [2, 3, 4]])
    first = [[draw(2, 5), draw(2, 5)], [draw(2, 5), draw(2, 5)]]

    class StartedLSTM(nn.LSTM):
        """States per layer and tensor as inputs: h0, c0, h1, c1."""

        def forward(self, x, h0, c0, h1, c1):
            return super().forward(x, (torch.stack([h0, h1]), torch.stack([c0, c1])))

    def by_layer(outputs):
        """Outputs, then every state of layer 0, then of layer 1."""
        y, states = outputs
        states = [states] if isinstance(states, torch.Tensor) else states
        return [y] + [s[k] for k in range(states[0].shape[0]) for s in states]

    return [
        layer_case("Linear", nn.Linear(6, 3), [sequence]),
        layer_case("Bilinear", nn.Bilinear(3, 4, 2), [draw(5, 3), draw(5, 4)]),
        layer_case("Embedding", nn.Embedding(5, 3), [token]),
        layer_case("Embedding padded", nn.Embedding(5, 3, padding_idx=3), [token]),
        layer_case("BatchNorm 1d", nn.BatchNorm1d(4), [draw(6, 4)]),
        layer_case("BatchNorm sequences", nn.BatchNorm1d(4, momentum=0.3), [draw(2, 4, 5)]),
        layer_case("BatchNorm 2d", nn.BatchNorm2d(4, eps=1e-3), [image]),
        layer_case("BatchNorm plain", nn.BatchNorm2d(4, affine=False), [image]),
        layer_case(
            "BatchNorm untracked", nn.BatchNorm2d(4, track_running_stats=False), [image]
        ),
        layer_case("LayerNorm", nn.LayerNorm(6), [sequence]),
        layer_case("LayerNorm two axes", nn.LayerNorm([3, 2], eps=1e-3), [image]),
        layer_case("LayerNorm plain", nn.LayerNorm(6, elementwise_affine=False), [sequence]),
        layer_case("GroupNorm", nn.GroupNorm(2, 4), [image]),
        layer_case("GroupNorm plain", nn.GroupNorm(4, 4, affine=False), [image]),
        layer_case("GroupNorm vectors", nn.GroupNorm(2, 4), [draw(3, 4)]),
        layer_case("InstanceNorm", nn.InstanceNorm2d(4), [image]),
        layer_case("InstanceNorm affine", nn.InstanceNorm1d(4, affine=True), [draw(2, 4, 6)]),
        layer_case("RMSNorm", RMSNorm(6), [sequence]),
        layer_case("SpectralNorm", spectral_norm(nn.Linear(6, 3)), [sequence], False, wrapped),
        layer_case("WeightNorm", weight_norm(nn.Linear(6, 3)), [sequence], True, wrapped),
        layer_case("MultiHeadAttention", Attention(6, 2), [sequence] * 3, True, inner),
        layer_case(
            "MultiHeadAttention across",
            Attention(6, 3, bias=False),
            [sequence, draw(2, 5, 6), draw(2, 5, 6)],
            True,
            inner,
        ),
        layer_case(
            "MultiHeadAttention causal",
            Attention(6, 2, ["attn_mask"]),
            [sequence] * 3 + [later],
            True,
            inner,
        ),
        layer_case(
            "MultiHeadAttention masked",
            Attention(6, 2, ["attn_mask", "key_padding_mask"]),
            [sequence, draw(2, 5, 6), draw(2, 5, 6), draw(4, 4, 5), padding],
            True,
            inner,
        ),
        layer_case("RNNCell", nn.RNNCell(3, 5), [draw(2, 3), draw(2, 5)]),
        layer_case("RNNCell relu", nn.RNNCell(3, 5, nonlinearity="relu"), [draw(2, 3), draw(2, 5)]),
        layer_case("GRUCell", nn.GRUCell(3, 5), [draw(2, 3), draw(2, 5)]),
        layer_case("RNN", nn.RNN(6, 5, batch_first=True), [sequence], flatten=by_layer),
        layer_case("LSTM", nn.LSTM(6, 5, batch_first=True), [sequence], flatten=by_layer),
        layer_case("GRU", nn.GRU(6, 5, 2, batch_first=True), [sequence], flatten=by_layer),
        layer_case(
            "GRU of two directions",
            nn.GRU(6, 5, 2, batch_first=True, bidirectional=True),
            [sequence],
            flatten=by_layer,
        ),
        layer_case(
            "LSTM of two, started",
            StartedLSTM(6, 5, 2, batch_first=True),
            [sequence] + [x for layer in first for x in layer],
            flatten=by_layer,
        ),
    ]


def activations():
    torch.manual_seed(1)
    rare = torch.tensor([-50.0, -0.001, 0.001, 50.0]).repeat(10).reshape(2, 4, 5)
    x = torch.cat([draw(2, 4, 5, low=-4, high=4), rare], 2)
    modules = {
        "ReLU": nn.ReLU(),
        "ReLU6": nn.ReLU6(),
        "LeakyReLU": nn.LeakyReLU(0.2),
        "PReLU": nn.PReLU(),
        "PReLU channels": nn.PReLU(4),
        "ELU": nn.ELU(0.7),
        "SELU": nn.SELU(),
        "CELU": nn.CELU(1.3),
        "GELU": nn.GELU(),
        "GELU tanh": nn.GELU("tanh"),
        "SiLU": nn.SiLU(),
        "Mish": nn.Mish(),
        "Sigmoid": nn.Sigmoid(),
        "Tanh": nn.Tanh(),
        "Softplus": nn.Softplus(2.0, 1e9),
        "Hardtanh": nn.Hardtanh(-0.5, 1.5),
        "Hardsigmoid": nn.Hardsigmoid(),
        "Hardswish": nn.Hardswish(),
        "Hardshrink": nn.Hardshrink(0.8),
        "Softshrink": nn.Softshrink(0.8),
        "Tanhshrink": nn.Tanhshrink(),
        "Softsign": nn.Softsign(),
        "LogSigmoid": nn.LogSigmoid(),
        "Threshold": nn.Threshold(0.5, -3.0),
        "GLU": nn.GLU(),
        "GLU axis 1": nn.GLU(1),
        "Softmax": nn.Softmax(-1),
        "Softmin": nn.Softmin(1),
        "LogSoftmax": nn.LogSoftmax(-1),
    }
    return [layer_case(name, module, [x]) for name, module in modules.items()]


def loss_case(name, loss, inputs, options, ours):
    """One loss under its three reductions; `ours` are the options as @dl/nn spells them."""
    results = {}
    for reduction in ("mean", "sum", "none"):
        leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
        value = loss(*leaves, reduction=reduction, **options)
        cotangent = draw(*value.shape) if value.ndim else torch.tensor(1.0)
        (value * cotangent).sum().backward()
        results[reduction] = {
            "value": dump(value),
            "cotangent": dump(cotangent),
            "gradients": [dump(x.grad) if x.grad is not None else None for x in leaves],
        }
    return {
        "name": name,
        "inputs": [dump(x) for x in inputs],
        "options": {k: dump(v) if isinstance(v, torch.Tensor) else v for k, v in ours.items()},
        "results": results,
    }


def to_fixed_targets(p, t, reduction):
    """PyTorch's gradient of targets is infinite where p is 0 or 1; ours is bounded."""
    return F.binary_cross_entropy(p, t.detach(), reduction=reduction)


def losses():
    torch.manual_seed(2)
    logits, labels = draw(6, 4), torch.tensor([0, 3, 1, 2, 3, 1])
    maps, pixels = draw(2, 3, 2, 2), torch.tensor([[[0, 1], [2, -100]], [[1, -100], [0, 0]]])
    weight = draw(4, low=0.2, high=2)
    a, b = draw(3, 4), draw(3, 4)
    p, t = draw(3, 4, low=0.05, high=0.95), draw(3, 4, low=0, high=1)
    soft = torch.softmax(draw(6, 4), 1)
    signs = torch.tensor([1.0, -1.0, 1.0])
    table = torch.tensor([[1.0, -1, -1, 1], [-1, 1, 1, 1], [1, 1, -1, -1]])
    extremes = torch.tensor([[0.0, 1, 0, 1, 1e-30]]), torch.tensor([[0.0, 0, 1, 1, 1]])
    c = draw(3, 4)
    pos = draw(4, low=0.5, high=4)
    sm = {"label_smoothing": 0.1}
    cases = [
        ("crossEntropy", F.cross_entropy, [logits, labels], {}, {}),
        ("crossEntropy", F.cross_entropy, [logits, labels], {"weight": weight}, {"weight": weight}),
        ("crossEntropy", F.cross_entropy, [logits, labels], sm, {"labelSmoothing": 0.1}),
        (
            "crossEntropy",
            F.cross_entropy,
            [logits, labels],
            {"weight": weight, "ignore_index": 3, **sm},
            {"weight": weight, "ignoreIndex": 3, "labelSmoothing": 0.1},
        ),
        ("crossEntropy", F.cross_entropy, [maps, pixels], {}, {"ignoreIndex": -100}),
        (
            "crossEntropy",
            F.cross_entropy,
            [maps, pixels],
            {"weight": weight[:3], **sm},
            {"weight": weight[:3], "labelSmoothing": 0.1, "ignoreIndex": -100},
        ),
        ("crossEntropy", F.cross_entropy, [logits, soft], {}, {}),
        (
            "crossEntropy",
            F.cross_entropy,
            [logits, soft],
            {"weight": weight, **sm},
            {"weight": weight, "labelSmoothing": 0.1},
        ),
        ("crossEntropy", F.cross_entropy, [logits[0], labels[0]], {"weight": weight, **sm}, {"weight": weight, "labelSmoothing": 0.1}),
        ("negativeLogLikelihood", F.nll_loss, [logits.log_softmax(1), labels], {}, {}),
        (
            "negativeLogLikelihood",
            F.nll_loss,
            [logits.log_softmax(1), labels],
            {"weight": weight, "ignore_index": 1},
            {"weight": weight, "ignoreIndex": 1},
        ),
        ("negativeLogLikelihood", F.nll_loss, [maps.log_softmax(1), pixels], {}, {"ignoreIndex": -100}),
        ("meanSquaredError", F.mse_loss, [a, b], {}, {}),
        ("meanAbsoluteError", F.l1_loss, [a, b], {}, {}),
        ("smoothL1Loss", F.smooth_l1_loss, [a, b], {}, {}),
        ("smoothL1Loss", F.smooth_l1_loss, [a, b], {"beta": 0.3}, {"beta": 0.3}),
        ("smoothL1Loss", F.smooth_l1_loss, [a, b], {"beta": 0.0}, {"beta": 0}),
        ("huberLoss", F.huber_loss, [a, b], {}, {}),
        ("huberLoss", F.huber_loss, [a, b], {"delta": 1.7}, {"delta": 1.7}),
        ("binaryCrossEntropy", F.binary_cross_entropy, [p, t], {}, {}),
        ("binaryCrossEntropyWithLogits", F.binary_cross_entropy_with_logits, [a, t], {}, {}),
        (
            "binaryCrossEntropyWithLogits",
            F.binary_cross_entropy_with_logits,
            [a * 10, t],
            {"pos_weight": pos},
            {"posWeight": pos},
        ),
        ("klDivergenceLoss", F.kl_div, [logits.log_softmax(1), soft], {}, {}),
        (
            "klDivergenceLoss",
            F.kl_div,
            [logits.log_softmax(1), soft.log()],
            {"log_target": True},
            {"logTarget": True},
        ),
        ("gaussianNegativeLogLikelihood", F.gaussian_nll_loss, [a, b, t], {}, {}),
        (
            "gaussianNegativeLogLikelihood",
            F.gaussian_nll_loss,
            [a, b, torch.tensor([[0.5], [1e-4], [0.2]])],
            {"full": True, "eps": 1e-2},
            {"full": True, "epsilon": 1e-2},
        ),
        ("gaussianNegativeLogLikelihood", F.gaussian_nll_loss, [a, b, t[:, 0].contiguous()], {}, {}),
        ("poissonNegativeLogLikelihood", F.poisson_nll_loss, [a, 3 * t], {}, {}),
        (
            "poissonNegativeLogLikelihood",
            F.poisson_nll_loss,
            [p, 3 * t],
            {"log_input": False, "full": True},
            {"logInput": False, "full": True},
        ),
        ("hingeEmbeddingLoss", F.hinge_embedding_loss, [a, table], {}, {}),
        ("hingeEmbeddingLoss", F.hinge_embedding_loss, [a, table], {"margin": 0.4}, {"margin": 0.4}),
        ("cosineEmbeddingLoss", F.cosine_embedding_loss, [a, b, signs], {}, {}),
        (
            "cosineEmbeddingLoss",
            F.cosine_embedding_loss,
            [a, b, -signs],
            {"margin": -0.6},
            {"margin": -0.6},
        ),
        ("tripletMarginLoss", F.triplet_margin_loss, [a, b, c], {}, {}),
        (
            "tripletMarginLoss",
            F.triplet_margin_loss,
            [a, b, c],
            {"margin": 2.0, "p": 3.0, "swap": True},
            {"margin": 2, "p": 3, "swap": True},
        ),
        ("marginRankingLoss", F.margin_ranking_loss, [a, b, table], {}, {}),
        ("marginRankingLoss", F.margin_ranking_loss, [a, b, table], {"margin": 0.5}, {"margin": 0.5}),
        ("multiMarginLoss", F.multi_margin_loss, [logits, labels], {}, {}),
        (
            "multiMarginLoss",
            F.multi_margin_loss,
            [logits, labels],
            {"p": 2, "margin": 0.7, "weight": weight},
            {"p": 2, "margin": 0.7, "weight": weight},
        ),
        ("binaryCrossEntropy", to_fixed_targets, list(extremes), {}, {}),
    ]
    return [loss_case(*case) for case in cases]


HERE.mkdir(exist_ok=True)
write("layers", layers())
write("activations", activations())
write("losses", losses())
