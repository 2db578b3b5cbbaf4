"""The photographs are there without a network, and are what they say."""

import numpy as np
import pytest

from convbook.data import PHOTOS, photo


@pytest.mark.parametrize("name", PHOTOS)
def test_every_photograph_is_a_gray_image_between_0_and_1(name):
    image = photo(name)
    assert image.ndim == 2
    assert image.dtype == np.float64
    assert 0 <= image.min()
    assert image.max() <= 1
    assert np.ptp(image) > 0.5


def test_colours_come_first_and_weigh_to_the_gray_image():
    colours = photo("china", gray=False)
    assert colours.shape == (3, 427, 640)
    np.testing.assert_allclose(np.tensordot([0.2125, 0.7154, 0.0721], colours, 1), photo("china"))


def test_step_averages_blocks_and_cuts_the_rest():
    image, small = photo("chelsea"), photo("chelsea", step=4)
    assert small.shape == (75, 112)
    assert small[3, 5] == pytest.approx(image[12:16, 20:24].mean())


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"no photograph 'lena', expected one of china"):
        photo("lena")
    with pytest.raises(ValueError, match="step must be at least 1, got 0"):
        photo("china", step=0)
