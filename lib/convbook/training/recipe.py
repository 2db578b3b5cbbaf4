"""Recipes: everything that decides how a run goes, in one place, and nothing else.

    Recipe("mnist-two-layer", data=Data("mnist"), model=Model("two-layer", {"hidden": 100}), …)

Two runs of one recipe with one seed on one machine end in the same weights.
"""

import hashlib
import json
from dataclasses import KW_ONLY, asdict, dataclass, field
from math import cos, floor, pi

__all__ = ["Data", "Model", "Optimiser", "Recipe", "Round", "Schedule", "Search", "Size", "fingerprint"]


def _one_of(owner, name, value, known):
    if value not in known:
        raise ValueError(f"{owner}: {name} must be one of {', '.join(map(repr, known))}, got {value!r}")


@dataclass(frozen=True)
class Data:
    """Which images, and how they become numbers.

        x = (pixel − mean) / scale

    Parameters
    ----------
    name : str
        As `convbook.data.load` knows it.
    validation : int
        How many of the images to learn from are set aside for tuning: the last ones.
    centre : "pixel", "channel" or None
        Subtract from every pixel its mean over the images to learn from, or that of its channel, or nothing.
    scale : float or "channel"
        A number to divide by, or the standard deviation of the channel.
    permutation : int, optional
        Shuffle the pixels of every image alike, in the order that this seed draws. A network that can, lets
        its first weights follow their pixels.
    """

    name: str
    validation: int = 0
    centre: str | None = None
    scale: float | str = 255.0
    permutation: int | None = None

    def __post_init__(self):
        _one_of("Data", "centre", self.centre, ("pixel", "channel", None))
        if self.scale != "channel" and not (isinstance(self.scale, int | float) and self.scale > 0):
            raise ValueError(f"Data: scale must be positive or 'channel', got {self.scale!r}")


@dataclass(frozen=True)
class Model:
    """Which network: its name in `convbook.models`, and its options."""

    name: str
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Optimiser:
    """How the weights move.

    Parameters
    ----------
    kind : "sgd", "adam" or "adamw"
    lr : float
        Learning rate ε, to which the schedule refers.
    weight_decay : float
        Strength λ of the penalty λ/2·‖W‖² on the weights; biases are free of it. ("adamw" shrinks the weights
        instead.)
    momentum : float
        μ of "sgd".
    nesterov : bool
    clip : float, optional
        Largest norm of the whole gradient; a longer one is shortened to it.
    """

    kind: str = "sgd"
    _: KW_ONLY
    lr: float
    weight_decay: float = 0.0
    momentum: float = 0.0
    nesterov: bool = False
    clip: float | None = None

    def __post_init__(self):
        _one_of("Optimiser", "kind", self.kind, ("sgd", "adam", "adamw"))


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes: the factor on ε after t of T epochs.

    Parameters
    ----------
    kind : "constant", "exponential", "cosine" or "linear"
        1; γ^⌊t⌋; (1 + cos πt/T)/2; or 1 − t/T, which after a warm-up is called one cycle.
    gamma : float
        γ of "exponential".
    warmup : float
        Fraction of the run in which the factor rises from 0; after it the schedule begins.
    """

    kind: str = "constant"
    gamma: float = 0.9
    warmup: float = 0.0

    def __post_init__(self):
        _one_of("Schedule", "kind", self.kind, ("constant", "exponential", "cosine", "linear"))
        if not 0 <= self.warmup < 1:
            raise ValueError(f"Schedule: warmup must lie in [0, 1), got {self.warmup}")

    def factor(self, epoch, epochs):
        """The factor on the learning rate after `epoch` of `epochs` epochs; `epoch` may lie in between."""
        rising = self.warmup * epochs
        if epoch < rising:
            return epoch / rising
        done = (epoch - rising) / (epochs - rising)
        return {
            "constant": 1.0,
            "exponential": self.gamma ** floor(epoch - rising),
            "cosine": (1 + cos(pi * done)) / 2,
            "linear": 1 - done,
        }[self.kind]


@dataclass(frozen=True)
class Size:
    """How long a run is.

    Parameters
    ----------
    epochs : int
    seeds : tuple of int
        One run for each.
    images : int, optional
        Learn from the first of them only.
    """

    epochs: int
    seeds: tuple = (0,)
    images: int | None = None


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a run goes.

    Parameters
    ----------
    name : str
        The command's and the result's, "cifar10-linear".
    summary : str
        One line for the list of recipes.
    data : Data
    model : Model
    optimiser : Optimiser
    full, quick : Size
        The run that is recorded, and one that shows within seconds that everything works.
    schedule : Schedule
    batch : int
        Images a step, in every process.
    accumulate : int
        Parts in which a batch goes through the network, one after the other, where it does not fit at once.
    precision : "float32", "float64", "bfloat16" or "float16"
        The last two are autocast: weights stay in float32.
    channels_last : bool
        Keep the channels of a pixel side by side in memory.
    compile : bool
        Have `torch.compile` fuse what it can.
    augmentation : tuple of (str, dict)
        Names of functions in `convbook.data.augment` and their options, applied in this order.
    label_smoothing : float
        Share of the target that goes to all classes alike.
    start : Recipe, optional
        Trained first, with the same seed, to start from: the network takes over what its `start_from` wants.
    lecture : dict
        What the lecture reports, metric by metric: `{"test_accuracy": 0.38}`.
    note : str
        A sentence or two for the results page.
    """

    name: str
    _: KW_ONLY
    summary: str
    data: Data
    model: Model
    optimiser: Optimiser
    full: Size
    quick: Size
    schedule: Schedule = Schedule()
    batch: int = 128
    accumulate: int = 1
    precision: str = "float32"
    channels_last: bool = False
    compile: bool = False
    augmentation: tuple = ()
    label_smoothing: float = 0.0
    start: "Recipe | None" = None
    lecture: dict = field(default_factory=dict)
    note: str = ""

    def __post_init__(self):
        _one_of("Recipe", "precision", self.precision, ("float32", "float64", "bfloat16", "float16"))
        for name in ("batch", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(f"Recipe: {name} must be at least 1, got {getattr(self, name)}")

    @property
    def settings(self):
        """What decides the full run, as plain data without name, words and quick size."""
        words = ("name", "summary", "quick", "lecture", "note", "start")
        settings = {key: value for key, value in asdict(self).items() if key not in words}
        # A field that is added later must be left out while it has its default: old results stay valid.
        return settings if self.start is None else settings | {"start": self.start.settings}

    @property
    def fingerprint(self):
        """Twelve hexadecimal digits that change whenever a setting does."""
        return fingerprint(self.settings)

    def seeds_of(self, size):
        """The seeds of a "quick" or a "full" run."""
        return getattr(self, size).seeds


@dataclass(frozen=True)
class Round:
    """One round of a search.

    Parameters
    ----------
    trials : int
    epochs : int
        How long each trial trains.
    images : int, optional
        Learn from the first of them only.
    """

    trials: int
    epochs: int
    images: int | None = None


@dataclass(frozen=True)
class Search:
    """A search for the hyperparameters of a recipe's optimiser.

    The first round is made twice, once with a grid and once with as many random draws. A later round draws
    around the best that the draws have found so far, from a range narrowed to its `shrink`-th part (in the
    logarithm). At last the recipe is trained in full with the best of all.

    Parameters
    ----------
    name, summary : str
    base : Recipe
        Whose optimiser is varied, and which is trained in full with what was found.
    ranges : dict
        For each field of the optimiser the least and the greatest value, `{"lr": (1e-5, 1e-1)}`.
    rounds, quick_rounds : tuple of Round
        Of a full and of a quick search.
    shrink : float
    seeds : tuple of int
    lecture : dict
    note : str
        As for a recipe.
    """

    name: str
    summary: str
    base: Recipe
    ranges: dict
    rounds: tuple
    quick_rounds: tuple
    shrink: float = 3.0
    seeds: tuple = (0, 1, 2)
    lecture: dict = field(default_factory=dict)
    note: str = ""

    @property
    def settings(self):
        """What decides the full search, as plain data."""
        own = {key: getattr(self, key) for key in ("ranges", "shrink", "seeds")}
        return own | {"base": self.base.settings, "rounds": [asdict(each) for each in self.rounds]}

    @property
    def fingerprint(self):
        """Twelve hexadecimal digits that change whenever a setting does."""
        return fingerprint(self.settings)

    def seeds_of(self, size):
        """The seeds of a "quick" or a "full" search."""
        return self.seeds if size == "full" else self.seeds[:1]


def fingerprint(settings):
    """Twelve hexadecimal digits of plain data, the same for equal data in whatever order."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]
