"""Explorers of pooling: what is left of a small shift."""

from convbook.viz.explorer.figure import embed, explorer, photo, within

LIMITS = {"shift": (0, 6), "window": (2, 6)}


def pooling_shift(image, *, shift=1, window=2):
    """Move a photograph by a few pixels, and see how much of the move each kind of pooling lets through.

        ‖f(moved) − f(x)‖ / ‖f(x)‖,      f: rectified vertical edges, then pooled

    Parameters
    ----------
    image : ndarray, (H, W)
        Grey levels in [0, 1], small: at most 30 kB as PNG, about 128×128 pixels.
    shift : int
        Where the shift starts, at most 6 pixels.
    window : int
        Where the window starts, which is also the stride; 2 to 6.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `image` is not a grey image or too large to embed, or a start value is outside its slider.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    start = {"shift": shift, "window": window}
    within("pooling_shift", start, LIMITS)
    address = embed("pooling_shift", image)
    alt = "Explorer: a photograph moved by a few pixels, and how much its edges change, pooled or not"
    data = {"image": address, "start": start, "limits": LIMITS}
    return explorer("pooling_shift", data, alt, photo(address))
