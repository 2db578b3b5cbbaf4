"""The referee must be exact where the answer is known, and must point at what is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook.reference.gradcheck import gradcheck, numerical_gradient


def affine(x, w, b):
    return x @ w + b


def affine_backward(dy, x, w, b):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


@pytest.fixture
def inputs():
    rng = np.random.default_rng(3)
    shapes = {"x": (3, 4), "w": (4, 2), "b": (2,)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


@given(a=st.floats(-2, 2), c=st.floats(-2, 2))
def test_a_cubic_has_the_gradient_of_the_textbook(a, c):
    x = np.array([a, c])
    dx = numerical_gradient(lambda x: x[0] ** 3 * x[1] + x[1] ** 2, x)
    np.testing.assert_allclose(dx, [3 * a**2 * c, a**3 + 2 * c], atol=1e-9)


def test_the_error_falls_with_the_square_of_the_nudge():
    x = np.array(0.7)
    coarse, fine = (abs(numerical_gradient(np.exp, x, eps=e) - np.exp(x)) for e in (1e-2, 1e-3))
    assert 90 < coarse / fine < 110


def test_an_array_valued_function_is_weighted_by_dy():
    A = np.random.default_rng(0).standard_normal((3, 5))
    dy = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(numerical_gradient(lambda x: A @ x, np.ones(5), dy), A.T @ dy, atol=1e-9)
    np.testing.assert_allclose(numerical_gradient(lambda x: A @ x, np.ones(5)), A.sum(axis=0), atol=1e-9)


def test_what_an_output_does_not_see_has_exactly_no_gradient():
    x = np.random.default_rng(0).standard_normal((2, 3))
    assert np.array_equal(numerical_gradient(lambda x: x[0].sum(), x)[1], np.zeros(3))


def test_nothing_is_changed_in_place():
    x = np.arange(4.0)
    numerical_gradient(lambda x: x @ x, x)
    assert np.array_equal(x, np.arange(4.0))


def test_a_right_backward_passes_with_an_error_for_each_input(inputs):
    errors = gradcheck(affine, affine_backward, inputs)
    assert list(errors) == ["x", "w", "b"]
    assert max(errors.values()) < 1e-9


def test_one_wrong_entry_is_named(inputs):
    def wrong(dy, x, w, b):
        dx, dw, db = affine_backward(dy, x, w, b)
        dw[3, 1] *= 1 + 1e-3
        return dx, dw, db

    with pytest.raises(AssertionError, match=r"the gradient of w is off by .* at w\[3, 1\]") as caught:
        gradcheck(affine, wrong, inputs)
    _, dw, _ = wrong(np.random.default_rng(0).standard_normal((3, 2)), *inputs.values())
    assert f"{dw[3, 1]:.10g}" in str(caught.value)


def test_the_error_is_relative_to_the_largest_entry(inputs):
    def scaled(dy, *inputs):
        return tuple(1.01 * g for g in affine_backward(dy, *inputs))

    errors = gradcheck(affine, scaled, inputs, tolerance=1)
    assert list(errors.values()) == pytest.approx([0.01 / 1.01] * 3)
    huge = gradcheck(lambda x: 1e6 * x, lambda dy, x: 1.01e6 * dy, {"x": inputs["x"]}, tolerance=1)
    assert huge["x"] == pytest.approx(0.01 / 1.01)


def test_a_zero_gradient_passes_and_a_small_wrong_one_does_not():
    x = np.array([0.3, 1.7])

    def ones(x):
        return np.exp(x) / np.exp(x)

    assert gradcheck(ones, lambda dy, x: 0 * x, {"x": x})["x"] < 1e-7
    with pytest.raises(AssertionError, match="finite differences"):
        gradcheck(ones, lambda dy, x: 0 * x + 1e-8, {"x": x})


def test_the_upstream_gradient_is_random_but_repeatable():
    seen = []

    def spying(dy, x):
        seen.append(dy)
        return 2 * dy

    for seed in (0, 0, 1):
        gradcheck(lambda x: 2 * x, spying, {"x": np.ones((2, 3))}, seed=seed)
    assert np.array_equal(seen[0], seen[1])
    assert not np.allclose(seen[0], seen[2])
    assert len(np.unique(seen[0])) == 6


def test_a_backward_that_ignores_dy_is_caught():
    with pytest.raises(AssertionError):
        gradcheck(lambda x: x**2, lambda dy, x: 2 * x, {"x": np.array([0.5, 2.0])})


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("tolerance", [1e-7, np.inf])
def test_a_nan_fails(tolerance):
    x = np.array([1.0, 2.0])
    with pytest.raises(AssertionError, match=r"off by nan.* x\[1\]"):
        gradcheck(lambda x: x, lambda dy, x: dy * [1, np.nan], {"x": x}, tolerance=tolerance)


def test_scalars_and_empty_arrays_are_inputs_like_others():
    x, b = np.zeros((0, 3)), np.array(1.5)
    errors = gradcheck(lambda x, b: x * b, lambda dy, x, b: (dy * b, np.sum(dy * x)), {"x": x, "b": b})
    assert errors == {"x": 0, "b": 0}
    with pytest.raises(AssertionError, match="at b, where"):
        gradcheck(lambda b: b**2, lambda dy, b: dy * b, {"b": b})


@pytest.mark.parametrize("dtype", [np.float32, int, complex])
def test_only_float64_is_accurate_enough(dtype):
    x = np.ones(3, dtype)
    with pytest.raises(TypeError, match=f"x has dtype {x.dtype}, expected float64"):
        numerical_gradient(np.sum, x)
    with pytest.raises(TypeError, match=f"gradcheck: x has dtype {x.dtype}"):
        gradcheck(np.sum, np.ones_like, {"x": x})


def test_shapes_that_cannot_be_right_are_refused(inputs):
    with pytest.raises(ValueError, match=r"dy has shape \(2,\), expected that of f\(x\), \(3,\)"):
        numerical_gradient(np.sin, np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match="backward returned 2 gradients for 3 inputs"):
        gradcheck(affine, lambda dy, *inputs: affine_backward(dy, *inputs)[:2], inputs)
    with pytest.raises(ValueError, match=r"gradient of b has shape \(1, 2\), expected \(2,\)"):
        gradcheck(affine, lambda dy, x, w, b: (dy @ w.T, x.T @ dy, dy.sum(axis=0, keepdims=True)), inputs)
