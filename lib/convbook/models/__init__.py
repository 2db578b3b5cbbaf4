"""Networks in torch, one architecture a file, in the order of history.

    model = build("convnet", in_shape=(3, 32, 32), classes=10)

A network is made for images of one shape, and ends in one score for every class.
"""

from importlib import import_module

# name → module and class: a network is imported only when it is built.
MODELS = {
    "linear": "linear.Linear",
    "two-layer": "two_layer.TwoLayer",
    "convnet": "convnet.ConvNet",
    "lenet5": "lenet.LeNet5",
    "alexnet": "alexnet.AlexNet",
    "zfnet": "zfnet.ZFNet",
    "vgg": "vgg.VGG",
    "nin": "nin.NiN",
    "googlenet": "googlenet.GoogLeNet",
    "resnet": "resnet.ResNet",
    "stack": "stack.Stack",
    "parts": "parts.Parts",
}

__all__ = ["MODELS", "build"]


def build(name, in_shape, classes, **options):
    """Make a network by its name.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    in_shape : tuple of int
        (C, H, W) of the images.
    classes : int
        How many scores come out.
    **options
        Those of the network.

    Returns
    -------
    torch.nn.Module

    Raises
    ------
    ValueError
        If no network has this name; the message lists the known ones.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """
    if name not in MODELS:
        raise ValueError(f"build: no model {name!r}, expected one of {', '.join(MODELS)}")
    module, kind = MODELS[name].split(".")
    return getattr(import_module(f"convbook.models.{module}"), kind)(in_shape, classes, **options)
