"""A network in numpy: a chain of layers, each of which knows its way forward and its way back.

    net = Sequential(Conv2d(1, 8, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(72, 10))
    train(net, x, target, lr=0.1, epochs=10)

A layer has two methods. `forward(x)` computes its output and remembers what its gradient will need;
`backward(dy)` takes the gradient of that output, leaves those of its weights in `gradients`, and returns the
gradient of its input. The mathematics is in the other rooms, one function each; what stands here is the
bookkeeping that makes a network of them.
"""

import numpy as np

from convbook.reference._arguments import floats, integer
from convbook.reference._maps import gradient, number
from convbook.reference.activation import relu, relu_backward
from convbook.reference.conv import conv2d, conv2d_backward
from convbook.reference.loss import cross_entropy, cross_entropy_backward
from convbook.reference.pool import max_pool2d, max_pool2d_backward

__all__ = [
    "SGD",
    "Conv2d",
    "Flatten",
    "Linear",
    "MaxPool2d",
    "Module",
    "ReLU",
    "Sequential",
    "accuracy",
    "train",
]


class Module:
    """What all layers have; as it stands, one that passes everything on and learns nothing.

    Attributes
    ----------
    parameters : dict
        The arrays it learns by name, `{"w": …, "b": …}`; empty for most.
    gradients : dict
        After `backward`, the gradient of each.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """

    def __init__(self):
        self.parameters, self.gradients = {}, {}

    def forward(self, x):
        """The output for a batch; what `backward` will need stays in the layer."""
        return x

    def backward(self, dy):
        """The gradient of the input of the last `forward`, from that of its output."""
        return dy


class Conv2d(Module):
    """A convolutional layer: y = w ⋆ x + b.

    Its weights begin as PyTorch's do, uniform in ±1/√(k·r²), k·r² being how many numbers one output sees.

    Parameters
    ----------
    in_channels, out_channels : int
        Feature maps k that come in and k' that go out.
    kernel_size : int
        r for r×r kernels.
    stride, padding : int
    seed : int or numpy.random.Generator
        Of the first weights.
    dtype : float dtype

    Raises
    ------
    TypeError
        If a number is not an int.
    ValueError
        If one is too small.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, *, stride=1, padding=0, seed=0, dtype=np.float32
    ):
        super().__init__()
        k = integer("Conv2d", "in_channels", in_channels)
        r = integer("Conv2d", "kernel_size", kernel_size)
        shape = integer("Conv2d", "out_channels", out_channels), k, r, r
        self.hyper = {"stride": stride, "padding": padding}
        self.parameters = _first_weights(shape, k * r * r, seed, dtype)

    def forward(self, x):
        self.x = x
        return conv2d(x, self.parameters["w"], self.parameters["b"], **self.hyper)

    def backward(self, dy):
        dx, dw, db = conv2d_backward(dy, self.x, self.parameters["w"], **self.hyper)
        self.gradients = {"w": dw, "b": db}
        return dx


class Linear(Module):
    """A fully connected layer: y = w·x + b, one row of w for every output.

    Parameters
    ----------
    in_features, out_features : int
    seed : int or numpy.random.Generator
        Of the first weights, uniform in ±1/√in_features.
    dtype : float dtype

    Raises
    ------
    TypeError
        If a number is not an int.
    ValueError
        If one is below 1, or in `forward` the input is not of shape (N, in_features).

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def __init__(self, in_features, out_features, *, seed=0, dtype=np.float32):
        super().__init__()
        n = integer("Linear", "in_features", in_features)
        self.parameters = _first_weights((integer("Linear", "out_features", out_features), n), n, seed, dtype)

    def forward(self, x):
        w, b = self.parameters["w"], self.parameters["b"]
        x, _ = floats("Linear", x=x, w=w)
        if x.ndim != 2 or x.shape[1] != w.shape[1]:
            raise ValueError(f"Linear: x has shape {x.shape}, expected (N, {w.shape[1]}): Flatten makes rows")
        self.x = x
        return x @ w.T + b

    def backward(self, dy):
        w = self.parameters["w"]
        dy = gradient("Linear", dy, self.x, (len(self.x), len(w)))
        self.gradients = {"w": dy.T @ self.x, "b": dy.sum(axis=0)}
        return dy @ w


class ReLU(Module):
    """Let what is positive pass: y = max(x, 0).

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def forward(self, x):
        self.x = x
        return relu(x)

    def backward(self, dy):
        return relu_backward(dy, self.x)


class MaxPool2d(Module):
    """Keep the largest of every r×r window, and remember which it was.

    Parameters
    ----------
    kernel_size : int
        r, which is also the stride.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """

    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size = integer("MaxPool2d", "kernel_size", kernel_size)

    def forward(self, x):
        self.x = x
        y, self.indices = max_pool2d(x, self.kernel_size, return_indices=True)
        return y

    def backward(self, dy):
        return max_pool2d_backward(dy, self.x, self.kernel_size, indices=self.indices)


class Flatten(Module):
    """Write the maps of each image as one row: (N, C, H, W) becomes (N, C·H·W).

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)


class Sequential(Module):
    """A chain of layers: forward from the first to the last, backward from the last to the first.

    Parameters
    ----------
    *layers : Module

    Raises
    ------
    TypeError
        If something in the chain is not a layer.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """

    def __init__(self, *layers):
        super().__init__()
        for layer in layers:
            if not isinstance(layer, Module):
                raise TypeError(f"Sequential: expected layers, got {layer!r}")
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy


class SGD:
    """Gradient descent on one batch after another, with a velocity if there is momentum.

        v ← μ·v + dw + λ·w,      w ← w − ε·v

    Parameters
    ----------
    network : Sequential
    lr : float
        Learning rate ε.
    momentum, weight_decay : float
        μ and λ; 0 is plain SGD.

    Raises
    ------
    TypeError, ValueError
        If one of these is not a number, or below 0, or μ is above 1.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". These are the formulas of `torch.optim.SGD`.
    """

    def __init__(self, network, lr, *, momentum=0.0, weight_decay=0.0):
        self.network = network
        self.lr = number("SGD", "lr", lr, least=0)
        self.momentum = number("SGD", "momentum", momentum, least=0, most=1)
        self.weight_decay = number("SGD", "weight_decay", weight_decay, least=0)
        self.velocities = [{name: 0.0 for name in layer.parameters} for layer in network.layers]

    def step(self):
        """Take one step down the gradients that the last `backward` left."""
        for layer, velocity in zip(self.network.layers, self.velocities, strict=True):
            for name, w in layer.parameters.items():
                slope = layer.gradients[name] + self.weight_decay * w
                velocity[name] = self.momentum * velocity[name] + slope
                w -= self.lr * velocity[name]


def train(network, x, target, *, lr, epochs, batch_size=32, momentum=0.0, weight_decay=0.0, seed=0):
    """Show a network its examples, batch by batch in a new order every epoch, and let it learn.

    Parameters
    ----------
    network : Sequential
        Ends in scores (N, C); its weights change.
    x : ndarray, (M, …)
        The examples, of the network's dtype.
    target : ndarray of int, (M,)
        Their true classes.
    lr, momentum, weight_decay : float
        As in `SGD`.
    epochs, batch_size : int
    seed : int or numpy.random.Generator
        Of the order.

    Returns
    -------
    losses : ndarray
        The cross-entropy of every batch, before the step that it led to.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is out of range, or a layer cannot take what the one before it makes.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    rng = np.random.default_rng(seed)
    optimiser = SGD(network, lr, momentum=momentum, weight_decay=weight_decay)
    batch_size = integer("train", "batch_size", batch_size)
    losses = []
    for _ in range(integer("train", "epochs", epochs)):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            scores = network.forward(x[batch])
            losses.append(cross_entropy(scores, target[batch]))
            network.backward(cross_entropy_backward(1.0, scores, target[batch]))
            optimiser.step()
    return np.array(losses)


def accuracy(network, x, target, *, batch_size=256):
    """The fraction of examples whose true class has the highest score.

    Parameters
    ----------
    network : Sequential
    x, target, batch_size
        As in `train`.

    Returns
    -------
    float

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    batches = range(0, len(x), integer("accuracy", "batch_size", batch_size))
    right = [
        network.forward(x[start : start + batch_size]).argmax(axis=1) == target[start : start + batch_size]
        for start in batches
    ]
    return float(np.concatenate(right).mean())


def _first_weights(shape, inputs, seed, dtype):
    """Small random weights, and biases drawn alike."""
    rng, bound = np.random.default_rng(seed), inputs**-0.5
    return {
        "w": rng.uniform(-bound, bound, shape).astype(dtype),
        "b": rng.uniform(-bound, bound, shape[0]).astype(dtype),
    }
