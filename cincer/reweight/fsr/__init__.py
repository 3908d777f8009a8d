"""FSR, fast sample reweighting (Zhang and Pfister 2021): weights without a trusted set.

A dictionary of the rows whose labels agree best with the others' stands in for the trusted set. At
each step the head alone looks one step ahead, and a row counts as much as it brings probes drawn
from the dictionary.

options         what it can be told        weighing        from rewards to a batch's weights
scores          the meta-margin's mean     dictionary      its picks, its draws, anchors
progress        all three while training   batch           one batch, judged on the head
head            training on fixed features, in closed form
network         training a whole network, with mixup, pseudo_labels and average beside it
fsr             the reweighter over the top-layer cache
"""

from __future__ import annotations

from .dictionary import anchors
from .fsr import Fsr, Judged
from .network import Taught, train_network
from .options import FsrOptions

__all__ = ["Fsr", "FsrOptions", "Judged", "Taught", "anchors", "train_network"]
