"""Explorers of receptive fields: what one unit sees of the input."""

from convbook.viz.explorer.figure import embed, explorer, photo
from convbook.viz.plots.fields import cone_svg

LIMITS = {"r": (2, 4), "t": (1, 9), "layers": (1, 4)}  # of the sliders of `dilation`


def dilation(dilations=(2, 2, 2), *, r=3):
    """A stack of dilated layers, with sliders: which inputs one output reads, and how often.

    Parameters
    ----------
    dilations : sequence of int
        Where the sliders start, one for each layer, from the input on: 1 to 4 layers of dilation 1 to 9.
    r : int
        Weights of every layer, 2 to 4.

    Returns
    -------
    Html
        The wires that lead to one output, chosen with a slider; the number of ways from each input; and the
        same in two dimensions as a map of grey levels.

    Raises
    ------
    ValueError
        If a start value is outside its slider.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    from convbook.reference.layers import Conv

    given = [("r", r), ("layers", len(dilations)), *(("t", t) for t in dilations)]
    for name, value in given:
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"explorer.dilation: {name} must be from {low} to {high}, got {value}")
    fallback, _ = cone_svg([Conv(r, dilation=t) for t in dilations], 5 + (r - 1) * sum(dilations))
    alt = "Explorer: which inputs one output of a stack of dilated layers reads, and how often"
    data = {"r": r, "dilations": list(dilations), "limits": LIMITS}
    return explorer("dilation", data, alt, fallback)


def networks():
    """The networks to choose from: name → input size and layers with a window, each as kind, r, s, p, t."""
    from convbook.reference import architectures
    from convbook.reference.layers import Conv, Linear, fully_convolutional

    known = {
        "LeNet-5": (architectures.lenet5(), (1, 32, 32)),
        "small network (chapter 9)": (architectures.small_convnet(), (1, 28, 28)),
        "AlexNet": (architectures.alexnet(), (3, 227, 227)),
        "ZFNet": (architectures.zfnet(), (3, 224, 224)),
        "VGG-16": (architectures.vgg("D"), (3, 224, 224)),
        "GoogLeNet": (architectures.googlenet(), (3, 224, 224)),
        "eight 3×3 layers": ([Conv(3, padding=1)] * 8, (3, 64, 64)),
        "context module": (
            [Conv(3, padding=t, dilation=t) for t in (1, 1, 2, 4, 8, 16, 1)] + [Conv(1)],
            (3, 64, 64),
        ),
    }
    rows = {}
    for name, (layers, shape) in known.items():
        kinds = ["fc" if isinstance(layer, Linear) else type(layer).__name__.lower() for layer in layers]
        windows = [layer.window for layer in fully_convolutional(layers, shape)]
        kept = [
            [kind, *window]
            for kind, window in zip(kinds, windows, strict=True)
            if kind not in ("norm", "softmax")
        ]
        rows[name] = {"n": shape[-1], "layers": kept}
    return rows


def receptive_field(image, network="AlexNet"):
    """A network to choose or to write, and what a unit of it sees: computed, and measured by its gradient.

    Parameters
    ----------
    image : ndarray, (H, W)
        Grey levels in [0, 1], square and small: at most 30 kB as PNG, about 128×128 pixels. It is stretched
        to the size of the network's input.
    network : str
        Where to start, one of `networks()`.

    Returns
    -------
    Html
        A table of size, jump and start with a row for each layer, whose window can be changed; the fields of
        the chosen unit, layer by layer, as boxes on the image; and beside it the gradient of the unit with
        respect to the input, for a network that averages.

    Raises
    ------
    ValueError
        If there is no such network, or `image` is not a grey image or too large to embed.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    known = networks()
    if network not in known:
        raise ValueError(
            f"explorer.receptive_field: network must be one of {', '.join(known)}, got {network!r}"
        )
    address = embed("receptive_field", image)
    alt = (
        "Explorer: the receptive field of a unit of a network, as a box on an image and as a map of gradients"
    )
    data = {"image": address, "networks": known, "network": network}
    return explorer("receptive_field", data, alt, photo(address))
