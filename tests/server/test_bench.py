"""What the bench writes by the thousand is what the database takes: a column added later must not end a figure unseen."""
from bench import crowd, storm
from db.base import database
from db.models import Notice, Referral, Subscription
from pwa.domain import deliveries, escalations, reach


def test_a_crowd_can_be_told_rung_and_referred_to(app):
    people = crowd.gather(app, [f"http://localhost:1/ok/{number}" for number in range(3)])
    crowd.tell(app, people)
    with app.app_context():
        database.connect(reuse_if_open=True)
        police = crowd.gather(app, ["http://localhost:1/ok/police"], "congan")
        database.connect(reuse_if_open=True)
        assert reach.rung(people + police) == set(people + police) and Subscription.select().count() == 4
        due = storm.Storm._refer(None, people[0])
        assert set(due) == {row.id for row in Referral.select()} and escalations.watch() == storm.REFERRALS
        deliveries.spread()
        assert len(deliveries.turn((), 100)[1]) == Notice.select().count() == 3


def test_the_storm_prints_a_line_of_its_own_name(monkeypatch):
    monkeypatch.setattr(storm, "_blown", lambda: {"lost": 3, "again": 1, "live": 2000})
    assert list(storm.notice_storm()) == ["notice-storm: 3 lost (bar ≤ 0 lost, missed)", "notice-storm-duplicates: 0.05 % (bar ≤ 0.1 %)"]
