"""CamVid as SegNet cut it: street scenes of 480×360 with a class for every pixel."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from convbook.data.dataset import DataError, Dataset, Split
from convbook.data.folder import Folder
from convbook.data.published import CAMVID, sha256

CLASSES = tuple("sky building pole road pavement tree sign fence car pedestrian bicyclist".split())
VOID = 11


def load():
    """Street scenes as `(N, 3, 360, 480)`: 367 to learn from, 101 for tuning, 233 to test on; 11 is void."""
    folder = Folder(CAMVID)
    train, val, test = (_split(folder, part) for part in ("train", "val", "test"))
    return Dataset("camvid", train, test, CLASSES, _provenance(folder), val=val, ignore=VOID)


def _split(folder, part):
    """The scenes of one part in the order of their names, decoded side by side."""
    start = f"CamVid/{part}/"
    names = sorted(file.removeprefix(start) for file in folder.files if file.startswith(start))
    if not names:
        raise DataError(f"{folder.root / start} has no pictures")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images, labels = zip(*pool.map(partial(_scene, folder, part), names), strict=True)
    if len({image.shape for image in images}) > 1:
        raise DataError(f"{folder.root / start} has pictures of several sizes")
    return Split(np.stack(images), np.stack(labels).astype(np.int64))


def _scene(folder, part, name):
    """One picture, (3, H, W), and its labels, (H, W)."""
    image, labels = folder.read(f"CamVid/{part}/{name}"), folder.read(f"CamVid/{part}annot/{name}")
    where = folder.root / f"CamVid/{part}annot/{name}"
    if image.ndim != 3 or image.shape != (*labels.shape, 3):
        raise DataError(f"{where} is {labels.shape}, which does not fit a picture {image.shape}")
    if labels.max() > VOID:
        raise DataError(f"{where} has the label {labels.max()}, expected 0 to {VOID}")
    return image.transpose(2, 0, 1).copy(), labels


def _provenance(folder):
    """One hash for all files of a folder: that of the lines that `sha256sum` would print."""
    whole = folder.provenance()
    lines = {}
    for file, found in whole["sha256"].items():
        lines.setdefault(file.rpartition("/")[0], []).append(f"{found}  {file}\n")
    return whole | {"sha256": {name: sha256("".join(part).encode()) for name, part in lines.items()}}
