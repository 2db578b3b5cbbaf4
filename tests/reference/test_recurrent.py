"""Cells and sequences against torch: random weights and states, unequal lengths, every direction."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import recurrent
from convbook.reference.gradcheck import gradcheck

from .strategies import read_only

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
KINDS = {
    "tanh": ("rnn", {}),
    "relu": ("rnn", {"nonlinearity": "relu"}),
    "lstm": ("lstm", {}),
    "gru": ("gru", {}),
    "gru_reset_before": ("gru", {"reset_after": False}),
}
OF_TORCH = [kind for kind in KINDS if kind != "gru_reset_before"]


@dataclass(frozen=True)
class Layer:
    """A drawn layer and the gradients that reach it; `state` and `dstate` are lists, of one array or two."""

    kind: str
    x: np.ndarray
    state: list
    weights: list
    lengths: object
    direction: str
    dy: np.ndarray
    dstate: list

    @property
    def name(self):
        return KINDS[self.kind][0]

    @property
    def cell_hyper(self):
        return KINDS[self.kind][1]

    @property
    def hyper(self):
        return {"lengths": self.lengths, "direction": self.direction, **self.cell_hyper}

    @property
    def inputs(self):
        return [self.x, *self.state, *self.weights]

    def forward(self, x, *arrays):
        """y and the parts of the state in one list."""
        state, weights = self.packed(arrays)
        y, state = getattr(recurrent, self.name)(x, state, *weights, **self.hyper)
        return [y, *self.unpacked(state)]

    def backward(self, dy, dstate, x, *arrays, **hyper):
        """All gradients in one list, in the order of `inputs`."""
        state, weights = self.packed(arrays)
        dstate, _ = self.packed([*dstate, *weights])
        back = getattr(recurrent, f"{self.name}_backward")
        dx, dstate, *dweights = back(dy, dstate, x, state, *weights, **self.hyper, **hyper)
        return [dx, *self.unpacked(dstate), *dweights]

    def packed(self, arrays):
        """The state as the functions take it, a pair for the LSTM only; and the four weights."""
        *state, w_ih, w_hh, b_ih, b_hh = arrays
        return (tuple(state) if self.name == "lstm" else state[0]), [w_ih, w_hh, b_ih, b_hh]

    def unpacked(self, state):
        return list(state) if self.name == "lstm" else [state]


@st.composite
def layers(
    draw, kinds=tuple(KINDS), directions=("forward", "reverse", "bidirectional"), shortest=1, dtype=float
):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(kinds))
    direction = draw(st.sampled_from(directions))
    steps, inputs, units = (draw(st.integers(1, n)) for n in (6, 4, 4))
    batch = draw(st.sampled_from([(), (1,), (2,), (3,)]))
    lengths = None
    if draw(st.booleans()):
        lengths = draw(st.lists(st.integers(shortest, steps), min_size=3, max_size=3))
        lengths = lengths[: batch[0]] if batch else lengths[0]
    rows, parts = GATES[KINDS[kind][0]] * units, 2 if kind == "lstm" else 1
    both = (2,) if direction == "bidirectional" else ()

    def normal(*shape):
        return read_only(rng.standard_normal(shape).astype(dtype))

    state = [normal(*both, *batch, units) for _ in range(parts)]
    return Layer(
        kind,
        normal(steps, *batch, inputs),
        state,
        [normal(*both, rows, inputs), normal(*both, rows, units), normal(*both, rows), normal(*both, rows)],
        lengths,
        direction,
        normal(steps, *batch, (len(both) + 1) * units),
        [normal(*part.shape) for part in state],
    )


def tensors(arrays):
    return [torch.from_numpy(np.array(a)).requires_grad_() for a in arrays]


def by_torch_module(layer, inputs):
    """`torch.nn.RNN`, `LSTM` or `GRU` with packed sequences: y and the parts of the state, as tensors."""
    x, *arrays = inputs
    state, weights = arrays[:-4], arrays[-4:]
    both, units = layer.direction == "bidirectional", weights[1].shape[-1]
    module = getattr(torch.nn, layer.name.upper())(
        x.shape[-1], units, bidirectional=both, dtype=x.dtype, **layer.cell_hyper
    )
    suffixes = ["_l0", "_l0_reverse"][: both + 1]
    names = [f"{w}{suffix}" for suffix in suffixes for w in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    per_direction = [w[k] if both else w for k in range(both + 1) for w in weights]
    batched = x.ndim == 3
    if not batched:
        x, state = x[:, None], [s[..., None, :] for s in state]
    state = tuple(s if both else s[None] for s in state)
    state = state if layer.name == "lstm" else state[0]
    if layer.lengths is not None:
        lengths = torch.tensor(layer.lengths).reshape(-1)
        fed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    else:
        fed = x
    y, state = torch.func.functional_call(module, dict(zip(names, per_direction, strict=True)), (fed, state))
    if layer.lengths is not None:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=len(x))
    state = list(state) if layer.name == "lstm" else [state]
    state = [s if both else s[0] for s in state]
    return [y, *state] if batched else [y[:, 0], *(s[..., 0, :] for s in state)]


def by_torch_loop(layer, inputs, truncate=None):
    """The definition, one sequence and one step at a time; the state is detached where a chunk begins."""
    x, *arrays = inputs
    state, weights = arrays[:-4], arrays[-4:]
    if x.ndim == 2:
        lengths = None if layer.lengths is None else [layer.lengths]
        x, state = x[:, None], [s[..., None, :] for s in state]
    else:
        lengths = layer.lengths
    lengths = [len(x)] * x.shape[1] if lengths is None else lengths
    both = layer.direction == "bidirectional"
    if not both:
        state, weights = [s[None] for s in state], [w[None] for w in weights]

    reverse = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[layer.direction]
    ys, ends = [], []
    for k, backwards in enumerate(reverse):
        columns, last = [], []
        for n, length in enumerate(lengths):
            now, before, y = [s[k, n] for s in state], None, {}
            for t in sorted(range(length), reverse=backwards):
                if truncate and before is not None and before // truncate != t // truncate:
                    now = [s.detach() for s in now]
                now = torch_step(layer.kind, x[t, n], now, [w[k] for w in weights])
                y[t], before = now[0], t
            zero = torch.zeros_like(now[0])
            columns.append(torch.stack([y.get(t, zero) for t in range(len(x))]))
            last.append(now)
        ys.append(torch.stack(columns, 1))
        ends.append([torch.stack(part) for part in zip(*last, strict=True)])
    y, state = torch.cat(ys, -1), [torch.stack(part) for part in zip(*ends, strict=True)]
    state = state if both else [s[0] for s in state]
    return [y, *state] if layer.x.ndim == 3 else [y[:, 0], *(s[..., 0, :] for s in state)]


def torch_step(kind, x, state, weights):
    if kind == "lstm":
        return [s[0] for s in torch.lstm_cell(x[None], [s[None] for s in state], *weights)]
    if kind == "gru_reset_before":
        (h,), (w_ih, w_hh, b_ih, b_hh) = state, weights
        (x_r, x_z, x_n) = (w_ih @ x + b_ih).chunk(3)
        (w_r, w_z, w_n), (b_r, b_z, b_n) = w_hh.chunk(3), b_hh.chunk(3)
        r, z = torch.sigmoid(x_r + w_r @ h + b_r), torch.sigmoid(x_z + w_z @ h + b_z)
        return [(1 - z) * torch.tanh(x_n + w_n @ (r * h) + b_n) + z * h]
    cell = {"tanh": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell, "gru": torch.gru_cell}[kind]
    return [cell(x[None], state[0][None], *weights)[0]]


def assert_equal(ours, theirs, atol=1e-11):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        b = b.detach().numpy() if torch.is_tensor(b) else b
        np.testing.assert_allclose(a, b, rtol=0, atol=atol * max(1, abs(b).max(initial=0)), strict=True)


def check_backward(layer, oracle, **hyper):
    inputs = tensors(layer.inputs)
    upstream = tensors([layer.dy, *layer.dstate])
    loss = sum((d * y).sum() for d, y in zip(upstream, oracle(layer, inputs, **hyper), strict=True))
    expected = torch.autograd.grad(loss, inputs, allow_unused=True, materialize_grads=True)
    assert_equal(layer.backward(layer.dy, layer.dstate, *layer.inputs, **hyper), expected)


@settings(max_examples=150)
@given(layers(OF_TORCH, directions=("forward", "bidirectional")))
def test_agrees_with_torch(layer):
    assert_equal(layer.forward(*layer.inputs), by_torch_module(layer, tensors(layer.inputs)))


@settings(max_examples=150)
@given(layers(OF_TORCH, directions=("forward", "bidirectional")))
def test_backpropagation_through_time_agrees_with_autograd(layer):
    check_backward(layer, by_torch_module)


@settings(max_examples=100)
@given(layers(shortest=0))
def test_agrees_with_the_definition(layer):
    assert_equal(layer.forward(*layer.inputs), by_torch_loop(layer, tensors(layer.inputs)))


@settings(max_examples=150)
@given(layer=layers(shortest=0), truncate=st.integers(1, 7))
def test_truncation_is_detaching_the_state(layer, truncate):
    check_backward(layer, by_torch_loop, truncate=truncate)


def names(layer):
    state = ["h0", "c0"][: len(layer.state)]
    return ["x", *state, "w_ih", "w_hh", "b_ih", "b_hh"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "relu"])
@settings(max_examples=8)
@given(data=st.data())
def test_agrees_with_finite_differences(kind, data):
    layer = data.draw(layers([kind]))

    def joined(*inputs):
        return np.concatenate([a.ravel() for a in layer.forward(*inputs)])

    def backward(d, *inputs):
        sizes = np.cumsum([a.size for a in (layer.dy, *layer.dstate)])[:-1]
        dy, *dstate = (
            part.reshape(a.shape)
            for part, a in zip(np.split(d, sizes), (layer.dy, *layer.dstate), strict=True)
        )
        return layer.backward(dy, dstate, *inputs)

    gradcheck(joined, backward, dict(zip(names(layer), layer.inputs, strict=True)))


@settings(max_examples=100)
@given(layers(directions=["forward"]))
def test_a_cell_is_one_step(layer):
    layer = replace(layer, x=layer.x[:1], lengths=None)
    state, weights = layer.packed(layer.inputs[1:])
    arguments = layer.x[0], state, *weights
    cell = getattr(recurrent, f"{layer.name}_cell")
    cell_backward = getattr(recurrent, f"{layer.name}_cell_backward")

    inputs = tensors(layer.inputs)
    expected = by_torch_loop(layer, inputs)[1:]
    assert_equal(layer.unpacked(cell(*arguments, **layer.cell_hyper)), expected)

    dstate, _ = layer.packed([*layer.dstate, *layer.weights])
    dx, dold, *dweights = cell_backward(dstate, *arguments, **layer.cell_hyper)
    gradients = torch.autograd.grad(expected, inputs, tensors(layer.dstate))
    assert_equal([dx[None], *layer.unpacked(dold), *dweights], gradients)


@given(layers(shortest=0, directions=["bidirectional"]))
def test_bidirectional_is_both_directions_side_by_side(layer):
    halves = []
    for k, direction in enumerate(["forward", "reverse"]):
        half = replace(layer, direction=direction)
        halves.append(half.forward(layer.x, *(a[k] for a in layer.inputs[1:])))
    y, *state = zip(*halves, strict=True)
    assert_equal(layer.forward(*layer.inputs), [np.concatenate(y, -1), *map(np.stack, state)], atol=0)


@given(layers(shortest=0))
def test_what_follows_the_end_is_never_read(layer):
    lengths = np.array(len(layer.x) - 1 if layer.lengths is None else layer.lengths)
    lengths = np.broadcast_to(lengths, layer.x.shape[1:-1])
    layer = replace(layer, lengths=lengths)
    ended = np.arange(len(layer.x)).reshape(-1, *[1] * (layer.x.ndim - 1)) >= lengths[..., None]
    noisy = replace(layer, x=np.where(ended, np.nan, layer.x), dy=np.where(ended, np.nan, layer.dy))
    assert_equal(noisy.forward(*noisy.inputs), layer.forward(*layer.inputs), atol=0)
    gradients = noisy.backward(noisy.dy, noisy.dstate, *noisy.inputs)
    assert_equal(gradients, layer.backward(layer.dy, layer.dstate, *layer.inputs), atol=0)


@given(layers())
def test_none_means_zeros(layer):
    forward, backward = getattr(recurrent, layer.name), getattr(recurrent, f"{layer.name}_backward")
    w_ih, w_hh, b_ih, b_hh = layer.weights
    zeros = [layer.x, *(0 * part for part in layer.state), w_ih, w_hh, 0 * b_ih, 0 * b_hh]
    bare = layer.x, None, w_ih, w_hh
    y, state = forward(*bare, **layer.hyper)
    assert_equal([y, *layer.unpacked(state)], layer.forward(*zeros), atol=0)

    no_dy, no_dstate = 0 * layer.dy, [0 * d for d in layer.dstate]
    dstate, _ = layer.packed([*layer.dstate, *layer.weights])
    for upstream, full in [
        ((layer.dy, None), (layer.dy, no_dstate)),
        ((None, dstate), (no_dy, layer.dstate)),
    ]:
        dx, dold, *dweights = backward(*upstream, *bare, **layer.hyper)
        assert_equal([dx, *layer.unpacked(dold), *dweights], layer.backward(*full, *zeros), atol=0)


def test_either_bias_may_be_missing():
    rng = np.random.default_rng(0)
    x, w_ih, w_hh, b = (rng.standard_normal(s) for s in [(5, 2, 3), (12, 3), (12, 4), 12])
    zero = np.zeros(12)
    for pair, full in [((b, None), (b, zero)), ((None, b), (zero, b))]:
        for layer in (recurrent.gru, recurrent.gru_cell):
            of = x if layer is recurrent.gru else x[0]
            ours = layer(of, None, w_ih, w_hh, *pair)
            np.testing.assert_array_equal(ours[0], layer(of, None, w_ih, w_hh, *full)[0])
    assert not np.allclose(*(recurrent.gru(x, None, w_ih, w_hh, *p)[0] for p in [(b, None), (None, b)]))


@given(layer=layers(dtype=np.float32))
def test_stays_in_float32(layer):
    outputs = layer.forward(*layer.inputs)
    gradients = layer.backward(layer.dy, layer.dstate, *layer.inputs)
    assert {a.dtype for a in (*outputs, *gradients)} == {np.dtype(np.float32)}
    double = [np.array(a, float) for a in (layer.dy, *layer.dstate)]
    inputs = [np.array(a, float) for a in layer.inputs]
    exact = replace(layer, x=inputs[0], dy=double[0], dstate=double[1:])
    for ours, theirs in zip(outputs, exact.forward(*inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)
    for ours, theirs in zip(gradients, exact.backward(double[0], double[1:], *inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-2 * max(1, abs(theirs).max()))


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
@pytest.mark.parametrize("name", GATES)
def test_keeps_the_rarer_float_dtypes(name, dtype):
    rng = np.random.default_rng(0)
    rows = GATES[name] * 4
    x, *weights = (
        rng.standard_normal(s).astype(dtype) for s in [(5, 2, 3), (rows, 3), (rows, 4), rows, rows]
    )
    y, _ = getattr(recurrent, name)(x, None, *weights, lengths=[5, 2])
    gradients = getattr(recurrent, f"{name}_backward")(y, None, x, None, *weights, lengths=[5, 2])
    x, *weights = (a.astype(float) for a in (x, *weights))
    expected, _ = getattr(recurrent, name)(x, None, *weights, lengths=[5, 2])
    assert {a.dtype for a in (y, gradients[0], *gradients[2:])} == {np.dtype(dtype)}
    np.testing.assert_allclose(y.astype(float), expected, rtol=0, atol=0.05)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_an_empty_batch_gives_empty_outputs_and_zero_gradients(kind, direction):
    name, hyper = KINDS[kind]
    rows, both = GATES[name] * 4, (2,) if direction == "bidirectional" else ()
    x = np.zeros((5, 0, 3))
    weights = [np.ones((*both, *shape)) for shape in [(rows, 3), (rows, 4), (rows,), (rows,)]]
    hyper = {"direction": direction, "lengths": np.zeros(0, int), **hyper}
    y, state = getattr(recurrent, name)(x, None, *weights, **hyper)
    assert y.shape == (5, 0, 4 * (len(both) + 1))
    assert all(s.shape == (*both, 0, 4) for s in (state if name == "lstm" else [state]))
    dx, _, *dweights = getattr(recurrent, f"{name}_backward")(y, None, x, None, *weights, **hyper)
    assert dx.shape == x.shape
    for d, w in zip(dweights, weights, strict=True):
        np.testing.assert_array_equal(d, 0 * w, strict=True)


@given(layers(directions=["forward", "reverse"]))
def test_a_window_as_long_as_the_sequence_truncates_nothing(layer):
    full = layer.backward(layer.dy, layer.dstate, *layer.inputs)
    assert_equal(layer.backward(layer.dy, layer.dstate, *layer.inputs, truncate=len(layer.x)), full, atol=0)


@pytest.mark.parametrize("name", GATES)
def test_a_loss_reaches_back_to_the_start_of_its_chunk_and_no_further(name):
    rng = np.random.default_rng(0)
    rows = GATES[name] * 4
    x, *weights = (rng.standard_normal(s) for s in [(9, 2, 3), (rows, 3), (rows, 4), rows, rows])
    dy = np.zeros((9, 2, 4))
    dy[7] = 1
    dx, *_ = getattr(recurrent, f"{name}_backward")(dy, None, x, None, *weights, truncate=3)
    assert dx.any(axis=(1, 2)).tolist() == [False] * 6 + [True, True, False]


def test_a_saturated_gate_neither_overflows_nor_warns():
    w_ih, w_hh = np.full((4, 1), 1000.0), np.zeros((4, 1))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        h, c = recurrent.lstm_cell(np.array([-1.0]), (np.zeros(1), np.ones(1)), w_ih, w_hh)
    assert (h, c) == (0, 0)


@given(
    shapes=st.lists(st.sampled_from([(), (3,), (2, 5), (4, 1, 3)]), min_size=1, max_size=4),
    max_norm=st.floats(0.1, 10),
    norm_type=st.sampled_from([1.0, 2.0, 3.5, np.inf]),
    seed=st.integers(0, 2**32 - 1),
)
def test_clipping_agrees_with_torch(shapes, max_norm, norm_type, seed):
    rng = np.random.default_rng(seed)
    gradients = [read_only(np.asarray(rng.standard_normal(s))) for s in shapes]
    norm, clipped = recurrent.clip_grad_norm(gradients, max_norm, norm_type)

    parameters = [torch.zeros(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = torch.from_numpy(np.array(g))
    assert norm == pytest.approx(
        torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type).item(), rel=1e-12
    )
    for p, g in zip(parameters, clipped, strict=True):
        np.testing.assert_allclose(g, p.grad.numpy(), rtol=1e-12, strict=True)


def test_clipping_shortens_what_is_too_long_and_keeps_the_direction():
    gradients = [np.array([3.0, 0.0]), np.array([[4.0]], np.float32)]
    norm, (a, b) = recurrent.clip_grad_norm(gradients, 1.0)
    assert norm == 5
    np.testing.assert_allclose(a, [0.6, 0], rtol=1e-6)
    np.testing.assert_allclose(b, [[0.8]], rtol=1e-6)
    assert (a.dtype, b.dtype) == (np.float64, np.float32)
    norm, (a, b) = recurrent.clip_grad_norm(gradients, 5.1)
    assert norm == 5
    assert (a, b) == (pytest.approx([3, 0]), 4)


def weights_of(name, rng, units=4, inputs=3):
    rows = GATES[name] * units
    return [rng.standard_normal(s) for s in [(rows, inputs), (rows, units), (rows,), (rows,)]]


@pytest.mark.parametrize(
    "name, change, error, message",
    [
        (
            "rnn",
            {"x": np.ones((5, 2, 3, 1))},
            ValueError,
            r"rnn: x has shape \(5, 2, 3, 1\), expected \(T, D\) or",
        ),
        ("rnn", {"x": np.ones((5, 2, 3), int)}, TypeError, "rnn: x has dtype int64, expected a float dtype"),
        ("gru", {"w_hh": np.ones((12, 4), "f4")}, TypeError, "gru: x has dtype float64 but w_hh has float32"),
        (
            "rnn",
            {"x": np.ones((0, 2, 3))},
            ValueError,
            r"x has shape \(0, 2, 3\) .* only a batch may be empty",
        ),
        (
            "lstm",
            {"w_ih": np.ones((12, 3))},
            ValueError,
            r"lstm: w_ih has shape \(12, 3\), expected \(16, 3\) .*G = 4",
        ),
        (
            "lstm",
            {"w_hh": np.ones((4, 16))},
            ValueError,
            r"lstm: w_ih has shape \(16, 3\), expected \(64, 3\)",
        ),
        ("gru", {"b_ih": np.ones((12, 1))}, ValueError, r"gru: b_ih has shape \(12, 1\), expected \(12,\)"),
        ("gru", {"state": np.ones((3, 4))}, ValueError, r"gru: h0 has shape \(3, 4\), expected \(2, 4\)"),
        (
            "lstm",
            {"state": (np.ones((2, 4)), np.ones(4))},
            ValueError,
            r"lstm: c0 has shape \(4,\), expected \(2, 4\)",
        ),
        ("lstm", {"state": np.ones((2, 4))}, TypeError, "lstm: state must be a pair, .* got ndarray"),
        (
            "rnn",
            {"nonlinearity": "sigmoid"},
            ValueError,
            "nonlinearity must be 'tanh' or 'relu', got 'sigmoid'",
        ),
        (
            "gru",
            {"direction": "backward"},
            ValueError,
            "direction must be 'forward', 'reverse' or .* got 'backward'",
        ),
        (
            "gru",
            {"direction": "bidirectional"},
            ValueError,
            r"w_ih has shape \(12, 3\), expected \(2, 12, 3\)",
        ),
        ("rnn", {"lengths": [5, 2, 1]}, ValueError, r"lengths has shape \(3,\), expected \(2,\)"),
        ("rnn", {"lengths": [5, 6]}, ValueError, r"lengths must be in 0 … 5, the steps of x, got \[5, 6\]"),
        ("rnn", {"lengths": [-1, 5]}, ValueError, "lengths must be in 0 … 5"),
        ("rnn", {"lengths": [5.0, 2.0]}, TypeError, "lengths has dtype float64, expected ints"),
    ],
)
def test_what_does_not_fit_is_named(name, change, error, message):
    arrays = dict(
        zip(["w_ih", "w_hh", "b_ih", "b_hh"], weights_of(name, np.random.default_rng(0)), strict=True)
    )
    arguments = {"x": np.ones((5, 2, 3)), "state": None} | arrays | change
    x, state = arguments.pop("x"), arguments.pop("state")
    with pytest.raises(error, match=message):
        getattr(recurrent, name)(x, state, **arguments)


@pytest.mark.parametrize(
    "change, error, message",
    [
        (
            {"dy": np.ones((5, 2, 3))},
            ValueError,
            r"lstm_backward: dy has shape \(5, 2, 3\), expected \(5, 2, 4\)",
        ),
        (
            {"dy": np.ones((5, 2, 4), "f4")},
            TypeError,
            "lstm_backward: x has dtype float64 but dy has float32",
        ),
        (
            {"dstate": (None, np.ones(4))},
            ValueError,
            r"lstm_backward: dc has shape \(4,\), expected \(2, 4\)",
        ),
        ({"dstate": np.ones((2, 4))}, TypeError, "lstm_backward: dstate must be a pair"),
        ({"truncate": 0}, ValueError, "lstm_backward: truncate must be at least 1, got 0"),
        ({"truncate": 2.0}, TypeError, "lstm_backward: truncate must be an int"),
    ],
)
def test_upstream_gradients_that_do_not_fit_are_named(change, error, message):
    arguments = {"dy": None, "dstate": None, "truncate": None} | change
    weights = weights_of("lstm", np.random.default_rng(0))
    with pytest.raises(error, match=message):
        recurrent.lstm_backward(
            arguments["dy"],
            arguments["dstate"],
            np.ones((5, 2, 3)),
            None,
            *weights,
            truncate=arguments["truncate"],
        )


def test_a_cell_names_its_own_arguments():
    weights = weights_of("gru", np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"gru_cell: x has shape \(5, 2, 3\), expected \(D,\) or \(N, D\)"):
        recurrent.gru_cell(np.ones((5, 2, 3)), None, *weights)
    with pytest.raises(ValueError, match=r"gru_cell: h has shape \(4,\), expected \(2, 4\)"):
        recurrent.gru_cell(np.ones((2, 3)), np.ones(4), *weights)
    with pytest.raises(ValueError, match="rnn_cell_backward: nonlinearity must be"):
        recurrent.rnn_cell_backward(None, np.ones(3), None, *weights, nonlinearity="id")
    with pytest.raises(TypeError, match=r"clip_grad_norm: gradients\[1\] has dtype int64"):
        recurrent.clip_grad_norm([np.ones(2), np.ones(2, int)], 1.0)
