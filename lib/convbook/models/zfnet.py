"""ZFNet: AlexNet after a look inside had shown what was wrong with it."""

from collections import OrderedDict

from torch import nn

from convbook.models.alexnet import ResponseNorm, classifier
from convbook.models.initial import he_
from convbook.models.shapes import made_of, scaled

__all__ = ["ZFNet"]


class ZFNet(nn.Module):
    """AlexNet with a finer first layer, whose smaller steps blur less, and more maps in the middle.

        conv(7, 96, s2, p1), pool(3, s2, p1), norm, conv(5, 256, s2), pool(3, s2, p1), norm,
        conv(3, 512, p1), conv(3, 1024, p1), conv(3, 512, p1), pool(3, s2), fc(4096), fc(4096), fc(classes)

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); 3×224×224 in the course's tables.
    classes : int
    width : float
        Factor on the number of maps and hidden units.
    small : bool
        For images of 32×32: no convolution has a stride.
    dropout : float
        Probability that a hidden unit of the fully connected layers is left out.

    Raises
    ------
    ValueError
        If the images are too small.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Zeiler & Fergus 2014). 107,627,624 parameters. The first weights are He's.
    """

    def __init__(self, in_shape, classes, *, width=1.0, small=False, dropout=0.5):
        super().__init__()
        k1, k2, k3, k4, k5, hidden = scaled(width, 96, 256, 512, 1024, 512, 4096)
        stride = 1 if small else 2
        self.features = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(in_shape[0], k1, 7, stride, padding=1),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(3, 2, padding=1),
                norm1=ResponseNorm(k1),
                conv2=nn.Conv2d(k1, k2, 5, stride),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(3, 2, padding=1),
                norm2=ResponseNorm(k2),
                conv3=nn.Conv2d(k2, k3, 3, padding=1),
                relu3=nn.ReLU(),
                conv4=nn.Conv2d(k3, k4, 3, padding=1),
                relu4=nn.ReLU(),
                conv5=nn.Conv2d(k4, k5, 3, padding=1),
                relu5=nn.ReLU(),
                pool5=nn.MaxPool2d(3, 2),
            )
        )
        self.classifier = classifier(made_of("ZFNet", in_shape, self.features), hidden, classes, dropout)
        he_(self, self.classifier.fc3)

    def forward(self, x):
        return self.classifier(self.features(x))
