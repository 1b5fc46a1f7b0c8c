"""Model files between PyTorch and @dl/training.

Writes small trained models, as .pt and as safetensors, with inputs and outputs, and the names of the
state of every layer, to packages/testing/fixtures/models:

    /usr/bin/python3 scripts/model-files.py write && pnpm exec oxfmt packages/testing/fixtures/models

Reads what @dl/training saved (NAME.safetensors) into the same models, strictly, and compares outputs:

    /usr/bin/python3 scripts/model-files.py check FOLDER

Debian's python3-torch (1.13) and NumPy. There is no package of safetensors here: writer and reader are
the few lines below, by the format's published description.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm

FIXTURES = Path(__file__).parent.parent / "packages/testing/fixtures/models"
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
         "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}


def write_safetensors(path, arrays, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, array in arrays.items():
        kind = next(k for k, code in TYPES.items() if np.dtype(code) == array.dtype)
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in arrays.values()))


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body, end, arrays = data[8 + length :], 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = entry["data_offsets"]
        assert first == end, f"a gap before {name}"
        arrays[name] = np.frombuffer(body[first:last], TYPES[entry["dtype"]]).reshape(entry["shape"])
        end = last
    assert end == len(body), "bytes after the last tensor"
    return arrays, metadata


class Pictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.up = nn.ConvTranspose2d(4, 6, 4, stride=2, padding=1)
        self.bn2 = nn.BatchNorm2d(6, eps=1e-3)
        self.head = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.head(torch.relu(self.bn2(self.up(x))))


class Sentences(nn.Module):
    def __init__(self, recurrent):
        super().__init__()
        self.rnn = recurrent
        self.fc = nn.Linear(10, 3)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm1 = nn.LayerNorm(8)
        self.feed_forward = nn.ModuleList([nn.Linear(8, 12), nn.Linear(12, 8)])
        self.norm2 = nn.LayerNorm(8)

    def forward(self, x):
        x = self.norm1(x + self.self_attn(x, x, x)[0])
        return self.norm2(x + self.feed_forward[1](torch.relu(self.feed_forward[0](x))))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """torchvision's attribute names, with two small stages."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(BasicBlock(4, 4, 1), BasicBlock(4, 4, 1))
        self.layer2 = nn.Sequential(BasicBlock(4, 6, 2), BasicBlock(6, 6, 1))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x)))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.decoder = nn.Linear(6, 9, bias=False)
        self.norm = nn.LayerNorm(6)
        self.embedding = nn.Embedding(9, 6)
        self.decoder.weight = self.embedding.weight

    def forward(self, x):
        return self.decoder(self.norm(self.embedding(x)))


def normalized():
    return nn.Sequential(
        spectral_norm(nn.Conv2d(2, 3, 3, padding=1)),
        nn.PReLU(3),
        spectral_norm(nn.ConvTranspose2d(3, 4, 2, stride=2)),
        nn.GroupNorm(2, 4),
        nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
        nn.Flatten(),
        weight_norm(nn.Linear(64, 3)),
    )


LSTM = lambda: Sentences(nn.LSTM(4, 5, num_layers=2, bidirectional=True, batch_first=True))
GRU = lambda: Sentences(nn.GRU(4, 10, num_layers=2, batch_first=True))
TOKENS = torch.tensor([[1, 4, 8, 0], [2, 2, 5, 7]])
MODELS = {
    "pictures": (Pictures, lambda: torch.randn(2, 1, 6, 6)),
    "lstm": (LSTM, lambda: torch.randn(2, 5, 4)),
    "gru": (GRU, lambda: torch.randn(2, 5, 4)),
    "attention": (Attention, lambda: torch.randn(2, 5, 8)),
    "resnet": (ResNet, lambda: torch.randn(2, 3, 12, 12)),
    "normalized": (normalized, lambda: torch.randn(2, 2, 2, 2)),
    "tied": (Tied, lambda: TOKENS),
}

LAYERS = {
    "Linear": nn.Linear(3, 2), "Bilinear": nn.Bilinear(2, 3, 4), "Embedding": nn.Embedding(4, 3),
    "Conv1d": nn.Conv1d(2, 4, 3, groups=2), "Conv2d": nn.Conv2d(2, 4, (3, 2)), "Conv3d": nn.Conv3d(2, 4, (3, 2, 1)),
    "ConvTranspose1d": nn.ConvTranspose1d(2, 4, 3), "ConvTranspose2d": nn.ConvTranspose2d(2, 4, (3, 2), groups=2),
    "ConvTranspose3d": nn.ConvTranspose3d(2, 4, (3, 2, 1)), "PReLU": nn.PReLU(3),
    "BatchNorm": nn.BatchNorm2d(3), "BatchNorm plain": nn.BatchNorm1d(3, affine=False),
    "BatchNorm untracked": nn.BatchNorm3d(3, track_running_stats=False),
    "InstanceNorm": nn.InstanceNorm2d(3), "InstanceNorm tracked": nn.InstanceNorm2d(3, affine=True, track_running_stats=True),
    "LayerNorm": nn.LayerNorm([3, 2]), "GroupNorm": nn.GroupNorm(2, 4),
    "MultiHeadAttention": nn.MultiheadAttention(4, 2), "MultiHeadAttention plain": nn.MultiheadAttention(4, 2, bias=False),
    "RNNCell": nn.RNNCell(3, 2), "LSTMCell": nn.LSTMCell(3, 2), "GRUCell": nn.GRUCell(3, 2, bias=False),
    "RNN": nn.RNN(3, 2, bidirectional=True), "LSTM": nn.LSTM(3, 2, num_layers=2), "GRU": nn.GRU(3, 2, num_layers=2, bidirectional=True, bias=False),
    "SpectralNorm": spectral_norm(nn.Linear(3, 2)), "SpectralNorm transposed": spectral_norm(nn.ConvTranspose2d(2, 4, 3)),
    "WeightNorm": weight_norm(nn.Linear(3, 2, bias=False)), "WeightNorm transposed": weight_norm(nn.ConvTranspose2d(2, 4, 3), dim=1),
    "ModuleDict": nn.ModuleDict({"camelCase": nn.Linear(3, 2), "other": nn.ModuleList([nn.BatchNorm2d(2)])}),
}


def train(model, inputs):
    """A few steps on random targets, so that running statistics and both vectors of norms have moved."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        outputs = model(inputs())
        loss = (outputs - torch.randn(outputs.shape)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def write():
    FIXTURES.mkdir(exist_ok=True)
    cases = {}
    for seed, (name, (make, inputs)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = train(make(), inputs)
        x = inputs()
        state = model.state_dict()
        torch.save(state, FIXTURES / f"{name}.pt")
        arrays, metadata, kept = {}, {"format": "pt"}, {}
        for key in sorted(state):  # a tied weight under its first name; the others are in the metadata
            first = kept.setdefault(state[key].data_ptr(), key)
            if first == key:
                arrays[key] = state[key].numpy()
            else:
                metadata[key] = first
        write_safetensors(FIXTURES / f"{name}.safetensors", arrays, metadata)
        with torch.no_grad():
            y = model(x)
        if name == "tied":
            torch.save({"model": state, "optimizer": {"state": {}}, "epoch": 3}, FIXTURES / "checkpoint.pt")
        cases[name] = {"inputs": dump(x), "outputs": dump(y)}
    layers = {name: {k: list(v.shape) for k, v in layer.state_dict().items()} for name, layer in LAYERS.items()}
    header = {"script": "scripts/model-files.py", "torch": torch.__version__}
    (FIXTURES / "models.json").write_text(json.dumps({**header, "models": cases, "layers": layers}) + "\n")


def dump(x):
    return {"shape": list(x.shape), "data": [float(f"{v:.9g}") for v in x.flatten().tolist()]}


def check(folder):
    cases = json.loads((FIXTURES / "models.json").read_text())["models"]
    for name, (make, _) in MODELS.items():
        arrays, metadata = read_safetensors(folder / f"{name}.safetensors")
        state = {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}
        # Tied weights are stored once; the metadata says under which name.
        state.update({key: state[kept] for key, kept in metadata.items() if kept in state})
        model = make().eval()
        model.load_state_dict(state, strict=True)
        x, y = (torch.tensor(c["data"]).reshape(c["shape"]) for c in (cases[name]["inputs"], cases[name]["outputs"]))
        with torch.no_grad():
            difference = (model(x.long() if name == "tied" else x) - y).abs().max().item()
        print(f"{name}: {len(arrays)} tensors, outputs differ by {difference:.1e}")
        assert difference <= 1e-6, name


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        check(Path(sys.argv[2]))
    else:
        sys.exit(__doc__)
