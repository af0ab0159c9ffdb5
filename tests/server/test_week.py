"""A ward's week, eight matters at once, through the doors everybody uses; Lan is often without a network."""
from db.models import Case, Notice, Record, Referral, Task
from pwa.domain import cases
from tests.server.test_cases import CONSENT, abroad, row, saved, sentence, told


def late(phone, *entries):
    """What a phone wrote without a network arrives, in order; the outcomes."""
    return [receipt["outcome"] for receipt in phone.sync(*entries).json["receipts"]]


def close(ward, case, outcome="safe", said="better"):
    return saved(ward.thu.save("closing", {"case": case, "choice": "close", "outcome": outcome, "said": said}))


def test_school_bullying_turns_out_to_be_abuse_at_home(ward):
    record = saved(ward.mai.save("record", {"form_name": "school", "acts": ["insult"], "grade": "6-9", "under_16": "yes", "place": "class",
                                            "narrative": "Bạn trêu, em khóc, không muốn về nhà", "family_safe": "unsure"}))
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    question = saved(ward.thu.save("triage", {"record": record, "choice": "ask", "question": "Em có nói gì về nhà mình không?"}))
    answer = ward.mai.seal("completion", {"task": question, "choice": "done", "what": "question", "note": "Em nói bố đánh"})
    assert late(ward.mai, answer) == ["stored"]
    assert "Em nói bố đánh" in ward.thu.get(f"/cases/{case}").text
    saved(ward.thu.save("person", {"case": case, "part": "affected", "age": "under-16", "safe_contact": "Qua cô Mai, giờ ra chơi"}))
    saved(ward.thu.save("person", {"case": case, "part": "other", "relation": "parent", "sex": "male"}))
    saved(ward.thu.save("classification", {"case": case, "q_rape": "no", "q_sexual_assault": "no", "q_physical_assault": "yes",
                                           "contexts": ["family", "child-abuse"], "vulnerabilities": ["child"]}))
    # The guardian is the one suspected: nobody asks him, the law for children is named and its reason kept.
    referral = saved(ward.thu.save("case-referral", {"case": case, "unit": "congan", "urgency": "day", "services": ["child", "protection"],
                                                     "decision": "agreed", "consent_basis": "child", "asked_of": "nobody",
                                                     "consent_note": "Người giám hộ là người bị nghi", "fields": ["what", "who", "contact"]}))
    page = ward.dung.get(f"/referrals/{referral}").text
    assert "Nghị định 56/2017" in page and "Qua cô Mai, giờ ra chơi" in page and "Bạn trêu" not in page
    assert "Đã tiếp nhận" in ward.mai.get("/records/rows").text and row(ward, Case, case).gbv_type == "physical-assault"


def test_a_declined_consent_is_help_without_a_name(ward):
    record = ward.lan.record(contact_consent="no")
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Chị Tư", "phone": "0912345678"}))
    referral = saved(ward.thu.save("case-referral", {"case": case, "unit": "tgpl", "urgency": "normal", "services": ["legal"],
                                                     "decision": "declined", "asked_of": "self"}))
    assert row(ward, Referral, referral).basis == "not-asked"
    saved(ward.thu.save("withdrawal", {"target": referral}))
    saved(ward.thu.save("service", {"case": case, "services": ["legal"], "step": "refused"}))
    close(ward, case, "stopped", "nothing")
    assert "Không liên hệ, không đến nhà" in ward.thu.get(f"/cases/{case}").text


def test_an_urgent_night_call_is_first_in_every_list_and_everybody_is_rung(ward):
    thu, dung = ward.thu, ward.dung
    calm = ward.lan.record()
    record = ward.hoa.seal("record", {"form_name": "observation", "danger": "yes", "acts": ["hit"], "when": "now", "tdp": "tdp-2"})
    referral = ward.hoa.seal("referral", {"unit": "congan", "urgency": "urgent", "basis": "danger", "record": record["id"]})
    assert late(ward.hoa, record, referral) == ["stored", "stored"]
    assert {each.person_id for each in ward.rows(Notice.select().where(Notice.urgent))} >= {thu.me["person"], dung.me["person"]}
    page = ward.thu.get("/todo").text
    assert page.index(record["id"]) < page.index(calm)
    saved(ward.dung.answer(referral["id"]))
    case = saved(ward.thu.save("triage", {"record": record["id"], "choice": "open"}))
    assert row(ward, Case, case).urgent and row(ward, Referral, referral["id"]).case_id == case
    saved(ward.dung.save("note", {"referral": referral["id"], "text": "Đã tách hai người, chị ở nhà mẹ"}))
    saved(ward.dung.answer(referral["id"], "help"))
    assert "Đã được giúp" in ward.hoa.get("/records/rows").text
    assert "Đã tách hai người" in ward.thu.get(f"/cases/{case}").text and "Đã tách" not in ward.hoa.get(f"/referrals/{referral['id']}").text


def test_a_wrong_referral_comes_back_and_goes_to_the_right_place(ward):
    case = saved(ward.thu.save("triage", {"record": ward.lan.record(), "choice": "open"}))
    referral = saved(ward.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "normal", "services": ["legal"]}))
    saved(ward.hanh.answer(referral, "decline", reason="wrong-place", next_unit="tgpl"))
    found = row(ward, Referral, referral)
    assert (found.state, found.unit.code, found.owner.code) == ("passed", "tgpl", "tramyte")
    other = saved(ward.thu.save("case-referral", {"case": case, "unit": "phunu", "urgency": "normal"}))
    saved(ward.nga.answer(other, "decline", reason="no-capacity"))
    assert row(ward, Referral, other).unit.code == "vhxh" and other in ward.thu.get("/todo").text
    assert [choice for kind, choice in told(ward, case) if kind == "answer"] == ["decline", "decline"]


def test_two_neighbours_tell_of_the_same_night(ward):
    first = ward.lan.record(tdp="tdp-1", place="home", narrative="Nghe tiếng đập cửa")
    again = ward.hoa.record(tdp="tdp-1", place="home", narrative="Thấy chị ấy chạy ra ngõ", danger="yes")
    assert first in ward.thu.get(f"/records/{again}").text
    saved(ward.thu.save("triage", {"record": again, "choice": "merge", "other": first}))
    # Kim, who has not seen it yet, opens the second one from her own phone.
    offline = ward.kim.seal("triage", {"record": again, "choice": "open"})
    case = saved(ward.thu.save("triage", {"record": first, "choice": "open"}))
    assert late(ward.kim, offline) == ["conflict"] and told(ward, case)[-1] == ("conflict", "triage")
    page = ward.thu.get(f"/cases/{case}").text
    assert first in page and again in page
    assert {each.became for each in ward.rows(Record.select())} == {"case", "duplicate"}


def test_a_child_is_protected_without_asking_the_child_whether_it_was_wanted(ward):
    record = ward.lan.record(victim_age="under-16", acts=["sexual"])
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    assert row(ward, Case, case).child
    form = ward.thu.get(f"/cases/{case}/classify").text
    assert "không bao giờ hỏi trẻ có muốn hay không" in form and "không mong muốn" not in form
    saved(ward.thu.save("classification", {"case": case, "gbv_unknown": "y", "vulnerabilities": ["child"]}))
    page = ward.thu.get(f"/cases/{case}/refer").text
    assert "Bảo vệ trẻ em" in page and "Công an phường" in page


def test_a_withdrawn_consent_is_honoured_on_every_page_from_then_on(ward):
    case = saved(ward.thu.save("triage", {"record": ward.lan.record(tdp="tdp-4"), "choice": "open"}))
    saved(ward.thu.save("person", {"case": case, "part": "affected", "name": "Chị Năm", "safe_contact": "Qua chị gái"}))
    referral = saved(ward.thu.save("case-referral", {"case": case, "unit": "phunu", "urgency": "normal", **CONSENT, "fields": ["name", "contact", "where"]}))
    saved(ward.nga.answer(referral))
    assert "Chị Năm" in ward.nga.get(f"/referrals/{referral}").text
    saved(ward.kim.save("consent", {"case": case, "unit": "phunu", "decision": "withdrawn", "consent_note": "Chị gọi lại nói thôi"}))
    for page in (ward.nga.get(f"/referrals/{referral}"), ward.nga.get("/todo"), ward.nga.get("/records/rows")):
        assert "Chị Năm" not in page.text and "Qua chị gái" not in page.text and "Tổ dân phố 4" not in page.text
    saved(ward.nga.answer(referral, "fail", why_not="stopped"))
    close(ward, case, "stopped", "nothing")


def test_a_case_moves_to_another_ward_and_nobody_loses_it_on_the_way(ward):
    record = ward.lan.record()
    case = saved(ward.thu.save("triage", {"record": record, "choice": "open"}))
    task = saved(ward.thu.save("task", {"case": case, "what": "call", "due": "tomorrow"}))
    xuan = abroad(ward)
    saved(ward.thu.save("handover", {"case": case, "choice": "offer", "ward": "phuong-khac", "note": "Chị về nhà mẹ"}))
    # Until it is taken it is Thu's, and she goes on working.
    saved(ward.thu.save("note", {"case": case, "text": "Đã gọi lần cuối"}))
    saved(xuan.save("handover", {"case": case, "choice": "accept"}))
    saved(xuan.save("completion", {"task": task, "choice": "done", "next": "visit", "due": "week"}))
    assert sentence(ward.thu, "note", {"case": case, "text": "Muộn"})[0] == "forbidden"
    assert {each.owner_id for each in ward.rows(Task.select())} == {xuan.me["person"]}
    page = xuan.get(f"/cases/{case}").text
    assert "Đã gọi lần cuối" in page and "Chị về nhà mẹ" in page and cases.shown(row(ward, Case, case).code) in page
    assert "Đã tiếp nhận" in ward.lan.get("/records/rows").text
