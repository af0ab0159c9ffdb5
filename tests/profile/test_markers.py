"""Whoever copies the browser's profile after a lock or an exit reads nothing that was typed or shown."""
import pytest

from tests.profile import planting, runs


@pytest.mark.parametrize("browser", runs.BROWSERS)
def test_the_search_finds_every_marker_in_every_kind_of_store_of_a_site_that_seals_nothing(tmp_path, browser):
    marks = runs.wanted(planting.fresh())
    found = runs.over_control(browser, tmp_path, marks)
    assert found.missing == {} and found.unread == set() and found.unwritten == set()
    assert len(marks) >= 20


@pytest.mark.parametrize("browser, ending", zip(runs.BROWSERS, runs.ENDINGS, strict=True))
def test_nothing_that_was_typed_or_shown_lies_in_the_profile_after_a_lock_or_an_exit(tmp_path, browser, ending):
    day = runs.over_ours(browser, tmp_path, ending)
    assert day.leaks == []
    # The name a person chose for the lock screen is no secret; that it is found says that this profile was searched.
    assert day.allowed and day.markers >= 20
