"""A no stands: whatever is undone, merged, passed on or written late, nobody reads again what the person has taken back."""
import pytest

from db.models import Answer, Consent, DecisionRequest, Measure, Notice, Task
from pwa.domain.clock import now
from tests.server.test_cases import CONSENT, DANGER, PERSON, abroad, opened, referred, row, saved, sentence, told
from tests.server.test_closings import CLOSE
from tests.server.test_handovers import moved
from tests.ward import REFERRAL

PLACE, NOTE, STOPPED = "Tổ dân phố 2", "Nhà cuối ngõ", "Người đó đã rút lại đồng ý"


def page(phone, referral):
    return phone.get(f"/referrals/{referral}").text


def reads(phone, referral):
    """(place told of the record, note of who referred, that it was taken back) as somebody sees a referral."""
    text = page(phone, referral)
    return PLACE in text, NOTE in text, STOPPED in text


def asked(ward):
    """(record, referral) of Lan, which the police have accepted on her chip alone."""
    record = ward.lan.record(**DANGER, tdp="tdp-2")
    referral = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger", note=NOTE)
    saved(ward.dung.answer(referral))
    assert reads(ward.dung, referral) == (True, True, False)
    return record, referral


def undo(ward, triage):
    saved(ward.kim.save("triage", {"choice": "undo", "triage": triage}))


def withdrawn(ward, case, unit="congan"):
    return saved(ward.thu.save("consent", {"case": case, "unit": unit, "decision": "withdrawn"}))


def event(ward, phone, name):
    return ward.rows(Notice.select().where(Notice.person == phone.me["person"], Notice.event == name))


# ── What comes out of a case, and cases that come apart ──────────────────────────────────────────────────────────────

def test_a_no_goes_along_with_a_record_out_of_a_case_into_the_next_and_until_somebody_is_asked_anew(ward):
    record, referral = asked(ward)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    withdrawn(ward, case)
    kept = ward.dung.get("/pages").json["pages"]
    undo(ward, case)
    assert reads(ward.dung, referral) == (False, False, True) and reads(ward.lan, referral)[:2] == (True, True)
    # Mended, asked once more, and looked at on a phone without a network.
    record = ward.lan.record(**DANGER, tdp="tdp-2", replaces=record)
    again = ward.lan.refer(record=record, unit="congan", urgency="urgent", basis="danger", note=NOTE)
    assert PLACE not in page(ward.dung, again) and not {(each["path"], each["id"]) for each in kept} & {
        (each["path"], each["id"]) for each in ward.dung.get("/pages").json["pages"] if referral in each["path"]}
    _record, other = opened(ward)
    joined = saved(ward.kim.save("triage", {"record": record, "choice": "join", "into": other}))
    assert reads(ward.dung, referral) == (False, False, True) and "Rút lại đồng ý" in ward.kim.get(f"/cases/{other}").text
    assert ("consent", "along") in told(ward, other)
    undo(ward, joined)
    # The other case is as it was.
    assert not ward.rows(Consent.select().where(Consent.case == other)) and reads(ward.dung, referral) == (False, False, True)
    case = saved(ward.kim.save("triage", {"record": record, "choice": "open"}))
    over = ward.rows(Consent.select().where(Consent.case == case))[0].id
    outcome, _why = sentence(ward.thu, "consent", {"case": case, "unit": "congan", **CONSENT, "fields": ["where"]})
    assert outcome == "conflict"
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", **CONSENT, "fields": ["where"], "over": over}))
    assert reads(ward.dung, referral) == (True, True, False)


def test_a_no_goes_along_out_of_a_case_that_goes_on_and_only_what_was_said_since_it_came(ward):
    record, referral = asked(ward)
    _record, case = opened(ward)
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "declined"}))
    joined = saved(ward.thu.save("triage", {"record": record, "choice": "join", "into": case}))
    withdrawn(ward, case)
    undo(ward, joined)
    assert reads(ward.dung, referral) == (False, False, True)
    assert [(each.unit.code, each.subject_id) for each in ward.rows(Consent.select().where(Consent.case.is_null()))] == [("congan", record)]
    clinic = ward.lan.refer(record=record, unit="tramyte", urgency="urgent", basis="danger", note=NOTE)
    assert reads(ward.hanh, clinic) == (True, True, False)


def test_a_no_goes_along_with_a_referral_that_came_without_a_record_and_with_a_merged_one(ward):
    bare = ward.lan.refer(unit="congan", urgency="urgent", basis="danger", note=NOTE)
    case = saved(ward.thu.save("triage", {"referral": bare, "choice": "open"}))
    withdrawn(ward, case)
    undo(ward, case)
    assert reads(ward.dung, bare) == (False, False, True)
    (record, referral), inside = asked(ward), ward.hoa.record()
    case = saved(ward.thu.save("triage", {"record": inside, "choice": "open"}))
    merging = saved(ward.thu.save("triage", {"record": record, "choice": "merge", "other": inside}))
    withdrawn(ward, case)
    undo(ward, merging)
    assert reads(ward.dung, referral) == (False, False, True)


@pytest.mark.parametrize("choice", ["open", "join", "merge"])
def test_a_no_that_was_written_without_a_network_before_a_choice_was_undone_is_for_what_came_out(ward, choice):
    (record, referral), (_record, other) = asked(ward), opened(ward)
    if choice == "join":
        case, triage = other, saved(ward.thu.save("triage", {"record": record, "choice": "join", "into": other}))
    else:
        case = triage = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    if choice == "merge":
        case, triage = other, saved(ward.thu.save("triage", {"choice": "merge", "case": case, "into": other}))
    made = now()
    undo(ward, triage)
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"}, at=made))
    assert reads(ward.dung, referral) == (False, False, True) and event(ward, ward.dung, "consent-withdrawn")


def test_a_no_of_after_the_undoing_is_for_the_case_alone(ward):
    (record, referral), (_record, case) = asked(ward), opened(ward)
    undo(ward, saved(ward.thu.save("triage", {"record": record, "choice": "join", "into": case})))
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "withdrawn"}, at=now() + 1000))
    assert reads(ward.dung, referral) == (True, True, False)


@pytest.mark.parametrize("into", ["a", "b"])
def test_a_no_that_was_said_while_cases_were_one_stands_in_both_when_they_come_apart(ward, into):
    (record, referral), (_record, a) = asked(ward), opened(ward)
    b = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    for case in (a, b):
        saved(ward.thu.save("person", {"case": case, **PERSON}))
    own = saved(ward.thu.save("consent", {"case": b, "unit": "congan", **CONSENT, "fields": ["where"]}))
    theirs = [referred(ward, case, **CONSENT, fields=["name"], note="Đến cửa sau") for case in (a, b)]
    merging = saved(ward.thu.save("triage", {"choice": "merge", "case": b, "into": a}))
    # Also written on the page of the case that was merged.
    for unit in ("congan", "tramyte"):
        withdrawn(ward, {"a": a, "b": b}[into], unit)
    undo(ward, merging)
    assert reads(ward.dung, referral) == (False, False, True) and row(ward, Consent, own).replaced_by
    # Each reads of it where it was not written.
    assert told(ward, {"a": b, "b": a}[into]).count(("consent", "along")) == 2 and ("consent", "along") not in told(ward, {"a": a, "b": b}[into])
    for each in theirs:
        text = page(ward.hanh, each)
        assert "Nguyễn Thị Tư" not in text and "Đến cửa sau" not in text and STOPPED in text


def test_what_each_case_had_said_for_itself_is_its_own_again(ward):
    (record, referral), (_record, a) = asked(ward), opened(ward)
    b = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    no = withdrawn(ward, b)
    agreed = saved(ward.thu.save("consent", {"case": b, "unit": "tramyte", **CONSENT, "fields": ["where"]}))
    clinic = referred(ward, b)
    merging = saved(ward.thu.save("triage", {"choice": "merge", "case": b, "into": a}))
    for unit, over in (("congan", no), ("tramyte", agreed)):
        saved(ward.thu.save("consent", {"case": a, "unit": unit, **CONSENT, "fields": ["where"], "over": over}))
    assert reads(ward.dung, referral) == (True, True, False)
    undo(ward, merging)
    # A yes to a mistaken merge is none to take back a no; what had been agreed to before goes on.
    assert reads(ward.dung, referral) == (False, False, True) and PLACE in page(ward.hanh, clinic)


# ── What is written late, or together ────────────────────────────────────────────────────────────────────────────────

def test_a_no_of_the_ward_that_had_the_case_is_taken_wherever_it_went_and_no_yes(ward):
    xuan, (_record, case) = abroad(ward), opened(ward)
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    referral = referred(ward, case, **CONSENT, fields=["name"])
    moved(ward, xuan, case)
    consent = ward.rows(Consent.select())[0].id
    wider = {"case": case, "unit": "tramyte", **CONSENT, "fields": ["name", "contact"], "over": consent}
    assert ward.kim.save("consent", wider)[1] == "forbidden" and "Nguyễn Thị Tư" in page(ward.hanh, referral)
    # A ward that never had it writes nothing into it, and is not told that there is one.
    _record, ours = opened(ward)
    assert xuan.save("consent", {"case": ours, "unit": "congan", "decision": "withdrawn"})[1] == "forbidden"
    saved(ward.kim.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn"}))
    assert "Nguyễn Thị Tư" not in page(ward.hanh, referral) and event(ward, ward.hanh, "consent-withdrawn")
    assert event(ward, xuan, "consent-withdrawn") and told(ward, case)[-1] == ("consent", "withdrawn")
    assert ward.kim.get(f"/cases/{case}").status_code == 404 and row(ward, Consent, consent).replaced_by


def test_of_a_yes_and_a_no_in_one_batch_the_no_stands_and_hides_what_was_written_before_it(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    referral = referred(ward, case, note="Đến cửa sau")
    saved(ward.hanh.answer(referral))
    at = 1_700_000_000_000
    yes = ward.thu.seal("consent", {"case": case, "unit": "tramyte", **CONSENT, "fields": ["name"]}, at=at)
    words = [ward.thu.seal("note", {"referral": referral, "text": text}, at=when) for text, when in (("Chờ ở cổng chợ", at + 1), ("Xin dừng", at + 3))]
    no = ward.thu.seal("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn", "over": yes["id"]}, at=at + 2)
    receipts = ward.thu.sync(yes, words[0], no, words[1]).json["receipts"]
    assert {each["outcome"] for each in receipts} == {"stored"}
    text = page(ward.hanh, referral)
    assert STOPPED in text and "Xin dừng" in text and not any(each in text for each in ("Nguyễn Thị Tư", "Chờ ở cổng chợ", "Đến cửa sau"))


# ── Who reads ────────────────────────────────────────────────────────────────────────────────────────────────────────

ENDS = {
    "taken back": lambda ward, case, referral: saved(ward.thu.save("withdrawal", {"target": referral})),
    "withdrawn": lambda ward, case, referral: withdrawn(ward, case),
    "related": lambda ward, case, referral: saved(ward.dung.answer(referral, "pass", next_unit="phunu", over=last(ward, referral),
                                                                   reason="related")),
}


def last(ward, referral):
    return ward.rows(Answer.select().where(Answer.referral == referral, Answer.choice == "accept"))[0].id


@pytest.mark.parametrize("end", ENDS)
def test_who_asked_their_own_unit_reads_no_more_of_it_than_that_unit(ward, end):
    record = ward.dung.record(**DANGER, narrative="Tôi nghe tiếng khóc")
    referral = saved(ward.dung.save("referral", {**REFERRAL, "record": record, "unit": "congan", "urgency": "urgent", "basis": "danger",
                                                 "note": NOTE}))
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    saved(ward.thu.save("person", {"case": case, **PERSON}))
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", **CONSENT, "fields": ["name", "contact", "address"]}))
    saved(ward.dung.answer(referral))
    saved(ward.thu.save("note", {"referral": referral, "text": "Chờ ở cổng chợ"}))
    shared = ("Nguyễn Thị Tư", "Số chín ngõ hai", "Chờ ở cổng chợ")
    assert all(words in page(ward.dung, referral) for words in shared)
    ENDS[end](ward, case, referral)
    text = page(ward.dung, referral)
    assert not any(words in text for words in shared) and NOTE in text and f"/records/{record}" in text


def test_what_somebody_asked_their_own_unit_leaves_the_phone_with_the_case_and_of_a_record_alone_stays(ward):
    record, alone = ward.dung.record(**DANGER), ward.dung.record(**DANGER)
    own = {**REFERRAL, "unit": "congan", "urgency": "urgent", "basis": "danger"}
    ours, other = (saved(ward.dung.save("referral", {**own, "record": each})) for each in (record, alone))
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    for each in (ours, other):
        saved(ward.dung.answer(each))
        saved(ward.dung.answer(each, "help"))

    def kept():
        paths = [each["path"] for each in ward.dung.get("/pages").json["pages"]]
        return [f"/referrals/{each}" in paths for each in (ours, other)]
    assert kept() == [True, True]
    saved(ward.thu.save("closing", {"case": case, **CLOSE}))
    assert kept() == [False, True]


def test_what_people_of_a_unit_were_to_do_ends_when_the_next_one_accepts_and_is_read_by_nobody_who_has_no_part_any_more(ward):
    _record, case = opened(ward)
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", **CONSENT, "fields": ["name"]}))
    referral = referred(ward, case)
    saved(ward.hanh.answer(referral))
    given = {"case": case, "what": "visit", "due": "tomorrow", "owner": ward.hanh.me["person"], "note": "Chị Tư nhà số chín"}
    done, still = saved(ward.thu.save("task", given)), saved(ward.thu.save("task", given))
    saved(ward.hanh.save("completion", {"task": done, "choice": "done", "note": "Đã đến", "next": "none"}))
    saved(ward.hanh.answer(referral, "pass", next_unit="phunu", over=last(ward, referral)))
    # It answers for it until somebody has it.
    assert row(ward, Task, still).state == "open" and "Chị Tư" in ward.hanh.get(f"/tasks/{done}").text
    saved(ward.nga.answer(referral))
    assert row(ward, Task, still).state == "dropped" and still not in ward.hanh.get("/todo").text
    assert not any("Chị Tư" in ward.hanh.get(f"/tasks/{each}").text for each in (done, still))
    assert "Nơi khác đã nhận việc này." in ward.hanh.get(f"/tasks/{still}").text and "Chị Tư" in ward.thu.get(f"/tasks/{done}").text


def test_what_was_done_for_a_unit_is_not_read_there_once_its_referral_was_taken_back(ward):
    _record, case = opened(ward)
    referral = referred(ward, case, **CONSENT, fields=["name"])
    saved(ward.hanh.answer(referral))
    task = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "tomorrow", "owner": ward.hanh.me["person"], "note": "Chị Tư số chín"}))
    saved(ward.hanh.save("completion", {"task": task, "choice": "done", "note": "Xong", "next": "none"}))
    assert "Chị Tư" in ward.hanh.get(f"/tasks/{task}").text
    saved(ward.thu.save("withdrawal", {"target": referral}))
    assert "Chị Tư" not in ward.hanh.get(f"/tasks/{task}").text and "Chị Tư" in ward.thu.get(f"/tasks/{task}").text


def test_a_no_where_only_a_volunteers_chip_had_spoken_hides_their_note_and_is_told(ward):
    record, referral = asked(ward)
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    task = saved(ward.thu.save("task", {"case": case, "what": "visit", "due": "tomorrow", "owner": ward.dung.me["person"], "note": NOTE}))
    saved(ward.thu.save("consent", {"case": case, "unit": "congan", "decision": "declined"}))
    assert reads(ward.dung, referral)[:2] == (False, False) and "Người đó không đồng ý" in page(ward.dung, referral)
    assert {each.subject_id for each in event(ward, ward.dung, "consent-withdrawn")} == {referral, task} and row(ward, Task, task).state == "dropped"
    assert NOTE in page(ward.lan, referral) and NOTE in page(ward.thu, referral)
    # One that was never asked for anything is rung for nothing; what goes with the no itself is read.
    asking = referred(ward, case, decision="declined", note="Giúp mà không hỏi tên")
    assert not event(ward, ward.hanh, "consent-withdrawn") and "Giúp mà không hỏi tên" in page(ward.hanh, asking)


# ── What rests on it ─────────────────────────────────────────────────────────────────────────────────────────────────

@pytest.mark.parametrize("decision", ["withdrawn", "declined"])
def test_an_agencys_request_for_a_ban_ends_with_the_agreement_it_needs_and_the_persons_own_goes_on(ward, decision):
    ward.binh  # noqa: B018 – there to decide, and to be told
    for asked_by, state in (("agency", "recalled"), ("victim", "waiting")):
        _record, case = opened(ward)
        consent = saved(ward.thu.save("consent", {"case": case, "unit": "ubnd", **CONSENT, "fields": ["what"]}))
        ban = {"case": case, "what": "contact-ban", "asked_by": asked_by, "agreed": "y", "remark": "Chi tiết vụ việc"}
        request = saved(ward.thu.save("decision-request", ban))
        child = saved(ward.thu.save("decision-request", {"case": case, "what": "assign", "remark": "Cần người lo"}))
        assert "Chi tiết vụ việc" in ward.binh.get(f"/decisions/{request}").text
        saved(ward.thu.save("consent", {"case": case, "unit": "ubnd", "decision": decision, "over": consent}))
        assert (row(ward, DecisionRequest, request).state, row(ward, DecisionRequest, child).state) == (state, "waiting")
        goes_on = state == "waiting"
        assert ("Chi tiết vụ việc" in ward.binh.get(f"/decisions/{request}").text) == goes_on == (request in ward.binh.get("/todo").text)
        assert ward.binh.save("decision", {"request": request, "choice": "approve", "days": "3"})[1] == ("stored" if goes_on else "conflict")
        rung = ward.rows(Notice.select().where(Notice.subject_id == request, Notice.person == ward.binh.me["person"]))
        assert sorted(each.event for each in rung) == ["decision-asked"] + ["decision-made"] * (not goes_on)
        assert len(ward.rows(Measure.select().where(Measure.case == case))) == goes_on


def test_the_warning_that_nobody_is_to_call_comes_back_with_the_withdrawal(ward):
    _record, case = opened(ward, contact_consent="no")

    def warns():
        return "Không liên hệ, không đến nhà" in ward.thu.get(f"/cases/{case}").text
    assert warns()
    consent = saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", **CONSENT, "fields": ["what"]}))
    assert not warns()
    saved(ward.thu.save("consent", {"case": case, "unit": "tramyte", "decision": "withdrawn", "over": consent}))
    assert warns()
