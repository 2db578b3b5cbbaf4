"""Count what a layer learns and what it computes."""

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property
from convbook.reference.arithmetic import conv2d_operations, conv2d_parameters, output_size


@st.composite
def _layers(draw, largest_stride=1, largest_padding=0, largest_groups=1):
    g = draw(st.integers(1, largest_groups))
    k, k_out = g * draw(st.integers(1, 5)), g * draw(st.integers(1, 5))
    p = draw(st.integers(0, largest_padding))
    size = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    kernel_size = tuple(draw(st.integers(1, min(n + 2 * p, 5))) for n in size)
    return {
        "channels": k,
        "maps": k_out,
        "kernel_size": kernel_size,
        "size": size,
        "stride": draw(st.integers(1, largest_stride)),
        "padding": p,
        "groups": g,
    }


def _places(kernel_size, size, stride, padding):
    rows, columns = output_size(size, kernel_size, stride=stride, padding=padding)
    return rows * columns


def _right(channels, maps, kernel_size, size, *, stride=1, padding=0, groups=1):
    how = {"groups": groups}
    parameters = conv2d_parameters(channels, maps, kernel_size, **how)
    how |= {"stride": stride, "padding": padding}
    return parameters, conv2d_operations(channels, maps, kernel_size, size, **how)


def _counted(weights_and_biases):
    """A wrong solution that counts the parameters wrongly, and the operations from them."""

    def count(channels, maps, kernel_size, size, *, stride=1, padding=0, groups=1):
        parameters = weights_and_biases(channels, maps, kernel_size, groups)
        return parameters, parameters * _places(kernel_size, size, stride, padding)

    return count


def _used_at(places):
    """A wrong solution that uses the right parameters at the wrong number of places."""

    def count(channels, maps, kernel_size, size, *, stride=1, padding=0, groups=1):
        parameters = conv2d_parameters(channels, maps, kernel_size, groups=groups)
        return parameters, parameters * places(channels, maps, kernel_size, size, stride, padding)

    return count


def _by_counting(channels, maps, kernel_size, size, *, stride=1, padding=0, groups=1):
    R, S = kernel_size
    parameters = sum(1 + R * S * channels // groups for _ in range(maps))
    rows, columns = (
        range(-padding, n + padding - r + 1, stride) for n, r in zip(size, kernel_size, strict=True)
    )
    return [parameters, sum(parameters for _ in rows for _ in columns)]


exercise = Exercise(
    "layer_cost",
    reference=_right,
    properties=(
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_layers(),
            hint="One filter has r² · k weights and a bias. Every parameter is used once at every place.",
        ),
        Property(
            "any stride, any padding",
            points=1,
            inputs=_layers(largest_stride=3, largest_padding=2),
            hint="Stride and padding change where the filters stop, not what they hold.",
        ),
        Property(
            "groups",
            points=2,
            inputs=_layers(largest_stride=2, largest_padding=1, largest_groups=4),
            hint="With g groups a filter is only channels / g maps deep.",
        ),
    ),
    misconceptions={
        "Every filter has a bias, which is a parameter as well.": _counted(
            lambda k, k_out, r, g: r[0] * r[1] * k // g * k_out
        ),
        "There is one bias for each filter, not one for the whole layer.": _counted(
            lambda k, k_out, r, g: r[0] * r[1] * k // g * k_out + 1
        ),
        "There is one bias for each filter, not one for every kernel in it.": _counted(
            lambda k, k_out, r, g: (r[0] * r[1] + 1) * k // g * k_out
        ),
        "A filter is as deep as its input: it has a kernel for every input map.": _counted(
            lambda k, k_out, r, g: (r[0] * r[1] + 1) * k_out
        ),
        "The groups are forgotten: a filter sees only the channels / groups maps of its group.": _counted(
            lambda k, k_out, r, g: (r[0] * r[1] * k + 1) * k_out
        ),
        "The groups are divided by twice: a filter is channels / groups deep, but there are still `maps` "
        "filters, over all groups.": _counted(lambda k, k_out, r, g: (r[0] * r[1] * k // g + 1) * k_out // g),
        "The bias is not divided by the groups: every filter keeps one of its own.": _counted(
            lambda k, k_out, r, g: (r[0] * r[1] * k + 1) * k_out // g
        ),
        "The kernel is taken to be square: it is (R, S).": _counted(
            lambda k, k_out, r, g: (r[0] ** 2 * k // g + 1) * k_out
        ),
        "The parameters are used at every place of the *output*, not of the input.": _used_at(
            lambda k, k_out, r, size, s, p: size[0] * size[1]
        ),
        "The stride is forgotten: the filters stop at fewer places.": _used_at(
            lambda k, k_out, r, size, s, p: _places(r, size, 1, p)
        ),
        "The padding is forgotten: it makes more places.": _used_at(
            lambda k, k_out, r, size, s, p: _places(r, size, s, 0) if min(size) >= max(r) else 0
        ),
        "The number of maps counts twice: it is in the parameters already.": _used_at(
            lambda k, k_out, r, size, s, p: k_out * _places(r, size, s, p)
        ),
        "The order asked for is parameters, then operations.": lambda *args, **kwargs: _right(
            *args, **kwargs
        )[::-1],
    },
    mutants=(
        _used_at(lambda k, k_out, r, size, s, p: _places(r, size, s, p) + 1),
        _used_at(lambda k, k_out, r, size, s, p: _places(r, size[::-1], s, p) if max(r) <= min(size) else 1),
        _used_at(lambda k, k_out, r, size, s, p: _places(r, size, min(s, 2), p)),
        _counted(lambda k, k_out, r, g: (r[0] * r[1] * k_out // g + 1) * k),
        lambda *args, **kwargs: _right(*args, **kwargs)[0],
        lambda *args, **kwargs: (760, 778240),
    ),
    variants=(
        _right,
        _by_counting,
        lambda *args, **kwargs: tuple(float(count) for count in _right(*args, **kwargs)),
        lambda *args, **kwargs: list(_right(*args, **kwargs)),
    ),
)
