"""Follow size, jump and start of a receptive field through a list of layers."""

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.layers import Conv
from convbook.reference.receptive_field import measured_receptive_field
from convbook.reference.receptive_field import receptive_field as library


@st.composite
def _networks(draw, stride=1, padding=0, deepest=4):
    layer = st.tuples(st.integers(1, 5), st.integers(1, stride), st.integers(0, padding), st.integers(1, 3))
    return {"layers": tuple(draw(st.lists(layer, min_size=1, max_size=deepest)))}


def _convolutions(layers):
    return [Conv(r, stride=s, padding=p, dilation=t) for r, s, p, t in layers]


def _right(layers):
    size, jump, start = 1, 1, 0
    for r, s, p, t in layers:
        size += t * (r - 1) * jump
        start -= p * jump
        jump *= s
    return size, jump, start


def _own_stride_first(layers):
    """The jump is updated too early. What a layer's own stride moves apart are its *outputs*: its taps still
    stand the old jump apart.
    """
    size, jump, start = 1, 1, 0
    for r, s, p, t in layers:
        jump *= s
        size += t * (r - 1) * jump
        start -= p * jump
    return size, jump, start


def _jump_forgotten(layers):
    """The size grows without the jump: after a stride, a step of the kernel is `jump` inputs wide."""
    _, jump, start = _right(layers)
    return 1 + sum(t * (r - 1) for r, _, _, t in layers), jump, start


def _dilation_forgotten(layers):
    """The dilation is forgotten: a kernel of r takes r − 1 steps of t units each."""
    return _right([(r, s, p, 1) for r, s, p, _ in layers])


def _a_step_too_many(layers):
    """Each layer adds one step too many: r taps are r − 1 steps apart."""
    return _right([(r + 1, s, p, t) for r, s, p, t in layers])


def _start_without_the_jump(layers):
    """The padding of a layer is counted in its own units: on the input each of them is a jump wide."""
    size, jump, _ = _right(layers)
    return size, jump, -sum(p for _, _, p, _ in layers)


def _start_to_the_right(layers):
    """The start has the wrong sign: padding lets the first window begin *before* the input."""
    size, jump, start = _right(layers)
    return size, jump, -start


def _padding_shrinks_the_field(layers):
    """Padding does not change the size of a field, only where it lies."""
    size, jump, start = 1, 1, 0
    for r, s, p, t in layers:
        size += (t * (r - 1) - 2 * p) * jump
        start -= p * jump
        jump *= s
    return size, jump, start


def _strides_added(layers):
    """Strides multiply: after two layers of stride 2, neighbours are 4 inputs apart."""
    size, jump, start = 1, 1, 0
    for r, s, p, t in layers:
        size += t * (r - 1) * jump
        start -= p * jump
        jump += s - 1
    return size, jump, start


def _from_the_end(layers):
    """The layers are followed from the last to the first. Begin at the input: size 1, jump 1, start 0."""
    return _right(layers[::-1])


def _example(layers):
    """This is the answer to the example of the text, whatever comes in."""
    return 8, 2, -1


def _downwards(layers):
    """From the unit down to the input: the window of one, of r, of what those r see …"""
    size, jump, start = 1, 1, 0
    for r, s, p, t in reversed(layers):
        size = s * (size - 1) + t * (r - 1) + 1
        jump *= s
        start = s * start - p
    return size, jump, start


def _by_gradient(layers):
    return tuple(measured_receptive_field(_convolutions(layers), 1500))


def _first_and_last(layers):
    """By the first input and the last one that units 0 and 1 see."""
    first, last, neighbour = 0, 0, 1
    for r, s, p, t in reversed(layers):
        first, last, neighbour = s * first - p, s * last - p + t * (r - 1), s * neighbour - p
    return [last - first + 1, neighbour - first, first]


exercise = Exercise(
    "receptive_field",
    reference=lambda layers: tuple(library(_convolutions(layers))[-1]),
    properties=(
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_networks(),
            hint="A layer adds t · (r − 1) to the size; the jump stays 1 and the start 0.",
        ),
        Property(
            "any stride, no padding",
            points=2,
            inputs=_networks(stride=3),
            hint="Which jump counts for the taps of a layer: the one before its stride, or after?",
        ),
        Property(
            "any stride, any padding",
            points=1,
            inputs=_networks(stride=3, padding=2),
            hint="Padding p lets the first window begin p units, that is p · jump inputs, before.",
        ),
    ),
    misconceptions=by_docstring(
        _own_stride_first,
        _jump_forgotten,
        _dilation_forgotten,
        _a_step_too_many,
        _start_without_the_jump,
        _start_to_the_right,
        _padding_shrinks_the_field,
        _strides_added,
        _from_the_end,
        _example,
    ),
    mutants=(
        lambda layers: _right(layers)[::-1],
        lambda layers: _right(layers)[0],
        lambda layers: _right(layers[:2]),
        lambda layers: _right([(r, min(s, 2), p, t) for r, s, p, t in layers]),
        lambda layers: _right([(r, t, p, s) for r, s, p, t in layers]),
        lambda layers: _right([(r, s, min(p, 1), t) for r, s, p, t in layers]),
    ),
    variants=(_right, _downwards, _by_gradient, _first_and_last),
)
