"""Runs written down: what they reached, and everything one needs to doubt it or to repeat it.

A finished run leaves `run.json` in its folder. When all seeds of a recipe's full size are there, they become
one file, `book/results/NAME.json`, which `convbook.results.load` reads.
"""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import torch

import convbook
from convbook.training import distributed

__all__ = ["collect", "is_finished", "record", "write"]


def record(run, recipe, seed, device):
    """A finished run as plain data.

    Parameters
    ----------
    run : loop.Run
    recipe : Recipe
    seed : int
    device : torch.device

    Returns
    -------
    dict
    """
    return {
        "fingerprint": recipe.fingerprint,
        "seed": seed,
        "metrics": run.metrics,
        "epochs": run.epochs,
        "steps": _thinned(run.steps),
        "data": {"name": getattr(recipe, "base", recipe).data.name, **run.provenance},
        "seconds": round(run.seconds, 1),
        "cpu_seconds": round(run.cpu_seconds, 1),
        "images_per_second": round(run.images / run.seconds, 1),
        "parameters": run.cost.parameters,
        "operations": run.cost.operations,
        **surroundings(device),
    }


def surroundings(device):
    """Where and with what something is measured.

    Returns
    -------
    dict
        `device`, `threads`, `processes`, `versions`, `commit` (None where there is no git), `modified`
        (whether the library differs from that commit) and `date`.
    """
    cuda = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if cuda else _cpu(),
        "threads": torch.get_num_threads(),
        "processes": distributed.world_size(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "convbook": convbook.__version__,
        },
        # An installed library may lie in a repository too, but that does not hold it.
        "commit": _git("rev-parse", "HEAD") if _git("ls-files", "--error-unmatch", "__init__.py") else None,
        "modified": bool(_git("status", "--porcelain", "--", ":/lib")),
        "date": datetime.now(UTC).date().isoformat(),
    }


def is_finished(folder, recipe):
    """Whether the run in a folder is complete, and of this recipe as it stands."""
    path = Path(folder) / "run.json"
    return path.exists() and json.loads(path.read_text("utf-8"))["fingerprint"] == recipe.fingerprint


def collect(recipe, folders):
    """One result from the runs of all seeds.

    Parameters
    ----------
    recipe : Recipe
    folders : sequence of path
        Each with the `run.json` of a finished run.

    Returns
    -------
    dict
        As `book/results/NAME.json` holds it.
    """
    runs = [json.loads((Path(folder) / "run.json").read_text("utf-8")) for folder in folders]
    data = runs[0]["data"]
    if any(run["data"] != data for run in runs):
        raise ValueError(f"{recipe.name}: its runs learned from different data; start them anew")
    return {
        "name": recipe.name,
        "command": f"convbook train {recipe.name} --full",
        "fingerprint": recipe.fingerprint,
        "settings": recipe.settings,
        "data": data,
        "runs": [{key: run[key] for key in run if key not in ("fingerprint", "data")} for run in runs],
    }


def write(path, values):
    """Write plain data as JSON, completely or not at all; a list of numbers takes one line."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    unfinished.write_text(_json(values) + "\n", "utf-8")
    os.replace(unfinished, path)


def _json(values, indent=""):
    """JSON that a person can read and a diff can show."""
    if not isinstance(values, dict | list) or not values:
        return json.dumps(values, ensure_ascii=False)
    if isinstance(values, list) and not any(isinstance(value, dict | list) for value in values):
        return json.dumps(values, ensure_ascii=False)
    inner = indent + " "
    if isinstance(values, list):
        return "[\n" + ",\n".join(inner + _json(value, inner) for value in values) + f"\n{indent}]"
    pairs = (f"{inner}{json.dumps(key)}: {_json(value, inner)}" for key, value in values.items())
    return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"


def _thinned(steps, whole=100, every=25):
    """The first steps, and then some: enough to draw and to compare curves, little enough to keep."""
    kept = [i for i in range(len(steps["loss"])) if i < whole or i % every == 0]
    return {"step": [i + 1 for i in kept], "loss": [steps["loss"][i] for i in kept]}


def _cpu():
    """The processor's name, as the system calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _git(*arguments):
    """What git says in the library's checkout, or None where there is none."""
    command = ["git", "-C", str(Path(convbook.__file__).parent), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
