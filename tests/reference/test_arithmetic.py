"""Sizes and counts, against counting and against torch."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from convbook.reference.arithmetic import (
    conv2d_operations,
    conv2d_parameters,
    conv_transpose_output_size,
    effective_kernel,
    interpolate_output_size,
    output_size,
    pool_output_size,
    unpool_output_size,
)

small = st.integers(1, 6)


@given(n=st.integers(1, 40), r=small, s=small, p=st.integers(0, 6), t=small)
def test_output_size_counts_the_windows(n, r, s, p, t):
    last_taps = (s * u + t * (r - 1) for u in range(100))
    fit = sum(1 for last in last_taps if last < n + 2 * p)
    if fit:
        assert output_size(n, r, stride=s, padding=p, dilation=t) == fit
    else:
        with pytest.raises(ValueError, match="but the padded input is only"):
            output_size(n, r, stride=s, padding=p, dilation=t)


@given(n=small, r=small, s=small, p=st.integers(0, 4), t=small, extra=st.integers(0, 5))
def test_transposed_output_size_is_torchs(n, r, s, p, t, extra):
    hyper = dict(stride=s, padding=p, output_padding=extra, dilation=t)
    try:
        expected = F.conv_transpose1d(torch.zeros(1, 1, n), torch.zeros(1, 1, r), **hyper).shape[2]
    except RuntimeError:
        with pytest.raises(ValueError, match=r"output_padding must be less|leaves nothing"):
            conv_transpose_output_size(n, r, **hyper)
    else:
        assert conv_transpose_output_size(n, r, **hyper) == expected


@given(n=st.integers(1, 40), r=small, s=small, p=st.integers(0, 6), t=small)
def test_transposed_output_size_undoes_output_size(n, r, s, p, t):
    assume(n + 2 * p >= effective_kernel(r, t))
    convolved = output_size(n, r, stride=s, padding=p, dilation=t)
    unread = (n + 2 * p - effective_kernel(r, t)) % s
    hyper = dict(stride=s, padding=p, dilation=t)
    assert conv_transpose_output_size(convolved, r, output_padding=unread, **hyper) == n


@given(
    n=st.integers(1, 30),
    r=small,
    s=st.none() | small,
    p=st.integers(0, 3),
    t=small,
    ceil_mode=st.booleans(),
)
def test_pool_output_size_is_torchs(n, r, s, p, t, ceil_mode):
    hyper = dict(stride=s, padding=p, dilation=t, ceil_mode=ceil_mode)
    try:
        expected = F.max_pool1d(torch.zeros(1, 1, n), r, **hyper).shape[2]
    except RuntimeError:
        with pytest.raises(ValueError, match=r"at most half of kernel|but the padded input is only"):
            pool_output_size(n, r, **hyper)
    else:
        assert pool_output_size(n, r, **hyper) == expected


@given(n=st.integers(1, 12), r=small, s=st.none() | small, p=st.integers(0, 3))
def test_unpool_output_size_is_torchs(n, r, s, p):
    assume(2 * p <= r and (s or r) * (n - 1) + r - 2 * p > 0)
    indices = torch.zeros(1, 1, n, dtype=int)
    expected = F.max_unpool1d(torch.zeros(1, 1, n), indices, r, stride=s, padding=p).shape[2]
    assert unpool_output_size(n, r, stride=s, padding=p) == expected


@given(n=st.integers(1, 40), factor=st.floats(0.3, 4) | small)
def test_interpolate_output_size_is_torchs(n, factor):
    assume(n * factor >= 1)
    expected = F.interpolate(torch.zeros(1, 1, n), scale_factor=factor).shape[2]
    assert interpolate_output_size(n, factor) == expected


@given(r=small, t=small)
def test_effective_kernel_counts_from_first_to_last_tap(r, t):
    taps = range(0, t * r, t)
    assert effective_kernel(r, t) == taps[-1] - taps[0] + 1


def test_a_pair_anywhere_gives_a_pair():
    assert output_size((32, 48), 3, stride=(2, 1)) == (15, 46)
    assert output_size(9, 3, dilation=(1, 4)) == (7, 1)
    assert output_size(9, (3, 4), padding="same") == (9, 9)
    assert output_size(9, 4, padding="valid") == 6
    assert effective_kernel((3, 5), 2) == (5, 9)
    assert conv_transpose_output_size(4, 3, stride=(1, 2), output_padding=(0, 1)) == (6, 10)
    assert pool_output_size((6, 7), 3, stride=2, ceil_mode=True) == (3, 3)
    assert unpool_output_size(3, (2, 3)) == (6, 9)
    assert interpolate_output_size(5, (2, 0.5)) == (10, 2)


def test_the_lectures_numbers():
    assert [output_size(7, 3, stride=s) for s in (1, 2, 3)] == [5, 3, 2]
    assert output_size(32, 5, padding=2) == 32
    assert output_size(32, 5, stride=2, padding=2) == 16
    assert conv_transpose_output_size(2, 3, stride=2, padding=1) == 3
    assert conv_transpose_output_size(2, 3, stride=2, padding=1, output_padding=1) == 4
    assert pool_output_size(6, 2) == 3
    assert conv2d_parameters(3, 10, 5) == 760
    assert conv2d_operations(3, 10, 5, 32, padding=2) == 760 * 32 * 32
    assert conv2d_parameters(256, 256, 3, bias=False) == 589_824
    for k, size in ((64, 56), (128, 28)):
        assert conv2d_operations(k, k, 3, size, padding=1, bias=False) == 115_605_504


@given(g=small, k=small, k_out=small, r=st.tuples(small, small), bias=st.booleans())
def test_parameters_agree_with_torch(g, k, k_out, r, bias):
    layer = torch.nn.Conv2d(g * k, g * k_out, r, groups=g, bias=bias)
    assert conv2d_parameters(g * k, g * k_out, r, groups=g, bias=bias) == sum(
        p.numel() for p in layer.parameters()
    )


def test_operations_use_every_parameter_at_every_output():
    positions = 4 * 15  # of a 3×2 kernel on 9×15 with stride (2, 1), padding (1, 2), dilation (2, 4)
    hyper = dict(stride=(2, 1), padding=(1, 2), dilation=(2, 4))
    assert output_size((9, 15), (3, 2), **hyper) == (4, 15)
    operations = conv2d_operations(4, 6, (3, 2), (9, 15), groups=2, **hyper)
    assert (
        operations == conv2d_parameters(4, 6, (3, 2), groups=2) * positions == (3 * 2 * 2 + 1) * 6 * positions
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: output_size(7, 5, dilation=2),
            ValueError,
            "output_size: kernel 5 with dilation 2 spans 9, but the padded input is only 7",
        ),
        (
            lambda: output_size((7, 10), (5, 3), dilation=(2, 1)),
            ValueError,
            "output_size: kernel 5×3 with dilation (2, 1) spans 9×3, but the padded input is only 7×10",
        ),
        (lambda: output_size(7, 3, stride=0), ValueError, "output_size: stride must be at least 1, got 0"),
        (lambda: output_size(7, 0), ValueError, "output_size: r must be at least 1, got 0"),
        (lambda: output_size(-1, 3), ValueError, "output_size: n must be at least 0, got -1"),
        (lambda: output_size(7.5, 3), TypeError, "output_size: n must be an int, got 7.5"),
        (
            lambda: output_size((7, 7, 7), 3),
            TypeError,
            "output_size: n must be an int or 2 ints, got (7, 7, 7)",
        ),
        (
            lambda: conv_transpose_output_size(4, 3, stride=2, output_padding=2),
            ValueError,
            "conv_transpose_output_size: output_padding must be less than stride 2 or dilation 1, got 2",
        ),
        (
            lambda: conv_transpose_output_size((1, 4), 3, padding=2),
            ValueError,
            "conv_transpose_output_size: padding (2, 2), cut off at each end, leaves nothing of 3×6",
        ),
        (
            lambda: pool_output_size(7, 3, padding=2),
            ValueError,
            "pool_output_size: padding must be at most half of kernel 3, got 2",
        ),
        (
            lambda: pool_output_size((3, 7), (4, 2)),
            ValueError,
            "pool_output_size: kernel 4×2 with dilation (1, 1) spans 4×2, but the padded input is only 3×7",
        ),
        (lambda: pool_output_size(7, 0), ValueError, "pool_output_size: r must be at least 1, got 0"),
        (
            lambda: unpool_output_size(1, 2, padding=1),
            ValueError,
            "unpool_output_size: padding 1, cut off at each end, leaves nothing of 2",
        ),
        (
            lambda: unpool_output_size(0, 2),
            ValueError,
            "unpool_output_size: n must be at least 1, got 0",
        ),
        (
            lambda: interpolate_output_size(3, 0.3),
            ValueError,
            "interpolate_output_size: scale_factor=0.3 leaves nothing of 3",
        ),
        (
            lambda: interpolate_output_size(3, "2"),
            TypeError,
            "interpolate_output_size: scale_factor must be a number, got '2'",
        ),
        (lambda: effective_kernel(3, 0), ValueError, "effective_kernel: dilation must be at least 1, got 0"),
        (lambda: effective_kernel("3", 1), TypeError, "effective_kernel: r must be an int, got '3'"),
        (
            lambda: conv2d_parameters(3, 10, 5, groups=2),
            ValueError,
            "conv2d_parameters: groups=2 must divide in_channels=3 and out_channels=10",
        ),
        (
            lambda: conv2d_parameters(0, 10, 5),
            ValueError,
            "conv2d_parameters: in_channels must be at least 1, got 0",
        ),
        (
            lambda: conv2d_parameters(3, 1.0, 5),
            TypeError,
            "conv2d_parameters: out_channels must be an int, got 1.0",
        ),
        (
            lambda: conv2d_operations(3, 10, 5, (4, 9)),
            ValueError,
            "conv2d_operations: kernel 5×5 with dilation (1, 1) spans 5×5, but the padded input is only 4×9",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
