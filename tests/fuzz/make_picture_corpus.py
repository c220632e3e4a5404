#!/usr/bin/env python3
"""Writes tests/fuzz/corpus/picture/: one small picture of each kind that is read.

They are seeds for fuzz_picture and input of tests/host/image_test.cpp, which knows the pattern: 7x5
pixels, red 30x + 10, green 45y + 10, blue 190 where x + y is even. Needs Pillow.
"""
import io
import os
import struct
import zlib

from PIL import Image

WIDTH, HEIGHT = 7, 5
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "picture")


def colour(x, y):
    return (30 * x + 10, 45 * y + 10, 190 if (x + y) % 2 == 0 else 0)


def pattern(mode="RGB"):
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    picture.putdata([colour(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
    return picture.convert(mode)


def smooth(scale=8):
    """JPEG cannot keep the chequered blue: large blocks of the pattern instead."""
    return pattern().resize((WIDTH * scale, HEIGHT * scale), Image.NEAREST)


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    # Big-endian TIFF with one directory of one entry.
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + b"MM\0\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def oriented(orientation):
    """A file that shows the pattern when its orientation is applied."""
    back = {
        1: [], 2: [Image.FLIP_LEFT_RIGHT], 3: [Image.ROTATE_180], 4: [Image.FLIP_TOP_BOTTOM],
        5: [Image.TRANSPOSE], 6: [Image.ROTATE_90], 7: [Image.TRANSVERSE], 8: [Image.ROTATE_270],
    }[orientation]
    picture = smooth()
    for step in back:
        picture = picture.transpose(step)
    return saved(picture, "JPEG", quality=95, subsampling=0, exif=exif(orientation))


def png(colour_type, depth, rows, interlace=0, extra=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def png_rgba16():
    rows = b""
    for y in range(HEIGHT):
        rows += b"\0" + b"".join(
            bytes(v for c in colour(x, y) for v in (c, 0xC0)) + b"\x12\x34" for x in range(WIDTH))
    return png(6, 16, rows)


def png_interlaced():
    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                           (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(y0, HEIGHT, dy):
            row = b"".join(bytes(colour(x, y)) for x in range(x0, WIDTH, dx))
            rows += b"\0" + row if row else b""
    return png(2, 8, rows, interlace=1)


def ppm(magic, values, maximum, comment=""):
    head = f"{magic}\n{comment}{WIDTH} {HEIGHT}\n{maximum}\n".encode()
    if magic in ("P2", "P3"):
        return head + " ".join(map(str, values)).encode()
    if maximum > 255:
        return head + b"".join(struct.pack(">H", v) for v in values)
    return head + bytes(values)


def bmp(bits, rows, palette=b"", top_down=False):
    offset = 54 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", offset + len(rows), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, WIDTH, -HEIGHT if top_down else HEIGHT, 1, bits, 0,
                       len(rows), 0, 0, len(palette) // 4, 0)
    return head + info + palette + rows


def bmp_rows(bits, lines):
    rows = b""
    for y in lines:
        row = b"".join(bytes(colour(x, y)[::-1]) + (b"\x7f" if bits == 32 else b"")
                       for x in range(WIDTH))
        rows += row + b"\0" * (-len(row) % 4)
    return rows


def bmp_palette():
    colours = [colour(x, y) for y in range(HEIGHT) for x in range(WIDTH)]
    palette = b"".join(bytes(c[::-1]) + b"\0" for c in colours)
    rows = b"".join(bytes(range(y * WIDTH, (y + 1) * WIDTH)) + b"\0" for y in reversed(range(HEIGHT)))
    return bmp(8, rows, palette)


def main():
    rgb = [c for y in range(HEIGHT) for x in range(WIDTH) for c in colour(x, y)]
    red = [colour(x, y)[0] for y in range(HEIGHT) for x in range(WIDTH)]
    upward, downward = range(HEIGHT - 1, -1, -1), range(HEIGHT)
    files = {
        "p6.ppm": ppm("P6", rgb, 255, "# a comment\n"),
        "p6-16bit.ppm": ppm("P6", [v * 257 for v in rgb], 65535),
        "p3.ppm": ppm("P3", rgb, 255),
        "p5.pgm": ppm("P5", red, 255),
        "p2.pgm": ppm("P2", red, 255),
        "rgb.png": saved(pattern(), "PNG"),
        "grey.png": saved(pattern().getchannel(0), "PNG"),
        "palette.png": saved(pattern().quantize(64), "PNG"),
        "rgba16.png": png_rgba16(),
        "grey1bit.png": png(0, 1, b"".join(b"\0" + bytes([0xAA]) for _ in range(HEIGHT))),
        "interlaced.png": png_interlaced(),
        "24.bmp": bmp(24, bmp_rows(24, upward)),
        "24-top-down.bmp": bmp(24, bmp_rows(24, downward), top_down=True),
        "32.bmp": bmp(32, bmp_rows(32, upward)),
        "palette.bmp": bmp_palette(),
        "progressive.jpg": saved(smooth(), "JPEG", quality=95, subsampling=0, progressive=True),
        "grey.jpg": saved(smooth().getchannel(0), "JPEG", quality=95),
        "cmyk.jpg": saved(smooth().convert("CMYK"), "JPEG", quality=95),
        "420.jpg": saved(smooth(), "JPEG", quality=95, subsampling=2),
    }
    for orientation in range(1, 9):
        files[f"orientation{orientation}.jpg"] = oriented(orientation)
    os.makedirs(FOLDER, exist_ok=True)
    for name, data in files.items():
        with open(os.path.join(FOLDER, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
