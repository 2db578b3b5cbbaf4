"""A convolutional layer for a batch, without a loop over its outputs."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter04.drawing_layers import layers
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import conv, im2col


def _right(x, w, b, *, stride=1, padding=0):
    return conv.conv2d(x, w, b, stride=stride, padding=padding)


def _padded(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))


def _tap_by_tap(x, w, b, stride, padding, reach):
    """Add up what every tap sees: `reach · H'` rows and `reach · W'` columns, in steps of the stride."""
    x = _padded(x, padding)
    R, S = w.shape[2:]
    H, W = ((n - r) // stride + 1 for n, r in zip(x.shape[2:], (R, S), strict=True))
    y = b[:, None, None]
    for a, e in np.ndindex(R, S):
        seen = x[:, :, a : a + reach * H : stride, e : e + reach * W : stride]
        y = y + np.einsum("ji,niuv->njuv", w[:, :, a, e], seen)
    return y


def _flipping(x, w, b, *, stride=1, padding=0):
    """The kernels are flipped: w[..., a, e] belongs to the slice that begins at row a and column e."""
    return _right(x, w[:, :, ::-1, ::-1], b, stride=stride, padding=padding)


def _slice_too_short(x, w, b, *, stride=1, padding=0):
    """The slices end too soon: to give H' numbers in steps of the stride, one must reach H' · stride far."""
    return _tap_by_tap(x, w, b, stride, padding, reach=1)


def _batch_added_up(x, w, b, *, stride=1, padding=0):
    """The images of the batch are added up: the letter of the batch must stay in the result."""
    y = _right(x, w, 0 * b, stride=stride, padding=padding).sum(axis=0, keepdims=True)
    return np.repeat(y, len(x), axis=0) + b[:, None, None]


def _first_image_only(x, w, b, *, stride=1, padding=0):
    """All images give the answer of the first one."""
    return _right(x[:1].repeat(len(x), axis=0), w, b, stride=stride, padding=padding)


def _bias_forgotten(x, w, b, *, stride=1, padding=0):
    """The bias is forgotten: each output map has one number added to it everywhere."""
    return _right(x, w, 0 * b, stride=stride, padding=padding)


def _bias_at_every_tap(x, w, b, *, stride=1, padding=0):
    """The bias is added inside the loop, once for every place of the kernel; it counts once."""
    return _right(x, w, w[0, 0].size * b, stride=stride, padding=padding)


def _bias_along_columns(x, w, b, *, stride=1, padding=0):
    """The bias is added along the columns: numpy lines up the *last* axes, so it needs b[:, None, None]."""
    return _right(x, w, 0 * b, stride=stride, padding=padding) + b


def _maps_alone(x, w, b, *, stride=1, padding=0):
    """Only the last input map counts; the input maps must be added up."""
    return _right(x[:, -1:], w[:, -1:], b, stride=stride, padding=padding)


def _stride_forgotten(x, w, b, *, stride=1, padding=0):
    """The stride is forgotten: the slices go in steps of the stride."""
    return _right(x, w, b, padding=padding)


def _step_in_the_kernel(x, w, b, *, stride=1, padding=0):
    """The slices begin a stride apart and go in steps of one: that is dilation. They begin one apart, and go
    in steps of the stride.
    """
    return _right(x, w, b, dilation=stride, padding=padding)


def _padding_forgotten(x, w, b, *, stride=1, padding=0):
    """The padding is forgotten: pad the two last axes first."""
    return _right(x, w, b, stride=stride)


def _padding_all_axes(x, w, b, *, stride=1, padding=0):
    """`np.pad(x, padding)` pads *every* axis, images and maps too; only the two last ones need it."""
    N, C, _, _ = x.shape
    empty = np.zeros((N + 2 * padding, C + 2 * padding, *x.shape[2:]))
    empty[padding : padding + N, padding : padding + C] = x
    return _right(empty, w, b, stride=stride, padding=padding)


def _place_by_place(x, w, b, *, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(_padded(x, padding), w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return np.einsum("niuvae,jiae->njuv", windows, w) + b[:, None, None]


def _by_im2col(x, w, b, *, stride=1, padding=0):
    columns = im2col.unfold(x, w.shape[2:], stride=stride, padding=padding)
    shape = _right(x, w, b, stride=stride, padding=padding).shape
    return (w.reshape(len(w), -1) @ columns + b[:, None]).reshape(shape)


def _by_taps(x, w, b, *, stride=1, padding=0):
    return _tap_by_tap(x, w, b, stride, padding, reach=stride)


exercise = Exercise(
    "conv2d_vectorised",
    reference=_right,
    properties=(
        Property(
            "the shape of the output",
            points=1,
            inputs=layers(images=3, maps=2, stride=3, padding=2),
            compare=compare.shape,
            hint="(N, K, H', W'): the images of the batch come first.",
        ),
        Property(
            "one image, stride 1",
            points=1,
            inputs=layers(images=1, maps=2),
            hint="For the tap (a, e), multiply w[:, :, a, e] with the part of x that it sees, and add.",
        ),
        Property(
            "a batch, stride 1",
            points=1,
            inputs=layers(images=3, maps=2),
            hint="np.einsum('ji,niuv->njuv', w[:, :, a, e], seen) keeps the images apart.",
        ),
        Property(
            "any stride, any padding",
            points=2,
            inputs=layers(images=2, maps=2, stride=3, padding=2),
            hint="The tap (a, e) sees rows a, a + stride, a + 2 · stride, … of the padded image, H' of them.",
        ),
    ),
    misconceptions=by_docstring(
        _flipping,
        _slice_too_short,
        _batch_added_up,
        _first_image_only,
        _bias_forgotten,
        _bias_at_every_tap,
        _bias_along_columns,
        _maps_alone,
        _stride_forgotten,
        _step_in_the_kernel,
        _padding_forgotten,
        _padding_all_axes,
    ),
    mutants=(
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=min(stride, 2), padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=min(padding, 1)),
        lambda x, w, b, *, stride=1, padding=0: _right(x[::-1], w, b, stride=stride, padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(
            x, w.swapaxes(2, 3), b, stride=stride, padding=padding
        ),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=(1, stride), padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=padding).swapaxes(
            0, 1
        ),
    ),
    variants=(
        _place_by_place,
        _by_im2col,
        _by_taps,
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=padding).astype(
            np.float32
        ),
    ),
)
