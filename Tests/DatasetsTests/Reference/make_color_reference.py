"""Writes color.json beside this file: changes of colour as torchvision makes them of float tensors.

The committed file was made with torch 2.15.0 and torchvision 0.29.2, on the CPU:
    pip install torch torchvision
    python make_color_reference.py
"""

import json
from pathlib import Path

import torch
import torchvision.transforms.functional as functional

CHANGES = {
    "brightness": functional.adjust_brightness,
    "contrast": functional.adjust_contrast,
    "saturation": functional.adjust_saturation,
    "hue": functional.adjust_hue,
}

# An image of one row. Each pixel: red, green, blue.
COLORS = [
    [0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [0.25, 0.25, 0.25],
    [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1],
    [0.8, 0.3, 0.1], [0.1, 0.7, 0.4], [0.2, 0.1, 0.9], [0.9, 0.85, 0.2],
    [0.35, 0.6, 0.95], [0.6, 0.05, 0.55], [0.02, 0.01, 0.03], [0.99, 0.97, 0.98],
    [0.5, 0.5, 0.2], [0.3, 0.7, 0.7],
]
GREYS = [[0], [1], [0.5], [0.1], [0.9], [0.33], [0.72]]

ONE_AT_A_TIME = [
    [(name, factor)]
    for name, factors in {
        "brightness": [0, 0.6, 1, 1.4, 2],
        "contrast": [0, 0.6, 1, 1.4, 2],
        "saturation": [0, 0.6, 1, 1.4, 2],
        "hue": [-0.5, -0.125, -0.03, 0, 0.03, 0.125, 1 / 3, 0.5],
    }.items()
    for factor in factors
]
ALL = [("saturation", 1.3), ("hue", -0.1), ("brightness", 1.2), ("contrast", 0.7)]
ALL_OTHERWISE = [("contrast", 1.35), ("hue", 0.08), ("saturation", 0.65), ("brightness", 0.75)]


def values(image):
    """[C, 1, W] -> W lists of C numbers, with digits enough for every float."""
    return [[float(f"{value:.9g}") for value in pixel] for pixel in image[:, 0].T.tolist()]


def case(image, changes):
    changed = image
    for name, factor in changes:
        changed = CHANGES[name](changed, factor)
    return {
        "changes": [{"step": name, "factor": factor} for name, factor in changes],
        "pixels": values(changed),
    }


def main():
    images = []
    for pixels, cases in [
        (COLORS, ONE_AT_A_TIME + [ALL, ALL_OTHERWISE]),
        (GREYS, [c for c in ONE_AT_A_TIME if c[0][0] in ("brightness", "contrast")] + [ALL]),
    ]:
        image = torch.tensor(pixels, dtype=torch.float32).T[:, None, :].contiguous()
        images.append(
            {"pixels": values(image), "cases": [case(image, changes) for changes in cases]})
    text = json.dumps(images, separators=(",", ":"))
    text = text.replace('{"changes"', '\n{"changes"')
    Path(__file__).with_name("color.json").write_text(text + "\n")


main()
