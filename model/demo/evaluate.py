#!/usr/bin/env python3
"""Average precision of a checkpoint on pictures that training never saw.

    evaluate.py demo.pt                     1000 pictures of the test seed, letterboxed to 320x320
"""
import argparse
import json
import os

import numpy as np
import torch
from PIL import Image

from network import Model, decode
from scenes import CLASSES, SEED_TEST, make_scene

# width x height of the test pictures, in turn
SHAPES = ((320, 320), (480, 360), (640, 427), (200, 300), (320, 240), (500, 500))


def letterbox(picture, width, height):
    """Scaled to fit, in the middle, grey 114 round it. Gives the picture, the scale and the offset."""
    h, w = picture.shape[:2]
    k = min(width / w, height / h)
    nw, nh = int(round(w * k)), int(round(h * k))
    image = Image.fromarray(picture)
    if (nw, nh) != (w, h):
        image = image.transform((nw, nh), Image.AFFINE, (w / nw, 0, 0, 0, h / nh, 0), Image.BILINEAR)
    out = np.full((height, width, 3), 114, np.uint8)
    x, y = int(round((width - nw) / 2 - 0.1)), int(round((height - nh) / 2 - 0.1))
    out[y:y + nh, x:x + nw] = np.asarray(image)
    return out, k, x, y


def iou_matrix(a, b):
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inner = np.prod(np.clip(high - low, 0, None), 2)
    area = lambda x: np.prod(x[:, 2:] - x[:, :2], 1)
    return inner / (area(a)[:, None] + area(b)[None, :] - inner + 1e-9)


def suppress(candidates, conf, iou, most=300):
    """[n, 5 + classes] to [m, 6]: x0 y0 x1 y1 score class; suppression within a class."""
    score = candidates[:, 4] * candidates[:, 5:].max(1)
    keep = np.flatnonzero(score >= conf)
    keep = keep[np.argsort(-score[keep], kind="stable")][:2000]
    c, score = candidates[keep], score[keep]
    kind = c[:, 5:].argmax(1)
    boxes = np.concatenate((c[:, :2] - c[:, 2:4] / 2, c[:, :2] + c[:, 2:4] / 2), 1)
    alive = np.ones(len(c), bool)
    out = []
    for i in range(len(c)):
        if not alive[i]:
            continue
        out.append(np.concatenate((boxes[i], [score[i], kind[i]])))
        if len(out) == most:
            break
        rest = i + 1 + np.flatnonzero(alive[i + 1:] & (kind[i + 1:] == kind[i]))
        alive[rest[iou_matrix(boxes[i:i + 1], boxes[rest])[0] > iou]] = False
    return np.array(out, np.float32).reshape(-1, 6)


def detect(model, pictures, width, height, conf=0.001, iou=0.6, batch=25):
    """Detections of each picture, in its own pixels."""
    out = []
    with torch.no_grad():
        for i in range(0, len(pictures), batch):
            some = [letterbox(p, width, height) for p in pictures[i:i + batch]]
            x = torch.from_numpy(np.stack([s[0] for s in some])).permute(0, 3, 1, 2).float() / 255
            y = decode(model, model(x)).numpy()
            for j, (_, k, dx, dy) in enumerate(some):
                d = suppress(y[j], conf, iou)
                h, w = pictures[i + j].shape[:2]
                d[:, [0, 2]] = np.clip((d[:, [0, 2]] - dx) / k, 0, w)
                d[:, [1, 3]] = np.clip((d[:, [1, 3]] - dy) / k, 0, h)
                out.append(d)
    return out


def average_precision(detections, truths, classes=len(CLASSES), most=100):
    """[classes, 10 IoU thresholds 0.5..0.95], 101 points as COCO does it. truths: [n,5] class x0 y0 x1 y1."""
    steps = np.arange(0.5, 0.96, 0.05)
    result = np.full((classes, len(steps)), np.nan)
    for c in range(classes):
        scores, hits, total = [], [], 0
        for d, t in zip(detections, truths):
            d = d[d[:, 5] == c][:most]
            t = t[t[:, 0] == c, 1:]
            total += len(t)
            ious = iou_matrix(d[:, :4], t)
            hit = np.zeros((len(d), len(steps)), bool)
            for k, least in enumerate(steps):
                free = np.ones(len(t), bool)
                for i in range(len(d)):
                    if free.any():
                        j = int(np.argmax(np.where(free, ious[i], -1)))
                        if ious[i, j] >= least:
                            free[j], hit[i, k] = False, True
            scores.append(d[:, 4])
            hits.append(hit)
        if not total:
            continue
        scores, hits = np.concatenate(scores), np.concatenate(hits)
        hits = hits[np.argsort(-scores, kind="stable")]
        found = np.cumsum(hits, 0)
        for k in range(len(steps)):
            recall = found[:, k] / total
            precision = found[:, k] / np.arange(1, len(hits) + 1)
            precision = np.maximum.accumulate(precision[::-1])[::-1]
            at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
            result[c, k] = np.where(at < len(precision), np.append(precision, 0)[np.minimum(at, len(precision))], 0).mean()
    return result


def at_threshold(detections, truths, conf, iou=0.5):
    """Precision and recall as a user sees them, at one score threshold."""
    right = wrong = total = 0
    for d, t in zip(detections, truths):
        d = d[d[:, 4] >= conf]
        free = np.ones(len(t), bool)
        total += len(t)
        for x in d:
            o = iou_matrix(x[None, :4], t[:, 1:])[0] * free * (t[:, 0] == x[5]) if len(t) else np.zeros(0)
            if len(o) and o.max() >= iou:
                free[int(o.argmax())] = False
                right += 1
            else:
                wrong += 1
    return right / max(1, right + wrong), right / max(1, total)


def load(path):
    """The model of a checkpoint that train.py or export.py wrote."""
    import export
    return export.load_checkpoint(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo.pt"))
    parser.add_argument("--seed", type=int, default=SEED_TEST)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--size", default="320x320", help="of the network's input, WIDTHxHEIGHT")
    parser.add_argument("--truth", help="use the pictures of this truth.json instead")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = load(args.checkpoint)
    width, height = (int(v) for v in args.size.split("x"))
    pictures, truths = [], []
    if args.truth:
        with open(args.truth) as f:
            for entry in json.load(f):
                image = Image.open(os.path.join(os.path.dirname(args.truth), entry["image"])).convert("RGB")
                pictures.append(np.asarray(image))
                truths.append(np.array([[o["class_id"]] + o["box_xyxy"] for o in entry["objects"]],
                                       np.float32).reshape(-1, 5))
    else:
        for i in range(args.count):
            p, b = make_scene(args.seed, i, *SHAPES[i % len(SHAPES)])
            pictures.append(p)
            truths.append(b)
    detections = detect(model, pictures, width, height)
    ap = average_precision(detections, truths)
    print("%d pictures, %d objects, input %s" % (len(pictures), sum(map(len, truths)), args.size))
    for c, name in enumerate(CLASSES):
        print("%-6s AP50 %.3f  AP %.3f" % (name, ap[c, 0], ap[c].mean()))
    print("%-6s AP50 %.3f  AP %.3f" % ("mean", np.nanmean(ap[:, 0]), np.nanmean(ap)))
    final = detect(model, pictures, width, height, conf=0.25, iou=0.45)
    print("score 0.25, NMS 0.45: precision %.3f  recall %.3f" % at_threshold(final, truths, 0.25))
    for low, high in ((0, 24), (24, 64), (64, 9999)):
        part = [t[(np.maximum(t[:, 3] - t[:, 1], t[:, 4] - t[:, 2]) >= low) & (np.maximum(t[:, 3] - t[:, 1], t[:, 4] - t[:, 2]) < high)]
                for t in truths]
        print("  longer side %3d..%-4d px: recall %.3f of %d" % (low, high, at_threshold(final, part, 0.25)[1], sum(map(len, part))))


if __name__ == "__main__":
    main()
