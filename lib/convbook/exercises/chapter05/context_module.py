"""Plan a context module: paddings, sizes and fields of a stack of dilated layers."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.arithmetic import output_size
from convbook.reference.layers import Conv
from convbook.reference.receptive_field import receptive_field


@st.composite
def _modules(draw, kernels=(3, 1, 5), deepest=4):
    r = draw(st.sampled_from(kernels))
    dilations = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=deepest)))
    n = (r - 1) * sum(dilations) + draw(st.integers(1, 9))
    return {"n": n, "r": r, "dilations": dilations}


def _reach(r, dilations):
    """How much each layer adds to a field, and takes off an unpadded map."""
    return (r - 1) * np.array(dilations)


def _right(n, r, dilations):
    reach = _reach(r, dilations)
    return reach // 2, n - np.cumsum(reach), 1 + np.cumsum(reach)


def _padding_is_t(n, r, dilations):
    """A padding of t keeps the size for a kernel of 3 only. It must make up for t · (r − 1), half on each
    side.
    """
    _, sizes, fields = _right(n, r, dilations)
    return np.array(dilations), sizes, fields


def _padding_of_a_dense_kernel(n, r, dilations):
    """(r − 1)/2 is the padding of a dense kernel. A dilated one spans t · (r − 1) + 1."""
    _, sizes, fields = _right(n, r, dilations)
    return np.full(len(dilations), r // 2), sizes, fields


def _padding_for_both_sides(n, r, dilations):
    """Padding is counted at *each* end: half of what the layer would take off."""
    padding, sizes, fields = _right(n, r, dilations)
    return 2 * padding, sizes, fields


def _dilations_forgotten(n, r, dilations):
    """The dilations are forgotten: a layer takes t · (r − 1) off the map, and adds as much to the field."""
    return _right(n, r, [1] * len(dilations))


def _sizes_of_the_padded(n, r, dilations):
    """The sizes asked for are those *without* padding: the map shrinks from layer to layer."""
    padding, _, fields = _right(n, r, dilations)
    return padding, np.full(len(dilations), n), fields


def _sizes_one_by_one(n, r, dilations):
    """Each layer is fed what the one before it left over, not the n of the beginning."""
    padding, _, fields = _right(n, r, dilations)
    return padding, n - _reach(r, dilations), fields


def _fields_of_single_layers(n, r, dilations):
    """The fields are those of each layer on its own, seen from the layer before. Followed from the input,
    they add up.
    """
    padding, sizes, _ = _right(n, r, dilations)
    return padding, sizes, 1 + _reach(r, dilations)


def _fields_from_zero(n, r, dilations):
    """The fields are one too small: an input sees itself, so they begin with 1."""
    padding, sizes, fields = _right(n, r, dilations)
    return padding, sizes, fields - 1


def _example(n, r, dilations):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([1, 1, 2, 4]), np.array([62, 60, 56, 48]), np.array([3, 5, 9, 17])


def _by_the_library(n, r, dilations):
    sizes = [n]
    for t in dilations:
        sizes.append(output_size(sizes[-1], r, dilation=t))
    fields = receptive_field([Conv(r, dilation=t) for t in dilations])
    return [t * (r - 1) // 2 for t in dilations], sizes[1:], [field.size for field in fields]


def _layer_by_layer(n, r, dilations):
    padding, sizes, fields, field = [], [], [], 1
    for t in dilations:
        padding.append((t * (r - 1)) / 2)
        n, field = n - t * (r - 1), field + t * (r - 1)
        sizes.append(n)
        fields.append(field)
    return padding, sizes, fields


def _what_is_lost_is_seen(n, r, dilations):
    """What padding would have to make up for, an unpadded map lacks, and a field has gained."""
    padding, sizes, _ = _right(n, r, dilations)
    return padding, n - 2 * np.cumsum(padding), n + 1 - sizes


def _in_float32(n, r, dilations):
    return tuple(item.astype(np.float32) for item in _right(n, r, dilations))


exercise = Exercise(
    "context_module",
    reference=_right,
    properties=(
        Property(
            "3×3 kernels",
            points=2,
            inputs=_modules(kernels=(3,)),
            hint="A layer with r = 3 and dilation t spans 2t + 1 pixels: without padding the map loses 2t.",
        ),
        Property(
            "any odd kernel",
            points=1,
            inputs=_modules(),
            hint="A kernel spans t · (r − 1) + 1 pixels: without padding the map loses t · (r − 1).",
        ),
    ),
    misconceptions=by_docstring(
        _padding_is_t,
        _padding_of_a_dense_kernel,
        _padding_for_both_sides,
        _dilations_forgotten,
        _sizes_of_the_padded,
        _sizes_one_by_one,
        _fields_of_single_layers,
        _fields_from_zero,
        _example,
    ),
    mutants=(
        lambda n, r, dilations: _right(n, r, dilations)[::-1],
        lambda n, r, dilations: _right(n, r, dilations)[:2],
        lambda n, r, dilations: _right(n, r, sorted(dilations)),
        lambda n, r, dilations: _right(n, min(r, 3), dilations),
        lambda n, r, dilations: np.array(_right(n, r, dilations)).T,
        lambda n, r, dilations: _right(n, r, [min(t, 4) for t in dilations]),
    ),
    variants=(_by_the_library, _layer_by_layer, _what_is_lost_is_seen, _in_float32),
)
