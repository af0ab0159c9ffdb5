"""What the Chairman is told at once, also when it only turns out to be a tin báo as its author mends it."""
from db.base import database
from db.models import Notice, Person, Telling


def test_an_observation_that_is_mended_to_a_report_is_told_once(ward):
    head, decider = ward.hoa, ward.binh.me["person"]
    with ward.app.app_context(), database.connection_context():
        Person.update(capacity="tdp-head").where(Person.id == head.me["person"]).execute()
    seen = head.record(source="saw")
    assert not ward.rows(Telling.select())
    told = head.record(source="told", replaces=seen, danger="yes")
    head.record(source="other-told", replaces=told)
    [telling] = ward.rows(Telling.select())
    assert (telling.record_id, telling.danger) == (told, True)
    assert [each.event for each in ward.rows(Notice.select().where(Notice.person == decider))] == ["report-told"]


def test_a_tin_bao_mended_to_tell_of_danger_says_so_where_it_waits_and_is_told_again_where_it_was_opened(ward):
    head, decider = ward.hoa, ward.binh
    with ward.app.app_context(), database.connection_context():
        Person.update(capacity="tdp-head").where(Person.id == head.me["person"]).execute()

    def told():
        return [notice.urgent for notice in ward.rows(Notice.select().where(Notice.person == decider.me["person"]).order_by(Notice.created_at))]
    calm = head.record(source="told")
    again = head.record(source="told", replaces=calm)
    danger = head.record(source="told", replaces=again, danger="yes")
    [telling] = ward.rows(Telling.select())
    assert (telling.record_id, telling.danger, telling.turn < 0) == (danger, True, True) and told() == [False, True]
    assert "Đang nguy hiểm" in decider.get("/todo").text
    assert decider.get(f"/tellings/{telling.id}").status_code == 200 and telling.id not in decider.get("/todo").text
    head.record(source="told", replaces=danger, danger="yes", victim_age="under-16")
    second = next(each for each in ward.rows(Telling.select()) if each.id != telling.id)
    assert (second.danger, second.child, second.told_at) == (True, True, None) and told() == [False, True, True]
