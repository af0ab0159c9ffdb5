"""A phone that was revoked, or forgotten: what it holds still arrives, and nothing is erased before."""
import sqlite3



def entries_of(ward, enrolment):
    return ward.sql("SELECT id, marked FROM entry WHERE enrolment_id = ? ORDER BY seq", enrolment)


def holdings(phone):
    """What the phone keeps, by store."""
    return {store: [row["id"] for row in phone.stored(store)] for store in ("enrolments", "outbox", "own", "receipts")}


def test_a_revoked_phone_delivers_what_it_holds_and_is_wiped_then(phone, ward):
    lan = phone("lan")
    delivered = lan.write_record("Trước khi thu hồi")
    lan.expect_delivered()
    enrolment, = lan.enrolments
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    ward.flask("enrolments", "revoke", enrolment)
    assert len(lan.stored("outbox")) == 2
    lan.online()
    lan.expect_text("Sổ trên máy này chưa mở")
    assert entries_of(ward, enrolment) == [(delivered, 0), (waiting[0], 1), (waiting[1], 1)]
    assert ward.sql("SELECT count(*) FROM record WHERE id IN (?, ?)", *waiting) == [(2,)]
    assert holdings(lan) == {"enrolments": [], "outbox": [], "own": [], "receipts": []}
    lan.page.goto(ward.url + "/records")
    lan.expect_text("Sổ trên máy này chưa mở")


def test_a_revoked_phone_is_not_wiped_while_the_ward_cannot_be_reached(phone, ward):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Chưa gửi được")
    ward.flask("enrolments", "revoke", *lan.enrolments)
    lan.reopen()
    lan.expect_book((entry_id, "Chờ gửi"))


def test_a_phone_whose_cookie_is_gone_keeps_everything_until_a_new_invitation(phone, ward, namesake):
    lan = phone("lan")
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    enrolment, = lan.enrolments
    before = holdings(lan)
    lan.context.clear_cookies()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này. Mọi mục vẫn còn trên máy. Hãy xin lời mời mới.")
    assert holdings(lan) == before
    assert entries_of(ward, enrolment) == []
    lan.enrol("lan", namesake)
    lan.expect_delivered()
    assert entries_of(ward, enrolment) == [(waiting[0], 0), (waiting[1], 0)]
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id IN (?, ?)", *waiting) == [(0,)]
    lan.expect_state(waiting[0], "Đã nhận")
    lan.expect_state(waiting[1], "Đã nhận")


def test_a_phone_the_server_has_lost_keeps_everything_until_a_new_invitation(phone, own_ward, namesake):
    lan = phone("lan", on=own_ward)
    lan.offline()
    waiting = [lan.write_record("Một"), lan.write_record("Hai")]
    enrolment, = lan.enrolments
    before = holdings(lan)
    own_ward.stop()
    with sqlite3.connect(own_ward.folder / "data" / "sotay.db") as database:
        assert database.execute("DELETE FROM enrolment WHERE id = ?", (enrolment,)).rowcount == 1
    own_ward.start()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này")
    assert holdings(lan) == before
    lan.enrol("lan", namesake)
    lan.expect_delivered()
    assert entries_of(own_ward, enrolment) == [(waiting[0], 0), (waiting[1], 0)]
    assert own_ward.sql("SELECT count(*) FROM record") == [(2,)]


def test_what_a_forgotten_phone_holds_is_never_sent_as_somebody_else(phone, ward, namesake):
    lan = phone("lan")
    lan.offline()
    entry_id = lan.write_record("Một")
    enrolment, = lan.enrolments
    lan.context.clear_cookies()
    lan.online()
    lan.expect_text("Máy chủ chưa nhận ra máy này")
    lan.enrol("hoa", namesake)
    of_hoa = lan.write_record("Của Hòa")
    lan.wait_stored("outbox", [entry_id])
    assert ward.sql("SELECT count(*) FROM record WHERE id = ?", of_hoa) == [(1,)]
    assert entries_of(ward, enrolment) == []
    assert ward.sql("SELECT count(*) FROM held WHERE entry_id = ?", entry_id) == [(0,)]
