"""Designed kernels: their sums and symmetries, and scipy's and scikit-image's versions of them."""

import numpy as np
import pytest
import scipy.ndimage
import skimage.filters
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from convbook.reference import filters
from convbook.reference.direct import conv2d, convolve2d

from .strategies import assert_same

widths = st.floats(0.4, 3)
odd = st.integers(0, 6).map(lambda half: 2 * half + 1)
angles = st.floats(-180, 180)


def image(seed=0, shape=(13, 17)):
    return np.random.default_rng(seed).standard_normal(shape)


def test_box_averages():
    assert filters.box(4).tolist() == [0.25] * 4


@given(sigma=widths, r=odd)
def test_gaussian_agrees_with_scipy(sigma, r):
    impulse = np.eye(1, r, r // 2)[0]
    expected = scipy.ndimage.gaussian_filter1d(impulse, sigma, mode="constant", radius=r // 2)
    assert_same(filters.gaussian(sigma, r), expected)


@pytest.mark.parametrize(("sigma", "r"), [(0.5, 5), (1, 7), (1.5, 11), (1.7, 13)])
def test_gaussian_reaches_three_sigma(sigma, r):
    g = filters.gaussian(sigma)
    assert g.shape == (r,)
    assert g.sum() == pytest.approx(1)


def test_an_even_gaussian_is_centred_between_two_samples():
    g = filters.gaussian(1.2, 6)
    assert_allclose(g, g[::-1])
    assert np.diff(g)[:2].min() > 0


@given(sigma=st.floats(0.8, 3), r=odd)
def test_gaussian_derivatives_agree_with_scipy(sigma, r):
    basis = filters.gaussian_derivatives(3, sigma, r)
    impulse = np.zeros((r, r))
    impulse[r // 2, r // 2] = 1.0
    orders = [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0), (0, 3), (1, 2), (2, 1), (3, 0)]
    expected = [
        scipy.ndimage.gaussian_filter(impulse, sigma, order=order, mode="constant", radius=r // 2)
        for order in orders
    ]
    assert_allclose(basis, expected, rtol=0, atol=1e-12)


def test_gaussian_derivatives_differentiate():
    y, x = np.mgrid[:31, :31] - 15.0
    cubic = 2 * x**3 - y**2 * x
    _, dx, dy, dxx, dxy, *_ = (
        convolve2d(cubic, w, "same")[15, 15] for w in filters.gaussian_derivatives(3, sigma=1.5, r=21)
    )
    # Of the blurred cubic at the centre: blurring x³ adds 3σ²x, blurring y² adds σ².
    assert [dx, dy, dxx, dxy] == pytest.approx([2 * 3 * 1.5**2 - 1.5**2, 0, 0, 0], abs=1e-6)


@pytest.mark.parametrize("axis", [0, 1])
def test_sobel_answers_a_ramp_along_its_axis(axis):
    ramp = np.indices((6, 7))[axis].astype(float)
    across = np.indices((6, 7))[1 - axis].astype(float)
    assert conv2d(ramp, filters.sobel(axis)) == pytest.approx(np.full((4, 5), 8))
    assert convolve2d(ramp, filters.sobel(axis), "valid") == pytest.approx(np.full((4, 5), -8))
    assert conv2d(across, filters.sobel(axis)) == pytest.approx(np.zeros((4, 5)))
    x = image()
    assert_allclose(
        conv2d(x, filters.sobel(axis)), scipy.ndimage.sobel(x, axis)[1:-1, 1:-1], rtol=0, atol=1e-12
    )


def test_laplacian_agrees_with_scipy():
    x = image()
    assert_allclose(conv2d(x, filters.laplacian()), scipy.ndimage.laplace(x)[1:-1, 1:-1], rtol=0, atol=1e-12)


@given(sigma=widths, surround=widths)
def test_difference_of_gaussians_ignores_brightness(sigma, surround):
    w = filters.difference_of_gaussians(sigma, surround)
    assert w.sum() == pytest.approx(0, abs=1e-12)
    assert_allclose(w, w.T, rtol=0, atol=1e-15)
    assert_allclose(w, w[::-1], rtol=0, atol=1e-15)
    assert np.sign(w[len(w) // 2, len(w) // 2]) == np.sign(surround - sigma)


def test_difference_of_gaussians_is_the_difference_of_two_blurs():
    x = image(shape=(40, 41))
    w = filters.difference_of_gaussians(1.0, 1.6, r=15)
    blurs = (scipy.ndimage.gaussian_filter(x, s, radius=7)[7:-7, 7:-7] for s in (1.0, 1.6))
    assert_allclose(conv2d(x, w), np.subtract(*blurs), rtol=0, atol=1e-12)


@given(length=st.integers(1, 12), angle=angles)
def test_motion_blur_is_a_line_through_the_centre(length, angle):
    w = filters.motion_blur(length, angle)
    assert w.shape == (length | 1, length | 1)
    assert w.min() >= 0
    assert w.sum() == pytest.approx(1)
    assert_allclose(w, w[::-1, ::-1], rtol=0, atol=1e-12)
    assert_allclose(w, filters.motion_blur(length, 180 - angle)[:, ::-1], rtol=0, atol=1e-12)
    # Its weights spread along the direction, and by at most a sample across it.
    right, up = np.meshgrid(np.arange(len(w)) - len(w) // 2, len(w) // 2 - np.arange(len(w)))
    across = right * np.sin(np.deg2rad(angle)) - up * np.cos(np.deg2rad(angle))
    assert abs(across[w > 1e-12]).max() < np.sqrt(2)


def test_motion_blur_along_the_axes():
    assert_allclose(filters.motion_blur(3, 0), [[0, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]], atol=1e-15)
    assert_allclose(filters.motion_blur(5, 90), filters.motion_blur(5, 0).T, atol=1e-15)
    rising = filters.motion_blur(5, 45)
    assert rising[1, 3] > 0.1 > rising[1, 1]


@given(
    size=odd,
    wavelength=st.floats(2, 9),
    sigma=widths,
    orientation=st.floats(-4, 4),
    phase=st.floats(-4, 4),
    aspect=st.floats(0.3, 2),
)
def test_gabor_agrees_with_scikit_image(size, wavelength, sigma, orientation, phase, aspect):
    w = filters.gabor(
        size, wavelength=wavelength, sigma=sigma, orientation=orientation, phase=phase, aspect=aspect
    )
    sigma_v = sigma / aspect
    # Theirs is normalised, turns the other way because its rows count downwards, and chooses its own size.
    theirs = skimage.filters.gabor_kernel(
        1 / wavelength, -orientation, sigma_x=sigma, sigma_y=sigma_v, offset=phase, n_stds=30
    )
    theirs = theirs.real * 2 * np.pi * sigma * sigma_v
    half, (row, column) = size // 2, (n // 2 for n in theirs.shape)
    theirs = theirs[max(row - half, 0) : row + half + 1, max(column - half, 0) : column + half + 1]
    assert_allclose(w, theirs, rtol=0, atol=1e-9)


def test_gabor_stripes_and_sides():
    upright = filters.gabor(9, wavelength=4, sigma=2)
    assert upright[4, 4] == 1
    assert upright[4, 6] < -0.5 < 0.5 < upright[6, 4]  # half a wave to the right; along the stripe below
    rising = filters.gabor(8, wavelength=6, sigma=2, orientation=np.pi / 4, phase=-np.pi / 2)
    assert rising[2, 5] > 0.4 > -0.4 > rising[5, 2]  # positive up and to the right, where the wave runs
    assert_allclose(rising, -rising[::-1, ::-1], rtol=0, atol=1e-12)


@given(dy=st.integers(-4, 4), dx=st.integers(-4, 4))
def test_shift_moves_down_and_right(dy, dx):
    x = image()
    moved = convolve2d(x, filters.shift(dy, dx), "same")
    assert_same(moved, scipy.ndimage.shift(x, (dy, dx), order=0))


def test_patch_pca_finds_the_only_two_waves_there_are():
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:64, :60]
    strong, weak = 3 * np.cos(2 * np.pi * rows / 8), np.cos(2 * np.pi * columns / 4)
    components, share = filters.patch_pca(
        [strong + weak, (strong + weak)[:40, ::-1]], size=8, count=6, rng=rng
    )
    # A wave of unknown phase takes two components; nine to one is the ratio of the energies.
    assert share[:2].sum() == pytest.approx(0.9, abs=0.01)
    assert share[:4].sum() == pytest.approx(1)
    assert np.ptp(components[:2], axis=2).max() < 0.01
    assert np.ptp(components[2:4], axis=1).max() < 0.01


def test_patch_pca_is_an_orthonormal_basis_of_patches_without_mean():
    images = [image(1, (40, 50)), image(2, (30, 20))]
    components, share = filters.patch_pca(images, size=4, count=15, rng=np.random.default_rng(3))
    flat = components.reshape(15, -1)
    assert_allclose(flat @ flat.T, np.eye(15), rtol=0, atol=1e-10)
    assert_allclose(flat.sum(axis=1), 0, rtol=0, atol=1e-10)
    assert np.diff(share).max() <= 0
    assert share.sum() == pytest.approx(1)
    assert (flat.max(axis=1) == abs(flat).max(axis=1)).all()
    again, _ = filters.patch_pca(images, size=4, count=15, rng=np.random.default_rng(3))
    assert (again == components).all()


rng = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: filters.box(0), ValueError, "box: r must be at least 1, got 0"),
        (lambda: filters.box(2.5), TypeError, "box: r must be an int, got 2.5"),
        (lambda: filters.gaussian(0), ValueError, "gaussian: sigma must be positive, got 0"),
        (lambda: filters.gaussian(1, 0), ValueError, "gaussian: r must be at least 1, got 0"),
        (
            lambda: filters.gaussian_derivatives(-1, 1, 5),
            ValueError,
            "gaussian_derivatives: order must be at least 0",
        ),
        (
            lambda: filters.gaussian_derivatives(1, -1, 5),
            ValueError,
            "gaussian_derivatives: sigma must be positive",
        ),
        (
            lambda: filters.gaussian_derivatives(1, 1, 0),
            ValueError,
            "gaussian_derivatives: r must be at least 1",
        ),
        (lambda: filters.sobel(2), ValueError, "sobel: axis must be 0 or 1, got 2"),
        (
            lambda: filters.difference_of_gaussians(1, 0),
            ValueError,
            "difference_of_gaussians: surround must be pos",
        ),
        (
            lambda: filters.difference_of_gaussians(1, 2, 0),
            ValueError,
            "difference_of_gaussians: r must be at least 1",
        ),
        (lambda: filters.motion_blur(0, 0), ValueError, "motion_blur: length must be at least 1, got 0"),
        (
            lambda: filters.gabor(0, wavelength=1, sigma=1),
            ValueError,
            "gabor: size must be at least 1, got 0",
        ),
        (
            lambda: filters.gabor(5, wavelength=0, sigma=1),
            ValueError,
            "gabor: wavelength must be positive, got 0",
        ),
        (lambda: filters.shift(0.5, 1), TypeError, "shift: (dy, dx) must be an int or 2 ints, got (0.5, 1)"),
        (
            lambda: filters.patch_pca([], 4, 3, rng),
            ValueError,
            "patch_pca: images is empty, expected at least one",
        ),
        (
            lambda: filters.patch_pca([np.ones((9, 9, 3))], 4, 3, rng),
            ValueError,
            "patch_pca: images[0] has shape (9, 9",
        ),
        (
            lambda: filters.patch_pca([np.ones((9, 9)), np.ones((3, 9))], 4, 3, rng),
            ValueError,
            "patch_pca: images[1] has shape (3, 9), expected (H, W), at least 4×4",
        ),
        (
            lambda: filters.patch_pca([np.ones((9, 9), int)], 4, 3, rng),
            TypeError,
            "patch_pca: images[0] has dtype int64",
        ),
        (
            lambda: filters.patch_pca([np.ones((9, 9))], 4, 16, rng),
            ValueError,
            "patch_pca: count=16, but 4×4 patches",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
