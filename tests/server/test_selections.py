"""What others have selected: each person's newest word counts, until their last socket goes."""

from __future__ import annotations

from cincer.server.selections import Selections
from cincer.server.wire.curate import SelectIn


def said(*ids: str) -> SelectIn:
    return SelectIn(given_label="b", predicted_label="a", ids=list(ids), count=len(ids))


def test_others_see_it_and_oneself_does_not() -> None:
    chosen = Selections()
    told = chosen.set("s1", "cara", said("e1"))
    assert (told.who, told.ids, told.count) == ("cara", ["e1"], 1)
    assert chosen.others("carl") == [told]
    assert chosen.others("cara") == []


def test_two_tabs_show_what_was_selected_last() -> None:
    chosen = Selections()
    chosen.set("s1", "cara", said("e1"))
    second = chosen.set("s2", "cara", said("e2"))
    assert chosen.others("carl") == [second]
    third = chosen.set("s1", "cara", said("e3"))
    assert chosen.others("carl") == [third]
    assert chosen.leave("s1") == (second, False)
    assert chosen.leave("s2") == (second, True)
    assert chosen.others("carl") == []


def test_who_selected_nothing_leaves_without_a_word() -> None:
    chosen = Selections()
    assert chosen.leave("s9") is None
    chosen.set("s1", "cara", said())
    assert chosen.leave("s1") is not None
    assert chosen.leave("s1") is None
