"""Occlusion: every entry is the answer to one image with one square, and a blind model does not care."""

import pytest
import torch
from torch import nn

from convbook.inside.occlusion import covering_mean, occlusion_map


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(2 * 11 * 14, 5)).double()


def test_every_entry_is_one_hidden_image(model):
    image = torch.rand(2, 11, 14, dtype=torch.float64)
    p = occlusion_map(model, image, 3, 4, stride=3, fill=0.3, batch=5)
    assert p.shape == (3, 4)
    for u in range(3):
        for v in range(4):
            hidden = image.clone()
            hidden[:, 3 * u : 3 * u + 4, 3 * v : 3 * v + 4] = 0.3
            torch.testing.assert_close(p[u, v], model(hidden[None]).softmax(1)[0, 3])
    assert p.std() > 1e-3


def test_only_what_the_model_looks_at_matters():
    """A model that reads one pixel: the map differs from the answer exactly where the square covers it."""
    reads = lambda x: torch.stack([x[:, 0, 6, 2], 0 * x[:, 0, 6, 2]], 1)  # noqa: E731
    image = torch.rand(1, 9, 8) + 1
    p = occlusion_map(reads, image, 0, 3)
    whole = reads(image[None]).softmax(1)[0, 0]
    u, v = torch.meshgrid(torch.arange(7), torch.arange(6), indexing="ij")
    covers = (u <= 6) & (u > 3) & (v <= 2)
    assert torch.equal(p != whole, covers)


def test_covering_mean_averages_the_squares_that_hide_a_pixel():
    p = torch.randn(3, 4, dtype=torch.float64)
    m = covering_mean(p, 4, (11, 14), stride=3)
    for i in range(11):
        for j in range(14):
            over = [p[u, v] for u in range(3) for v in range(4) if 0 <= i - 3 * u < 4 and 0 <= j - 3 * v < 4]
            expected = torch.stack(over).mean() if over else torch.tensor(torch.nan, dtype=p.dtype)
            torch.testing.assert_close(m[i, j], expected, equal_nan=True)
    assert m[10].isnan().all() and not m[:10, :13].isnan().any()


def test_errors_say_what_came(model):
    image = torch.zeros(2, 11, 14, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"occlusion_map: image has shape \(1, 2, 11, 14\), expected"):
        occlusion_map(model, image[None], 0, 3)
    with pytest.raises(ValueError, match="occlusion_map: a square of 12 with stride 1 on an image of 11×14"):
        occlusion_map(model, image, 0, 12)
    with pytest.raises(ValueError, match="occlusion_map: label=5, but the model has 5 classes"):
        occlusion_map(model, image, 5, 3)
    with pytest.raises(ValueError, match=r"covering_mean: p has shape \(3, 4\), .* 8×11 places on .* 11×14"):
        covering_mean(torch.zeros(3, 4), 4, (11, 14))
