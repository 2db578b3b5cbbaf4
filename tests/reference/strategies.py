"""Layers and signals as they should be tested: odd sizes, nothing square, each axis with its own numbers."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import strategies as st


def assert_same(actual, expected, atol=1e-12):
    """Of one shape and one dtype, and no number further apart than `atol`."""
    expected = np.asarray(expected)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=atol)


@dataclass(frozen=True)
class ConvLayer:
    """Arguments of a convolutional layer: read-only arrays, `hyper` the keyword arguments."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None
    hyper: dict
    rng: np.random.Generator

    @property
    def axes(self):
        return self.w.ndim if self.plain else self.w.ndim - 2

    @property
    def plain(self):
        """A single signal or image without axes for channels."""
        return self.x.ndim == self.w.ndim < 3

    @property
    def arrays(self):
        return self.x, self.w, self.b

    def by_torch(self):
        """The oracle: the function of the same name in `torch.nn.functional`."""
        x, w, b = (None if a is None else torch.from_numpy(np.array(a)) for a in self.arrays)
        if self.plain:
            x, w, b = x[None], w[None, None], None if b is None else b[None]
        y = getattr(F, f"conv{self.axes}d")(x, w, b, **self.hyper).numpy()
        return y[0] if self.plain else y


def read_only(a):
    a.flags.writeable = False
    return a


def axis_values(values, axes):
    """One value for all axes, or one for each."""
    each = st.tuples(*[values] * axes)
    return each if axes == 1 else st.one_of(each, values)


@st.composite
def conv_layers(draw, axes=2, dtype=np.float64, named_padding=True, ranks=(0, 1, 2), smallest_batch=0):
    """Draw a layer in which the kernel fits; `ranks` are the axes that x may have before the spatial ones."""
    kernel = draw(st.tuples(*[st.integers(1, 4)] * axes))
    dilation = draw(axis_values(st.integers(1, 3), axes))
    padding = draw(axis_values(st.integers(0, 3), axes))
    if named_padding:
        padding = draw(st.one_of(st.just(padding), st.sampled_from(["same", "valid"])))
    stride = 1 if padding == "same" else draw(axis_values(st.integers(1, 3), axes))

    span = np.multiply(dilation, np.subtract(kernel, 1)) + 1
    zeros = {"same": span - 1, "valid": 0}[padding] if isinstance(padding, str) else np.multiply(2, padding)
    smallest = np.maximum(span - zeros, 1)
    size = [int(n) + draw(st.integers(0, 7)) for n in smallest]

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rank = draw(st.sampled_from(ranks))
    hyper = {"stride": stride, "padding": padding, "dilation": dilation}
    if rank == 0:
        x_shape, w_shape, b_shape = (*size,), kernel, ()
    else:
        groups, channels, maps = (draw(st.integers(1, 3)) for _ in range(3))
        hyper["groups"] = groups
        batch = (draw(st.integers(smallest_batch, 3)),) if rank == 2 else ()
        x_shape = (*batch, groups * channels, *size)
        w_shape, b_shape = (groups * maps, channels, *kernel), (groups * maps,)
    x, w, b = (read_only(np.array(rng.standard_normal(s), dtype)) for s in (x_shape, w_shape, b_shape))
    return ConvLayer(x, w, b if draw(st.booleans()) else None, hyper, rng)


@st.composite
def signals(draw, axes=1, fits=False):
    """Draw a signal or image and its kernel; the kernel may be the larger one unless it has to fit inside."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.tuples(*[st.integers(1, 12)] * axes))
    kernel = tuple(draw(st.integers(1, n if fits else 8)) for n in size)
    return read_only(rng.standard_normal(size)), read_only(rng.standard_normal(kernel))
