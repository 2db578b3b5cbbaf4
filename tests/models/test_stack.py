"""A network by formula."""

import pytest
import torch

from convbook.models import build


@pytest.mark.parametrize(("n", "m", "k", "pool"), [(1, 1, 0, False), (2, 3, 1, True), (5, 2, 2, True)])
def test_the_layers_follow_the_formula(n, m, k, pool):
    net = build("stack", (3, 20, 17), 7, n=n, m=m, k=k, pool=pool, maps=3, hidden=5)
    letters = {"Conv2d": "C", "ReLU": "R", "MaxPool2d": "P", "Flatten": "", "Linear": "F"}
    spelled = "".join(letters[type(layer).__name__] for layer in (*net.features, *net.classifier))
    assert spelled == ("CR" * n + "P" * pool) * m + "FR" * k + "F"
    assert net(torch.randn(2, 3, 20, 17)).shape == (2, 7)


def test_maps_double_after_a_pooling():
    widths = lambda **options: [  # noqa: E731
        layer.out_channels
        for layer in build("stack", (1, 16, 16), 2, n=1, m=3, maps=4, **options).features
        if isinstance(layer, torch.nn.Conv2d)
    ]
    assert widths() == [4, 8, 16]
    assert widths(pool=False) == [4, 4, 4]


def test_errors_say_what_came():
    with pytest.raises(ValueError, match="Stack: expected n ≥ 1, m ≥ 1 and k ≥ 0, got n=1, m=0, k=1"):
        build("stack", (1, 16, 16), 2, n=1, m=0)
    with pytest.raises(ValueError, match=r"Stack: images of 1×16×16 are too small: pool5, .* 256×1×1"):
        build("stack", (1, 16, 16), 2, m=5)
