"""Writes what PyTorch gives for the functions of @dl/conv to test/fixtures.

Run with Debian's python3-torch (1.13), then format:

    /usr/bin/python3 packages/conv/test/make-fixtures.py && pnpm exec oxfmt packages/conv

Everything is computed in float64 from seeded numbers of 3 decimals. Each case is a call as
@dl/conv has it: `inputs` are tensors, `parameters` what follows them.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
CASES = []


def draw(*shape):
    return torch.round((torch.rand(*shape) * 4 - 2) * 1000) / 1000


def distinct(*shape):
    """No two closer than 0.1, so that maxima are the same under small changes."""
    count = torch.Size(shape).numel()
    return ((torch.randperm(count) - count // 2) * 0.1).reshape(shape)


def dump(x):
    dtype = "int32" if x.dtype == torch.int64 else "float"
    return {"dtype": dtype, "shape": list(x.shape), "data": [float(f"{v:.9g}") for v in x.flatten().tolist()]}


def case(op, inputs, output, *parameters):
    outputs = output if isinstance(output, tuple) else (output,)
    CASES.append({
        "op": op,
        "parameters": list(parameters),
        "inputs": [dump(x) for x in inputs],
        "outputs": [dump(y) for y in outputs],
    })


def upfirdn2d_of(x, f, up, down, padding, gain):
    """The definition, step by step, as in NVlabs/stylegan2-ada-pytorch's _upfirdn2d_ref."""
    batch, channels, height, width = x.shape
    x = x.reshape(batch, channels, height, 1, width, 1)
    x = F.pad(x, [0, up[1] - 1, 0, 0, 0, up[0] - 1])
    x = x.reshape(batch, channels, height * up[0], width * up[1])
    top, bottom, left, right = padding
    x = F.pad(x, [left, right, top, bottom])
    f = torch.outer(f, f) if f.ndim == 1 else f
    f = (f * gain).flip([0, 1])[None, None].repeat(channels, 1, 1, 1)
    return F.conv2d(x, f, groups=channels)[:, :, :: down[0], :: down[1]]


x, w, b = draw(2, 4, 9), draw(6, 2, 3), draw(6)
case("conv1d", [x, w, b], F.conv1d(x, w, b, 2, 2, 2, 2), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2})
x, w = draw(1, 2, 6), draw(3, 2, 4)
case("conv1d", [x, w], F.conv1d(x, w, padding="same"), {"padding": "same"})
x, w, b = draw(2, 3, 5, 4), draw(6, 1, 3, 2), draw(6)
case("conv2d", [x, w, b], F.conv2d(x, w, b, 1, 1, 1, 3), {"padding": 1, "groups": 3})
x, w, b = draw(2, 4, 5), draw(4, 3, 3), draw(6)
y = F.conv_transpose1d(x, w, b, 3, 1, 2, 2, 2)
case("convTranspose1d", [x, w, b], y,
     {"stride": 3, "padding": 1, "outputPadding": 2, "groups": 2, "dilation": 2})

for mode in ["zeros", "reflect", "replicate", "circular"]:
    layer = nn.Conv2d(2, 3, (3, 2), padding=(1, 2), stride=(1, 2), padding_mode=mode)
    layer.weight.data, layer.bias.data = draw(3, 2, 3, 2), draw(3)
    x = draw(1, 2, 4, 5)
    case("Conv2d", [x, layer.weight.data, layer.bias.data], layer(x),
         {"padding": [1, 2], "stride": [1, 2], "paddingMode": mode})
    layer = nn.Conv1d(2, 2, 4, padding="same", padding_mode=mode)
    layer.weight.data, layer.bias.data = draw(2, 2, 4), draw(2)
    x = draw(2, 2, 6)
    case("Conv1d", [x, layer.weight.data, layer.bias.data], layer(x), {"padding": "same", "paddingMode": mode})

x = distinct(2, 3, 10)
case("maxPool1d", [x], F.max_pool1d(x, 3, 2, 1), 3, {"stride": 2, "padding": 1})
case("maxPool1d", [x], F.max_pool1d(x, 2, 3, 0, 2, True), 2, {"stride": 3, "dilation": 2, "ceilMode": True})
x = draw(2, 3, 10)
case("avgPool1d", [x], F.avg_pool1d(x, 4), 4, {})
case("avgPool1d", [x], F.avg_pool1d(x, 3, 2, 1, True, False), 3,
     {"stride": 2, "padding": 1, "ceilMode": True, "countIncludePad": False})
case("avgPool1d", [x], F.avg_pool1d(x, 3, 2, 1, True), 3, {"stride": 2, "padding": 1, "ceilMode": True})

x, z = draw(2, 2, 7, 5), distinct(2, 2, 7, 5)
for size in [3, [7, 1], [4, None], [9, 6], [1, 1]]:
    case("adaptiveAvgPool2d", [x], F.adaptive_avg_pool2d(x, size), size)
    case("adaptiveMaxPool2d", [z], F.adaptive_max_pool2d(z, size), size)
x, z = draw(1, 2, 6, 4), distinct(1, 2, 6, 4)
case("adaptiveAvgPool2d", [x], F.adaptive_avg_pool2d(x, [3, 2]), [3, 2])
case("adaptiveMaxPool2d", [z], F.adaptive_max_pool2d(z, [3, 2]), [3, 2])
case("globalAvgPool2d", [x], F.adaptive_avg_pool2d(x, 1))

x = draw(2, 2, 5, 6)
case("lpPool2d", [x], F.lp_pool2d(x, 2, 3, 2), 2, 3, {"stride": 2})
case("lpPool2d", [x], F.lp_pool2d(x, 2, 2, 2, True), 2, 2, {"ceilMode": True})
case("lpPool2d", [x], F.lp_pool2d(x, 1, (2, 3)), 1, [2, 3])
x = draw(2, 2, 5, 6).abs()
case("lpPool2d", [x], F.lp_pool2d(x, 3, 2), 3, 2)
case("lpPool2d", [x], F.lp_pool2d(x, 2.5, 2), 2.5, 2)

z = distinct(2, 2, 5, 6)
case("maxPool2dWithIndices", [z], F.max_pool2d(z, 2, return_indices=True), 2)
y = F.max_pool2d(z, 3, 2, 1, return_indices=True)
case("maxPool2dWithIndices", [z], y, 3, {"stride": 2, "padding": 1})
y, indices = F.max_pool2d(z, 2, return_indices=True)
case("maxUnpool2d", [y, indices], F.max_unpool2d(y, indices, 2), 2)
case("maxUnpool2d", [y, indices], F.max_unpool2d(y, indices, 2, output_size=[5, 6]), 2, {"outputSize": [5, 6]})

x = draw(2, 8, 2, 3)
case("pixelShuffle", [x], F.pixel_shuffle(x, 2), 2)
x = draw(2, 2, 4, 6)
case("pixelUnshuffle", [x], F.pixel_unshuffle(x, 2), 2)

x = draw(1, 1, 4, 5)
for size in [[8, 10], [7, 3], [3, 11], [1, 5], [4, 5]]:
    case("interpolate", [x], F.interpolate(x, size), {"size": size})
    for mode in ["bilinear", "bicubic"]:
        for corners in [False, True]:
            y = F.interpolate(x, size, mode=mode, align_corners=corners)
            case("interpolate", [x], y, {"size": size, "mode": mode, "alignCorners": corners})
for factor in [[2, 3], [1.7, 0.6], [2.3, 1]]:
    case("interpolate", [x], F.interpolate(x, scale_factor=factor), {"scaleFactor": factor})
    for mode in ["bilinear", "bicubic"]:
        for corners in [False, True]:
            y = F.interpolate(x, scale_factor=factor, mode=mode, align_corners=corners)
            case("interpolate", [x], y, {"scaleFactor": factor, "mode": mode, "alignCorners": corners})

x = draw(2, 2, 5, 4)
case("unfold", [x], F.unfold(x, 2), 2)
y = F.unfold(x, (3, 2), (1, 2), (1, 2), (2, 1))
case("unfold", [x], y, [3, 2], {"dilation": [1, 2], "padding": [1, 2], "stride": [2, 1]})
x = draw(2, 12, 3 * 6)
y = F.fold(x, (5, 4), (3, 2), (1, 2), (1, 2), (2, 1))
case("fold", [x], y, [5, 4], [3, 2], {"dilation": [1, 2], "padding": [1, 2], "stride": [2, 1]})

x = draw(2, 2, 5, 4)
for f, up, down, padding, gain in [
    (draw(3), [1, 1], [1, 1], [0, 0, 0, 0], 1),
    (draw(2, 3), [2, 1], [1, 2], [1, 0, 2, 1], 1.5),
    (draw(4), [2, 2], [1, 1], [2, 1, 2, 1], 4),
    (draw(4), [1, 1], [2, 2], [1, 1, 1, 1], 1),
    (draw(3, 3), [3, 2], [2, 3], [-1, 2, 3, -2], 2),
]:
    y = upfirdn2d_of(x, f, up, down, padding, gain)
    case("upfirdn2d", [x, f], y, {"up": up, "down": down, "padding": padding, "gain": gain})
f = torch.tensor([1.0, 3, 3, 1]) / 8
case("blur", [x], upfirdn2d_of(x, f, [1, 1], [1, 1], [2, 1, 2, 1], 1))
f = torch.tensor([1.0, 2, 1]) / 4
case("blur", [x], upfirdn2d_of(x, f, [1, 1], [1, 1], [1, 1, 1, 1], 1), [1, 2, 1])

x, w, b = draw(2, 4, 4, 5, 4), draw(6, 2, 3, 2, 3), draw(6)
for ours, theirs in [
    ({"groups": 2}, {}),
    ({"groups": 2, "stride": [2, 1, 2], "padding": 1}, {"stride": (2, 1, 2), "padding": 1}),
    ({"groups": 2, "dilation": [1, 2, 1], "padding": [0, 1, 2]}, {"dilation": (1, 2, 1), "padding": (0, 1, 2)}),
]:
    case("conv3d", [x, w, b], F.conv3d(x, w, b, groups=2, **theirs), ours)
x, w, b = draw(1, 4, 2, 3, 2), draw(4, 1, 3, 2, 3), draw(2)
for ours, theirs in [
    ({"groups": 2}, {}),
    ({"groups": 2, "stride": 2, "padding": [1, 0, 1], "outputPadding": [1, 0, 1]}, {"stride": 2, "padding": (1, 0, 1), "output_padding": (1, 0, 1)}),
    ({"groups": 2, "dilation": [2, 1, 2], "padding": 1}, {"dilation": (2, 1, 2), "padding": 1}),
]:
    case("convTranspose3d", [x, w, b], F.conv_transpose3d(x, w, b, groups=2, **theirs), ours)
x = distinct(1, 2, 5, 4, 5)
case("maxPool3d", [x], F.max_pool3d(x, 2), 2, {})
case("maxPool3d", [x], F.max_pool3d(x, (3, 2, 2), (2, 1, 2), (1, 1, 0), (1, 2, 1)), [3, 2, 2], {"stride": [2, 1, 2], "padding": [1, 1, 0], "dilation": [1, 2, 1]})
case("maxPool3d", [x], F.max_pool3d(x, 2, ceil_mode=True), 2, {"ceilMode": True})
x = draw(1, 2, 5, 4, 5)
case("avgPool3d", [x], F.avg_pool3d(x, 2), 2, {})
case("avgPool3d", [x], F.avg_pool3d(x, (3, 2, 2), (2, 1, 2), (1, 1, 0)), [3, 2, 2], {"stride": [2, 1, 2], "padding": [1, 1, 0]})
case("avgPool3d", [x], F.avg_pool3d(x, 3, 2, 1, True, False), 3, {"stride": 2, "padding": 1, "ceilMode": True, "countIncludePad": False})

# Images smaller than the window under ceil_mode, output_padding from the stride up to the dilation,
# and "same" for volumes.
torch.manual_seed(1)


def pooled(size, kernel, stride, padding, dilation, plain, mean, largest, functions):
    """Every pooling of one window."""
    x, axes = distinct(1, 2, *size), {"stride": stride, "ceilMode": True}
    padded = axes | {"padding": padding}
    case(largest, [x], functions[0](x, kernel, stride, padding, dilation, True), kernel, padded | {"dilation": dilation})
    if not plain:
        return
    for counted in [True, False]:
        y = functions[1](x, kernel, stride, padding, True, counted)
        case(mean, [x], y, kernel, padded | {"countIncludePad": counted})
    if len(size) == 2 and padding == 0:
        case("lpPool2d", [x.abs()], F.lp_pool2d(x.abs(), 2, kernel, stride, True), 2, kernel, axes)


def mean_of_boxes(x, kernel, stride, padding, ceil, counted):
    """avg_pool3d, which refuses a volume smaller than its window, as means of means."""
    batch, channels, depth, height, width = x.shape
    x = F.avg_pool2d(x.reshape(batch * channels, depth, height, width), kernel, stride, padding, ceil, counted)
    height, width = x.shape[2:]
    x = x.reshape(batch * channels, 1, depth, height * width)
    x = F.avg_pool2d(x, (kernel, 1), (stride, 1), (padding, 0), ceil, counted)
    return x.reshape(batch, channels, -1, height, width)


POOLS = {
    1: ("avgPool1d", "maxPool1d", (F.max_pool1d, F.avg_pool1d)),
    2: ("avgPool2d", "maxPool2d", (F.max_pool2d, F.avg_pool2d)),
    3: ("avgPool3d", "maxPool3d", (F.max_pool3d, mean_of_boxes)),
}
for axes, names in POOLS.items():
    for size, kernel, stride, padding, dilation in [
        (2, 3, 2, 0, 1), (1, 3, 4, 0, 1), (1, 4, 3, 1, 1), (2, 5, 4, 1, 1), (3, 2, 3, 0, 3), (2, 3, 4, 1, 2),
    ]:
        shape = [size + axis % 2 for axis in range(axes)]
        pooled(shape, kernel, stride, padding, dilation, dilation == 1, *names)

for ours, theirs in [
    ({"dilation": 3, "outputPadding": 2}, {"dilation": 3, "output_padding": 2}),
    ({"dilation": 4, "stride": 2, "padding": 1, "outputPadding": 3}, {"dilation": 4, "stride": 2, "padding": 1, "output_padding": 3}),
    ({"dilation": 5, "stride": 2, "padding": 4, "outputPadding": 4}, {"dilation": 5, "stride": 2, "padding": 4, "output_padding": 4}),
    ({"dilation": 2, "stride": 3, "padding": 2, "outputPadding": 2}, {"dilation": 2, "stride": 3, "padding": 2, "output_padding": 2}),
]:
    for axes, f in [(1, F.conv_transpose1d), (2, F.conv_transpose2d), (3, F.conv_transpose3d)]:
        x, w, b = draw(1, 2, *[3, 2, 2][:axes]), draw(2, 2, *[2, 3, 2][:axes]), draw(2)
        case(f"convTranspose{axes}d", [x, w, b], f(x, w, b, **theirs), ours)
x, w, b = draw(1, 2, 2, 3, 2), draw(2, 2, 2, 3, 4), draw(2)
for padding in ["same", "valid"]:
    y = F.conv3d(x if padding == "same" else x.repeat(1, 1, 1, 1, 2), w, b, padding=padding)
    case("conv3d", [x if padding == "same" else x.repeat(1, 1, 1, 1, 2), w, b], y, {"padding": padding})
case("conv3d", [x, w, b], F.conv3d(x, w, b, padding="same", dilation=(1, 2, 3)), {"padding": "same", "dilation": [1, 2, 3]})

header = {"script": "packages/conv/test/make-fixtures.py", "torch": torch.__version__, "seed": 0}
body = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in CASES)
text = json.dumps(header)[:-1] + ', "cases": [\n' + body + "\n]}\n"
(Path(__file__).parent / "fixtures" / "functions.json").write_text(text)
print(len(CASES), "cases", len(text), "bytes")
