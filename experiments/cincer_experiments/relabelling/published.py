"""The paper's numbers (Kong et al. 2022): test log losses of logistic regression, accuracies."""

from __future__ import annotations

METHODS = ("erm", "random", "opt_lr", "dropout", "uids", "rdia")

TABLE_1 = {
    "breast-cancer": dict(zip(METHODS, (.0914, .2619, .0934, .0731, .0786, .0649), strict=True)),
    "pima": dict(zip(METHODS, (.5170, .5461, .5232, .5083, .5068, .4920), strict=True)),
    "adult": dict(zip(METHODS, (.3383, .3381, .3547, .3383, .3383, .3383), strict=True)),
    "mnist-1v7": dict(zip(METHODS, (.0245, .2543, .0239, .0221, .0238, .0207), strict=True)),
}

TABLE_3_ERM = {0.0: .0245, 0.2: .2567, 0.5: .6942, 0.8: 1.5975}
"""MNIST 1 v 7: ERM's loss by noise rate."""

TABLE_3: dict[float, dict[float, tuple[int | None, float]]] = {
    .01: {0.0: (6, .0235), 0.2: (1439, .0443), 0.5: (3626, .0903), 0.8: (6140, .1009)},
    .002: {0.0: (None, .0207), 0.2: (1721, .0315), 0.5: (4139, .0519), 0.8: (6545, .0465)},
    .0002: {0.0: (530, .0903), 0.2: (1804, .0392), 0.5: (4193, .0410), 0.8: (6589, .0405)},
}
"""By alpha and noise rate: rows relabelled (one is illegible), loss."""

TABLE_4_ERM = .5219
TABLE_4 = {
    "uids": {100: .4928, 200: .3873, 500: .2783, 1000: .2409},
    "rdia": {100: .3430, 200: .2080, 500: .1396, 1000: .0847},
}
"""MNIST 1 v 7 at 40 % noise: loss by size of the validation set."""

TABLE_6 = {
    "erm": {.2: 79.46, .4: 59.12, .6: 41.40, .8: 23.43},
    "co_teaching": {.2: 97.89, .4: 94.05, .6: 90.72, .8: 78.54},
    "sigua": {.2: 97.94, .4: 96.57, .6: 93.84, .8: 83.75},
    "rdia_ls": {.2: 98.12, .4: 97.57, .6: 95.32, .8: 87.85},
}
"""MNIST: test accuracy in per cent by rate of symmetric noise."""
