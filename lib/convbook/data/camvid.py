"""CamVid as SegNet cut it: street scenes of 480×360 with a class for every pixel."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

import numpy as np

from convbook.data import published
from convbook.data.dataset import DataError, Dataset, Split
from convbook.data.folder import Folder

CLASSES = (
    "sky",
    "building",
    "pole",
    "road",
    "pavement",
    "tree",
    "sign",
    "fence",
    "car",
    "pedestrian",
    "bicyclist",
)  # fmt: skip
VOID = 11


def load():
    """Street scenes as `(N, 3, 360, 480)`: 367 to learn from, 101 for tuning, 233 to test on; 11 is void."""
    folder = Folder(published.camvid())
    train, val, test = (_split(folder, part) for part in ("train", "val", "test"))
    return Dataset("camvid", train, test, CLASSES, _provenance(folder), val=val, ignore=VOID)


def _split(folder, part):
    """The pictures of one part in the order of their names, decoded side by side."""
    names = sorted(PurePosixPath(file).name for file in folder.files if file.startswith(f"CamVid/{part}/"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images, labels = (
            _stack(folder.root / kind, list(pool.map(folder.read, (f"{kind}/{name}" for name in names))))
            for kind in (f"CamVid/{part}", f"CamVid/{part}annot")
        )
    if images.ndim != 4 or images.shape[:3] != labels.shape:
        raise DataError(
            f"{folder.root / 'CamVid' / part}: images {images.shape} and labels {labels.shape} do not fit"
        )
    if labels.max(initial=0) > VOID:
        raise DataError(
            f"{folder.root / 'CamVid' / part}annot has the label {labels.max()}, expected 0 to {VOID}"
        )
    return Split(np.ascontiguousarray(images.transpose(0, 3, 1, 2)), labels.astype(np.int64))


def _stack(where, pictures):
    if len({picture.shape for picture in pictures}) != 1:
        raise DataError(
            f"{where}: expected pictures of one size, got {len(pictures)} of {set(p.shape for p in pictures)}"
        )
    return np.stack(pictures)


def _provenance(folder):
    """One hash for all files of a folder: that of the lines that `sha256sum` would print."""
    whole = folder.provenance()
    lines = {}
    for file, found in whole["sha256"].items():
        lines.setdefault(file.rpartition("/")[0], []).append(f"{found}  {file}\n")
    return whole | {
        "sha256": {name: published.sha256("".join(part).encode()) for name, part in lines.items()}
    }
