"""Where the data sets are published, with checksums. The table is all that is ever asked for.

A set that is not here has no home whose content is known; it is read from `CINCER_DATA` alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from .download import Remote
from .raw import values_of

_MNIST = "https://storage.googleapis.com/cvdf-datasets/mnist"
_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases"
_LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary"
_BROWNLEE = ("https://raw.githubusercontent.com/jbrownlee/Datasets/"
             "d20fcb6402ae34e653d4513b00f39257bb37ed7f")
_MULTIFLOW = ("https://raw.githubusercontent.com/scikit-multiflow/streaming-datasets/"
              "f1eb9f068c3450233721c3beac6fb0e880e9e7d7")


def _at(home: str, file: str, sha256: str) -> Remote:
    return Remote(file, f"{home}/{file}", sha256)


HOMES: Mapping[str, tuple[Remote, ...]] = {
    "mnist": (
        _at(_MNIST, "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        _at(_MNIST, "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        _at(_MNIST, "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        _at(_MNIST, "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")),
    "adult": (
        _at(f"{_UCI}/adult", "adult.data",
            "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"),
        _at(f"{_UCI}/adult", "adult.test",
            "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05")),
    "pima": (
        _at(_BROWNLEE, "pima-indians-diabetes.csv",
            "6bfe5d0f379d17a0e0819b996407e3c09bf80febd4287f2ed212190dfff154af"),),
    "wisconsin": (
        _at(_BROWNLEE, "breast-cancer-wisconsin.csv",
            "9c9dc50e62dbcece16e5707bdec7514f87230d0aa35798b9aaffbc77cf736f1f"),),
    "breast_cancer_scale": (
        Remote("breast-cancer_scale", f"{_LIBSVM}/breast-cancer_scale",
               "49f1660808ca98743769e5d3966f9935549c90379f39e00f456e9f902115668d", of=values_of),),
    "elec2": (
        _at(_MULTIFLOW, "elec.csv",
            "cdf901433885f29eca6911f70c0eeafb50d90596c879c30c5b99f5a2e8e734ff"),),
}

WITHOUT: Mapping[str, str] = {
    "newsgroups20": "its 100 features were computed from the posts and are published nowhere",
}
"""Sets that cannot be downloaded, and why."""
