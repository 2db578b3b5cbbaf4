"""Networks that made history, as lists of layers.

What to do with them: `layers.cost_table`, `receptive_field.receptive_field`. The lists hold what the cost
tables of the course count; activations, dropout and auxiliary classifiers are not among it.
"""

from convbook.reference.layers import Conv, Inception, Linear, Norm, Pool, Softmax

__all__ = ["alexnet", "googlenet", "lenet5", "nin", "small_convnet", "vgg", "zfnet"]

VGG_STAGES = {
    "A": (1, 1, 2, 2, 2),
    "A-LRN": (1, 1, 2, 2, 2),
    "B": (2, 2, 2, 2, 2),
    "C": (2, 2, 3, 3, 3),
    "D": (2, 2, 3, 3, 3),
    "E": (2, 2, 4, 4, 4),
}


def lenet5():
    """LeNet-5, fed 1×32×32: the digits that showed what a convolutional network can read.

    Its third layer is fed all maps, where the original had a table of connections, and its output is a
    fully connected layer in place of distances to codes.

    Returns
    -------
    list of Layer

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998).
    """
    return [
        Conv(5, 6),
        Pool(2),
        Conv(5, 16),
        Pool(2),
        Conv(5, 120),
        Linear(84),
        Linear(10),
        Softmax(),
    ]


def small_convnet():
    """The network to start with, fed 1×28×28 (MNIST) or 3×32×32 (CIFAR-10).

    Returns
    -------
    list of Layer

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """
    return [
        Conv(5, 32),
        Pool(2),
        Conv(5, 64),
        Pool(2),
        Linear(100),
        Linear(10),
        Softmax(),
    ]


def alexnet(*, groups=1):
    """AlexNet, fed 3×227×227, in the form of CaffeNet: pooling comes before normalisation.

    Parameters
    ----------
    groups : int
        Of the second, fourth and fifth convolution; the original has 2, one for each of its GPUs.

    Returns
    -------
    list of Layer

    Raises
    ------
    TypeError
        If `groups` is not an int.
    ValueError
        If it is below 1, or does not divide the maps.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Krizhevsky et al. 2012). The paper's 224 does not fit: (224 − 11)/4 is not
    whole.
    """
    return [
        Conv(11, 96, stride=4),
        Pool(3, stride=2),
        Norm(),
        Conv(5, 256, padding=2, groups=groups),
        Pool(3, stride=2),
        Norm(),
        Conv(3, 384, padding=1),
        Conv(3, 384, padding=1, groups=groups),
        Conv(3, 256, padding=1, groups=groups),
        Pool(3, stride=2),
        Linear(4096),
        Linear(4096),
        Linear(1000),
        Softmax(),
    ]


def zfnet():
    """ZFNet, fed 3×224×224: AlexNet with a finer first layer and more maps.

    Returns
    -------
    list of Layer

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Zeiler & Fergus 2014).
    """
    return [
        Conv(7, 96, stride=2, padding=1),
        Pool(3, stride=2, padding=1),
        Norm(),
        Conv(5, 256, stride=2),
        Pool(3, stride=2, padding=1),
        Norm(),
        Conv(3, 512, padding=1),
        Conv(3, 1024, padding=1),
        Conv(3, 512, padding=1),
        Pool(3, stride=2),
        Linear(4096),
        Linear(4096),
        Linear(1000),
        Softmax(),
    ]


def vgg(configuration="D"):
    """VGG, fed 3×224×224: 3×3 convolutions, and a pooling whenever the number of maps doubles.

    Parameters
    ----------
    configuration : "A", "A-LRN", "B", "C", "D" or "E"
        A column of the table in the paper, 11 to 19 layers with weights; "D" is known as VGG-16. "A-LRN"
        normalises once, and "C" ends its last three stages with a 1×1 convolution.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        If there is no such configuration.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Simonyan & Zisserman 2014).
    """
    if configuration not in VGG_STAGES:
        raise ValueError(f"vgg: configuration must be one of {', '.join(VGG_STAGES)}, got {configuration!r}")
    network = []
    for stage, (channels, count) in enumerate(
        zip((64, 128, 256, 512, 512), VGG_STAGES[configuration], strict=True)
    ):
        network += [Conv(3, channels, padding=1)] * count
        if configuration == "A-LRN" and stage == 0:
            network.append(Norm())
        if configuration == "C" and stage >= 2:
            network[-1] = Conv(1, channels)
        network.append(Pool(2))
    return [*network, Linear(4096), Linear(4096), Linear(1000), Softmax()]


def nin():
    """Network in network, fed 3×227×227: small networks in place of convolutions, and a mean of each map.

    Returns
    -------
    list of Layer

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Lin et al. 2013). The last pooling is the global average; for
    images of another size it needs another window.
    """
    return [
        Conv(11, 96, stride=4),
        *[Conv(1, 96)] * 2,
        Pool(3, stride=2),
        Conv(5, 256, padding=2),
        *[Conv(1, 256)] * 2,
        Pool(3, stride=2),
        Conv(3, 384, padding=1),
        *[Conv(1, 384)] * 2,
        Pool(3, stride=2),
        Conv(3, 1024, padding=1),
        Conv(1, 1024),
        Conv(1, 1000),
        Pool(6),
        Softmax(),
    ]


def googlenet():
    """GoogLeNet, fed 3×224×224: nine inception modules, and hardly a fully connected layer.

    Its poolings are padded, which makes maps of the same sizes as ceil mode does.

    Returns
    -------
    list of Layer

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Szegedy et al. 2015). Without its auxiliary classifiers and
    its two normalisations, as in the lecture's table.
    """
    return [
        Conv(7, 64, stride=2, padding=3),
        Pool(3, stride=2, padding=1),
        Conv(1, 64),
        Conv(3, 192, padding=1),
        Pool(3, stride=2, padding=1),
        Inception(64, (96, 128), (16, 32), 32),
        Inception(128, (128, 192), (32, 96), 64),
        Pool(3, stride=2, padding=1),
        Inception(192, (96, 208), (16, 48), 64),
        Inception(160, (112, 224), (24, 64), 64),
        Inception(128, (128, 256), (24, 64), 64),
        Inception(112, (144, 288), (32, 64), 64),
        Inception(256, (160, 320), (32, 128), 128),
        Pool(3, stride=2, padding=1),
        Inception(256, (160, 320), (32, 128), 128),
        Inception(384, (192, 384), (48, 128), 128),
        Pool(7, stride=1),
        Linear(1000),
        Softmax(),
    ]
