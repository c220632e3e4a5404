#!/usr/bin/env python3
"""Draws the pictures of the demo: simple objects on busy backgrounds, with their boxes.

Everything comes from numbers: picture INDEX of a set with seed SEED is always the same picture.
The box of an object is the bounding box of what can be seen of it, to half a pixel of opacity.

    scenes.py --seed 1 --count 8 --out some/folder      writes a few pictures to look at
"""
import argparse
import io
import json
import math
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("ball", "car", "house", "tree", "fish", "star")

# Seeds of the four disjoint sets. No picture of one set is in another.
SEED_TRAIN, SEED_VALIDATION, SEED_TEST, SEED_SAMPLES = 1, 2, 3, 4


# ---- colours ---------------------------------------------------------------------------------

def hsv(h, s, v):
    h = (h % 1.0) * 6.0
    f = h - math.floor(h)
    p, q, t = v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f))
    rgb = ((v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q))[int(h) % 6]
    return tuple(int(round(255 * c)) for c in rgb)


def any_colour(rng):
    return hsv(rng.random(), rng.uniform(0.0, 1.0) ** 0.7, rng.uniform(0.15, 1.0))


def bright_colour(rng):
    return hsv(rng.random(), rng.uniform(0.45, 1.0), rng.uniform(0.55, 1.0))


def shade(colour, k):
    return tuple(int(min(255, max(0, c * k))) for c in colour)


# ---- objects: each draws itself into the unit square, r pixels wide ---------------------------

class Pen:
    """ImageDraw in units of the picture's width."""

    def __init__(self, r, line):
        self.image = Image.new("RGBA", (r, r), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.r = r
        self.width = max(1, int(round(line * r)))

    def polygon(self, points, fill, outline=None):
        p = [(x * self.r, y * self.r) for x, y in points]
        self.draw.polygon(p, fill=fill)
        if outline:
            self.draw.line(p + [p[0], p[1]], fill=outline, width=self.width, joint="curve")

    def box(self, x0, y0, x1, y1, fill, outline=None, radius=0.0):
        b = [x0 * self.r, y0 * self.r, x1 * self.r, y1 * self.r]
        self.draw.rounded_rectangle(b, radius * self.r, fill=fill, outline=outline,
                                    width=self.width if outline else 0)

    def ellipse(self, x0, y0, x1, y1, fill, outline=None):
        b = [x0 * self.r, y0 * self.r, x1 * self.r, y1 * self.r]
        self.draw.ellipse(b, fill=fill, outline=outline, width=self.width if outline else 0)

    def line(self, points, fill):
        self.draw.line([(x * self.r, y * self.r) for x, y in points], fill=fill, width=self.width)


def draw_ball(pen, rng, outline):
    a, b = bright_colour(rng), any_colour(rng)
    if rng.random() < 0.4:
        b = (240, 240, 235)
    pen.ellipse(0.02, 0.02, 0.98, 0.98, a)
    kind = rng.integers(3)
    if kind == 0:                                   # beach ball: sectors round a pole
        n = int(rng.integers(3, 5))
        cx, cy = rng.uniform(0.35, 0.65, 2)
        layer = Pen(pen.r, 0.01)
        for i in range(n):
            t0 = 2 * math.pi * i / n
            arc = [(cx + 2 * math.cos(t0 + math.pi / n * k / 6), cy + 2 * math.sin(t0 + math.pi / n * k / 6))
                   for k in range(7)]
            layer.polygon([(cx, cy)] + arc, b)
    elif kind == 1:                                 # a band across
        layer = Pen(pen.r, 0.01)
        y, h = rng.uniform(0.3, 0.5), rng.uniform(0.15, 0.3)
        layer.polygon([(-1, y), (0.5, y + 0.05), (2, y), (2, y + h), (0.5, y + h + 0.05), (-1, y + h)], b)
    else:                                           # football: patches
        layer = Pen(pen.r, 0.01)
        t = rng.uniform(0, 2 * math.pi)
        for i in range(6):
            d = 0.0 if i == 0 else 0.40
            cx, cy = 0.5 + d * math.cos(t + i * 1.2566), 0.5 + d * math.sin(t + i * 1.2566)
            layer.polygon([(cx + 0.14 * math.cos(t + 1.2566 * k), cy + 0.14 * math.sin(t + 1.2566 * k))
                           for k in range(5)], b)
    disc = Image.new("L", (pen.r, pen.r), 0)
    ImageDraw.Draw(disc).ellipse([0.02 * pen.r, 0.02 * pen.r, 0.98 * pen.r, 0.98 * pen.r], fill=255)
    pen.image.paste(layer.image, (0, 0), Image.composite(layer.image.getchannel("A"), Image.new("L", disc.size, 0), disc))
    if outline:
        pen.ellipse(0.02, 0.02, 0.98, 0.98, None, outline)
    # the shading of a sphere
    g = (np.arange(pen.r) + 0.5) / pen.r
    lx, ly = rng.uniform(0.25, 0.75), rng.uniform(0.2, 0.5)
    light = 1.18 - rng.uniform(0.5, 1.1) * ((g[None, :] - lx) ** 2 + (g[:, None] - ly) ** 2)
    px = np.asarray(pen.image, np.float32).copy()
    px[..., :3] = np.clip(px[..., :3] * np.clip(light, 0.25, 1.3)[..., None], 0, 255)
    pen.image = Image.fromarray(px.astype(np.uint8), "RGBA")


def draw_car(pen, rng, outline):
    body = any_colour(rng)
    glass = hsv(rng.uniform(0.5, 0.62), rng.uniform(0.1, 0.4), rng.uniform(0.45, 0.95))
    roof0, roof1 = rng.uniform(0.22, 0.32), rng.uniform(0.66, 0.80)
    base = 0.68
    top, mid = rng.uniform(0.28, 0.34), 0.48
    pen.polygon([(roof0 - 0.12, mid), (roof0, top), (roof1 - 0.06, top), (roof1 + 0.10, mid)], body, outline)
    pen.polygon([(roof0 - 0.06, mid), (roof0 + 0.03, top + 0.04), (0.47, top + 0.04), (0.47, mid)], glass)
    pen.polygon([(0.51, mid), (0.51, top + 0.04), (roof1 - 0.08, top + 0.04), (roof1 + 0.04, mid)], glass)
    pen.box(0.02, mid, 0.98, base, body, outline, 0.06)
    pen.box(0.91, mid + 0.03, 0.97, mid + 0.09, (255, 240, 150))
    pen.box(0.03, mid + 0.03, 0.07, mid + 0.09, (220, 40, 30))
    tyre = shade((60, 60, 66), rng.uniform(0.3, 1.1))
    hub = shade((200, 200, 205), rng.uniform(0.7, 1.2))
    for cx in (rng.uniform(0.20, 0.25), rng.uniform(0.74, 0.79)):
        pen.ellipse(cx - 0.11, base - 0.11, cx + 0.11, base + 0.11, tyre)
        pen.ellipse(cx - 0.05, base - 0.05, cx + 0.05, base + 0.05, hub)


def draw_house(pen, rng, outline):
    wall, roof = any_colour(rng), any_colour(rng)
    while sum(abs(a - b) for a, b in zip(wall, roof)) < 120:
        roof = any_colour(rng)
    eave = rng.uniform(0.38, 0.52)
    x0, x1 = 0.12, 0.88
    if rng.random() < 0.5:
        cx = rng.choice((0.26, 0.66))
        pen.box(cx, 0.10, cx + 0.10, eave, shade(roof, 0.7), outline)
    pen.box(x0, eave, x1, 0.98, wall, outline)
    peak = rng.uniform(0.42, 0.58)
    if rng.random() < 0.75:
        pen.polygon([(0.02, eave), (peak, 0.02), (0.98, eave)], roof, outline)
    else:                                           # hipped roof
        pen.polygon([(0.02, eave), (0.24, 0.06), (0.76, 0.06), (0.98, eave)], roof, outline)
    door = shade(any_colour(rng), 0.6)
    glass = (250, 235, 150) if rng.random() < 0.4 else hsv(0.56, 0.3, rng.uniform(0.4, 0.95))
    dx = rng.choice((0.20, 0.42, 0.64))
    pen.box(dx, 0.68, dx + 0.16, 0.98, door, outline)
    for wx in (0.20, 0.42, 0.64):
        if abs(wx - dx) > 0.1:
            pen.box(wx, 0.60, wx + 0.16, 0.76, glass, outline or shade(wall, 0.5))


def draw_tree(pen, rng, outline):
    if rng.random() < 0.7:
        leaf = hsv(rng.uniform(0.20, 0.42), rng.uniform(0.4, 1.0), rng.uniform(0.25, 0.85))
    else:
        leaf = hsv(rng.uniform(-0.05, 0.15), rng.uniform(0.5, 1.0), rng.uniform(0.5, 0.95))
    bark = hsv(rng.uniform(0.03, 0.10), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.6))
    w = rng.uniform(0.05, 0.08)
    pen.polygon([(0.5 - w, 0.6), (0.5 + w, 0.6), (0.5 + w * 1.3, 0.98), (0.5 - w * 1.3, 0.98)], bark, outline)
    if rng.random() < 0.5:                          # conifer
        n = int(rng.integers(2, 4))
        wide = rng.uniform(0.26, 0.36)
        for i in range(n - 1, -1, -1):
            y0 = 0.02 + 0.5 * i / n
            y1 = min(0.8, y0 + 0.78 / n + 0.08)
            half = wide * (0.6 + 0.4 * (i + 1) / n)
            pen.polygon([(0.5 - half, y1), (0.5, y0), (0.5 + half, y1)], shade(leaf, 1 - 0.08 * i), outline)
    else:                                           # round crown of blobs
        blobs = [(0.5, 0.25, 0.22), (0.32, 0.42, 0.20), (0.68, 0.42, 0.20), (0.5, 0.48, 0.22)]
        if outline:
            for x, y, r in blobs:
                r = r + 0.015
                pen.ellipse(x - r, y - r, x + r, y + r, outline)
        for x, y, r in blobs:
            r *= rng.uniform(0.92, 1.0)
            pen.ellipse(x - r, y - r, x + r, y + r, shade(leaf, rng.uniform(0.9, 1.1)))
        for _ in range(int(rng.integers(0, 6))):
            x, y = rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.55)
            pen.ellipse(x - 0.025, y - 0.025, x + 0.025, y + 0.025, shade(leaf, 1.5))


def draw_fish(pen, rng, outline):
    body = bright_colour(rng)
    fin = shade(body, rng.uniform(0.6, 0.9)) if rng.random() < 0.6 else bright_colour(rng)
    h = rng.uniform(0.20, 0.27)
    pen.polygon([(0.30, 0.5), (0.02, 0.5 - h), (0.09, 0.5), (0.02, 0.5 + h)], fin, outline)
    pen.polygon([(0.40, 0.5 - h * 0.8), (0.52, 0.5 - h - rng.uniform(0.06, 0.13)), (0.75, 0.5 - h * 0.7)], fin, outline)
    pen.polygon([(0.45, 0.5 + h * 0.8), (0.50, 0.5 + h + 0.08), (0.65, 0.5 + h * 0.8)], fin, outline)
    pen.ellipse(0.20, 0.5 - h, 0.98, 0.5 + h, body, outline)
    if rng.random() < 0.6:
        stripe = any_colour(rng)
        for x in np.arange(0.38, 0.70, rng.uniform(0.10, 0.16)):
            k = h * math.sqrt(max(0.0, 1 - ((x + 0.02 - 0.59) / 0.39) ** 2)) * 0.93
            pen.polygon([(x, 0.5 - k), (x + 0.045, 0.5 - k), (x + 0.045, 0.5 + k), (x, 0.5 + k)], stripe)
    pen.ellipse(0.78, 0.5 - h * 0.45, 0.88, 0.5 - h * 0.45 + 0.10, (245, 245, 245))
    pen.ellipse(0.815, 0.5 - h * 0.45 + 0.03, 0.865, 0.5 - h * 0.45 + 0.08, (15, 15, 20))


def draw_star(pen, rng, outline):
    colour = bright_colour(rng) if rng.random() < 0.6 else hsv(rng.uniform(0.10, 0.17), 0.9, 1.0)
    inner = rng.uniform(0.38, 0.5) * 0.48
    p = []
    for i in range(10):
        r = 0.48 if i % 2 == 0 else inner
        t = -math.pi / 2 + i * math.pi / 5
        p.append((0.5 + r * math.cos(t), 0.52 + r * math.sin(t)))
    pen.polygon(p, colour)
    if rng.random() < 0.4:                          # facets
        for i in range(0, 10, 2):
            pen.polygon([(0.5, 0.52), p[i], p[(i + 1) % 10]], shade(colour, 0.72))
    if outline:
        pen.polygon(p, None, outline)


DRAW = (draw_ball, draw_car, draw_house, draw_tree, draw_fish, draw_star)
TILT = (180.0, 15.0, 12.0, 12.0, 35.0, 180.0)       # degrees either way


def draw_object(rng, class_id, size):
    """RGBA picture of one object, cropped, its longer side about `size` pixels."""
    r = int(min(420, max(84, 2 * size)))
    outline = None
    if rng.random() < 0.5:
        outline = shade(any_colour(rng), 0.35) if rng.random() < 0.8 else (245, 245, 245)
    pen = Pen(r, rng.uniform(0.01, 0.03))
    DRAW[class_id](pen, rng, outline)
    image = pen.image
    if rng.random() < 0.5 and class_id in (1, 2, 3, 4):
        image = image.transpose(Image.FLIP_LEFT_RIGHT)

    # light from one side, and a little texture
    px = np.asarray(image, np.float32).copy()
    g = (np.arange(r) + 0.5) / r - 0.5
    t = rng.uniform(0, 2 * math.pi)
    light = 1.0 + rng.uniform(0.0, 0.5) * (math.cos(t) * g[None, :] + math.sin(t) * g[:, None])
    if rng.random() < 0.5:
        light = light + rng.uniform(0, 0.12) * octave(rng, r, r, int(rng.integers(4, 24)))
    px[..., :3] = np.clip(px[..., :3] * light[..., None], 0, 255)
    image = Image.fromarray(px.astype(np.uint8), "RGBA")

    # stretch, shear, tilt
    angle = math.radians(rng.uniform(-1, 1) * TILT[class_id])
    if class_id != 0 and class_id != 5 and rng.random() < 0.04:
        angle += math.pi                            # now and then upside down
    stretch = math.exp(rng.uniform(-0.2, 0.2))
    shear = rng.uniform(-0.12, 0.12)
    m = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    m = m @ np.array([[1.0, shear], [0.0, 1.0]]) @ np.diag([stretch, 1.0 / stretch])
    big = int(r * 1.7)
    inv = np.linalg.inv(m)
    c_in, c_out = r / 2.0, big / 2.0
    off = np.array([c_in, c_in]) - inv @ np.array([c_out, c_out])
    # colour must not bleed from transparent pixels: resample with premultiplied alpha
    px = np.asarray(image, np.float32).copy()
    px[..., :3] *= px[..., 3:] / 255.0
    image = Image.fromarray(px.round().astype(np.uint8), "RGBa")
    image = image.transform((big, big), Image.AFFINE,
                            (inv[0, 0], inv[0, 1], off[0], inv[1, 0], inv[1, 1], off[1]), Image.BILINEAR)
    box = image.getchannel("a").getbbox()
    image = image.crop(box)
    k = size / max(image.size)
    w, h = max(3, int(round(image.width * k))), max(3, int(round(image.height * k)))
    return np.asarray(image.resize((w, h), Image.BOX if k < 0.5 else Image.BILINEAR), np.float32)   # premultiplied


# ---- backgrounds ------------------------------------------------------------------------------

def octave(rng, h, w, cells):
    """Smooth noise with about `cells` waves across, mean 0, deviation about 1."""
    a = rng.standard_normal((max(2, int(round(cells * h / max(h, w)))) + 1,
                             max(2, int(round(cells * w / max(h, w)))) + 1)).astype(np.float32)
    return np.asarray(Image.fromarray(a).resize((w, h), Image.BICUBIC))


def background(rng, h, w):
    c = np.array([any_colour(rng), any_colour(rng)], np.float32)
    t = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    k = (math.cos(t) * (x / w - 0.5) + math.sin(t) * (y / h - 0.5)) + 0.5
    k = np.clip(k, 0, 1)[..., None]
    px = c[0] * (1 - k) + c[1] * k
    strength = rng.uniform(0, 40)
    for cells in (3, 7, 16, 40, 100):
        if rng.random() < 0.6:
            n = octave(rng, h, w, cells * rng.uniform(0.7, 1.4))
            tint = 1.0 + rng.uniform(-0.6, 0.6, 3)
            px = px + strength * rng.uniform(0.2, 1.0) * n[..., None] * tint
    return px


def clutter(rng, image, count, thin=False):
    """Shapes that are none of the classes."""
    w, h = image.size
    draw = ImageDraw.Draw(image, "RGBA")
    d = min(w, h)
    for _ in range(count):
        colour = any_colour(rng) + (int(rng.integers(90, 256)),)
        x, y = rng.uniform(0, w), rng.uniform(0, h)
        s = d * math.exp(rng.uniform(math.log(0.03), math.log(0.5)))
        kind = 5 if thin else int(rng.choice(9, p=(0.18, 0.14, 0.12, 0.08, 0.08, 0.16, 0.08, 0.08, 0.08)))
        t = rng.uniform(0, 2 * math.pi)
        ct, st = math.cos(t), math.sin(t)
        if kind == 0:                               # polygon
            n = int(rng.integers(3, 8))
            a = np.sort(rng.uniform(0, 2 * math.pi, n))
            r = s * rng.uniform(0.3, 1.0, n)
            draw.polygon([(x + r[i] * math.cos(a[i]), y + r[i] * math.sin(a[i])) for i in range(n)], fill=colour)
        elif kind == 1:                             # turned rectangle
            b = s * rng.uniform(0.15, 1.0)
            draw.polygon([(x + u * s * ct - v * b * st, y + u * s * st + v * b * ct)
                          for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))], fill=colour)
        elif kind == 2:                             # long ellipse
            b = s * rng.uniform(0.15, 0.6)
            p = [(x + s * math.cos(a) * ct - b * math.sin(a) * st, y + s * math.cos(a) * st + b * math.sin(a) * ct)
                 for a in np.linspace(0, 2 * math.pi, 24, endpoint=False)]
            draw.polygon(p, fill=colour)
        elif kind == 3:                             # plain disc, dull
            draw.ellipse([x - s / 2, y - s / 2, x + s / 2, y + s / 2], fill=colour)
        elif kind == 4:                             # arc
            draw.arc([x - s, y - s, x + s, y + s], math.degrees(t), math.degrees(t) + rng.uniform(30, 300),
                     fill=colour, width=int(rng.integers(1, 7)))
        elif kind == 5:                             # line
            l = d * rng.uniform(0.1, 1.0)
            draw.line([(x - l * ct, y - l * st), (x + l * ct, y + l * st)], fill=colour,
                      width=int(rng.integers(1, 3 if thin else 8)))
        elif kind == 6:                             # hatching
            gap = rng.uniform(3, 14)
            for i in range(int(rng.integers(3, 14))):
                ox, oy = x - st * gap * i, y + ct * gap * i
                draw.line([(ox - s * ct, oy - s * st), (ox + s * ct, oy + s * st)], fill=colour,
                          width=int(rng.integers(1, 4)))
        elif kind == 7:                             # scribble
            p = np.cumsum(rng.normal(0, s * 0.35, (int(rng.integers(4, 14)), 2)), 0) + (x, y)
            draw.line([tuple(q) for q in p], fill=colour, width=int(rng.integers(1, 5)), joint="curve")
        else:                                       # chequers
            c = s / 4
            for i in range(4):
                for j in range(4):
                    if (i + j) % 2:
                        draw.polygon([(x + (i + u) * c * ct - (j + v) * c * st, y + (i + u) * c * st + (j + v) * c * ct)
                                      for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))], fill=colour)


def photograph(rng, px):
    """What a cheap camera does to the picture."""
    h, w = px.shape[:2]
    px = px * rng.uniform(0.7, 1.25) + rng.uniform(-20, 20)
    mean = px.mean()
    px = (px - mean) * rng.uniform(0.65, 1.25) + mean
    grey = px.mean(2, keepdims=True)
    px = grey + (px - grey) * (rng.uniform(0.3, 1.3) if rng.random() < 0.95 else 0.0)
    px = px * (1.0 + rng.uniform(-0.12, 0.12, 3))
    if rng.random() < 0.3:                          # darker corners
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        px = px * (1.0 - rng.uniform(0.1, 0.6) * ((x / w - 0.5) ** 2 + (y / h - 0.5) ** 2))[..., None]
    px = np.clip(px, 0, 255)
    if rng.random() < 0.35:
        image = Image.fromarray(px.astype(np.uint8))
        px = np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.3))), np.float32)
    if rng.random() < 0.5:
        px = px + rng.standard_normal(px.shape).astype(np.float32) * rng.uniform(1, 12)
    px = np.clip(px, 0, 255).round().astype(np.uint8)
    if rng.random() < 0.5:
        buffer = io.BytesIO()
        Image.fromarray(px).save(buffer, "JPEG", quality=int(rng.integers(30, 95)))
        px = np.asarray(Image.open(io.BytesIO(buffer.getvalue())))
    return px


# ---- the picture ------------------------------------------------------------------------------

def make_scene(seed, index, width=320, height=320):
    """(uint8 [height,width,3] RGB, float32 [n,5]: class, x0, y0, x1, y1 in pixels)."""
    rng = np.random.default_rng([seed, index])
    px = background(rng, height, width)
    image = Image.fromarray(np.clip(px, 0, 255).astype(np.uint8))
    clutter(rng, image, int(rng.integers(0, 28)))
    px = np.asarray(image, np.float32).copy()

    owner = np.full((height, width), -1, np.int32)
    classes, areas = [], []
    unit = min(width, height) / 320.0
    wanted = 0 if rng.random() < 0.04 else int(rng.integers(1, 8))
    sizes = sorted((math.exp(rng.uniform(math.log(14.0), math.log(210.0))) * unit for _ in range(wanted)), reverse=True)
    for size in sizes:
        class_id = int(rng.integers(len(CLASSES)))
        obj = draw_object(rng, class_id, max(10.0, size))
        oh, ow = obj.shape[:2]
        solid = obj[..., 3] >= 128
        if solid.sum() < 20:
            continue
        for _ in range(12):
            x = int(round(rng.uniform(-0.15 * ow, width - 0.85 * ow)))
            y = int(round(rng.uniform(-0.15 * oh, height - 0.85 * oh)))
            x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + ow, width), min(y + oh, height)
            if x1 - x0 < 6 or y1 - y0 < 6:
                continue
            part = solid[y0 - y:y1 - y, x0 - x:x1 - x]
            if part.sum() < 0.7 * solid.sum():
                continue
            here = owner[y0:y1, x0:x1]
            hidden = np.bincount(here[part & (here >= 0)], minlength=len(classes)) if classes else np.zeros(0)
            # everything stays mostly visible
            if any((owner == k).sum() - hidden[k] < 0.7 * areas[k] for k in np.flatnonzero(hidden)):
                continue
            o = obj[y0 - y:y1 - y, x0 - x:x1 - x]
            # nobody finds what has the colours of the ground
            if np.abs(px[y0:y1, x0:x1] - o[..., :3])[part].mean() < 24:
                continue
            if rng.random() < 0.25:                 # shadow
                dx, dy = (int(v) for v in rng.integers(-6, 7, 2))
                sx0, sy0 = max(x0 + dx, 0), max(y0 + dy, 0)
                sx1, sy1 = min(x1 + dx, width), min(y1 + dy, height)
                a = o[sy0 - y0 - dy:sy1 - y0 - dy, sx0 - x0 - dx:sx1 - x0 - dx, 3:]
                px[sy0:sy1, sx0:sx1] *= 1 - rng.uniform(0.2, 0.6) * a / 255.0
            px[y0:y1, x0:x1] = px[y0:y1, x0:x1] * (1 - o[..., 3:] / 255.0) + o[..., :3]
            here[part] = len(classes)
            classes.append(class_id)
            areas.append(int(solid.sum()))
            break

    boxes = []
    for k, class_id in enumerate(classes):
        rows, cols = np.flatnonzero((owner == k).any(1)), np.flatnonzero((owner == k).any(0))
        if len(rows):
            boxes.append((class_id, cols[0], rows[0], cols[-1] + 1, rows[-1] + 1))
    image = Image.fromarray(np.clip(px, 0, 255).round().astype(np.uint8))
    clutter(rng, image, int(rng.integers(0, 4)), thin=True)
    px = photograph(rng, np.asarray(image, np.float32))
    return px, np.array(boxes, np.float32).reshape(-1, 5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED_TRAIN)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--size", default="320x320", help="WIDTHxHEIGHT")
    parser.add_argument("--out", default="scenes")
    args = parser.parse_args()
    width, height = (int(v) for v in args.size.split("x"))
    os.makedirs(args.out, exist_ok=True)
    truth = []
    for i in range(args.first, args.first + args.count):
        px, boxes = make_scene(args.seed, i, width, height)
        name = "%d-%05d.png" % (args.seed, i)
        Image.fromarray(px).save(os.path.join(args.out, name))
        truth.append({"image": name, "objects": [
            {"class_id": int(b[0]), "class": CLASSES[int(b[0])], "box_xyxy": [float(v) for v in b[1:]]} for b in boxes]})
    with open(os.path.join(args.out, "truth.json"), "w") as f:
        json.dump(truth, f, indent=1)


if __name__ == "__main__":
    main()
