"""What a page asks of the database does not grow with what it shows: the same number of statements for two rows and for sixteen."""
import re

import pytest

from db import base
from db.models import Record
from pwa.domain import queue
from tests.server.test_approvals import invited_by
from tests.server.test_cases import CONSENT, saved
from tests.server.test_handlers import SCHOOL, handle

FEW, MANY = 2, 16


@pytest.fixture
def statements(cast, monkeypatch):
    """Counts the SELECTs of one request."""
    asked = []
    real = base.database.obj.execute_sql

    def counted(sql, *arguments, **options):
        asked.append(sql)
        return real(sql, *arguments, **options)

    def of(phone, path):
        phone.get(path)
        monkeypatch.setattr(base.database.obj, "execute_sql", counted)
        asked.clear()
        answer = phone.get(path)
        monkeypatch.setattr(base.database.obj, "execute_sql", real)
        assert answer.status_code == 200
        reads = len([each for each in asked if each.lstrip().upper().startswith("SELECT")])
        print(f"statements {re.sub(r'[0-9a-f-]{36}', '<id>', path)} {reads}")
        return reads, answer.text
    return of


def work(ward, case, amount):
    """That many of everything a case can hold."""
    for number in range(amount):
        entries = [ward.thu.seal(kind, {"case": case, **fields}) for kind, fields in (
            ("person", {"part": "child", "age": "under-16"}), ("incident", {"main_form": "physical"}), ("measure", {"measure": "criticism"}),
            ("note", {"text": f"Ghi {number}"}), ("task", {"what": "call", "due": "week"}),
            ("case-referral", {"unit": "tramyte", "urgency": "normal", "services": ["medical"]}),
            ("service", {"services": ["legal"], "step": "needed"}))]
        assert {each["outcome"] for each in ward.thu.sync(*entries).json["receipts"]} == {"stored"}


def cases_of(ward, amount):
    found = []
    for _number in range(amount):
        record = ward.lan.seal("record", {"form_name": "observation", "acts": ["hit"], "tdp": "tdp-1"})
        ward.lan.sync(record)
        found.append(saved(ward.thu.save("triage", {"record": record["id"], "choice": "open"})))
        ward.lan.record(tdp="tdp-1")
        ward.lan.refer()
    return found


@pytest.mark.parametrize("path", ["/triage", "/cases", "/todo", "/cases?state=closed"])
def test_lists_ask_as_much_for_many_rows_as_for_few(cast, statements, path):
    cases_of(cast, FEW)
    few, short = statements(cast.thu, path)
    cases_of(cast, MANY - FEW)
    many, long = statements(cast.thu, path)
    assert few == many and ("closed" in path or long.count('class="row') > short.count('class="row'))


def test_one_case_asks_as_much_for_sixteen_of_everything_as_for_two(cast, statements):
    [case] = cases_of(cast, 1)
    work(cast, case, FEW)
    few, short = statements(cast.thu, f"/cases/{case}")
    work(cast, case, MANY - FEW)
    many, long = statements(cast.thu, f"/cases/{case}")
    assert few == many and len(long) > 2 * len(short)


def test_a_referral_and_a_record_ask_as_much_for_many_as_for_few(cast, statements):
    [case] = cases_of(cast, 1)
    referral = saved(cast.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "normal", **CONSENT, "fields": ["what", "children"]}))
    saved(cast.hanh.answer(referral))
    [record] = [each.id for each in cast.rows(Record.select().where(Record.case_id == case))]
    counted = []
    for amount in (FEW, MANY):
        for _number in range(amount):
            saved(cast.hanh.save("note", {"referral": referral, "text": "Đã khám"}))
            saved(cast.hanh.save("service", {"referral": referral, "services": ["medical"], "step": "received"}))
        cases_of(cast, FEW)
        counted.append((statements(cast.hanh, f"/referrals/{referral}")[0], statements(cast.thu, f"/records/{record}")[0]))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("path", ["/records/rows", "/pages"])
def test_what_a_handler_reads_of_a_school_asks_as_much_for_many_records_as_for_few(cast, statements, path):
    colleague, counted = invited_by(cast, None, "mai", "Liên"), []
    assert handle(cast.thu, cast.mai).status_code == 302
    for amount in (FEW, MANY):
        for _number in range(amount):
            record = saved(colleague.save("record", SCHOOL))
            saved(cast.thu.save("triage", {"record": record, "choice": "open"}))
        counted.append(statements(cast.mai, path))
    assert counted[0][0] == counted[1][0] and len(counted[1][1]) > 2 * len(counted[0][1])


LONG = ("record", "referral", "case_file", "task", "case_event", "audit", "entry", "notice")


@pytest.mark.parametrize("name", ["thu", "hanh", "lan"])
def test_no_page_of_a_list_and_no_phone_walks_through_a_whole_table(cast, monkeypatch, name):
    """Every read of what grows goes along an index, so that a list costs the same in a ward's tenth year."""
    [case] = cases_of(cast, 1)
    referral = saved(cast.thu.save("case-referral", {"case": case, "unit": "tramyte", "urgency": "normal"}))
    phone, real, asked = getattr(cast, name), base.database.obj.execute_sql, {}
    monkeypatch.setattr(base.database.obj, "execute_sql", lambda sql, *more, **how: (asked.setdefault(sql, more), real(sql, *more, **how))[1])
    paths = ["/todo", "/pages", "/notices", *{"thu": ["/triage", "/cases", "/cases?state=closed", "/cases?mine=1", f"/cases/{case}"],
                                              "hanh": [f"/referrals/{referral}"], "lan": ["/records/rows"]}[name]]
    assert {phone.get(path).status_code for path in paths} == {200}
    monkeypatch.undo()

    def walks():
        for sql, more in asked.items():
            plan = base.database.execute_sql("EXPLAIN QUERY PLAN " + sql, *more).fetchall() if sql.startswith("SELECT") else ()
            tables = dict(re.findall(r'"(\w+)" AS "(t\d+)"', sql))
            for step in (each[-1] for each in plan):
                yield from (table for table in LONG if step == f"SCAN {tables.get(table)}" and "(0 = 1)" not in sql)
    with cast.app.app_context(), base.database.connection_context():
        assert sorted(walks()) == []
    assert any('FROM "referral"' in sql for sql in asked)


@pytest.mark.parametrize("start", ["/triage", "/todo"])
def test_the_pages_of_a_list_show_every_row_once(cast, start):
    made = set()
    for _batch in range(2):
        entries = [cast.lan.seal("record", {"form_name": "observation", "acts": ["hit"]}) for _number in range(queue.PAGE + 2)]
        cast.lan.sync(*entries)
        made |= {entry["id"] for entry in entries}
    seen, path = [], start
    while path:
        page = cast.thu.get(path).text
        seen += re.findall(r'class="row[^>]* data-entry="([^"]+)"', page)
        following = re.search(r'href="(/(?:triage|todo)\?[^"]*after=[^"]+)"', page)
        path = following and following.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) and set(seen) == made
