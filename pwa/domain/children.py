"""What tells the ward of a child, and since when it knows: a record, a referral, somebody added, a vụ, or who classified the case.

What tells of adults only is no notice of a child, however old: a clock that runs for a child begins with what first told of one.
Rows are dicts of column values, so that a row planned in a batch and a stored one look alike.
"""
from db.models import Case, CaseEvent, CasePerson, Incident, Record, Referral
from db.queries import children as reads
from pwa.domain import cases

YOUNG, MARK = "under-16", "child"


def person_tells(row):
    """Whether somebody who is in a case is affected, and a child."""
    return row["part"] == "affected" and not row["removed"] and (row["age"] == YOUNG or MARK in (row["vulnerabilities"] or ()))


def incident_tells(row):
    """Whether a vụ that stands is one of a child."""
    return row["age"] == YOUNG and not row["removed"]


def said_of(batch, case_id):
    """What whoever classified a case last has said of it that changes what the law allows."""
    said = max(batch.all(CaseEvent, case=case_id, kind="classification"), key=lambda each: each["at"], default=None)
    return (said and (said["data"] or {}).get("vulnerabilities")) or ()


def classification_tells(row):
    """Whether a line of a timeline says that somebody called it a child's case."""
    return row["kind"] == "classification" and MARK in ((row["data"] or {}).get("vulnerabilities") or ())


# Model → (the column that names the case, that of the moment, whether a row tells of a child).
TELLERS = {Record: ("case_id", "received_at", lambda row: row["child"]),
           Referral: ("case_id", "received_at", lambda row: row["basis"] == MARK),
           CasePerson: ("case", "received_at", person_tells),
           Incident: ("case", "received_at", incident_tells),
           CaseEvent: ("case", "at", classification_tells)}

# What a coordinator writes anew when it was noted wrongly.
ANEW = (CasePerson, Incident)


def known_since(batch, case_id):
    """When the ward was first told of a child in a case and in those that are one with it, also in this very batch."""
    members = cases.whole_in(batch, case_id)

    def read(model, column, values):
        return [row for value in values for row in batch.all(model, **{column: value}, **reads.ONLY.get(model, {}))]
    return since(members, *_first({each: batch.find(Case, each)["opened_at"] for each in members}, read))


def first(found):
    """(case id → when something in it first told of a child, case id → when anything was first told) of these cases, each alone; a
    few reads for any number."""
    return _first({case.id: case.opened_at for case in found}, reads.rows)


def since(members, told, came):
    """The moment for cases that are one; where nothing tells of a child any more, by what told of anything: never too late."""
    return min([told[each] for each in members if each in told] or [came[each] for each in members])


def _first(opened, read):
    told, came = {}, dict(opened)
    for model, (of, when, tells) in TELLERS.items():
        rows, at = _with_versions(model, of, list(opened), read)
        if model is CasePerson:
            young = {row["id"] for row in rows if tells(row)}
        elif model is Incident:
            # What it has taken from somebody, they tell, and when.
            rows = [row for row in rows if row["person"] not in young]
        for row in _standing(rows, tells) if model in ANEW else rows:
            into, case_id = told if tells(row) else came, at[row["id"]]
            into[case_id] = min(into.get(case_id, row[when]), row[when])
    return told, came


def _with_versions(model, of, case_ids, read):
    """(rows, id → case id): what was mended has left its case, and told the ward what it told all the same."""
    rows = fresh = read(model, of, case_ids)
    at = {row["id"]: row[of] for row in rows}
    while before := {row["replaces"]: at[row["id"]] for row in fresh if row.get("replaces") and row["replaces"] not in at}:
        fresh = read(model, "id", list(before))
        rows, at = rows + fresh, before | at
    return rows, at


def _standing(rows, tells):
    """What turned out to be of no child, or was taken out, has told of none in any of its versions."""
    known = {row["id"]: row for row in rows}

    def newest(row):
        return newest(known[row["replaced_by"]]) if row["replaced_by"] in known else row
    return [row for row in rows if tells(newest(row))]
