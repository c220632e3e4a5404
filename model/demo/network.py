"""The demo's network: a YOLOv5-Lite-e with fewer channels.

ShuffleNetV2 backbone, depthwise head, three scales with three anchors each. Modules, their
parameters and their order carry the names that YOLOv5-Lite gives them, so that an export or a
checkpoint of this network looks like one of that family.
"""
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

NC = 6

CONFIG = {
    "nc": NC, "depth_multiple": 1.0, "width_multiple": 1.0,
    "anchors": [[10, 13, 16, 30, 33, 23], [30, 61, 62, 45, 59, 119], [116, 90, 156, 198, 373, 326]],
    # from, repeats, module, arguments
    "backbone": [
        [-1, 1, "conv_bn_relu_maxpool", [24]],              # 0  1/4
        [-1, 1, "Shuffle_Block", [64, 2]],                  # 1  1/8
        [-1, 3, "Shuffle_Block", [64, 1]],                  # 2
        [-1, 1, "Shuffle_Block", [128, 2]],                 # 3  1/16
        [-1, 7, "Shuffle_Block", [128, 1]],                 # 4
        [-1, 1, "Shuffle_Block", [256, 2]],                 # 5  1/32
        [-1, 1, "Shuffle_Block", [256, 1]],                 # 6
    ],
    "head": [
        [-1, 1, "Conv", [64, 1, 1]],                        # 7
        [-1, 1, "nn.Upsample", ["None", 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 1, "DWConvblock", [64, 3, 1]],                 # 10
        [-1, 1, "Conv", [64, 1, 1]],
        [-1, 1, "nn.Upsample", ["None", 2, "nearest"]],
        [[-1, 2], 1, "Concat", [1]],
        [-1, 1, "DWConvblock", [64, 3, 1]],                 # 14  1/8
        [-1, 1, "DWConvblock", [64, 3, 2]],
        [[-1, 11], 1, "ADD", [1]],
        [-1, 1, "DWConvblock", [64, 3, 1]],                 # 17  1/16
        [-1, 1, "DWConvblock", [64, 3, 2]],
        [[-1, 7], 1, "ADD", [1]],
        [-1, 1, "DWConvblock", [64, 3, 1]],                 # 20  1/32
        [[14, 17, 20], 1, "Detect", ["nc", "anchors"]],     # 21
    ],
}


def pointwise(c1, c2):
    return nn.Conv2d(c1, c2, 1, bias=False)


def depthwise(c, k, s):
    return nn.Conv2d(c, c, k, s, k // 2, groups=c, bias=False)


class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, k // 2, bias=False)
        self.bn = nn.BatchNorm2d(c2)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class conv_bn_relu_maxpool(nn.Module):
    def __init__(self, c1, c2):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(c1, c2, 3, 2, 1, bias=False), nn.BatchNorm2d(c2), nn.ReLU(inplace=True))
        self.maxpool = nn.MaxPool2d(3, 2, 1)

    def forward(self, x):
        return self.maxpool(self.conv(x))


class Shuffle_Block(nn.Module):
    """A unit of ShuffleNetV2: half of the channels pass (stride 1) or are reduced beside the others (2)."""

    def __init__(self, c1, c2, stride):
        super().__init__()
        self.stride = stride
        half = c2 // 2
        if stride > 1:
            self.branch1 = nn.Sequential(
                depthwise(c1, 3, stride), nn.BatchNorm2d(c1),
                pointwise(c1, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True))
        self.branch2 = nn.Sequential(
            pointwise(c1 if stride > 1 else half, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True),
            depthwise(half, 3, stride), nn.BatchNorm2d(half),
            pointwise(half, half), nn.BatchNorm2d(half), nn.ReLU(inplace=True))

    def forward(self, x):
        if self.stride == 1:
            kept, worked = x.chunk(2, dim=1)
            x = torch.cat((kept, self.branch2(worked)), 1)
        else:
            x = torch.cat((self.branch1(x), self.branch2(x)), 1)
        b, c, h, w = x.data.size()                  # numbers, also while exporting
        return x.view(b, 2, c // 2, h, w).transpose(1, 2).contiguous().view(b, -1, h, w)


class DWConvblock(nn.Module):
    def __init__(self, c1, c2, k, s):
        super().__init__()
        self.p = k // 2
        self.conv1 = depthwise(c1, k, s)
        self.bn1 = nn.BatchNorm2d(c1)
        self.conv2 = pointwise(c1, c2)
        self.bn2 = nn.BatchNorm2d(c2)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class Concat(nn.Module):
    def __init__(self, dimension=1):
        super().__init__()
        self.d = dimension

    def forward(self, x):
        return torch.cat(x, self.d)


class ADD(nn.Module):
    def __init__(self, alpha=1):
        super().__init__()
        self.a = alpha

    def forward(self, x):
        return torch.add(x[0], x[1], alpha=self.a)


class Detect(nn.Module):
    """One 1x1 convolution a scale; gives logits [batch, anchor, row, column, x y w h objectness classes]."""
    stride = None

    def __init__(self, nc, anchors, channels):
        super().__init__()
        self.nc = nc
        self.no = nc + 5
        self.nl = len(anchors)
        self.na = len(anchors[0]) // 2
        self.grid = [torch.zeros(1)] * self.nl
        a = torch.tensor(anchors).float().view(self.nl, -1, 2)
        self.register_buffer("anchors", a)                          # in cells, once strides are known
        self.register_buffer("anchor_grid", a.clone().view(self.nl, 1, -1, 1, 1, 2))    # in pixels
        self.m = nn.ModuleList(nn.Conv2d(c, self.no * self.na, 1) for c in channels)

    def forward(self, features):
        heads = []
        for conv, x in zip(self.m, features):
            x = conv(x)
            b, _, h, w = x.data.size()
            heads.append(x.view(b, self.na, self.no, h, w).permute(0, 1, 3, 4, 2).contiguous())
        return heads


MODULES = {c.__name__: c for c in (Conv, conv_bn_relu_maxpool, Shuffle_Block, DWConvblock, Concat, ADD, Detect)}


class Model(nn.Module):
    def __init__(self, config=None, names=None):
        super().__init__()
        self.yaml_file = "demo.yaml"
        self.yaml = copy.deepcopy(config or CONFIG)
        self.yaml["ch"] = 3
        nc = self.yaml["nc"]
        self.names = list(names) if names else [str(i) for i in range(nc)]

        layers, channels, save = [], [], []
        for i, (source, repeats, kind, args) in enumerate(self.yaml["backbone"] + self.yaml["head"]):
            sources = [source] if isinstance(source, int) else source
            c1 = channels[source] if i and isinstance(source, int) else 3
            if kind == "nn.Upsample":
                layer, c2 = nn.Upsample(None, args[1], args[2]), c1
            elif kind == "Concat":
                layer, c2 = Concat(*args), sum(channels[s] for s in source)
            elif kind == "ADD":
                layer, c2 = ADD(*args), channels[source[0]]
            elif kind == "Detect":
                layer, c2 = Detect(nc, self.yaml["anchors"], [channels[s] for s in source]), 0
            else:
                c2 = args[0]
                units = [MODULES[kind](c1 if k == 0 else c2, *args) for k in range(repeats)]
                layer = units[0] if repeats == 1 else nn.Sequential(*units)
            layer.i, layer.f = i, source
            layer.type = ("torch.nn.modules.upsampling.Upsample" if kind == "nn.Upsample" else
                          "torch.nn.modules.container.Sequential" if repeats > 1 else
                          "models.yolo.Detect" if kind == "Detect" else "models.common." + kind)
            layer.np = sum(p.numel() for p in layer.parameters())
            save += [s for s in sources if s != -1]
            layers.append(layer)
            channels.append(c2)
        self.model = nn.Sequential(*layers)
        self.save = sorted(save)

        detect = self.model[-1]
        with torch.no_grad():
            heads = self.forward(torch.zeros(1, 3, 64, 64))
        detect.stride = torch.tensor([64.0 / h.shape[2] for h in heads])
        detect.anchors /= detect.stride.view(-1, 1, 1)
        self.stride = detect.stride
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eps, m.momentum = 1e-3, 0.03
                m.reset_running_stats()
        for conv, s in zip(detect.m, detect.stride.tolist()):       # few cells hold an object
            with torch.no_grad():
                b = conv.bias.view(detect.na, -1)
                b[:, 4] += math.log(4 / (320 / s) ** 2)
                b[:, 5:] += math.log(0.6 / (nc - 0.99))

    def forward(self, x):
        kept = []
        for m in self.model:
            if m.f != -1:
                x = kept[m.f] if isinstance(m.f, int) else [x if j == -1 else kept[j] for j in m.f]
            x = m(x)
            kept.append(x if m.i in self.save else None)
        return x


def decode(model, heads):
    """Heads to [batch, candidates, x y w h in pixels, objectness, class probabilities]."""
    detect = model.model[-1]
    out = []
    for i, x in enumerate(heads):
        b, na, h, w, no = x.shape
        gy, gx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack((gx, gy), 2).to(x).view(1, 1, h, w, 2)
        y = x.sigmoid()
        xy = (y[..., 0:2] * 2 - 0.5 + grid) * detect.stride[i]
        wh = (y[..., 2:4] * 2) ** 2 * detect.anchor_grid[i]
        out.append(torch.cat((xy, wh, y[..., 4:]), 4).view(b, -1, no))
    return torch.cat(out, 1)
