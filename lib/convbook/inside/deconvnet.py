"""The way back from a unit to the image: what in this image made it answer?

Three ways differ in nothing but what a ReLU lets through, backwards:

| rule | of the signal dy that comes back, a ReLU that was fed x lets through |
| --- | --- |
| "gradient" | dy where x > 0 |
| "deconvnet" | dy where dy > 0 |
| "guided" | dy where both |
"""

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["RULES", "by_autograd", "reconstruct", "strongest"]

#: What a ReLU does on the way back, by the name of the rule.
RULES = {
    "gradient": lambda dy, x: dy * (x > 0),
    "deconvnet": lambda dy, x: dy.clamp(min=0),
    "guided": lambda dy, x: dy.clamp(min=0) * (x > 0),
}


def strongest(maps, channel):
    """Silence a layer but for one unit: of the given map, the place where it answers most.

    Parameters
    ----------
    maps : Tensor, (N, C, H, W)
        The activations of a layer.
    channel : int

    Returns
    -------
    signal : Tensor, (N, C, H, W)
        Zero but for one entry of each image: the signal to send back.

    Raises
    ------
    ValueError
        If there is no such map.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    if not 0 <= channel < maps.shape[1]:
        raise ValueError(f"strongest: channel={channel}, but the layer has {maps.shape[1]} maps")
    signal = torch.zeros_like(maps)
    chosen = maps[:, channel].flatten(1)
    at = chosen.argmax(1, keepdim=True)
    signal[:, channel] = torch.zeros_like(chosen).scatter(1, at, chosen.gather(1, at)).view_as(maps[:, 0])
    return signal


@torch.no_grad()
def reconstruct(layers, x, signal, rule="deconvnet"):
    """Run a network backwards: unpool into the switches, rectify, filter with the transposed kernels.

        pooling     y = max over windows     dx = dy, put where each maximum was, and added where they meet
        ReLU        y = max(x, 0)            dx = max(dy, 0)        (`rule="deconvnet"`)
        convolution y = w ⋆ x + b            dx = wᵀ dy

    The image is needed on the way forward alone, for the switches and, by the other rules, the signs.

    Parameters
    ----------
    layers : sequence of torch.nn.Module
        Conv2d, ReLU and MaxPool2d, in order: an `nn.Sequential`, or a slice of one.
    x : Tensor, (N, C, H, W)
    signal : Tensor, of the shape of the last layer's output
        What to send back, as `strongest` makes it.
    rule : "deconvnet", "guided" or "gradient"
        What a ReLU lets through.

    Returns
    -------
    dx : Tensor, (N, C, H, W)

    Raises
    ------
    TypeError
        If a layer is of another kind.
    ValueError
        If no rule has this name, a convolution is padded with anything but zeros, or the signal has another
        shape than the output.

    Notes
    -----
    Chapter 12, "Looking inside" (Zeiler & Fergus 2014; "guided": Springenberg et al. 2015). Where pooling
    windows overlap and share a maximum, their signals add, as gradients do; `max_unpool2d` keeps one of them.
    """
    _check("reconstruct", layers, rule)
    way_back = []
    for layer in layers:
        fed = x
        match layer:
            case nn.Conv2d():
                x = layer(fed)
                way_back.append((_transposed, layer, fed.shape))
            case nn.ReLU():
                x = F.relu(fed)
                way_back.append((RULES[rule], fed))
            case nn.MaxPool2d():
                x, switches = F.max_pool2d(fed, **_window(layer), return_indices=True)
                way_back.append((_unpool, switches, fed.shape))
    _check_signal("reconstruct", signal, x)
    for undo, *remembered in reversed(way_back):
        signal = undo(signal, *remembered)
    return signal


def by_autograd(layers, x, signal, rule="deconvnet"):
    """The definition of `reconstruct`: a gradient, taken through ReLUs that tell a lie about theirs.

        dx = ∂⟨signal, network(x)⟩/∂x      with ∂ReLU as the rule has it

    Parameters
    ----------
    layers, x, signal, rule
        As in `reconstruct`.

    Returns
    -------
    dx : Tensor, (N, C, H, W)

    Raises
    ------
    TypeError, ValueError
        As `reconstruct`.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    _check("by_autograd", layers, rule)
    x = x.detach().requires_grad_()
    y = x
    for layer in layers:
        y = _Rectify.apply(y, rule) if isinstance(layer, nn.ReLU) else layer(y)
    _check_signal("by_autograd", signal, y)
    return torch.autograd.grad(y, x, signal)[0]


class _Rectify(torch.autograd.Function):
    """A ReLU whose backward is the rule's."""

    @staticmethod
    def forward(ctx, x, rule):
        ctx.save_for_backward(x)
        ctx.rule = rule
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return RULES[ctx.rule](dy, x), None


def _transposed(dy, conv, size):
    """The transpose of a convolution, for an input of this size; the bias stays out."""
    hyper = {"stride": conv.stride, "padding": conv.padding, "dilation": conv.dilation}
    shape = zip(size[2:], dy.shape[2:], conv.kernel_size, *hyper.values(), strict=True)
    unread = [n - ((m - 1) * s - 2 * p + t * (r - 1) + 1) for n, m, r, s, p, t in shape]
    return F.conv_transpose2d(dy, conv.weight, **hyper, output_padding=unread, groups=conv.groups)


def _unpool(dy, switches, size):
    """Put every number where the maximum came from; where two meet, they add."""
    cells = dy.new_zeros(*size[:2], size[2] * size[3])
    return cells.scatter_add(2, switches.flatten(2), dy.flatten(2)).reshape(size)


def _window(pool):
    """What a MaxPool2d would give to `max_pool2d`."""
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    return {name: getattr(pool, name) for name in names}


def _check(name, layers, rule):
    if rule not in RULES:
        raise ValueError(f"{name}: no rule {rule!r}, expected one of {', '.join(RULES)}")
    for i, layer in enumerate(layers):
        if not isinstance(layer, nn.Conv2d | nn.ReLU | nn.MaxPool2d):
            raise TypeError(f"{name}: layers[{i}] is {layer}, expected Conv2d, ReLU or MaxPool2d")
        if isinstance(layer, nn.Conv2d) and (layer.padding_mode != "zeros" or isinstance(layer.padding, str)):
            raise ValueError(f"{name}: layers[{i}] is {layer}, expected a padding with so many zeros")


def _check_signal(name, signal, y):
    if signal.shape != y.shape:
        raise ValueError(
            f"{name}: signal has shape {tuple(signal.shape)}, but the last layer gives {tuple(y.shape)}"
        )
