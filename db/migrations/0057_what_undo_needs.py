"""Choices of triage remember what undoing them needs; old rows are put where their case is.

Earlier versions of a record lie in its case, what was asked in a case goes with it to another ward, what is no violence and stays with
the coordinators says so, and offers of a case that ended before its offers did are recalled, with a line on its timeline.
"""
import time
import uuid

from peewee import TextField

COLUMNS = ("raised", "moved")


def up(migrator, db):
    migrator.migrate(*[migrator.add_column("triage", name, TextField(null=True)) for name in COLUMNS])
    _earlier_versions(db)
    _with_their_case(db)
    _kept(db)
    _stale_offers(db)


def down(migrator, db):
    migrator.migrate(*[migrator.drop_column("triage", name, cascade=False) for name in COLUMNS])


def _again(db, words):
    """Until nothing is left to change: a record may have been mended many times."""
    while db.execute_sql(words).rowcount:
        pass


def _earlier_versions(db):
    newer = "SELECT n.case_id FROM record AS n WHERE n.id = record.replaced_by AND n.case_id IS NOT NULL"
    _again(db, f"UPDATE record SET case_id = ({newer}) WHERE replaced_by IS NOT NULL AND case_id IS NULL AND EXISTS ({newer})")


def _with_their_case(db):
    """Of a case that went to another ward: what was asked of the coordinators is asked of those who have it now."""
    theirs = ("SELECT there.id FROM case_file AS c JOIN unit AS there ON there.ward_id = c.ward_id AND there.code = 'vhxh'"
              " WHERE c.id = referral.case_id AND c.ward_id != referral.ward_id")
    ours = "SELECT here.id FROM unit AS here WHERE here.code = 'vhxh' AND here.ward_id = referral.ward_id"
    for column in ("owner_id", "unit_id"):
        db.execute_sql(f"UPDATE referral SET {column} = ({theirs})"
                       f" WHERE case_id IS NOT NULL AND {column} IN ({ours}) AND EXISTS ({theirs})")
    for table, column in (("referral", "case_id"), ("task", "case_id"), ("consent", "case_id"), ("service", "case_id"), ("risk", "case_id"),
                          ("measure", "case_id")):
        ward = f"SELECT c.ward_id FROM case_file AS c WHERE c.id = {table}.{column} AND c.ward_id != {table}.ward_id"
        db.execute_sql(f"UPDATE {table} SET ward_id = ({ward}) WHERE {column} IS NOT NULL AND EXISTS ({ward})")


def _kept(db):
    chosen = "SELECT t.subject_id FROM triage AS t {join} WHERE t.choice = 'not-gbv' AND t.undone_at IS NULL AND {where}"
    kept = chosen.format(join="JOIN unit AS u ON u.id = t.unit_id", where="u.code = 'vhxh'")
    for word, which in (("kept", kept), ("ended", chosen.format(join="", where="t.unit_id IS NULL"))):
        db.execute_sql(f"UPDATE record SET became = '{word}' WHERE became = 'elsewhere' AND id IN ({which})")
        # Mended since: the new version carries on what became of the old one.
        _again(db, f"UPDATE record SET became = '{word}' WHERE became = 'elsewhere'"
                   f" AND replaces IN (SELECT o.id FROM record AS o WHERE o.became = '{word}')")


def _stale_offers(db):
    """An offer stands only as long as its case is open and offered to that ward, and of several only the newest."""
    mark = db.param
    rows = db.execute_sql("SELECT h.id, h.case_id, h.to_ward_id, c.offered_to_id, c.state FROM handover AS h"
                          " JOIN case_file AS c ON c.id = h.case_id WHERE h.state = 'offered' ORDER BY h.received_at DESC, h.id").fetchall()
    stands, moment = set(), int(time.time() * 1000)
    for number, (offer, case, to_ward, offered_to, state) in enumerate(rows):
        if state == "open" and offered_to == to_ward and case not in stands:
            stands.add(case)
            continue
        db.execute_sql(f"UPDATE handover SET state = 'recalled', answered_at = {mark} WHERE id = {mark}", (moment, offer))
        db.execute_sql("INSERT INTO case_event (id, case_id, at, number, made_at, kind, choice, data)"
                       f" VALUES ({mark}, {mark}, {mark}, {mark}, {mark}, 'handover', 'recall', {mark})",
                       (str(uuid.uuid4()), case, moment, number, moment, f'{{"ward": {to_ward}}}'))
    offered = "SELECT h.case_id FROM handover AS h WHERE h.state = 'offered'"
    db.execute_sql(f"UPDATE case_file SET offered_to_id = NULL WHERE offered_to_id IS NOT NULL AND id NOT IN ({offered})")
