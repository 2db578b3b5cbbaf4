"""ZFNet: AlexNet with smaller steps."""

import pytest
import torch

from convbook.models import build


def test_a_small_one_has_no_strided_convolution():
    net = build("zfnet", (3, 32, 32), 10, small=True, width=0.1)
    strides = [layer.stride for layer in net.features if isinstance(layer, torch.nn.Conv2d)]
    assert set(strides) == {(1, 1)} and len(strides) == 5
    assert net(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_it_is_built_for_oblong_images_too():
    assert build("zfnet", (1, 90, 130), 4, width=0.05)(torch.randn(2, 1, 90, 130)).shape == (2, 4)


def test_errors_say_what_came():
    with pytest.raises(ValueError, match=r"ZFNet: images of 3×32×32 are too small: pool5, .* 512×1×1"):
        build("zfnet", (3, 32, 32), 10)
