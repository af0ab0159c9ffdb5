"""The audit trail: what leaves a row, that the chain of a ward never forks, and that no tampering stays unnoticed."""
import json
import re
import sqlite3
import threading
import uuid

import pytest
from peewee import IntegrityError, OperationalError

from db.base import database
from db.models import Audit, AuditHead, Case, Held, Leave, Shift, Unit
from pwa.domain import audit, audit_heads, personal_data
from tests.server.test_duty import post, put_on
from tests.server.test_imports import bring, export
from tests.ward import OBSERVATION


def trail(ward, **where):
    return ward.rows(Audit.select().where(Audit.seq > 0, *(getattr(Audit, name) == value for name, value in where.items())).order_by(Audit.seq))


@pytest.mark.parametrize("path, what", [("/todo", "todo.index"), ("/records/rows", "records.rows")])
def test_a_list_leaves_one_row_however_long_it_is(ward, path, what):
    for _time in range(3):
        ward.lan.record()
    ward.thu.get(path)
    rows = trail(ward, action="list", person_id=ward.thu.me["person"])
    assert [row.subject_kind for row in rows] == [what]


@pytest.mark.parametrize("kind, fields, outcome", [("record", OBSERVATION, "stored"), ("record", {"form_name": "observation"}, "invalid"),
                                                   ("answer", {"referral": str(uuid.uuid4()), "choice": "accept"}, "forbidden")])
def test_every_entry_leaves_a_row_with_its_outcome(ward, kind, fields, outcome):
    entry_id, found = ward.lan.save(kind, fields)
    assert found == outcome
    [row] = trail(ward, action="write")
    assert (row.subject_kind, row.subject_id, row.detail["outcome"]) == (kind, entry_id, outcome)
    assert (row.person_id, row.enrolment_id) == (ward.lan.me["person"], ward.lan.me["enrolment"])


def test_a_duplicate_changes_nothing_and_leaves_none(ward):
    entry = ward.lan.seal("record", OBSERVATION)
    ward.lan.sync(entry)
    ward.lan.sync(entry)
    assert len(trail(ward, action="write")) == 1


def test_no_row_says_anything_of_what_was_written(ward):
    ward.lan.record(narrative="Chị Tư khóc", safe_contact="0912345678")
    ward.thu.get("/todo")
    text = json.dumps([row.__data__ for row in trail(ward)], ensure_ascii=False)
    assert "Tư" not in text and "hit" not in text
    # Ids, digests and times hold any four digits now and then.
    assert "0912" not in re.sub(r'[0-9a-f-]{32,}|"at": \d+', "", text)


def test_a_page_whose_trail_cannot_be_written_does_not_leave(ward, monkeypatch):
    record, thu = ward.lan.record(narrative="Chị Tư khóc"), ward.thu
    monkeypatch.setattr(audit, "append", lambda *_: (_ for _ in ()).throw(OperationalError("locked")))
    answer = thu.get(f"/records/{record}")
    assert answer.status_code == 500 and "Tư" not in answer.text


def test_a_change_that_is_rolled_back_leaves_no_row(ward):
    with ward.app.app_context(), database.connection_context():
        with pytest.raises(RuntimeError), database.atomic():
            audit.changed(None, "person", "x", ward_id=ward.row.id)
            raise RuntimeError
        assert not Audit.select().count() and audit_heads.verify(ward.row, "/nowhere") == []
        audit.changed(None, "person", "x", ward_id=ward.row.id)
        assert audit_heads.verify(ward.row, "/nowhere") == []


def test_many_writers_at_once_make_one_chain(ward):
    """Threads with connections of their own, as the web and the worker have."""
    writers, each = 8, 25
    failures, start = [], threading.Barrier(writers)

    def write(number):
        try:
            with database.connection_context():
                start.wait()
                for turn in range(each):
                    audit.append(ward.row.id, [audit.Note(ward.row.id, f"{number}", "admin", "change", "test", str(turn)).row() for _row in range(turn % 3 + 1)])
        except Exception as reason:
            failures.append(reason)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    rows = trail(ward)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == writers * sum(turn % 3 + 1 for turn in range(each))
    for number in range(writers):
        assert [int(row.subject_id) for row in rows if row.person_id == str(number)] == sorted(int(row.subject_id) for row in rows if row.person_id == str(number))
    with ward.app.app_context(), database.connection_context():
        assert audit_heads.verify(ward.row, "/nowhere") == []


def test_readers_at_once_all_get_their_page_and_leave_their_row(ward):
    record = ward.lan.record()
    phones = [ward.phone("thu") for _phone in range(4)]
    answers = []

    def look(phone):
        answers.extend(phone.get(f"/records/{record}").status_code for _time in range(10))
        database.close()

    threads = [threading.Thread(target=look, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40
    assert len(trail(ward, action="read", subject_id=record)) == 40


def test_the_database_itself_lets_no_row_be_changed_or_deleted(ward):
    ward.lan.record()
    with ward.app.app_context(), database.connection_context():
        for query in (Audit.update(person_id="x"), Audit.delete()):
            with pytest.raises(IntegrityError):
                query.execute()


# ── Tampering, by somebody who may write to the file but has no keys ─────────────────────────────────────────────────

@pytest.fixture
def signed(own_ward):
    """A ward whose twelve rows have been signed up to the tenth; (ward, folder of heads, path of the database)."""
    config = own_ward.app.config["SOTAY"]
    with own_ward.app.app_context(), database.connection_context():
        for number in range(12):
            audit.changed(None, "test", str(number), ward_id=own_ward.row.id)
            if number == 9:
                [path] = audit_heads.send_due(config.audit_dir)
        assert path.name == "thanh-sen-0000000010.json" and audit_heads.send_due(config.audit_dir) == []
    return own_ward, config.audit_dir, config.DATA_DIR / "sotay.db"


def test_what_was_taken_out_or_erased_is_signed_at_once_and_the_rest_within_the_hour(ward, tmp_path):
    folder, case = tmp_path / "heads", ward.thu.save("triage", {"choice": "open", "record": ward.lan.record()})[0]

    def sent(minutes=0):
        with ward.app.app_context(), database.connection_context():
            AuditHead.update(sent_at=AuditHead.sent_at - minutes * 60_000).execute()
            return len(audit_heads.send_due(folder))
    assert (sent(), sent()) == (1, 0)
    ward.kim.get(f"/cases/{case}")
    assert (sent(58), sent(2), sent()) == (0, 1, 0), "a look, within the hour"
    assert ward.kim.get(f"/cases/{case}/papers/2").status_code == 200
    assert (sent(), sent()) == (1, 0)
    ward.thu.save("closing", {"case": case, "choice": "close", "outcome": "safe", "said": "better"})
    assert sent() == 0
    with ward.app.app_context(), database.connection_context():
        personal_data.erase_case(None, Case.get_by_id(case))
    assert (sent(), sent()) == (1, 0)
    with ward.app.app_context(), database.connection_context():
        audit.changed(None, "case", case, ward_id=ward.row.id, action="break-glass")
        head = AuditHead.get(AuditHead.ward == ward.row.id)
    assert sent() == 1
    # Cut by somebody who may write to the database and has no key, back to what was signed before.
    with ward.app.app_context(), database.connection_context():
        assert audit_heads.verify(ward.row, folder) == []
        for guard in ("audit_no_update", "audit_no_delete"):
            database.execute_sql(f"DROP TRIGGER {guard}")
        Audit.delete().where(Audit.seq == head.seq).execute()
        last = Audit.select().order_by(Audit.seq.desc()).first()
        AuditHead.update(seq=last.seq, link=last.link, sent_seq=last.seq).execute()
        assert any("rows were cut off" in sentence for sentence in audit_heads.verify(ward.row, folder))


def tamper(path, *words):
    with sqlite3.connect(path) as connection:
        for guard in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {guard}")
        for word in words:
            connection.execute(word)
    connection.close()


def found(ward, heads):
    with ward.app.app_context(), database.connection_context():
        return audit_heads.verify(ward.row, heads)


def test_a_chain_nobody_touched_is_whole(signed):
    assert found(*signed[:2]) == []


TAMPERING = {
    "one row deleted": (["DELETE FROM audit WHERE seq = 5"], "Rows 5 to 5 are missing."),
    "the first row deleted": (["DELETE FROM audit WHERE seq = 1"], "Rows 1 to 1 are missing."),
    "one row deleted and the others moved up": (["DELETE FROM audit WHERE seq = 5", *(f"UPDATE audit SET seq = {n - 1} WHERE seq = {n}" for n in range(6, 13)),
                                                 "UPDATE audit_head SET seq = 11"], "Row 5 was changed, or does not stand where it was written."),
    "one row changed": (["UPDATE audit SET person_id = 'x' WHERE seq = 3"], "Row 3 was changed"),
    "a time changed": (["UPDATE audit SET at = at + 1 WHERE seq = 12"], "Row 12 was changed"),
    "two rows exchanged": (["UPDATE audit SET seq = 99 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = 7", "UPDATE audit SET seq = 7 WHERE seq = 99"],
                           "Row 4 was changed, or does not stand where it was written."),
    "the end cut off": (["DELETE FROM audit WHERE seq > 11"], "The chain should end with row 12, and ends with row 11"),
    "the end cut off, its head with it": (["DELETE FROM audit WHERE seq > 8",
                                           "UPDATE audit_head SET seq = 8, sent_seq = 0, link = (SELECT link FROM audit WHERE seq = 8)"],
                                          "Row 10 was signed, but the chain ends with row 8: rows were cut off."),
    "everything gone": (["DELETE FROM audit", "DELETE FROM audit_head"], "Row 10 was signed, but the chain ends with row 0: rows were cut off."),
    "a row put in": (["INSERT INTO audit SELECT ward_id, 13, at, person_id, role, enrolment_id, action, subject_kind, subject_id, detail, link FROM audit WHERE seq = 12",
                      "UPDATE audit_head SET seq = 13"], "Row 13 was changed"),
}


@pytest.mark.parametrize("words, sentence", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found_and_said(signed, words, sentence):
    ward, heads, path = signed
    tamper(path, *words)
    assert any(sentence in each for each in found(ward, heads)), found(ward, heads)


def test_a_chain_written_anew_even_with_the_keys_is_not_the_one_that_was_signed(signed):
    ward, heads, path = signed
    tamper(path, "DELETE FROM audit", "DELETE FROM audit_head")
    with ward.app.app_context(), database.connection_context():
        for number in range(12):
            audit.changed(None, "test", f"another {number}", ward_id=ward.row.id)
    assert "Row 10 is not the one that was signed: the chain was written anew up to there." in found(ward, heads)


def test_a_head_that_was_forged_or_taken_away_is_said(signed):
    ward, heads, _path = signed
    [head] = heads.glob("*.json")
    said = json.loads(head.read_text())
    head.write_text(json.dumps(said | {"seq": 3}))
    assert f"{head.name} is not a head this ward signed." in found(ward, heads)
    head.unlink()
    assert "bring the heads back" in found(ward, heads)[0]


def test_the_command_says_whole_or_what_is_wrong_and_exits_accordingly(signed):
    ward, _heads, path = signed
    runner = ward.app.test_cli_runner()
    good = runner.invoke(args=["audit", "verify"])
    assert good.exit_code == 0 and "thanh-sen: whole." in good.output
    database.close()
    tamper(path, "DELETE FROM audit WHERE seq = 5")
    bad = runner.invoke(args=["audit", "verify"])
    assert bad.exit_code == 1 and "Rows 5 to 5 are missing." in bad.output


def test_the_worker_sends_a_head_once_a_day(signed, monkeypatch):
    from pwa import ticker
    from pwa.domain.clock import DAY, now
    ward, heads, _path = signed
    with ward.app.app_context():
        ticker.tick(ward.app, ticker.heads)
        assert len(list(heads.glob("*.json"))) == 1
        later = now() + DAY + 1
        monkeypatch.setattr(audit_heads, "now", lambda: later)
        ticker.tick(ward.app, ticker.heads)
    assert sorted(path.name for path in heads.glob("*.json")) == ["thanh-sen-0000000010.json", "thanh-sen-0000000012.json"]
    assert found(ward, heads) == [] and ward.rows(AuditHead.select())[0].sent_seq == 12


def test_people_invitations_and_phones_leave_their_rows_too(ward):
    person = ward.lan.me["person"]
    ward.app.test_cli_runner().invoke(args=["enrolments", "revoke", ward.lan.me["enrolment"]])
    database.connect(reuse_if_open=True)
    kinds = [(row.subject_kind, row.subject_id, row.person_id, (row.detail or {}).get("choice")) for row in trail(ward, action="change")]
    phone = ward.lan.me["enrolment"]
    assert kinds == [("person", person, None, None), ("invitation", person, None, "invite"), ("enrolment", phone, person, "begin"),
                     ("enrolment", phone, None, "revoke")]


def changes(ward, **where):
    return [(row.person_id, row.subject_kind, row.subject_id, row.detail.get("choice")) for row in trail(ward, action="change", **where)]


def test_whoever_lets_a_phone_in_or_out_leaves_their_name(cast):
    thu, kim, son, new = cast.thu, cast.kim, cast.son, cast.phone("dung", approved=False)
    phone, before = new.me["enrolment"], trail(cast)[-1].seq
    for who, path, fields in ((kim, f"/approvals/{phone}", {"choice": "approve"}), (kim, f"/approvals/{phone}", {"choice": "undo"}),
                              (thu, f"/approvals/{phone}", {"choice": "refuse"}), (son, f"/people/{cast.nga.me['enrolment']}", {"choice": "one"})):
        assert who.client.post(path, base_url=who.base, data={"csrf_token": who.token(), **fields}).status_code == 302
    found = [each for each, row in zip(changes(cast), trail(cast, action="change"), strict=True) if row.seq > before]
    assert found == [(kim.me["person"], "enrolment", phone, "approve"), (kim.me["person"], "enrolment", phone, "undo"),
                     (thu.me["person"], "enrolment", phone, "revoke"), (son.me["person"], "enrolment", cast.nga.me["enrolment"], "revoke")]


def test_whoever_invites_and_takes_an_invitation_back_leaves_their_name(cast):
    son = cast.son
    fields = {"name": "Người mới", "role": "collaborator", "unit": "tdp-1", "capacity": ""}
    page = son.client.post("/invitations", base_url=son.base, data={"csrf_token": son.token(), **fields}).text
    path = re.search(r'action="(/invitations/[0-9a-f-]{36})"', page).group(1)
    assert son.client.post(path, base_url=son.base, data={"csrf_token": son.token()}).status_code == 302
    _his_own_phone, added, invited, void = trail(cast, action="change", person_id=son.me["person"])
    assert (added.subject_kind, added.detail) == ("person", {"role": "collaborator", "unit": "tdp-1"})
    assert [(row.subject_kind, row.subject_id, row.detail["choice"]) for row in (invited, void)] == [
        ("invitation", added.subject_id, "invite"), ("invitation", added.subject_id, "void")]


def test_a_changed_pin_a_roster_and_leave_leave_the_name_of_whoever_changed_them(cast):
    lan, dung, before = cast.lan, cast.dung, trail(cast)[-1].seq
    assert lan.post("/pin", {"old": lan.verifier("999999"), "new": lan.verifier("975310")}).status_code == 403
    assert lan.post("/pin", {"old": lan.verifier(), "new": lan.verifier("975310")}).status_code == 204
    [unit] = cast.rows(Unit.select().where(Unit.code == "congan"))
    for _time in range(2):
        assert put_on(dung, "congan", dung).status_code == 303
    upper, lower = cast.rows(Shift.select().order_by(Shift.position))
    for fields in ({"up": lower.id}, {"up": lower.id}, {"remove": upper.id}, {"remove": upper.id}):
        # The second time there is nothing left to do, and nothing to note.
        assert post(dung, "/duty/congan", **fields).status_code == 303
    assert post(lan, "/duty", first="2026-12-01", last="2026-12-03").status_code == 303
    [leave] = cast.rows(Leave.select())
    for _time in range(2):
        assert post(lan, "/duty", end=leave.id).status_code == 303
    found = [(row.person_id, row.subject_kind, row.subject_id, row.detail) for row in trail(cast, action="change") if row.seq > before]
    me, his = lan.me["person"], {"of": dung.me["person"]}
    roster = [(dung.me["person"], "roster", str(unit.id), {"choice": choice, **his}) for choice in ("add", "add", "up", "remove")]
    assert found == [(me, "enrolment", lan.me["enrolment"], {"choice": "pin"}), *roster,
                     (me, "leave", leave.id, {"choice": "take", "first": "2026-12-01", "last": "2026-12-03"}), (me, "leave", leave.id, {"choice": "end"})]
    assert cast.son.get("/audit").status_code == 200


def test_invitations_the_command_line_voids_leave_a_row_each_and_no_more(cast):
    before = trail(cast)[-1].seq
    for _time in range(2):
        with cast.app.app_context():
            done = cast.app.test_cli_runner().invoke(args=["demo", "--quiet"])
        assert done.exit_code == 0, done.output
        database.connect(reuse_if_open=True)
    found = [row for row in trail(cast, action="change", subject_kind="invitation") if row.seq > before]
    voided = [row.subject_id for row in found if row.detail["choice"] == "void"]
    assert len(voided) == len(set(voided)) == len([row for row in found if row.detail["choice"] == "invite"]) / 2
    assert {row.person_id for row in found} == {None}


def test_ten_wrong_pins_leave_a_row_of_the_server_itself(cast):
    for _try in range(10):
        cast.lan.unlock("999999")
    assert changes(cast)[-1] == (None, "enrolment", cast.lan.me["enrolment"], "revoke")


def test_whoever_brings_a_file_leaves_their_name_beside_those_who_wrote_it(cast):
    answer = bring(cast.thu, export(cast.lan, cast.lan.seal("record", OBSERVATION)))
    assert answer.status_code == 200
    [brought], [written] = trail(cast, subject_kind="import"), trail(cast, action="write")
    assert (brought.person_id, brought.subject_id, brought.detail) == (cast.thu.me["person"], cast.lan.me["enrolment"], {"entries": 1})
    assert written.person_id == cast.lan.me["person"]


def test_a_copy_a_phone_keeps_is_a_read_too(cast):
    record, thu = cast.lan.record(), cast.thu
    assert thu.get("/pages").status_code == thu.get(f"/records/{record}", **{"Sotay-Keep": "1"}).status_code == 200
    rows = trail(cast, person_id=thu.me["person"])
    assert [(row.action, row.subject_kind, row.subject_id) for row in rows[-2:]] == [("list", "pages.index", None), ("read", "record", record)]
    assert {row.enrolment_id for row in rows[-2:]} == {thu.me["enrolment"]}
    mark = thu.get("/pages").headers["ETag"]
    before = len(trail(cast))
    assert thu.get("/pages", **{"If-None-Match": mark}).status_code == 304 and len(trail(cast)) == before


def test_a_locked_phone_reads_nothing_and_leaves_no_row(cast):
    record = cast.lan.record()
    cast.thu.lock()
    before = len(trail(cast))
    assert cast.thu.get(f"/records/{record}").status_code == cast.thu.get("/todo").status_code == 401
    assert len(trail(cast)) == before


# ── Who may read it ──────────────────────────────────────────────────────────────────────────────────────────────────

def test_a_coordinator_sees_who_looked_at_a_record_and_when(ward):
    record = ward.lan.record()
    ward.kim.get(f"/records/{record}")
    page = ward.thu.get(f"/records/{record}/seen").text
    assert "Ai đã xem hồ sơ này" in page and "kim · Điều phối viên · Phòng Văn hóa – Xã hội" in page and "lan · Cộng tác viên" in page


def test_what_is_read_of_a_case_by_way_of_another_page_is_seen_in_it(ward):
    def opened(**fields):
        return ward.thu.save("triage", {"choice": "open", "record": ward.lan.record(**fields)})[0]

    def looked(case):
        return re.findall(r"<b>([^<]+)</b> <span>([^<]+)</span>\s*<span class=\"by\">kim", ward.thu.get(f"/cases/{case}/seen").text)
    first, second, third, other = (opened() for _turn in range(4))
    ward.kim.get(f"/cases/{third}")
    merges = [ward.thu.save("triage", {"choice": "merge", "case": case, "into": into})[0] for case, into in ((first, second), (second, third))]
    ward.kim.get(f"/cases/{third}")
    assert looked(first) == [("Đã xem", "Hồ sơ")], "while they are one"
    for merge in reversed(merges):
        assert ward.thu.save("triage", {"choice": "undo", "triage": merge})[1] == "stored"
    ward.kim.get(f"/cases/{third}")
    assert [len(looked(case)) for case in (first, second, third, other)] == [1, 1, 3, 0], "what was looked at before and since is not theirs"
    # What was refused, and was meant for a case.
    bad = ward.thu.save("incident", {"case": first, "note": "x" * 600})
    [held] = ward.rows(Held.select())
    assert bad[1] == "invalid" and "xxx" in ward.kim.get(f"/held/{held.id}").text
    assert looked(first)[0] == ("Đã xem", "Mục chưa ghi được") and len(looked(second)) == 1
    # A paper that tells of two cases.
    [case] = ward.rows(Case.select().where(Case.id == first))
    ward.thu.save("person", {"case": first, "part": "affected", "name": "Trần Thị Tư"})
    person = ward.thu.save("person", {"case": other, "part": "affected", "known_from": case.code})[0]
    request = ward.thu.save("data-request", {"case": other, "person": person, "what": "copy", "asked_by": "self"})[0]
    assert ward.kim.get(f"/data-requests/{request}/copy").status_code == 200
    assert looked(first)[0] == ("Đã xuất", "Hồ sơ") and looked(other)[0][0] == "Đã xuất" and len(looked(second)) == 1


def test_the_person_responsible_for_data_sees_codes_and_times_and_no_word_of_a_record(ward):
    record = ward.lan.record(narrative="Chị Tư khóc")
    ward.thu.get(f"/records/{record}")
    ward.hoa.get(f"/records/{record}")
    page = ward.son.get("/audit").text
    assert record[:8] in page and record not in page and "thu · Điều phối viên" in page
    assert "Tư" not in page and "Đánh" not in page
    only = ward.son.get("/audit?action=refuse").text
    assert "hoa · Cộng tác viên" in only and "thu · Điều phối viên" not in only


def test_a_long_trail_is_read_page_by_page(ward):
    with ward.app.app_context(), database.connection_context():
        audit.append(ward.row.id, [audit.Note(ward.row.id, None, None, "change", "test", f"{number:08d}").row() for number in range(250)])
    first = ward.son.get("/audit").text
    assert "00000249" in first and "00000100" not in first
    second = ward.son.get("/audit?before=" + first.split("?before=")[1].split('"')[0]).text
    assert "00000149" in second and "00000249" not in second and "00000001" not in second


@pytest.mark.parametrize("query", ["?before=x", "?before=-1", "?before=²", "?action=khac", "?before=" + "9" * 40])
def test_a_crooked_address_is_no_error(ward, query):
    assert ward.son.get("/audit" + query).status_code == 200
