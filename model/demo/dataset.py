"""The pictures of a set, drawn once and kept on disk, and the random views that training sees."""
import multiprocessing
import os

import numpy as np
import torch
from PIL import Image

from scenes import SEED_TRAIN, make_scene

BLOCK = 500
SIZE = 320                                          # of the drawn pictures
GREY = 114                                          # of the letterbox


def draw_block(job):
    path, seed, first = job
    if not os.path.exists(path + ".npz"):
        pictures = np.empty((BLOCK, SIZE, SIZE, 3), np.uint8)
        boxes, counts = [], []
        for k in range(BLOCK):
            pictures[k], b = make_scene(seed, first + k, SIZE, SIZE)
            boxes.append(b)
            counts.append(len(b))
        np.save(path + ".tmp.npy", pictures)
        os.replace(path + ".tmp.npy", path + ".npy")
        np.savez(path + ".tmp.npz", boxes=np.concatenate(boxes), counts=np.array(counts))
        os.replace(path + ".tmp.npz", path + ".npz")
    return path


def prepare(folder, seed, count, processes=1):
    """Draws what is missing of the first `count` pictures; gives their blocks."""
    os.makedirs(folder, exist_ok=True)
    jobs = [(os.path.join(folder, "%d-%06d" % (seed, first)), seed, first) for first in range(0, count, BLOCK)]
    with multiprocessing.Pool(processes) as pool:
        for i, path in enumerate(pool.imap(draw_block, jobs)):
            print("pictures: %d of %d" % ((i + 1) * BLOCK, len(jobs) * BLOCK), flush=True)
    return [j[0] for j in jobs]


class Batches(torch.utils.data.Dataset):
    """Item STEP is the whole batch of that step: (uint8 [b,3,s,s], float32 [n,6]: picture, class, x y w h in 0..1)."""

    def __init__(self, blocks, batch, sizes, seed=SEED_TRAIN):
        self.blocks, self.batch, self.sizes, self.seed = blocks, batch, sizes, seed
        self.count = len(blocks) * BLOCK
        self.open = {}
        self.epoch = self.order = None

    def __len__(self):
        return len(self.sizes)

    def picture(self, index):
        block = index // BLOCK
        if block not in self.open:
            z = np.load(self.blocks[block] + ".npz")
            ends = np.cumsum(z["counts"])
            self.open[block] = (np.load(self.blocks[block] + ".npy", mmap_mode="r"),
                                np.split(z["boxes"], ends[:-1]))
        pictures, boxes = self.open[block]
        return np.asarray(pictures[index % BLOCK]), boxes[index % BLOCK]

    def __getitem__(self, step):
        size = self.sizes[step]
        images = np.empty((self.batch, size, size, 3), np.uint8)
        labels = []
        for k in range(self.batch):
            n = step * self.batch + k
            epoch, place = divmod(n, self.count)
            if self.epoch != epoch:
                self.epoch, self.order = epoch, np.random.default_rng([self.seed, epoch, 77]).permutation(self.count)
            picture, b = self.picture(int(self.order[place]))
            images[k], b = self.view(np.random.default_rng([self.seed, n, 78]), picture, b, size)
            labels.append(np.concatenate((np.full((len(b), 1), k, np.float32), b), 1))
        return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(np.concatenate(labels))

    @staticmethod
    def view(rng, picture, boxes, size):
        # scale, then any window of the square (what lies outside the picture is letterbox grey)
        k = size / SIZE * np.exp(rng.uniform(-0.55, 0.3))
        side = max(32, int(round(SIZE * k * np.exp(rng.uniform(-0.06, 0.06)))))
        high = max(32, int(round(SIZE * k)))
        image = Image.fromarray(picture)
        if rng.random() < 0.5:
            image = image.resize((side, high), Image.BILINEAR)
        else:                                       # as a letterbox does it: no smoothing when it shrinks
            image = image.transform((side, high), Image.AFFINE, (SIZE / side, 0, 0, 0, SIZE / high, 0), Image.BILINEAR)
        image = np.asarray(image)
        dx, dy = int(round(rng.uniform(0, 1) * (size - side))), int(round(rng.uniform(0, 1) * (size - high)))
        out = np.full((size, size, 3), GREY, np.uint8)
        x0, y0, x1, y1 = max(dx, 0), max(dy, 0), min(dx + side, size), min(dy + high, size)
        out[y0:y1, x0:x1] = image[y0 - dy:y1 - dy, x0 - dx:x1 - dx]
        b = boxes[:, 1:] * np.array([side / SIZE, high / SIZE] * 2, np.float32)
        area = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
        b = b + np.array([dx, dy, dx, dy], np.float32)
        b[:, 0::2] = b[:, 0::2].clip(x0, x1)
        b[:, 1::2] = b[:, 1::2].clip(y0, y1)
        w, h = b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]
        keep = (w * h > 0.35 * area) & (np.minimum(w, h) >= 3) & (np.maximum(w, h) >= 6)
        b, classes = b[keep], boxes[keep, :1]
        if rng.random() < 0.5:
            out = out[:, ::-1]
            b[:, [0, 2]] = size - b[:, [2, 0]]
        if rng.random() < 0.5:                      # light and colours
            gain = rng.uniform(0.75, 1.3, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(0.75, 1.3))
            table = np.clip(np.arange(256)[:, None] * gain + rng.uniform(-15, 15), 0, 255).astype(np.uint8)
            out = np.stack([table[out[..., c], c] for c in range(3)], 2)
        if rng.random() < 0.1:
            out = out[..., rng.permutation(3)]
        xywh = np.concatenate(((b[:, :2] + b[:, 2:]) / 2, b[:, 2:] - b[:, :2]), 1) / size
        return out, np.concatenate((classes, xywh), 1).astype(np.float32)
