"""Every data set by its name."""

from importlib import import_module

# name → module and function: a loader is imported only when it is used.
LOADERS = {
    "digits": "digits.load",
    "mnist": "mnist.load",
    "fashion-mnist": "mnist.load_fashion",
    "cifar10": "cifar10.load",
    "camvid": "camvid.load",
    "shapes": "shapes.load",
    "tiny-shakespeare": "shakespeare.load",
}


def names():
    """The names that `load` knows: tuple of str."""
    return tuple(LOADERS)


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
    if name not in LOADERS:
        raise ValueError(f"load: no data set {name!r}, expected one of {', '.join(LOADERS)}")
    if options and name != "shapes":
        raise TypeError(f"load: {name} has no options, got {', '.join(options)}")
    module, function = LOADERS[name].split(".")
    return getattr(import_module(f"convbook.data.{module}"), function)(**options)
