"""A recipe that takes a fraction of a second."""

import pytest

from convbook.training.recipe import Data, Model, Optimiser, Recipe, Size


@pytest.fixture
def tiny():
    """Two layers on the built-in digits, in float64, two epochs of nine steps, the last one smaller."""
    return Recipe(
        "tiny",
        summary="two layers on digits",
        data=Data("digits", validation=200, centre="pixel"),
        model=Model("two-layer", {"hidden": 16}),
        optimiser=Optimiser(lr=0.5, momentum=0.9, weight_decay=1e-3),
        batch=32,
        precision="float64",
        full=Size(epochs=3, seeds=(0, 1), images=270),
        quick=Size(epochs=2, images=270),
    )
