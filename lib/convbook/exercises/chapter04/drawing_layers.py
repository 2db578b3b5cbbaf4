"""Layers to draw: maps, kernels, biases, stride and padding, on images that are not square."""

from hypothesis import strategies as st

from convbook.exercises.strategies import array


@st.composite
def layers(draw, images=None, maps=3, longest=5, widest=3, stride=1, padding=0):
    """The arguments of a layer whose kernels fit their padded input.

    Parameters
    ----------
    images : int, optional
        The largest batch; without it there is one image, (C, H, W).
    maps : int
        The most maps in, and out.
    longest, widest : int
        The largest side of the image and of the kernel.
    stride, padding : int
        The largest of each.

    Returns
    -------
    strategy : SearchStrategy of dict
        With `x`, `w`, `b`, `stride` and `padding`.
    """
    p = draw(st.integers(0, padding))
    H, W = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    R, S = (draw(st.integers(1, min(n + 2 * p, widest))) for n in (H, W))
    C, K = draw(st.integers(1, maps)), draw(st.integers(1, maps))
    batch = (draw(st.integers(1, images)),) if images else ()
    return {
        "x": draw(array((*batch, C, H, W))),
        "w": draw(array((K, C, R, S))),
        "b": draw(array(K)),
        "stride": draw(st.integers(1, stride)),
        "padding": p,
    }
