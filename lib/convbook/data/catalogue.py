"""Every data set by its name."""

from importlib import import_module

# name → module and function, imported only when it is used, and what it loads.
CATALOGUE = {
    "digits": ("digits.load", "1,797 handwritten digits, 8×8, grey"),
    "mnist": ("mnist.load", "70,000 handwritten digits, 28×28, grey"),
    "fashion-mnist": ("mnist.load_fashion", "70,000 garments, 28×28, grey"),
    "cifar10": ("cifar10.load", "60,000 photographs of 10 kinds of things, 32×32, colour"),
    "camvid": ("camvid.load", "701 street scenes with a class for every pixel, 480×360, colour"),
    "shapes": ("shapes.load", "drawn scenes with a class and an object for every pixel, any number and size"),
    "tiny-shakespeare": ("shakespeare.load", "1,115,394 characters of Shakespeare"),
    "digits-24": ("digits.load_enlarged", "the digits once more, each pixel as a block of 3×3: 24×24, grey"),
    "digits-placed": (
        "digits.load_placed",
        "the digits, twice as large, anywhere in images of 32×32, grey",
    ),
}


def names():
    """The names that `load` knows: tuple of str."""
    return tuple(CATALOGUE)


def load(name, **options):
    """Load a data set, verified, from the folder that `CONVBOOK_DATA` names or from the publishers.

    Parameters
    ----------
    name : str
        One of `names()`.
    options
        `shapes` takes `n`, `size` and `seed`; no other data set has any.

    Returns
    -------
    Dataset, or Text for `tiny-shakespeare`

    Raises
    ------
    ValueError
        If there is no data set of that name.
    TypeError
        If it has no such option.
    DataError
        If a file cannot be had, or is not what it should be; the message says how to go on.
    """
    if name not in CATALOGUE:
        raise ValueError(f"load: no data set {name!r}, expected one of {', '.join(CATALOGUE)}")
    if options and name != "shapes":
        raise TypeError(f"load: {name} has no options, got {', '.join(options)}")
    module, function = CATALOGUE[name][0].split(".")
    return getattr(import_module(f"convbook.data.{module}"), function)(**options)
