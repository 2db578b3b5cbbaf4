"""The inception module, in torch."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring


@st.composite
def _modules(draw, run=False):
    """What builds a module, and with `run` a batch of maps and the seed of its weights."""
    maps = st.integers(1, 3)
    built = {
        "fed": draw(maps),
        "ones": draw(maps),
        "threes": (draw(maps), draw(maps)),
        "fives": (draw(maps), draw(maps)),
        "pooled": draw(maps),
    }
    if not run:
        return built
    seed = draw(st.integers(0, 99))
    shape = draw(st.integers(1, 2)), built["fed"], draw(st.integers(1, 4)), draw(st.integers(1, 4))
    x = np.random.default_rng(seed).standard_normal(shape).round(1)
    return built | {"x": x, "weights": seed}


def _branches(fed, ones, threes, fives, pooled, *, reduced=True, bias=True):
    """The layers of every branch; the variations are what people get wrong."""
    from torch import nn

    (k3, threes), (k5, fives) = threes, fives

    def layer(r, fed, made):
        return [nn.Conv2d(fed, made, r, padding=r // 2, bias=bias), nn.ReLU()]

    return [
        layer(1, fed, ones),
        [*layer(1, fed, k3), *layer(3, k3, threes)] if reduced else layer(3, fed, threes),
        [*layer(1, fed, k5), *layer(5, k5, fives)] if reduced else layer(5, fed, fives),
        [nn.MaxPool2d(3, 1, padding=1), *(layer(1, fed, pooled) if reduced else [])],
    ]


def _side_by_side(branches, *, called=(0, 1, 2, 3), stacked=(0, 1, 2, 3), dim=1):
    """A module that calls the branches in one order and stacks what they make in another."""
    import torch
    from torch import nn

    class SideBySide(nn.Module):
        def __init__(self):
            super().__init__()
            self.branches = nn.ModuleList(nn.Sequential(*branch) for branch in branches)

        def forward(self, x):
            made = {i: self.branches[i](x) for i in called}
            return torch.cat([made[i] for i in stacked], dim)

    return SideBySide()


def _single(fed, ones, threes, fives, pooled):
    return _side_by_side(_branches(fed, ones, threes, fives, pooled))


def _right(fed, ones, threes, fives, pooled):
    """In double precision, against which answers of any precision can be held."""
    return _single(fed, ones, threes, fives, pooled).double()


def _without(kind, fed, ones, threes, fives, pooled, *, last):
    """Leave the layers of a kind out of every branch, with `last` only where they end it."""
    branches = _branches(fed, ones, threes, fives, pooled)
    return [
        [layer for i, layer in enumerate(b) if type(layer).__name__ != kind or (i < len(b) - 1) == last]
        for b in branches
    ]


def _naive(fed, ones, threes, fives, pooled):
    """This is the naive module: the 1×1 convolutions that reduce the maps are missing."""
    return _side_by_side(_branches(fed, ones, threes, fives, pooled, reduced=False))


def _without_biases(fed, ones, threes, fives, pooled):
    """The convolutions have biases."""
    return _side_by_side(_branches(fed, ones, threes, fives, pooled, bias=False))


def _without_pooled(fed, ones, threes, fives, pooled):
    """After the pooling a 1×1 convolution is missing: the module must make `pooled` maps of the many."""
    *others, last = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side([*others, last[:1]])


def _nothing_between(fed, ones, threes, fives, pooled):
    """After each reduction a ReLU is missing: every convolution has one."""
    return _side_by_side(_without("ReLU", fed, ones, threes, fives, pooled, last=False))


def _nothing_at_the_end(fed, ones, threes, fives, pooled):
    """At the end of every branch a ReLU is missing: every convolution has one."""
    return _side_by_side(_without("ReLU", fed, ones, threes, fives, pooled, last=True))


def _averaged(fed, ones, threes, fives, pooled):
    """The pooling takes the largest number of every window, not the mean."""
    from torch import nn

    *others, last = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side([*others, [nn.AvgPool2d(3, 1, padding=1), *last[1:]]])


def _pooling_last(fed, ones, threes, fives, pooled):
    """The pooling comes first, and the 1×1 convolution after it."""
    *others, (pool, *conv) = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side([*others, [*conv, pool]])


def _other_stack(fed, ones, threes, fives, pooled):
    """The maps are stacked in another order: those of the 1×1 come first, then 3×3, 5×5 and the pooling."""
    branches = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side(branches, stacked=(3, 0, 1, 2))


def _other_calls(fed, ones, threes, fives, pooled):
    """The module may well be right, but it calls its branches in another order than the statement asks for,
    and so the check gives it its weights in another order.
    """
    branches = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side(branches, called=(3, 2, 1, 0))


def _in_a_row(fed, ones, threes, fives, pooled):
    """The branches are one behind the other; all four are fed the module's input, side by side."""
    made = (fed, ones, threes[1], fives[1])
    rows = [_branches(k, ones, threes, fives, pooled)[i] for i, k in enumerate(made)]
    return [layer for row in rows for layer in row]


def _by_attributes(fed, ones, threes, fives, pooled):
    import torch
    from torch import nn
    from torch.nn.functional import max_pool2d, relu

    class Attributes(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Conv2d(fed, pooled, 1)  # named and made in whatever order
            self.five, self.three = (nn.Conv2d(*fives, 5, padding=2), nn.Conv2d(*threes, 3, padding="same"))
            self.one = nn.Conv2d(fed, ones, 1)
            self.less3, self.less5 = nn.Conv2d(fed, threes[0], 1), nn.Conv2d(fed, fives[0], 1)

        def forward(self, x):
            one = self.one(x)
            three = self.three(relu(self.less3(x)))
            five = self.five(relu(self.less5(x)))
            last = self.last(max_pool2d(x, 3, 1, 1))
            return relu(torch.cat([one, three, five, last], dim=1))

    return Attributes()


def _stacked_one_by_one(fed, ones, threes, fives, pooled):
    """A module of four that adds the maps of one branch after the other."""
    import torch
    from torch import nn

    class Four(nn.Sequential):
        def forward(self, x):
            y = x[:, :0]
            for branch in self:
                y = torch.hstack([y, branch(x)])
            return y

    return Four(*(nn.Sequential(*branch) for branch in _branches(fed, ones, threes, fives, pooled)))


def _pooling_without_padding(fed, ones, threes, fives, pooled):
    from torch import nn

    *others, last = _branches(fed, ones, threes, fives, pooled)
    return _side_by_side([*others, [nn.MaxPool2d(3, 1), *last[1:]]])


exercise = Exercise(
    "inception",
    reference=_right,
    properties=(
        Property(
            "the parameters",
            points=1,
            inputs=_modules(),
            cases=10,
            hint="Six convolutions with biases, four of them fed `fed` maps: (r²·k + 1)·k' parameters each.",
        ),
        Property(
            "the output, under given weights",
            points=3,
            inputs=_modules(run=True),
            cases=10,
            hint="All branches are fed x and keep its size. A ReLU follows every convolution; `torch.cat`",
        ),
    ),
    misconceptions=by_docstring(
        _naive,
        _without_biases,
        _without_pooled,
        _nothing_between,
        _nothing_at_the_end,
        _averaged,
        _pooling_last,
        _other_stack,
        _other_calls,
        _in_a_row,
    ),
    mutants=(
        _pooling_without_padding,
        lambda fed, ones, threes, fives, pooled: _right(fed, pooled, threes, fives, ones),
        lambda fed, ones, threes, fives, pooled: _right(fed, ones, fives, threes, pooled),
        lambda fed, ones, threes, fives, pooled: _right(fed, ones, threes[::-1], fives[::-1], pooled),
        lambda fed, ones, threes, fives, pooled: _side_by_side(
            _branches(fed, ones, threes, fives, pooled), dim=0
        ),
        lambda fed, ones, threes, fives, pooled: _side_by_side(
            _branches(fed, ones, threes, fives, pooled), stacked=(0, 1, 2)
        ),
    ),
    variants=(
        _by_attributes,
        _stacked_one_by_one,
        _single,
        lambda fed, ones, threes, fives, pooled: _single(fed, ones, threes, fives, pooled).eval(),
    ),
    asks_for="module",
    packages=("numpy", "torch"),
)
