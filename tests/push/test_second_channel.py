"""When no phone can be rung, or none says that it rang: an SMS or an e-mail, over a real gateway and a real mail server."""
import json
import re

import pytest

from db.base import database
from db.models import Delivery, Message, Notice, Preference
from pwa import create_app
from pwa.config import Config
from pwa.domain import deliveries, messages
from pwa.domain.clock import now
from pwa.push import second
from pwa.ringing import write_due
from tests.push.post_office import PostOffice, certificate
from tests.push.service import Receiver
from tests.push.test_subscriptions import offer
from tests.server.test_duty import keep
from tests.ward import OBSERVATION, REFERRAL, Server, Ward, copy_of_seeded

MINUTE = 60_000
SAID = "So tay: co muc moi. Mo so de xem."


@pytest.fixture
def office():
    with PostOffice().open() as running:
        yield running


def a_ward(tmp_path, service, **settings):
    return Ward(create_app(copy_of_seeded(tmp_path, PUSH_EXTRA_HOSTS=(service.host,), **settings)))


@pytest.fixture
def with_sms(tmp_path, service, office):
    return a_ward(tmp_path, service, SMS_URL=office.sms, SMS_TOKEN="mật-khẩu".encode().hex())


@pytest.fixture
def with_mail(tmp_path, service, office):
    return a_ward(tmp_path, service, SMTP_URL=office.smtp, MAIL_FROM="so-tay@example.vn")


def tick(ward, minutes=0):
    """So many minutes pass; then notices are handed out and the second channel looks."""
    with ward.app.app_context(), database.connection_context():
        for model, names in ((Notice, ("created_at", "spread_at", "ring_at")), (Message, ("created_at", "next_at")), (Delivery, ("created_at",))):
            for name in names:
                field = getattr(model, name)
                model.update({field: field - minutes * MINUTE}).where(field.is_null(False)).execute()
        deliveries.spread()
        write_due(ward.app.config["SOTAY"])


def confirm(phone, **said):
    with phone.app.app_context(), database.connection_context():
        ring = Delivery.select().order_by(Delivery.created_at.desc()).first().id
    answer = phone.client.post("/notices/arrivals", base_url=phone.base, headers={"Origin": phone.base, "Sec-Fetch-Site": "same-origin"}, json={"ring": ring, **said})
    assert answer.status_code == 204


def test_a_person_without_a_phone_that_rings_gets_an_sms_with_the_neutral_words_and_nothing_else(with_sms, office):
    keep(with_sms.thu, phone="0912 345 678")
    with_sms.lan.record(danger="yes", narrative="Chị Tư khóc", safe_contact="chị Sáu")
    tick(with_sms)
    [(headers, body)] = office.texts
    assert body == {"to": "0912345678", "text": SAID}
    assert headers["Authorization"].startswith("Bearer ")
    tick(with_sms)
    assert len(office.texts) == 1


def test_or_an_e_mail(with_mail, office):
    keep(with_mail.thu, mail="thu@example.vn")
    with_mail.lan.record(danger="yes", narrative="Chị Tư khóc")
    tick(with_mail)
    [(sender, recipients, text)] = office.mails
    assert (sender, recipients) == ("so-tay@example.vn", ["thu@example.vn"])
    assert "Chị Tư" not in text and not re.search(r"https?://", text)


@pytest.mark.parametrize(("fields", "minutes"), [({"danger": "yes"}, 5), ({}, 240)])
def test_a_ring_that_no_phone_confirms_in_time_is_followed_by_an_sms(with_sms, service, office, fields, minutes):
    keep(with_sms.thu, phone="0912345678")
    offer(with_sms.thu, Receiver(service).subscription)
    with_sms.lan.record(**fields)
    tick(with_sms)
    tick(with_sms, minutes - 1)
    assert office.texts == []
    tick(with_sms, 1)
    assert [body["text"] for _headers, body in office.texts] == [SAID]


def test_a_ring_that_was_confirmed_needs_no_sms(with_sms, service, office):
    keep(with_sms.thu, phone="0912345678")
    offer(with_sms.thu, Receiver(service).subscription)
    with_sms.lan.record(danger="yes")
    tick(with_sms)
    confirm(with_sms.thu)
    tick(with_sms, 60)
    assert office.texts == []


def test_whoever_confirmed_the_ring_of_several_notices_and_read_one_gets_no_sms_for_the_others(with_sms, service, office):
    """The ring was that of the notice that led; the others have none of their own."""
    keep(with_sms.thu, phone="0912345678")
    offer(with_sms.thu, Receiver(service).subscription)
    record = with_sms.lan.seal("record", OBSERVATION)
    with_sms.lan.sync(record, with_sms.lan.seal("referral", {**REFERRAL, "record": record["id"]}))
    tick(with_sms)
    mine = with_sms.rows(Notice.select().where(Notice.person == with_sms.thu.me["person"], Notice.event.in_(["record-new", "referral-new"])))
    [lead] = [each for each in mine if each.id in {ring.notice_id for ring in with_sms.rows(Delivery.select())}]
    assert len(mine) == 2
    # In the book itself, not by the notification: nothing is due before the time the phone has to say that it rang.
    assert with_sms.thu.get(f"/{lead.subject_kind}s/{lead.subject_id}").status_code == 200
    assert [row.id for row in with_sms.rows(Notice.select().where(Notice.read_at.is_null(False)))] == [lead.id]
    tick(with_sms, 239)
    assert office.texts == []
    confirm(with_sms.thu)
    tick(with_sms, 60)
    assert office.texts == []


def test_a_phone_that_was_off_and_shows_the_newest_of_its_rings_needs_no_sms_for_the_older(with_sms, service, office):
    keep(with_sms.thu, phone="0912345678")
    offer(with_sms.thu, Receiver(service).subscription)
    for _record in range(2):
        with_sms.lan.record(danger="yes")
        tick(with_sms, 1)
        with with_sms.app.app_context(), database.connection_context():
            with_sms.app.extensions["queue"].ringer.ring_due()
    confirm(with_sms.thu)
    tick(with_sms, 10)
    assert office.texts == []


def test_what_is_older_than_two_days_is_no_longer_written_about(with_sms, office):
    keep(with_sms.thu, phone="0912345678")
    with_sms.lan.record(danger="yes")
    with with_sms.app.app_context(), database.connection_context():
        deliveries.spread()
        Notice.update(spread_at=now() - messages.TOO_OLD - 1).execute()
        assert messages.write_due() == 0
        Notice.update(spread_at=now() - messages.TOO_OLD + MINUTE).execute()
        assert messages.write_due() == 1


def test_what_was_read_meanwhile_needs_no_sms(with_sms, service, office):
    keep(with_sms.thu, phone="0912345678")
    offer(with_sms.thu, Receiver(service).subscription)
    record = with_sms.lan.record(danger="yes")
    tick(with_sms)
    with_sms.thu.get(f"/records/{record}")
    tick(with_sms, 60)
    assert office.texts == []


def test_many_notices_are_one_sms_and_the_next_comes_after_a_while(with_sms, office):
    keep(with_sms.thu, phone="0912345678")
    for _record in range(3):
        with_sms.lan.record()
    tick(with_sms)
    with_sms.lan.record()
    tick(with_sms, 10)
    assert len(office.texts) == 1
    tick(with_sms, 60)
    assert len(office.texts) == 2, "what came too soon was put off"
    with_sms.lan.record()
    tick(with_sms)
    assert len(office.texts) == 2
    # What is urgent waits less.
    with_sms.lan.record(danger="yes")
    tick(with_sms, 4)
    assert len(office.texts) == 2
    tick(with_sms, 1)
    assert len(office.texts) == 3
    tick(with_sms, 120)
    assert len(office.texts) == 3, "both have been written about"


def test_what_the_gateway_refused_is_no_reason_to_wait_with_the_next(with_sms, office):
    keep(with_sms.thu, phone="0912345678")
    office.answers = [400]
    with_sms.lan.record()
    tick(with_sms)
    with_sms.lan.record()
    tick(with_sms, 1)
    assert len(office.texts) == 1


def test_a_refused_sms_is_followed_by_the_e_mail_where_there_is_one(tmp_path, service, office):
    ward = a_ward(tmp_path, service, SMS_URL=office.sms, SMTP_URL=office.smtp, MAIL_FROM="so-tay@example.vn")
    keep(ward.thu, phone="0912345678", mail="thu@example.vn")
    keep(ward.kim, phone="0987654321")
    office.answers = [403, 403]
    ward.lan.record(danger="yes")
    tick(ward)
    assert office.texts == [] and [recipients for _sender, recipients, _text in office.mails] == [["thu@example.vn"]]
    assert sorted((row.channel, row.outcome) for row in ward.rows(Message.select())) == [("mail", "sent"), ("sms", "refused"), ("sms", "refused")]
    tick(ward, 4)
    assert len(office.mails) == 1


@pytest.mark.parametrize("gateway", ["away", "asks for a day"])
def test_an_sms_that_nobody_takes_is_joined_by_the_e_mail_once_and_given_up_when_that_was_taken(tmp_path, service, office, gateway):
    ward = a_ward(tmp_path, service, SMS_URL="http://127.0.0.1:9/" if gateway == "away" else office.sms, SMTP_URL=office.smtp, MAIL_FROM="so-tay@example.vn")
    keep(ward.thu, phone="0912345678", mail="thu@example.vn")
    keep(ward.kim, phone="0987654321")
    ward.lan.record(danger="yes")
    if gateway == "away":
        office.answers = [451, 451]
        tick(ward)
        tick(ward, 1)
        assert office.mails == [], "twice may be chance"
        tick(ward, 2)
        assert office.mails == [] and [row.outcome for row in ward.rows(Message.select().where(Message.channel == "mail"))] == ["retry"]
        assert ward.rows(Message.select().where(Message.channel == "sms", Message.next_at.is_null(False))), "tried on beside it"
    else:
        with ward.app.app_context(), database.connection_context():
            deliveries.spread()
            messages.write_due()
            while taken := messages.claim():
                row, _address = taken
                messages.settle(row, *(("retry", 86_400, "429") if row.channel == "sms" else ("sent", None, None)))
    for _hour in range(3):
        tick(ward, 60)
    waiting = {(row.person_id, row.channel): row.next_at for row in ward.rows(Message.select())}
    thu, kim = ward.thu.me["person"], ward.kim.me["person"]
    assert set(waiting) == {(thu, "sms"), (thu, "mail"), (kim, "sms")}
    assert waiting[thu, "sms"] is None and waiting[thu, "mail"] is None and waiting[kim, "sms"], "she has no other"
    assert [recipients for _sender, recipients, _text in office.mails] == ([["thu@example.vn"]] if gateway == "away" else [])


def test_whoever_only_a_gateway_reaches_that_takes_nothing_has_to_be_called(with_sms, service, office):
    """Refused at once, or tried in vain for a while; until one goes through, or they write down another address."""
    for phone in (with_sms.thu, with_sms.dung):
        keep(phone, phone="0912345678")
    def red():
        return 'data-out-of-reach="congan"' in with_sms.thu.get("/todo").text
    with_sms.thu.refer(unit="congan", urgency="day", basis="agreed")
    assert not red()
    office.answers = [401] * 9
    tick(with_sms)
    assert [row.outcome for row in with_sms.rows(Message.select())] == ["refused"] and red()
    keep(with_sms.dung, phone="0912345679")
    assert not red()
    office.answers = [503] * 9
    with_sms.thu.refer(unit="congan", urgency="urgent", basis="danger")
    tick(with_sms)
    assert with_sms.rows(Message.select().where(Message.outcome == "retry")) and not red()
    with with_sms.app.app_context(), database.connection_context():
        Preference.update(changed_at=1).execute()
        Message.update(created_at=Message.created_at - 6 * MINUTE).execute()
    assert red()
    office.answers = []
    tick(with_sms, 60)
    assert len(office.texts) == 1 and not red()


def test_two_workers_before_a_slow_gateway_write_each_message_once(with_sms, office):
    """Each takes one message, and has it for longer than the gateway may take to answer."""
    for phone, number in ((with_sms.thu, "0912345678"), (with_sms.kim, "0987654321")):
        keep(phone, phone=number)
    with_sms.lan.record(danger="yes")
    with with_sms.app.app_context(), database.connection_context():
        deliveries.spread()
        assert messages.write_due() == 2
        first, other = messages.claim(), messages.claim()
        assert messages.claim() is None and first[0].id != other[0].id
        # Each of the twelve answers of a mail server may take as long as a gateway's one.
        assert min(row.next_at for row in Message.select()) >= now() + 11 * second.TIMEOUT * 1000


def test_whoever_gave_no_address_is_not_written_to_and_does_not_stop_the_others(with_sms, office):
    keep(with_sms.kim, phone="0987654321")
    with_sms.thu.get("/notices")
    with_sms.lan.record(danger="yes")
    tick(with_sms)
    assert [body["to"] for _headers, body in office.texts] == ["0987654321"]


@pytest.mark.parametrize("status", [500, 429, 503])
def test_a_gateway_in_trouble_is_asked_again(with_sms, office, status):
    keep(with_sms.thu, phone="0912345678")
    office.answers = [status]
    with_sms.lan.record(danger="yes")
    tick(with_sms)
    assert office.texts == []
    tick(with_sms, 1)
    assert len(office.texts) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 302])
def test_a_gateway_that_refuses_is_not_asked_again(with_sms, office, status):
    keep(with_sms.thu, phone="0912345678")
    office.answers = [status]
    with_sms.lan.record(danger="yes")
    tick(with_sms)
    tick(with_sms, 4)
    assert office.texts == []
    assert [(row.outcome, row.next_at) for row in with_sms.rows(Message.select())] == [("refused", None)]


@pytest.mark.parametrize(("code", "outcome", "count"), [(550, "refused", 0), (451, "sent", 1)])
def test_a_mail_server_that_refuses_for_now_is_asked_again_and_one_that_refuses_for_good_is_not(with_mail, office, code, outcome, count):
    keep(with_mail.thu, mail="thu@example.vn")
    office.answers = [code]
    with_mail.lan.record(danger="yes")
    tick(with_mail)
    tick(with_mail, 2)
    assert [row.outcome for row in with_mail.rows(Message.select())] == [outcome]
    assert len(office.mails) == count


def test_a_mail_server_is_told_nothing_before_its_certificate_was_verified(tmp_path, monkeypatch):
    own, another = certificate(tmp_path), certificate(tmp_path / "another")
    with PostOffice(own).open() as office:
        for address in (office.smtps, office.smtp):
            url = address.replace("//", "//thu:bi-mat@")
            for trusted in (None, another):
                monkeypatch.setenv("SSL_CERT_FILE", str(trusted)) if trusted else monkeypatch.delenv("SSL_CERT_FILE", raising=False)
                assert second.mail(url, "so-tay@example.vn", "thu@example.vn") == second.Answer("retry", None, "certificate")
            assert office.mails == [] and office.passwords == 0
            monkeypatch.setenv("SSL_CERT_FILE", str(own))
            assert second.mail(url, "so-tay@example.vn", "thu@example.vn") == second.Answer("sent")
            assert len(office.mails) == office.passwords == 1
            office.mails.clear()
            office.passwords = 0


def test_a_gateway_that_is_not_there_is_asked_again(tmp_path, service):
    ward = a_ward(tmp_path, service, SMS_URL="http://127.0.0.1:9/")
    keep(ward.thu, phone="0912345678")
    ward.lan.record(danger="yes")
    tick(ward)
    [row] = ward.rows(Message.select())
    assert (row.outcome, row.cause) == ("retry", "unreachable") and row.next_at > now()


def test_a_worker_writes_by_itself(tmp_path, service, office):
    server = Server(tmp_path, PUSH_EXTRA_HOSTS=service.host, SMS_URL=office.sms)
    try:
        ward = Ward(create_app(Config.from_environment(server.environment)))
        keep(ward.thu, phone="0912345678")
        server.start(worker=True)
        ward.lan.record(danger="yes")
        from tests.push.service import wait_for
        wait_for(lambda: office.texts, "an SMS")
        assert json.dumps(office.texts[0][1]).count("So tay") == 1
    finally:
        server.stop()
