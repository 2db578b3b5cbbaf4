"""Receptive fields: the recursion, the gradient's support and torch's autograd agree."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference.architectures import alexnet, googlenet, lenet5, small_convnet, vgg, zfnet
from convbook.reference.layers import Conv, Inception, Linear, Norm, Pool, Softmax, fully_convolutional
from convbook.reference.receptive_field import (
    Field,
    input_gradient,
    measured_receptive_field,
    receptive_field,
)

from .strategies import axis_values


@st.composite
def networks(draw, axes=1, dilated_pools=True):
    """Draw a few layers of small windows, or with two axes, of windows that differ along them."""

    def values(least, most):
        return axis_values(st.integers(least, most), 2) if axes == 2 else st.integers(least, most)

    layers = []
    for _ in range(draw(st.integers(1, 5))):
        kernel = draw(values(1, 4))
        hyper = dict(stride=draw(values(1, 3)))
        kind = draw(st.sampled_from([Conv, Pool]))
        if kind is Conv:
            hyper |= dict(padding=draw(values(0, 3)), dilation=draw(values(1, 3)))
        else:
            hyper |= dict(padding=draw(st.integers(0, np.min(kernel) // 2)))
            hyper |= dict(dilation=draw(values(1, 2))) if dilated_pools else {}
        layers.append(kind(kernel, **hyper))
    return layers


@settings(max_examples=100)
@given(networks(axes=1), networks(axes=2))
def test_what_is_measured_is_what_the_recursion_says(square, oblong):
    for layers in (square, oblong):
        assert measured_receptive_field(layers, 3000) == receptive_field(layers)[-1]


def test_a_pair_anywhere_gives_a_pair():
    assert receptive_field([Conv(3), Pool((2, 1))])[0] == Field((3, 3), (1, 1), (0, 0))
    assert measured_receptive_field([Conv(3)], (20, 30)) == Field((3, 3), (1, 1), (0, 0))
    assert input_gradient([Conv((2, 3))], 7).shape == (7, 7)
    assert input_gradient([Conv(3)], (7, 8)).shape == (7, 8)
    assert input_gradient([Conv(3)], 7).shape == (7,)


@settings(max_examples=30)
@given(networks(axes=2, dilated_pools=False))
def test_gradients_are_those_of_autograd(layers):
    x = torch.ones(1, 1, 61, 48, dtype=torch.float64, requires_grad=True)
    y = x
    for layer in layers:
        r, s, p, t = layer.window
        try:
            if isinstance(layer, Pool):
                y = F.avg_pool2d(y, r, s, p)
            else:
                kernel = np.broadcast_to(r, 2).tolist()
                y = F.conv2d(y, torch.ones(1, 1, *kernel).double() / np.prod(kernel), None, s, p, t)
        except RuntimeError:
            with pytest.raises(ValueError, match="but the padded input is only"):
                input_gradient(layers, (61, 48))
            return
    height, width = y.shape[2:]
    y[0, 0, height // 2, width // 2].backward()
    np.testing.assert_allclose(input_gradient(layers, (61, 48)), x.grad[0, 0], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("layers", "shape", "sizes"),
    [
        (small_convnet(), (1, 28, 28), {4: 28}),
        (lenet5(), (1, 32, 32), {4: 32}),
        (alexnet(), (3, 227, 227), {9: 195, 10: 355}),
        (zfnet(), (3, 224, 224), {9: 171, 10: 331}),
        (vgg("D"), (3, 224, 224), {17: 212, 18: 404}),
        (googlenet(), (3, 224, 224), {15: 715}),
    ],
    ids=["small", "LeNet-5", "AlexNet", "ZFNet", "VGG-16", "GoogLeNet"],
)
def test_the_known_fields(layers, shape, sizes):
    layers = fully_convolutional(layers, shape)
    fields = receptive_field(layers)
    assert {i: fields[i].size for i in sizes} == sizes
    for end in range(1, len(layers) + 1):
        assert measured_receptive_field(layers[:end], 1500) == fields[end - 1]


def test_jump_and_start():
    # Unit u of pool5 sees 195 pixels from 32u − 64 on: the first begins in the padding.
    assert receptive_field(alexnet()[:10])[-1] == Field(195, 32, -64)
    assert receptive_field([Conv((3, 5), stride=(2, 1), padding=(0, 2)), Pool((2, 3), stride=(1, 2))]) == [
        Field((3, 5), (2, 1), (0, -2)),
        Field((5, 7), (2, 2), (0, -2)),
    ]


def test_the_lectures_fields():
    assert [field.size for field in receptive_field([Conv(3)] * 3)] == [3, 5, 7]
    assert receptive_field([Conv(3)] * 127)[-1].size == 255
    assert measured_receptive_field([Conv(3, padding=1)] * 128, 1000) == Field(257, 1, -128)
    assert [field.size for field in receptive_field([Conv(3, dilation=t) for t in (1, 2, 4)])] == [3, 7, 15]
    assert receptive_field([Conv(5), Pool(3)])[-1].size == (3 + 5 - 1)


def test_holes_of_gridding_show_in_the_gradient():
    for dilations, seen, size in (((2, 2, 2), 7, 13), ((1, 2, 4), 15, 15)):
        layers = [Conv(3, dilation=t) for t in dilations]
        assert np.count_nonzero(input_gradient(layers, 100)) == seen
        assert measured_receptive_field(layers, 100).size == size


def test_layers_of_one_pixel_see_no_more():
    assert receptive_field([Conv(3), Norm(), Conv(1), Softmax()]) == [Field(3, 1, 0)] * 4
    assert receptive_field([Inception(4, (4, 4), (4, 4), 4)]) == receptive_field([Conv(5, padding=2)])


def test_a_gradient_sums_to_one_unless_padding_takes_a_part():
    layers = [Conv(3, padding=1), Pool(3, stride=2, padding=1), Conv(5, dilation=2, padding=4)]
    assert input_gradient(layers, 200).sum() == pytest.approx(1)
    assert input_gradient(layers, 20).sum() < 0.99


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: receptive_field([Conv(3), Linear(10)]),
            ValueError,
            "receptive_field: layers[1], Linear(10), sees all of its input, whatever its size; fully_convol",
        ),
        (
            lambda: receptive_field([Conv(3), 3]),
            TypeError,
            "receptive_field: layers[1] is 3, expected a layer such as Conv(3, 64)",
        ),
        (
            lambda: measured_receptive_field(vgg()[:18], 250),
            ValueError,
            "measured_receptive_field: n=250 is too small; two neighbours in the middle of the output must",
        ),
        (lambda: measured_receptive_field([Conv(5)], 5), ValueError, "measured_receptive_field: n=5 is too"),
        (
            # What falls into the padding here lies beside the samples that are seen.
            lambda: measured_receptive_field([Conv(3), Conv(3, dilation=4, padding=4)], 7),
            ValueError,
            "measured_receptive_field: n=7 is too small",
        ),
        (lambda: input_gradient([Conv(3)], 0), ValueError, "input_gradient: n must be at least 1, got 0"),
        (lambda: input_gradient([Conv(3)], 2.5), TypeError, "input_gradient: n must be an int, got 2.5"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
