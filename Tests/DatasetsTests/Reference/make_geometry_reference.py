"""Writes geometry.json beside this file: where torchvision finds a view's pixels, on float tensors.

The committed file was made with torch 2.15.0 and torchvision 0.29.2, on the CPU:
    pip install torch torchvision
    python make_geometry_reference.py
"""

import json
from pathlib import Path

import torch
import torchvision.transforms.functional as functional
from torchvision.transforms.functional import InterpolationMode

HEIGHT, WIDTH = 8, 10
CROP = 4

# Each: (angle, clockwise; shift right and down; scale; shear) of the whole image, then left, top and side of a crop.
MOTIONS = [
    ((0, (0, 0), 1.0, 0), (2, 1, 5)),
    ((18, (0, 0), 1.0, 0), (1, 0, 8)),
    ((-25, (0, 0), 1.0, 0), (2, 0, 8)),
    ((0, (2, -1), 1.0, 0), (0, 0, 8)),
    ((0, (0, 0), 0.9, 0), (2, 0, 8)),
    ((0, (0, 0), 1.1, 0), (0, 0, 8)),
    ((0, (0, 0), 1.0, 10), (1, 0, 8)),
    ((0, (0, 0), 1.0, -10), (1, 0, 8)),
    ((12, (1, 0), 1.07, -8), (2, 0, 8)),
    ((-17, (-1, 2), 0.93, 9.5), (0, 0, 8)),
    ((140, (1, 1), 1.6, 30), (3, 2, 6)),
]
# Each: left, top and side of a crop, side of the view, mirrored.
RESIZINGS = [
    ((0, 0, 8), 8, False),
    ((2, 1, 5), 5, True),
    ((3, 2, 4), 7, False),
    ((1, 0, 8), 12, True),
    ((2, 2, 6), 4, False),
]


def values(image):
    """[C, H, W] -> H·W·C numbers, pixel by pixel."""
    return [float(f"{value:.7g}") for value in image.permute(1, 2, 0).flatten().tolist()]


def main():
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=generator)
    image = pixels.to(torch.float32) / 255
    motions = []
    for (angle, shift, scale, shear), (left, top, size) in MOTIONS:
        moved = functional.affine(
            image, angle=angle, translate=list(shift), scale=scale, shear=[shear, 0],
            interpolation=InterpolationMode.BILINEAR)
        motions.append({
            "clockwise": angle, "shift": shift, "scale": scale, "shear": shear,
            "crop": [left, top, size],
            "values": values(functional.crop(moved, top, left, size, size))})
    resizings = []
    for (left, top, size), side, flip in RESIZINGS:
        view = functional.resized_crop(image, top, left, size, size, [side, side], antialias=False)
        resizings.append({
            "crop": [left, top, size], "side": side, "isFlipped": flip,
            "values": values(functional.hflip(view) if flip else view)})
    reference = {
        "height": HEIGHT, "width": WIDTH,
        "pixels": pixels.permute(1, 2, 0).flatten().tolist(),
        "motions": motions, "resizings": resizings, "cropSize": CROP,
        "tenCrop": [values(view) for view in functional.ten_crop(image, [CROP, CROP])],
    }
    text = json.dumps(reference, separators=(",", ":"))
    for key in ['{"clockwise"', '{"crop"', '"tenCrop"']:
        text = text.replace(key, "\n" + key)
    Path(__file__).with_name("geometry.json").write_text(text + "\n")


main()
