"""Every operation that has a backward pass, on arrays of odd sizes: what all promise can be tested on all.

The numbers are random, so that no maximum is tied and no sample lies on a kink.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from convbook.reference import (
    activation,
    conv,
    deform,
    direct,
    fourier,
    im2col,
    loss,
    normalisation,
    pool,
    recurrent,
    toeplitz,
    unpool,
    upsample,
)

FACES = direct, toeplitz, im2col, fourier, conv


@dataclass(frozen=True)
class Operation:
    """An operation and arguments for it.

    Attributes
    ----------
    room : module
    name : str
    inputs : dict of str to ndarray
        The arrays that have a gradient, in the order in which the gradients are returned.
    hyper : dict
        The other arguments, by name.
    linear : bool
        Whether the output is linear in the first input, but for a bias.
    f, back : callable
        Forward and backward pass: `f(*inputs, **hyper)` is one array, and `back(dy, *inputs, **hyper)` has
        the gradients of all inputs.
    """

    room: object
    name: str
    inputs: dict
    hyper: dict = field(default_factory=dict)
    linear: bool = False
    f: Callable = None
    back: Callable = None

    def __str__(self):
        return f"{self.room.__name__.rsplit('.', 1)[1]}.{self.name}"

    def forward(self, inputs=None, **hyper):
        f = self.f or getattr(self.room, self.name)
        return f(*(inputs or self.inputs).values(), **self.hyper | hyper)

    def backward(self, dy, inputs=None, **hyper):
        back = self.back or getattr(self.room, f"{self.name}_backward")
        gradients = back(dy, *(inputs or self.inputs).values(), **self.hyper | hyper)
        return gradients if isinstance(gradients, tuple) else (gradients,)


def randoms(**shapes):
    """Arrays that nobody may write into."""
    rng = np.random.default_rng(17)
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    for a in arrays.values():
        a.flags.writeable = False
    return arrays


def without_bias(back):
    """A backward pass that does not ask for the bias, whose gradient needs nothing but dy."""
    return lambda dy, *inputs, **hyper: back(dy, *inputs[:-1], **hyper)


def convolutions():
    strided = {"stride": 2, "padding": 1, "groups": 2}
    for face in FACES:
        for axes in (1, 2):
            for name, w, hyper in (
                (f"conv{axes}d", (6, 2, 3, 2), strided),
                (f"conv_transpose{axes}d", (4, 3, 3, 2), strided | {"output_padding": 1}),
            ):
                inputs = randoms(x=(2, 4, 7, 5)[: axes + 2], w=w[: axes + 2], b=6)
                back = without_bias(getattr(face, f"{name}_backward"))
                yield Operation(face, name, inputs, hyper, linear=True, back=back)
    inputs = randoms(x=(2, 3, 6, 5), depthwise=(6, 1, 3, 2), pointwise=(4, 6, 1, 1), b=4)
    back = without_bias(conv.depthwise_separable_backward)
    yield Operation(conv, "depthwise_separable", inputs, {"padding": 1}, linear=True, back=back)
    inputs = randoms(x=(2, 4, 3, 5), w=(6, 2, 3, 2), b=6)
    hyper = {"scale_factor": (2, 1.5), "mode": "bilinear", "groups": 2}
    back = without_bias(upsample.resize_conv2d_backward)
    yield Operation(upsample, "resize_conv2d", inputs, hyper, linear=True, back=back)
    inputs = randoms(x=(2, 4, 5, 6), offset=(2, 24, 3, 5), w=(6, 2, 3, 2), b=6, mask=(2, 12, 3, 5))

    def deformed(x, offset, w, b, mask, **hyper):
        return deform.deform_conv2d(x, offset, w, b, mask=mask, **hyper)

    def deformed_back(dy, x, offset, w, b, mask, **hyper):
        return deform.deform_conv2d_backward(dy, x, offset, w, mask=mask, **hyper)

    yield Operation(deform, "deform_conv2d", inputs, linear=True, f=deformed, back=deformed_back)


def resolutions():
    signal, image = randoms(x=(2, 3, 11)), randoms(x=(2, 3, 7, 9))
    for maps, suffix, window in ((signal, "1d", 3), (image, "2d", (3, 2))):
        hyper = {"kernel_size": window, "stride": 2, "padding": 1, "ceil_mode": True}
        yield Operation(pool, f"max_pool{suffix}", maps, hyper)
        yield Operation(pool, f"avg_pool{suffix}", maps, hyper | {"count_include_pad": False}, linear=True)
        yield Operation(pool, f"lp_pool{suffix}", maps, hyper | {"norm_type": 4, "padding": 0})
        yield Operation(pool, f"l2_pool{suffix}", maps, hyper | {"padding": 0})
        yield Operation(pool, f"adaptive_avg_pool{suffix}", maps, {"output_size": 4}, linear=True)
        pooled, indices = getattr(pool, f"max_pool{suffix}")(maps["x"], window, return_indices=True)
        hyper = {"indices": indices, "kernel_size": window, "output_size": maps["x"].shape[2:]}
        yield Operation(unpool, f"max_unpool{suffix}", randoms(x=pooled.shape), hyper, linear=True)
    yield Operation(pool, "global_avg_pool", image, linear=True)
    yield Operation(pool, "global_max_pool", image)
    yield Operation(pool, "blur_pool2d", image, {"kernel_size": 4, "stride": (2, 3)}, linear=True)
    features = randoms(x=(2, 6, 3, 5))
    yield Operation(pool, "maxout", features, {"pieces": 3})
    yield Operation(pool, "l2_pool_features", features, {"kernel_size": 3, "stride": 1, "padding": 1})
    for name in ("unpool_nearest", "bed_of_nails", "subsample"):
        yield Operation(unpool, name, image, {"stride": (2, 3)}, linear=True)
    hyper = {"scale_factor": (2, 1.5), "mode": "bilinear"}
    yield Operation(upsample, "interpolate", image, hyper, linear=True)


def pointwise():
    for name in ("relu", "tanh", "scaled_tanh", "sigmoid"):
        yield Operation(activation, name, randoms(a=(3, 5)))
    for name in ("softmax", "log_softmax"):
        yield Operation(activation, name, randoms(a=(3, 5, 2)), {"dim": 1})
    yield Operation(normalisation, "local_response_norm", randoms(x=(2, 6, 3)), {"size": 4, "alpha": 0.5})

    def normalised(x, weight, bias, **hyper):
        return normalisation.batch_norm(x, None, None, weight, bias, training=True, **hyper)[0]

    def normalised_back(dy, x, weight, bias, **hyper):
        return normalisation.batch_norm_backward(dy, x, None, None, weight, bias, training=True, **hyper)

    inputs = randoms(x=(3, 4, 5), weight=4, bias=4)
    yield Operation(normalisation, "batch_norm", inputs, {}, f=normalised, back=normalised_back)
    mask = normalisation.dropout(np.ones((4, 5)), 0.3, rng=np.random.default_rng(1))[1]
    yield Operation(
        normalisation,
        "dropout",
        randoms(x=(4, 5)),
        linear=True,
        f=lambda x: normalisation.dropout(x, 0.3, rng=np.random.default_rng(1))[0],
        back=lambda dy, x: normalisation.dropout_backward(dy, mask, 0.3),
    )


def losses():
    target = {"target": np.array([[0, 2], [1, 3], [3, 3]]), "reduction": "none"}
    yield Operation(loss, "cross_entropy", randoms(a=(3, 4, 2)), target)
    yield Operation(loss, "nll_loss", randoms(log_p=(3, 4, 2)), target)
    for name, output in (("mse_loss", "y"), ("binary_cross_entropy_with_logits", "a")):
        inputs = randoms(**{output: (3, 4)})
        yield Operation(loss, name, inputs, {"target": np.full((3, 4), 0.4), "reduction": "none"})


def recurrences():
    for name, gates in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        shapes = {"w_ih": (gates * 3, 4), "w_hh": (gates * 3, 3), "b_ih": gates * 3, "b_hh": gates * 3}
        state = {"h": (2, 3), "c": (2, 3)} if name == "lstm" else {"h": (2, 3)}
        yield recurrence(f"{name}_cell", randoms(x=(2, 4), **state, **shapes))
        state = {f"{part}0": shape for part, shape in state.items()}
        yield recurrence(name, randoms(x=(5, 2, 4), **state, **shapes))


def recurrence(name, inputs):
    """A cell, or a sequence of one, with h as its output; the two parts of an LSTM's state as two inputs."""
    cell, pair = name.endswith("cell"), name.startswith("lstm")
    run, run_back = getattr(recurrent, name), getattr(recurrent, f"{name}_backward")

    def packed(x, *rest):
        return (x, rest[:2], *rest[2:]) if pair else (x, *rest)

    def f(*inputs, **hyper):
        result = run(*packed(*inputs), **hyper)
        return result if cell and not pair else result[0]

    def back(dy, *inputs, **hyper):
        outer = ((dy, None) if pair else dy,) if cell else (dy, None)
        dx, dstate, *dweights = run_back(*outer, *packed(*inputs), **hyper)
        return dx, *(dstate if pair else (dstate,)), *dweights

    return Operation(recurrent, name, inputs, {}, f=f, back=back)


OPERATIONS = [*convolutions(), *resolutions(), *pointwise(), *losses(), *recurrences()]
