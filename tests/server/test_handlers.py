"""The named handler of a school: who names one, what that opens and what not, and that it is gone once it is taken back."""
import pytest

from db.base import database
from db.models import Audit, Person
from tests.server.test_approvals import invited_by, settle
from tests.ward import OBSERVATION

SCHOOL = {"form_name": "school", "danger": "no", "acts": ["insult"], "narrative": "Em ấy ngồi một mình ở sân sau"}
TOLD, SECTION = "ngồi một mình ở sân sau", "Trường bạn phụ trách"


def handle(phone, counsellor, choice="name"):
    return phone.client.post(f"/handlers/{counsellor.me['person']}", base_url=phone.base, data={"csrf_token": phone.token(), "choice": choice},
                             headers={"Referer": phone.base + "/people"})


@pytest.fixture
def lien(cast):
    """Another counsellor of Mai's school, who records."""
    return invited_by(cast, None, "mai", "Liên")


def recorded(phone, **said):
    """The id of a record of the school that arrived."""
    record, outcome = phone.save("record", {**SCHOOL, **said})
    assert outcome == "stored"
    return record


def kept(phone):
    return {page["path"] for page in phone.get("/pages").json["pages"]}


def sees(phone, record):
    """Whether a record opens, stands on the list and is kept by the phone; all three are one."""
    page = phone.get(f"/records/{record}")
    found = {page.status_code == 200, f'href="/records/{record}"' in phone.get("/records/rows").text, f"/records/{record}" in kept(phone)}
    assert len(found) == 1, "one of page, list and phone says otherwise"
    return found.pop()


def test_a_coordinator_names_the_handler_who_then_reads_what_was_recorded_at_the_school(cast, lien):
    record = recorded(lien, cautions=["pregnant", "kin"])
    elsewhere = invited_by(cast, None, "lan", "Ở tổ một").record(narrative="Nghe ở nhà bên")
    observation = lien.save("record", {**OBSERVATION, "narrative": "Thấy ở ngoài đường"})[0]
    assert not sees(cast.mai, record) and SECTION not in cast.mai.get("/records/rows").text
    assert "Chỉ định phụ trách trường" in cast.thu.get("/people").text and "Chỉ định phụ trách trường" not in cast.son.get("/people").text
    assert handle(cast.thu, cast.mai).status_code == 302
    assert "phụ trách trường" in cast.son.get("/people").text
    page = cast.mai.get(f"/records/{record}").text
    assert sees(cast.mai, record) and TOLD in page and "Mang thai" in page and SECTION in cast.mai.get("/records/rows").text
    assert "Liên" not in page and "Tôi quen" not in page, "who recorded, and that they know somebody in it"
    assert "/referrals/new" not in page.split("<main")[1].split("</main>")[0], "it is not theirs to refer"
    assert not sees(cast.mai, elsewhere) and not sees(cast.mai, observation), "not the whole of anything"
    assert cast.mai.save("withdrawal", {"target": record})[1] == "forbidden"
    assert "Tôi quen" in cast.thu.get(f"/records/{record}").text, "there to be seen"


def test_what_is_named_and_read_is_noted_in_the_audit_trail(cast, lien):
    record = recorded(lien)
    handle(cast.thu, cast.mai)
    handle(cast.thu, cast.mai)
    cast.mai.get(f"/records/{record}")
    handle(cast.kim, cast.mai, "end")
    mai, rows = cast.mai.me["person"], cast.rows(Audit.select().order_by(Audit.seq))
    named = [(each.person_id, each.detail["choice"]) for each in rows if each.subject_kind == "handler" and each.action == "change"]
    assert named == [(cast.thu.me["person"], "name"), (cast.kim.me["person"], "end")]
    assert [each.action for each in rows if each.subject_id == record and each.person_id == mai] == ["read"]
    assert "Người phụ trách trường" in cast.son.get("/audit").text


def test_a_naming_that_is_taken_back_is_gone_from_the_phone_at_its_next_contact(cast, lien):
    record = recorded(lien)
    handle(cast.thu, cast.mai)
    pages = {page["path"]: page["id"] for page in cast.mai.get("/pages").json["pages"]}
    assert handle(cast.kim, cast.mai, "end").status_code == 302
    cast.mai.lock()
    assert set(cast.mai.sync().json["drop"]) == {pages[f"/records/{record}"], pages["/records/rows"]}
    cast.mai.unlock()
    assert not sees(cast.mai, record) and SECTION not in cast.mai.get("/records/rows").text


@pytest.mark.parametrize("said", [{"actor": "staff"}, {"cautions": ["staff"]}])
def test_what_tells_of_the_staff_goes_past_the_school_in_every_version_and_duplicate(cast, lien, said):
    handle(cast.thu, cast.mai)
    plain, told = recorded(lien), recorded(lien, **said)
    assert sees(cast.mai, plain) and not sees(cast.mai, told)
    mended = recorded(lien, replaces=told)
    assert not sees(cast.mai, mended) and not sees(cast.mai, told), "what was said once is not unsaid"
    assert cast.thu.save("triage", {"record": plain, "choice": "merge", "other": mended})[1] == "stored"
    assert not sees(cast.mai, plain)


def test_a_record_of_a_case_whose_other_side_is_of_the_school_is_not_its_handlers(cast, lien):
    handle(cast.thu, cast.mai)
    records = [recorded(lien) for _time in range(3)]
    cases = [cast.thu.save("triage", {"record": record, "choice": "open"})[0] for record in records]
    other = {"part": "other", "relation": "family"}
    assert cast.thu.save("person", {"case": cases[0], **other, "ties": ["truong-2"]})[1] == "stored"
    assert [sees(cast.mai, record) for record in records] == [True, True, True], "it is another school's"
    assert cast.thu.save("person", {"case": cases[0], **other, "ties": ["truong-1"]})[1] == "stored"
    assert cast.thu.save("incident", {"case": cases[1], "relation": "teacher"})[1] == "stored"
    assert [sees(cast.mai, record) for record in records] == [False, False, True]
    assert cast.thu.save("triage", {"case": cases[2], "choice": "merge", "into": cases[0]})[1] == "stored"
    assert not sees(cast.mai, records[2]), "the matter is one"


def test_a_record_that_is_taken_back_is_not_the_handlers(cast, lien):
    handle(cast.thu, cast.mai)
    record = recorded(lien)
    assert lien.save("withdrawal", {"target": record})[1] == "stored"
    assert not sees(cast.mai, record) and lien.get(f"/records/{record}").status_code == 200


def test_it_takes_two_people_to_let_a_handler_read(cast, lien):
    record = recorded(lien)
    invited = invited_by(cast, cast.thu, "mai", "Tuyết")
    assert "hãy nhờ điều phối viên khác" in cast.thu.get("/people").text
    assert handle(cast.thu, invited).status_code == 404 and handle(cast.son, invited).status_code == 404 and not sees(invited, record)
    assert handle(cast.kim, invited).status_code == 302 and sees(invited, record)
    # Every further phone waits, whoever made it.
    with cast.app.app_context(), database.connection_context():
        assert Person.get_by_id(invited.me["person"]).handler_since
    second = invited_by(cast, cast.son, "mai", "Tuyết")
    assert second.get(f"/records/{record}").status_code == 403 and second.me["short_code"] in cast.kim.get("/approvals").text
    assert "Máy chờ duyệt" in cast.kim.get("/todo").text
    assert settle(cast.kim, second, "approve").status_code == 302 and sees(second, record)


@pytest.mark.parametrize("name", ["lan", "dung", "thu", "binh"])
def test_only_a_counsellor_of_a_school_is_named(cast, name):
    assert handle(cast.kim, getattr(cast, name)).status_code == 404
    assert handle(cast.kim, cast.mai, "other").status_code == 404
