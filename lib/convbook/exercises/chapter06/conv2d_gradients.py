"""The gradients of a whole convolutional layer, for batches of images."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import conv, direct
from convbook.reference.arithmetic import output_size


@st.composite
def _layers(draw, images=2, maps=2, largest_stride=1, largest_padding=0):
    N, C, K = draw(st.integers(1, images)), draw(st.integers(1, maps)), draw(st.integers(1, maps))
    padding, stride = draw(st.integers(0, largest_padding)), draw(st.integers(1, largest_stride))
    kernel = tuple(draw(st.integers(1, 2)) for _ in "RS")
    size = tuple(draw(st.integers(r, r + 2)) for r in kernel)
    output = output_size(size, kernel, stride=stride, padding=padding)
    return {
        "dy": draw(array((N, K, *output))),
        "x": draw(array((N, C, *size))),
        "w": draw(array((K, C, *kernel))),
        "stride": stride,
        "padding": padding,
    }


def _right(dy, x, w, *, stride=1, padding=0):
    return conv.conv2d_backward(dy, x, w, stride=stride, padding=padding)


def _one_stride(dy, x, w, padding):
    """The gradients as if the outputs had been computed one apart, on an input just large enough."""
    size = [n + r - 1 - 2 * padding for n, r in zip(dy.shape[2:], w.shape[2:], strict=True)]
    there = np.zeros((*x.shape[:2], *(max(n, m) for n, m in zip(size, x.shape[2:], strict=True))))
    there[:, :, : x.shape[2], : x.shape[3]] = x
    dy = np.pad(dy, [(0, 0), (0, 0)] + [(0, n - m) for n, m in zip(there.shape[2:], size, strict=True)])
    dx, dw, db = conv.conv2d_backward(dy, there, w, padding=padding)
    return dx[:, :, : x.shape[2], : x.shape[3]], dw, db


def _stride_forgotten(dy, x, w, *, stride=1, padding=0):
    """The stride is forgotten: neighbouring outputs had read windows that lie `stride` apart."""
    return _one_stride(dy, x, w, padding)


def _flipping(dy, x, w, *, stride=1, padding=0):
    """In dx the kernel is turned by 180°. A pixel that reached an output through w[a, e] gets its gradient
    back through w[a, e]; if you correlate, turn it once, if you paint, not at all.
    """
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return _right(dy, x, w[:, :, ::-1, ::-1].copy(), stride=stride, padding=padding)[0], dw, db


def _first_map_only(dy, x, w, *, stride=1, padding=0):
    """dx collects from the first output map only. An input map went into all of them: add."""
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return _right(dy[:, :1], x, w[:1], stride=stride, padding=padding)[0], dw, db


def _mean_over_the_batch(dy, x, w, *, stride=1, padding=0):
    """dw and db are averaged over the images. The images share the weights, and their contributions add; if
    the loss is a mean, dy knows it already.
    """
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw / len(x), db / len(x)


def _last_image_only(dy, x, w, *, stride=1, padding=0):
    """dw is that of the last image: each image overwrites what the one before has left. It must be added."""
    dx, _, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, _right(dy[-1:], x[-1:], w, stride=stride, padding=padding)[1], db


def _bias_for_every_image(dy, x, w, *, stride=1, padding=0):
    """db has a row for every image. All images share the bias: add over the batch as well."""
    dx, dw, _ = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw, dy.sum(axis=(2, 3))


def _one_bias(dy, x, w, *, stride=1, padding=0):
    """db is a single number. Each output map has a bias of its own."""
    dx, dw, _ = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw, dy.sum()


def _gradient_of_the_padded_images(dy, x, w, *, stride=1, padding=0):
    """dx is that of the padded images. The zeros are no part of x: cut `padding` rows and columns off on each
    side.
    """
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    return _right(dy, padded, w, stride=stride)[0], dw, db


def _nothing_without_padding(dy, x, w, *, stride=1, padding=0):
    """Without padding nothing is left of dx: the slice `[0:-0]` is empty. End it at `padding + H`."""
    dx, dw, db = _gradient_of_the_padded_images(dy, x, w, stride=stride, padding=padding)
    return dx[:, :, padding:-padding, padding:-padding], dw, db


def _channels_exchanged(dy, x, w, *, stride=1, padding=0):
    """In dw the axes of the channels are exchanged: it has the shape of w, output maps first."""
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw.swapaxes(0, 1), db


def _kernel_first(dy, x, w, *, stride=1, padding=0):
    """The order is dx, dw, db."""
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dw, dx, db


def _changing_its_argument(dy, x, w, *, stride=1, padding=0):
    answer = _right(dy, x, w, stride=stride, padding=padding)
    dy *= 2
    return answer


def _rows_for_columns(dy, x, w, *, stride=1, padding=0):
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw.swapaxes(2, 3).reshape(dw.shape), db


def _kernel_turned(dy, x, w, *, stride=1, padding=0):
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, dw[:, :, ::-1, ::-1], db


def _without_the_bias(dy, x, w, *, stride=1, padding=0):
    return _right(dy, x, w, stride=stride, padding=padding)[:2]


def _first_channel_everywhere(dy, x, w, *, stride=1, padding=0):
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding)
    return dx, np.repeat(dw[:, :1], dw.shape[1], axis=1), db


def _window_by_window(dy, x, w, *, stride=1, padding=0):
    N, K, H, W = dy.shape
    R, S = w.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    dx, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for n, j, u, v in np.ndindex(N, K, H, W):
        window = n, slice(None), slice(stride * u, stride * u + R), slice(stride * v, stride * v + S)
        dx[window] += dy[n, j, u, v] * w[j]
        dw[j] += dy[n, j, u, v] * padded[window]
    inner = slice(padding, padding + x.shape[2]), slice(padding, padding + x.shape[3])
    return dx[:, :, *inner], dw, dy.sum(axis=(0, 2, 3))


def _weight_by_weight(dy, x, w, *, stride=1, padding=0):
    (H, W), (R, S) = dy.shape[2:], w.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    dx, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for a, e in np.ndindex(R, S):
        seen = slice(a, a + stride * (H - 1) + 1, stride), slice(e, e + stride * (W - 1) + 1, stride)
        dx[:, :, *seen] += np.einsum("njuv,ji->niuv", dy, w[:, :, a, e])
        dw[:, :, a, e] = np.einsum("njuv,niuv->ji", dy, padded[:, :, *seen])
    inner = slice(padding, padding + x.shape[2]), slice(padding, padding + x.shape[3])
    return dx[:, :, *inner], dw, np.einsum("njuv->j", dy)


def _in_float32(dy, x, w, *, stride=1, padding=0):
    dy, x, w = (a.astype(np.float32) for a in (dy, x, w))
    return conv.conv2d_backward(dy, x, w, stride=stride, padding=padding)


exercise = Exercise(
    "conv2d_gradients",
    reference=direct.conv2d_backward,
    properties=(
        Property("the shapes", points=1, inputs=_layers(2, 2, 2, 1), compare=compare.shape, cases=12),
        Property(
            "one image, one map in and out",
            points=1,
            inputs=_layers(1, 1),
            cases=12,
            hint="In two dimensions each output paints the kernel on R rows and S columns of dx.",
        ),
        Property(
            "several maps",
            points=1,
            inputs=_layers(1, 2),
            cases=12,
            hint="Input map i went into output map j through w[j, i]. For dx, add over all j.",
        ),
        Property(
            "several images",
            points=1,
            inputs=_layers(2, 2),
            cases=12,
            hint="Each image has its own dx. The weights are shared by all images.",
        ),
        Property(
            "any stride and padding",
            points=1,
            inputs=_layers(2, 2, 2, 2),
            cases=12,
            hint="Work on the padded images, window (stride · u, stride · v), and cut dx in the end.",
        ),
    ),
    misconceptions=by_docstring(
        _stride_forgotten,
        _flipping,
        _first_map_only,
        _mean_over_the_batch,
        _last_image_only,
        _bias_for_every_image,
        _one_bias,
        _gradient_of_the_padded_images,
        _nothing_without_padding,
        _channels_exchanged,
        _kernel_first,
    ),
    mutants=(
        _changing_its_argument,
        _rows_for_columns,
        _kernel_turned,
        _without_the_bias,
        _first_channel_everywhere,
    ),
    variants=(_right, _window_by_window, _weight_by_weight, _in_float32),
)
