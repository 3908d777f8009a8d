"""Lines along settings."""

import math

from cincer_experiments.studies.series import along
from cincer_experiments.studies.values import Panel, Series, shares
from cincer_experiments.summary import Mean


def panel(*lines: Series, log: bool = False) -> Panel:
    return Panel("loss", "noise", lines, shares([0.0, 0.2, 0.8]), log)


def test_settings_lie_at_equal_steps_and_missing_ones_leave_a_gap():
    line = Series("erm", {0.0: Mean(1, 0.1, 3), 0.8: Mean(4, math.nan, 1)})
    axes = along([panel(line)]).axes[0]
    (drawn,) = axes.get_lines()
    assert drawn.get_xydata().tolist() == [[0, 1], [2, 4]]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0%", "20%", "80%"]


def test_published_values_are_crosses_of_the_same_colour_and_are_explained():
    figure = along([panel(Series("erm", {0.0: Mean(1, 0, 2)}, {0.2: 3.0, 0.5: 9.0}), log=True)])
    axes = figure.axes[0]
    ours, theirs = axes.get_lines()[:2]
    assert theirs.get_xydata().tolist() == [[1, 3]]
    assert theirs.get_color() == ours.get_color()
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["erm", "published"]


def test_a_name_is_the_same_line_in_every_panel():
    one, two = Series("erm", {0.0: Mean(1, 0, 2)}), Series("rdia", {0.0: Mean(2, 0, 2)})
    figure = along([panel(one, two), panel(two)])
    left, right = (axes.get_lines()[-1] for axes in figure.axes)
    assert left.get_color() == right.get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["erm", "rdia"]
