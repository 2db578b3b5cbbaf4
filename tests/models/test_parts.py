"""The network to look into: its scores are those of the strongest answers, wherever they are."""

import pytest
import torch

from convbook import models
from convbook.models.cost import measure


def test_scores_come_from_the_strongest_answers():
    torch.manual_seed(0)
    net = models.build("parts", (2, 17, 22), 6, width=3).double()
    x = torch.randn(4, 2, 17, 22, dtype=torch.float64)
    strongest = net.features(x).flatten(2).max(2).values
    torch.testing.assert_close(net(x), strongest @ net.classifier.weight.T + net.classifier.bias)


def test_it_finds_what_it_knows_anywhere():
    """Moved by a whole step of its last maps and away from the edge, the same thing gets the same scores."""
    torch.manual_seed(0)
    net = models.build("parts", (1, 48, 48), 5, width=4).double()
    image = torch.zeros(1, 1, 48, 48, dtype=torch.float64)
    image[..., 16:22, 16:23] = torch.randn(6, 7)
    moved, off = image.roll((4, -4), (2, 3)), image.roll((1, 0), (2, 3))
    torch.testing.assert_close(net(moved), net(image), rtol=0, atol=1e-12)
    assert (net(off) - net(image)).abs().max() > 1e-4


def test_parameters():
    costs = measure(models.build("parts", (1, 32, 32), 10), (1, 32, 32))
    assert costs.total.parameters == 50 * 16 + 145 * 32 + 289 * 64 + 65 * 10
    drawn = models.build("parts", (1, 32, 32), 10, std=0.01)
    assert drawn.features[6].weight.std().item() == pytest.approx(0.01, rel=0.05)


def test_too_small():
    with pytest.raises(ValueError, match="Parts: images of 3×9, expected at least 4×4"):
        models.build("parts", (1, 3, 9), 10)
