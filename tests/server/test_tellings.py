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
