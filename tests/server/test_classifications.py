"""What kind of case it is stays known until somebody says otherwise."""
import re

from db.models import Case, CaseEvent, Held
from tests.server.test_cases import opened, row, saved

QUESTIONS = ("q_rape", "q_sexual_assault", "q_physical_assault", "q_forced_marriage", "q_denial", "q_psychological")


def shown(ward, case):
    """What the form offers as it is opened anew: what a browser would post of it unchanged."""
    page = ward.thu.get(f"/cases/{case}/classify").text
    ticked = re.findall(r'<input type="(?:radio|checkbox)" name="(\w+)" value="([\w-]+)" autocomplete="off" checked>', page)
    over = re.search(r'name="over" value="([^"]*)"', page).group(1)
    found = {"case": case, "over": over}
    for name, value in ticked:
        found.setdefault(name, []).append(value)
    return found


def kind(ward, case):
    return row(ward, Case, case).gbv_type


def test_a_type_once_known_stays_through_every_later_look_and_nobody_is_asked_more_for_its_sake(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("classification", {"case": case, "q_rape": "yes"}))
    saved(ward.kim.save("classification", {**shown(ward, case), "contexts": ["partner"]}))
    assert (kind(ward, case), row(ward, Case, case).contexts) == ("rape", ["partner"])
    # A phone of before shows no answers and posts none.
    saved(ward.kim.save("classification", {"case": case, "over": shown(ward, case)["over"], "acts": ["a"]}))
    assert (kind(ward, case), row(ward, Case, case).acts, shown(ward, case)["q_rape"]) == ("rape", ["a"], ["yes"])
    # What is known is said without a no to what nobody asked.
    unasked = {"q_rape": "unknown", "q_sexual_assault": "unknown", "q_physical_assault": "yes"}
    saved(ward.kim.save("classification", {**shown(ward, case), **unasked}))
    assert kind(ward, case) == "physical-assault" and shown(ward, case)["q_rape"] == ["unknown"]
    saved(ward.kim.save("classification", {**shown(ward, case), "gbv_unknown": "y"}))
    assert kind(ward, case) is None and not set(shown(ward, case)) & set(QUESTIONS)
    kept = [(each.choice, each.data["questions"]) for each in
            ward.rows(CaseEvent.select().where(CaseEvent.kind == "classification").order_by(CaseEvent.at))]
    assert kept[3] == ("physical-assault", {"rape": "unknown", "sexual-assault": "unknown", "physical-assault": "yes"})


def test_a_case_classified_before_answers_were_kept_shows_those_its_type_needed(ward):
    _record, case = opened(ward)
    for was, expected in (("physical-assault", ["no", "no", "yes"]), ("not-gbv", ["no"] * 6), (None, [])):
        ward.rows(Case.update(gbv_type=was, questions=None).where(Case.id == case).returning(Case.id))
        found = shown(ward, case)
        assert [found[name][0] for name in QUESTIONS if name in found] == expected


def test_what_came_second_says_on_the_timeline_what_it_was_and_leads_to_it(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("classification", {"case": case, "gbv_unknown": "y"}))
    assert ward.kim.save("classification", {"case": case, "q_rape": "yes", "contexts": ["partner"]})[1] == "conflict"
    [held] = ward.rows(Held.select())
    page = ward.thu.get(f"/cases/{case}").text
    assert f'<a href="/held/{held.id}">Bản đến sau, chưa ghi: Phân loại</a>' in page and "đã giải quyết" not in page
    assert "Vợ, chồng, người yêu" in ward.thu.get(f"/held/{held.id}").text
    saved(ward.kim.save("classification", {"case": case, "q_rape": "yes", "over": shown(ward, case)["over"], "replaces": held.entry_id}))
    assert "đã giải quyết" in ward.thu.get(f"/cases/{case}").text
