"""Run a node of an ONNX model with `convbook.reference`.

The operators are those of ONNX, one function for each, named alike and with its attributes as keyword
arguments. They say in ONNX's words what the library says in PyTorch's: pads on four sides, places counted
through the whole batch, gates in another order. The computing is left to the library.

    python -m tests.reference.onnx_adapter

runs the test cases that come with `onnx` and prints for every operator how many passed, and which were
skipped and why.
"""

import os
import warnings
from dataclasses import dataclass
from math import prod

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

from convbook.reference import (
    activation,
    conv,
    deform,
    loss,
    normalisation,
    pool,
    recurrent,
    unpool,
    upsample,
)


class Unsupported(Exception):
    """Why the library has no such operation."""


# Windows


def spatial(x):
    """The size of the maps in x, (N, C, …)."""
    size = x.shape[2:]
    if len(size) > 2:
        raise Unsupported(f"{len(size)}-D maps")
    if x.dtype.kind != "f":
        raise Unsupported(f"dtype {x.dtype}, not a float")
    return size


def each(values, size):
    """One value per axis, 1 by default."""
    return tuple(values or (1,) * len(size))


def ends(pads, auto_pad, size, kernel, stride, dilation):
    """Padding (begin, end) of every axis."""
    if auto_pad == "NOTSET":
        pads = pads or (0,) * 2 * len(size)
        return list(zip(pads[: len(size)], pads[len(size) :], strict=True))
    if auto_pad == "VALID":
        return [(0, 0)] * len(size)
    total = [
        max((-(-n // s) - 1) * s + t * (r - 1) + 1 - n, 0)
        for n, r, s, t in zip(size, kernel, stride, dilation, strict=True)
    ]
    return shared(total, auto_pad)


def shared(total, auto_pad):
    """Padding (begin, end) of every axis; the odd one where `auto_pad` wants it."""
    both = [(p // 2, p - p // 2) for p in total]
    return [pair[::-1] for pair in both] if auto_pad == "SAME_LOWER" else both


def padded(x, pads, value=0.0, most=None):
    """x and the padding that is left to the library: what is not the same at both ends, it has not got."""
    if all(p == q for p, q in pads) and all(
        p <= m for (p, _), m in zip(pads, most or [p for p, _ in pads], strict=True)
    ):
        return x, tuple(p for p, _ in pads)
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value), (0,) * len(pads)


def named(module, name, size):
    """The function of this name for signals or images."""
    return getattr(module, f"{name}{len(size)}d")


def plain(values):
    return values[0] if len(values) == 1 else values


def Conv(
    x,
    w,
    b=None,
    *,
    auto_pad="NOTSET",
    dilations=None,
    group=1,
    kernel_shape=None,
    pads=None,
    strides=None,
    face=conv,
):
    size, kernel = spatial(x), w.shape[2:]
    stride, dilation = each(strides, size), each(dilations, size)
    x, padding = padded(x, ends(pads, auto_pad, size, kernel, stride, dilation))
    return named(face, "conv", size)(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=group)


def ConvTranspose(
    x,
    w,
    b=None,
    *,
    auto_pad="NOTSET",
    dilations=None,
    group=1,
    kernel_shape=None,
    output_padding=None,
    output_shape=None,
    pads=None,
    strides=None,
    face=conv,
):
    size, kernel = spatial(x), w.shape[2:]
    stride, dilation = each(strides, size), each(dilations, size)
    extra = output_padding or (0,) * len(size)
    if output_shape or auto_pad.startswith("SAME"):
        wanted = output_shape or [s * n for n, s in zip(size, stride, strict=True)]
        over = [
            s * (n - 1) + t * (r - 1) + 1 + e - m
            for n, r, s, t, e, m in zip(size, kernel, stride, dilation, extra, wanted, strict=True)
        ]
        pads = shared([max(n, 0) for n in over], auto_pad)
        extra = tuple(e + max(-n, 0) for e, n in zip(extra, over, strict=True))
    else:
        pads = ends(pads, auto_pad, size, kernel, stride, dilation)
    same = all(p == q for p, q in pads)
    padding = tuple(p for p, _ in pads) if same else (0,) * len(size)
    y = named(face, "conv_transpose", size)(
        x, w, b, stride=stride, padding=padding, output_padding=extra, dilation=dilation, groups=group
    )
    if same:
        return y
    return y[:, :, *(slice(p, n - q) for n, (p, q) in zip(y.shape[2:], pads, strict=True))]


def DeformConv(
    x,
    w,
    offset,
    b=None,
    mask=None,
    *,
    dilations=None,
    group=1,
    kernel_shape=None,
    offset_group=1,
    pads=None,
    strides=None,
):
    size = spatial(x)
    stride, dilation = each(strides, size), each(dilations, size)
    x, padding = padded(x, ends(pads, "NOTSET", size, w.shape[2:], stride, dilation))
    return deform.deform_conv2d(x, offset, w, b, stride=stride, padding=padding, dilation=dilation, mask=mask)


# Pooling


def windowed(x, value, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides):
    """x, the padding of every axis, and the arguments of a pooling."""
    size = spatial(x)
    stride, dilation = each(strides, size), each(dilations, size)
    pads = ends(pads, auto_pad, size, kernel_shape, stride, dilation)
    x, padding = padded(x, pads, value, most=[r // 2 for r in kernel_shape])
    hyper = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": bool(ceil_mode)}
    return x, pads, hyper


def MaxPool(
    x,
    *,
    kernel_shape,
    auto_pad="NOTSET",
    ceil_mode=0,
    dilations=None,
    pads=None,
    storage_order=0,
    strides=None,
):
    size = spatial(x)
    x, pads, hyper = windowed(x, -np.inf, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides)
    y, places = named(pool, "max_pool", size)(x, tuple(kernel_shape), **hyper, return_indices=True)
    # From places in each map, which may be one with padding, to places in the whole of x.
    inside = np.unravel_index(places, x.shape[2:])
    inside = [i - (p if x.shape[2:] != size else 0) for i, (p, _) in zip(inside, pads, strict=True)]
    places = np.ravel_multi_index(inside, size, order="F" if storage_order else "C")
    maps = np.arange(prod(x.shape[:2])).reshape(*x.shape[:2], *[1] * len(size))
    return y, maps * prod(size) + places


def AveragePool(
    x,
    *,
    kernel_shape,
    auto_pad="NOTSET",
    ceil_mode=0,
    count_include_pad=0,
    dilations=None,
    pads=None,
    strides=None,
):
    size, kernel = spatial(x), tuple(kernel_shape)
    average = named(pool, "avg_pool", size)
    ones = np.ones_like(x)
    x, _, hyper = windowed(x, 0, kernel, auto_pad, ceil_mode, dilations, pads, strides)
    if count_include_pad or x.shape[2:] == size:
        return average(x, kernel, **hyper, count_include_pad=bool(count_include_pad))
    # With zeros already in x, the average of ones says which part of every window is not padding.
    ones, _, _ = windowed(ones, 0, kernel, auto_pad, ceil_mode, dilations, pads, strides)
    return average(x, kernel, **hyper) / average(ones, kernel, **hyper)


def LpPool(x, *, kernel_shape, auto_pad="NOTSET", ceil_mode=0, dilations=None, p=2, pads=None, strides=None):
    x, _, hyper = windowed(x, 0, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides)
    return named(pool, "lp_pool", x.shape[2:])(np.abs(x), p, tuple(kernel_shape), **hyper)


def GlobalAveragePool(x):
    spatial(x)
    return pool.global_avg_pool(x)[:, :, None, None]


def GlobalMaxPool(x):
    spatial(x)
    return pool.global_max_pool(x)[:, :, None, None]


def MaxUnpool(x, places, output_shape=None, *, kernel_shape, pads=None, strides=None):
    size = spatial(x)
    stride = each(strides, size)
    pads = ends(pads, "NOTSET", size, kernel_shape, stride, each(None, size))
    if any(p != q for p, q in pads):
        raise Unsupported("padding that is not the same at both ends")
    padding = tuple(p for p, _ in pads)
    filled = [s * (n - 1) + r - 2 * p for n, r, s, p in zip(size, kernel_shape, stride, padding, strict=True)]
    y = named(unpool, "max_unpool", size)(
        x, places % prod(filled), tuple(kernel_shape), stride=stride, padding=padding
    )
    if output_shape is None:
        return y
    return np.pad(y, [(0, m - n) for n, m in zip(y.shape, output_shape, strict=True)])


def LRN(x, *, size, alpha=1e-4, beta=0.75, bias=1.0):
    # The extra neighbour of an even window comes after and not before, as if the channels were turned round.
    y = normalisation.local_response_norm(x[:, ::-1], size, alpha=alpha, beta=beta, k=bias)
    return y[:, ::-1]


# Resampling


def Resize(
    x,
    roi=None,
    scales=None,
    sizes=None,
    *,
    antialias=0,
    axes=None,
    coordinate_transformation_mode="half_pixel",
    cubic_coeff_a=-0.75,
    exclude_outside=0,
    extrapolation_value=0.0,
    keep_aspect_ratio_policy="stretch",
    mode="nearest",
    nearest_mode="round_prefer_floor",
):
    if mode not in ("nearest", "linear"):
        raise Unsupported(f"mode {mode}")
    if antialias:
        raise Unsupported("antialias")
    if keep_aspect_ratio_policy != "stretch":
        raise Unsupported(f"keep_aspect_ratio_policy {keep_aspect_ratio_policy}")
    axes = [axis % x.ndim for axis in axes] if axes else list(range(x.ndim))
    given = sizes if sizes is not None else scales
    full = dict(enumerate(x.shape if sizes is not None else [1.0] * x.ndim)) | dict(
        zip(axes, given.tolist(), strict=True)
    )
    if [full[0], full[1]] != [x.shape[0], x.shape[1]] and [full[0], full[1]] != [1, 1]:
        raise Unsupported("resizing of batch or channels")
    how = {"size": (full[2], full[3])} if sizes is not None else {"scale_factor": (full[2], full[3])}
    if mode == "nearest":
        factors = (
            np.divide(how.get("size", x.shape[2:]), x.shape[2:]) if sizes is not None else how["scale_factor"]
        )
        floored = (coordinate_transformation_mode, nearest_mode) == ("asymmetric", "floor")
        # At whole factors a half pixel is never rounded to another sample.
        whole = (coordinate_transformation_mode, nearest_mode) == (
            "half_pixel",
            "round_prefer_floor",
        ) and all(f == int(f) for f in factors)
        if not (floored or whole):
            raise Unsupported(f"nearest by {coordinate_transformation_mode} and {nearest_mode}")
        return upsample.interpolate(x, **how, mode="nearest")
    if coordinate_transformation_mode not in ("half_pixel", "align_corners"):
        raise Unsupported(f"linear by {coordinate_transformation_mode}")
    corners = coordinate_transformation_mode == "align_corners"
    if corners and scales is not None and any((n * full[i]) % 1 for i, n in enumerate(x.shape)):
        raise Unsupported("aligned corners of an output whose size is not whole")
    return upsample.interpolate(x, **how, mode="bilinear", align_corners=corners)


def Upsample(x, scales, *, mode="nearest"):
    mode = {"nearest": "nearest", "linear": "bilinear"}[mode]
    return upsample.interpolate(x, scale_factor=tuple(scales[2:].tolist()), mode=mode)


# Element by element, normalisation, losses


def Relu(x):
    return activation.relu(x)


def Sigmoid(x):
    return activation.sigmoid(x)


def Tanh(x):
    return activation.tanh(x)


def Softmax(x, *, axis=-1):
    return activation.softmax(x, dim=axis)


def LogSoftmax(x, *, axis=-1):
    return activation.log_softmax(x, dim=axis)


def BatchNormalization(x, scale, bias, mean, var, *, epsilon=1e-5, momentum=0.9, training_mode=0, is_test=1):
    y, new_mean, new_var = normalisation.batch_norm(
        x, mean, var, scale, bias, training=bool(training_mode), momentum=1 - momentum, eps=epsilon
    )
    if not training_mode:
        return y
    # The batch's share of the running variance divides by m, not by m − 1.
    m = x.size // x.shape[1]
    return y, new_mean, momentum * var + (new_var - momentum * var) * ((m - 1) / m)


def Dropout(x, ratio=0.5, training_mode=False, *, seed=None):
    p = float(ratio) if training_mode else 0.0
    rng = np.random.RandomState(seed)  # the old generator, which drew the expected masks
    return normalisation.dropout(x, p, rng=rng)


def SoftmaxCrossEntropyLoss(x, target, weight=None, *, ignore_index=-100, reduction="mean"):
    value = loss.cross_entropy(x, target, weight=weight, ignore_index=ignore_index, reduction=reduction)
    return value, activation.log_softmax(x, dim=1)


def NegativeLogLikelihoodLoss(x, target, weight=None, *, ignore_index=-100, reduction="mean"):
    return loss.nll_loss(x, target, weight=weight, ignore_index=ignore_index, reduction=reduction)


# Recurrent networks


def sequence(layer, gates, x, w, r, b, lengths, states, *, hidden_size, direction, layout, **options):
    """Run `rnn`, `lstm` or `gru` with weights stacked by direction, their gates in the order of `gates`."""
    if layout:
        x, states = x.swapaxes(0, 1), [None if h is None else h.swapaxes(0, 1) for h in states]
    directions, both = len(w), direction == "bidirectional"

    def ordered(a):
        blocks = a.reshape(directions, len(gates), hidden_size, *a.shape[2:])[:, gates]
        a = blocks.reshape(a.shape)
        return a if both else a[0]

    b_ih, b_hh = (None, None) if b is None else map(ordered, np.split(b, 2, axis=1))
    states = [h if h is None or both else h[0] for h in states]
    state = states[0] if len(states) == 1 else None if states[0] is None else tuple(states)
    y, state = layer(
        x, state, ordered(w), ordered(r), b_ih, b_hh, lengths=lengths, direction=direction, **options
    )
    y = y.reshape(*x.shape[:2], directions, hidden_size).transpose(0, 2, 1, 3)
    ends = [h if both else h[None] for h in (state if len(states) > 1 else [state])]
    if layout:
        y, ends = y.transpose(2, 0, 1, 3), [h.swapaxes(0, 1) for h in ends]
    return y, *ends


def RNN(
    x, w, r, b=None, lengths=None, h=None, *, hidden_size, activations=None, direction="forward", layout=0
):
    if len(set(activations or ["Tanh"])) > 1:
        raise Unsupported("an activation for each direction")
    nonlinearity = (activations or ["Tanh"])[0].lower()
    return sequence(
        recurrent.rnn,
        [0],
        x,
        w,
        r,
        b,
        lengths,
        [h],
        hidden_size=hidden_size,
        direction=direction,
        layout=layout,
        nonlinearity=nonlinearity,
    )


def LSTM(
    x,
    w,
    r,
    b=None,
    lengths=None,
    h=None,
    c=None,
    peepholes=None,
    *,
    hidden_size,
    direction="forward",
    layout=0,
):
    if peepholes is not None:
        raise Unsupported("peepholes")
    gates = [0, 2, 3, 1]  # i, o, f, g
    hyper = {"hidden_size": hidden_size, "direction": direction, "layout": layout}
    return sequence(recurrent.lstm, gates, x, w, r, b, lengths, [h, c], **hyper)


def GRU(
    x,
    w,
    r,
    b=None,
    lengths=None,
    h=None,
    *,
    hidden_size,
    direction="forward",
    layout=0,
    linear_before_reset=0,
):
    gates = [1, 0, 2]  # z, r, n
    hyper = {"hidden_size": hidden_size, "direction": direction, "layout": layout}
    hyper["reset_after"] = bool(linear_before_reset)
    return sequence(recurrent.gru, gates, x, w, r, b, lengths, [h], **hyper)


OPERATORS = {
    f.__name__: f
    for f in (
        Conv,
        ConvTranspose,
        DeformConv,
        MaxPool,
        AveragePool,
        LpPool,
        GlobalAveragePool,
        GlobalMaxPool,
        MaxUnpool,
        LRN,
        Resize,
        Upsample,
        Relu,
        Sigmoid,
        Tanh,
        Softmax,
        LogSoftmax,
        BatchNormalization,
        Dropout,
        SoftmaxCrossEntropyLoss,
        NegativeLogLikelihoodLoss,
        RNN,
        LSTM,
        GRU,
    )
}


# Test cases


@dataclass(frozen=True)
class Case:
    """A model of one node, with what goes in and what must come out."""

    name: str
    node: object
    inputs: list
    outputs: list
    rtol: float
    atol: float

    def run(self, **options):
        """Compare what the library gives with what is expected."""
        attributes = {a.name: text(onnx.helper.get_attribute_value(a)) for a in self.node.attribute}
        outputs = OPERATORS[self.node.op_type](*self.inputs, **attributes, **options)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        outputs = [y for y, name in zip(outputs, self.node.output, strict=False) if name]
        assert len(outputs) == len(self.outputs)
        for y, expected in zip(outputs, self.outputs, strict=True):
            assert (y.shape, y.dtype) == (expected.shape, expected.dtype), self.name
            # Sums of float32 in another order differ where terms cancel.
            np.testing.assert_allclose(y, expected, self.rtol, max(self.atol, 1e-6), err_msg=self.name)


def cases():
    """For every operator its cases: those made for it, and layers of PyTorch in today's form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of operators that overflow on purpose
        made = load_model_tests(kind="node")
    found = {name: [] for name in OPERATORS}
    for case in [
        *made,
        *load_model_tests(kind="pytorch-converted"),
        *load_model_tests(kind="pytorch-operator"),
    ]:
        model, sets = (case.model, case.data_sets) if case.model else from_disk(case.model_dir)
        nodes = model.graph.node
        if len(nodes) != 1 or nodes[0].op_type not in found:
            continue
        weights = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        fed = [i.name for i in model.graph.input if i.name not in weights]
        for inputs, outputs in sets:
            values = weights | dict(zip(fed, map(array, inputs), strict=True)) | {"": None}
            values = [values[name] for name in nodes[0].input]
            found[nodes[0].op_type].append(
                Case(case.name, nodes[0], values, [array(y) for y in outputs], case.rtol, case.atol)
            )
    return found


def text(value):
    """The value of an attribute, with its bytes decoded."""
    if isinstance(value, bytes):
        return value.decode()
    return [text(v) for v in value] if isinstance(value, list) else value


def array(value):
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)


def from_disk(folder):
    """A model and its data sets from files."""
    sets = []
    for data in sorted(name for name in os.listdir(folder) if name.startswith("test_data_set")):
        files = sorted(os.listdir(os.path.join(folder, data)))
        tensors = {name: onnx.load_tensor(os.path.join(folder, data, name)) for name in files}
        sets.append(
            [[t for name, t in tensors.items() if name.startswith(kind)] for kind in ("input", "output")]
        )
    return onnx.load(os.path.join(folder, "model.onnx")), sets


def results(found, **options):
    """Run cases; how many passed, and for every reason the names of those it made skip."""
    skipped = {}
    for case in found:
        try:
            case.run(**options)
        except Unsupported as reason:
            skipped.setdefault(str(reason), []).append(case.name.removeprefix("test_"))
    return len(found) - sum(map(len, skipped.values())), skipped


def report(operator, passed, skipped):
    """The results for one operator as lines to print."""
    lines = [f"{operator}: {passed} passed, {sum(map(len, skipped.values()))} skipped"]
    return "\n".join(lines + [f"    {reason}: {', '.join(names)}" for reason, names in skipped.items()])


if __name__ == "__main__":
    for operator, found in cases().items():
        print(report(operator, *results(found)))
