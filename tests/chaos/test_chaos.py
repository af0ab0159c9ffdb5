"""Whatever befalls phone, network and ward: what was confirmed arrives once, and nobody sees what another wrote."""
import random

import pytest

from tests.chaos import sequences
from tests.chaos.phone import words
from tests.chaos.told import Broken
from tests.chaos.ward import mortal_ward
from tests.chromium import chromium

# A sequence that broke is never played until it holds.
pytestmark = pytest.mark.flaky(reruns=0)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with mortal_ward(tmp_path_factory.mktemp("ward")) as ward, chromium() as browser:
        made = sequences.Stage(browser, ward)
        made.fresh_phone()
        yield made
        made.close()


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_entry_is_lost_and_none_is_shown_to_another(stage, seed):
    # Five in a row on one phone: what the earlier ones left on it is part of the play.
    if seed % 5 == 1:
        stage.fresh_phone()
    outcome = stage.run(seed)
    if outcome.broken:
        stage.fresh_phone()
    assert not outcome.broken, f"{outcome.broken}\nafter {outcome.steps}; to play again: make bench FIGURE=phone-chaos CHAOS_SEED={seed}"


def test_the_twenty_sequences_hold_every_step_there_is():
    assert {step for seed in range(1, 21) for step in sequences.plan(seed)} == set(sequences.STEPS)


@pytest.mark.parametrize("place", ["<p>{}</p>", '<p title="{}"></p>', "<textarea>{}</textarea>"])
@pytest.mark.parametrize("author", ["lan", None], ids=["of this phone", "of another phone"])
def test_a_look_finds_what_is_not_for_whoever_has_the_phone(stage, place, author):
    stage.fresh_phone()
    secret = words(random.Random(place))
    if author:
        stage.phone.secrets[secret] = author
    stage.phone.look()
    stage.phone.page.set_content(place.format(secret))
    with pytest.raises(Broken, match=secret):
        stage.phone.look()


def test_a_look_finds_what_stands_in_a_field(stage):
    stage.fresh_phone()
    stage.phone.page.set_content("<input>")
    stage.phone.page.locator("input").fill(words(random.Random(1)))
    with pytest.raises(Broken):
        stage.phone.look()
