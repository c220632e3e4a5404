#!/usr/bin/env python3
"""Trains the demo detector on pictures that it draws itself. Needs torch, numpy and Pillow, no GPU.

    train.py                                everything, as the files beside it were made
    train.py --steps 300 --pictures 500     a quick try

Writes last.ckpt often (run again to go on from it) and, at the end, demo.pt and demo.onnx.
"""
import argparse
import copy
import ctypes
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import dataset
import evaluate
import export
from network import Model
from scenes import CLASSES, SEED_TRAIN, SEED_VALIDATION

ANCHOR_RATIO = 4.0                                  # an anchor answers for boxes up to so many times larger or smaller
BALANCE = (4.0, 1.0, 0.4)                           # objectness of the three scales
BOX, OBJECTNESS, CLASS = 0.1, 0.6, 0.3


def ciou(a, b):
    """Complete IoU of boxes x y w h (https://arxiv.org/abs/2005.03572)."""
    a0, a1 = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b0, b1 = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    inner = (torch.min(a1, b1) - torch.max(a0, b0)).clamp(min=0).prod(1)
    union = a[:, 2:].prod(1) + b[:, 2:].prod(1) - inner + 1e-7
    iou = inner / union
    hull = torch.max(a1, b1) - torch.min(a0, b0)
    distance = ((a[:, :2] - b[:, :2]) ** 2).sum(1) / ((hull ** 2).sum(1) + 1e-7)
    v = 4 / math.pi ** 2 * (torch.atan(b[:, 2] / (b[:, 3] + 1e-7)) - torch.atan(a[:, 2] / (a[:, 3] + 1e-7))) ** 2
    with torch.no_grad():
        alpha = v / (v - iou + 1 + 1e-7)
    return iou - distance - alpha * v


def assign(labels, anchors, h, w):
    """Which cells of one scale answer for which labels: each anchor of a like size, in the cell of the
    centre and in the two nearest neighbours. Gives picture, anchor, row, column, class and box in cells."""
    scale = labels.new_tensor([w, h, w, h])
    box = labels[:, 2:] * scale
    ratio = box[None, :, 2:] / anchors[:, None]
    fits = torch.max(ratio, 1 / ratio).amax(2) < ANCHOR_RATIO
    anchor, which = fits.nonzero(as_tuple=True)
    box = box[which]
    x, y = box[:, 0], box[:, 1]
    cells = [(torch.ones_like(x, dtype=torch.bool), 0, 0),
             ((x % 1 < 0.5) & (x > 1), -1, 0), ((y % 1 < 0.5) & (y > 1), 0, -1),
             ((x % 1 > 0.5) & (x < w - 1), 1, 0), ((y % 1 > 0.5) & (y < h - 1), 0, 1)]
    pick = torch.cat([c[0].nonzero()[:, 0] for c in cells])
    dx = torch.cat([torch.full((int(c[0].sum()),), c[1]) for c in cells])
    dy = torch.cat([torch.full((int(c[0].sum()),), c[2]) for c in cells])
    col = (x[pick].long() + dx).clamp(0, w - 1)
    row = (y[pick].long() + dy).clamp(0, h - 1)
    chosen = labels[which[pick]]
    return chosen[:, 0].long(), anchor[pick], row, col, chosen[:, 1].long(), box[pick]


def loss_of(model, heads, labels):
    detect = model.model[-1]
    box_loss = obj_loss = cls_loss = heads[0].new_zeros(())
    for i, x in enumerate(heads):
        h, w = x.shape[2:4]
        target = torch.zeros_like(x[..., 4])
        picture, anchor, row, col, kind, box = assign(labels, detect.anchors[i], h, w)
        if len(picture):
            p = x[picture, anchor, row, col]
            xy = p[:, :2].sigmoid() * 2 - 0.5 + torch.stack((col, row), 1)
            wh = (p[:, 2:4].sigmoid() * 2) ** 2 * detect.anchors[i][anchor]
            iou = ciou(torch.cat((xy, wh), 1), box)
            box_loss = box_loss + (1 - iou).mean()
            score = iou.detach().clamp(min=0)
            order = score.argsort()                 # where two labels meet, the better box counts
            target[picture[order], anchor[order], row[order], col[order]] = score[order]
            cls_loss = cls_loss + F.binary_cross_entropy_with_logits(
                p[:, 5:], F.one_hot(kind, detect.nc).to(p), reduction="mean")
        obj_loss = obj_loss + BALANCE[i] * F.binary_cross_entropy_with_logits(x[..., 4], target)
    parts = BOX * box_loss, OBJECTNESS * obj_loss, CLASS * cls_loss
    return sum(parts), torch.stack([v.detach() for v in parts])


class Average:
    """Moving average of the weights; it, not the last step, is the result."""

    def __init__(self, model, decay=0.9995):
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        self.updates = 0

    def update(self, model):
        self.updates += 1
        d = self.decay * (1 - math.exp(-self.updates / 400))
        with torch.no_grad():
            for a, b in zip(self.model.state_dict().values(), model.state_dict().values()):
                if a.dtype.is_floating_point:
                    a.lerp_(b, 1 - d)
                else:
                    a.copy_(b)


def keep_memory():
    """Freed memory stays with the process. Without it glibc returns every large tensor to the system, and
    half of the time goes into getting it back."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)                         # M_MMAP_MAX
        libc.mallopt(-1, 2 ** 31 - 1)               # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass                                        # another C library: only slower


def sizes_of(steps):
    """The input size of every step: small and quick first, then the native 320 and its neighbours."""
    rng = np.random.default_rng(5)
    sizes = []
    for s in range(steps):
        t = s / steps
        choice = (160, 192, 224) if t < 0.62 else (192, 224, 256, 320, 320, 384) if t < 0.85 else (256, 320, 320, 320, 352)
        sizes.append(int(rng.choice(choice)))
    return sizes


def rate_of(step, steps, peak):
    warm = min(300, steps // 10)
    if step < warm:
        return peak * (step + 1) / warm
    t = (step - warm) / max(1, steps - warm)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * t)))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=12000)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--cache", default=os.path.join(here, ".cache"), help="drawn pictures (0.3 MB each)")
    parser.add_argument("--out", default=here)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=250)
    args = parser.parse_args()
    keep_memory()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED_TRAIN)
    os.makedirs(args.out, exist_ok=True)

    blocks = dataset.prepare(args.cache, SEED_TRAIN, args.pictures, args.threads + args.workers)
    held = dataset.prepare(args.cache, SEED_VALIDATION, dataset.BLOCK)
    source = dataset.Batches(held, 1, [0], SEED_VALIDATION)
    held = [source.picture(i) for i in range(300)]
    pictures, truths = [h[0] for h in held], [h[1] for h in held]

    sizes = sizes_of(args.steps)
    batches = dataset.Batches(blocks, args.batch, sizes)
    model = Model(names=CLASSES).to(memory_format=torch.channels_last)
    decayed = [p for n, p in model.named_parameters() if p.ndim > 1]
    others = [p for n, p in model.named_parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}],
                                  lr=args.rate)
    average = Average(model)
    start, spent = 0, 0.0
    last = os.path.join(args.out, "last.ckpt")
    if os.path.exists(last):
        saved = torch.load(last)
        if saved["arguments"] != (args.steps, args.batch, args.pictures):
            raise SystemExit("%s is of another training: move it away" % last)
        model.load_state_dict(saved["model"])
        average.model.load_state_dict(saved["average"])
        average.updates = start = saved["step"]
        optimizer.load_state_dict(saved["optimizer"])
        spent = saved["seconds"]
        print("going on from step %d" % start, flush=True)

    loader = torch.utils.data.DataLoader(batches, batch_size=None, sampler=range(start, args.steps),
                                         num_workers=args.workers, prefetch_factor=4 if args.workers else 2)
    began = time.time() - spent
    sums = torch.zeros(3)
    model.train()
    for step, (images, labels) in enumerate(loader, start):
        for group in optimizer.param_groups:
            group["lr"] = rate_of(step, args.steps, args.rate)
        x = images.to(memory_format=torch.channels_last).float() / 255
        loss, parts = loss_of(model, model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        average.update(model)
        sums += parts
        done = step + 1
        if done % 50 == 0:
            print("step %d of %d, %d s, box %.4f objectness %.4f class %.4f, input %d" % (
                (done, args.steps, time.time() - began) + tuple((sums / 50).tolist()) + (sizes[step],)), flush=True)
            sums.zero_()
        if done % args.save_every == 0 or done == args.steps:
            torch.save({"arguments": (args.steps, args.batch, args.pictures), "step": done,
                        "seconds": time.time() - began, "model": model.state_dict(),
                        "average": average.model.state_dict(), "optimizer": optimizer.state_dict()}, last + ".tmp")
            os.replace(last + ".tmp", last)
        if done % (4 * args.save_every) == 0 or done == args.steps:
            found = evaluate.detect(average.model, pictures, 320, 320, conf=0.01)
            ap = evaluate.average_precision(found, truths)
            print("step %d: validation AP50 %.3f AP %.3f" % (done, np.nanmean(ap[:, 0]), np.nanmean(ap)), flush=True)
    export.write(average.model, args.out)


if __name__ == "__main__":
    main()
