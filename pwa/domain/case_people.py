"""People in a case, only as needed: pseudonyms for counting, details sealed, a safe way to make contact."""
import uuid

from flask_babel import gettext as _

from db.models import Case, CasePerson, ContactKey, DataRequest, Incident
from pwa.crypto import columns, search
from pwa.domain import alleged, cases, children, incidents, lists, numbers, pressing, timeline
from pwa.domain.clock import said
from pwa.domain.refused import Refused

DETAILS = ("name", "phone", "address", "safe_contact", "note")


def merge(batch, entry):
    """Add somebody, or write them anew; the second of two who wrote the same person anew is told."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    before = cases.written_before(
        batch, CasePerson, values.get("over"), case, gone=_("Không thấy người này trong hồ sơ. Hãy mở lại hồ sơ rồi ghi."), did=_did)
    known = _known(batch, values, case)
    # Written anew where it was written: when merged cases come apart, everybody is in their own.
    own = batch.find(Case, before["case"]) if before else case
    key = (known or {}).get("key") or (before or {}).get("key") or str(uuid.uuid4())
    details = {name: values[name] for name in DETAILS if values.get(name)}
    ties = [batch.units[code].id for code in values.get("ties") or () if code in batch.units]
    batch.insert(CasePerson, id=entry.id, case=own["id"], author=batch.deposit.person.id, part=values["part"],
                 key=key, household_key=(known or before or {}).get("household_key") or own["household_key"], sex=values.get("sex"),
                 age=values.get("age"), disabled=values.get("disabled"), relation=values.get("relation"),
                 vulnerabilities=values.get("vulnerabilities"),
                 ties=columns.seal("case_person.ties", entry.id, ties) if ties else None,
                 details=columns.seal("case_person.details", entry.id, details) if details else None,
                 made_at=min(entry.at, batch.received_at), received_at=batch.received_at, replaced_by=None,
                 removed=bool(values.get("removed")))
    numbers.keep(batch, case["ward"], entry.id, numbers.of_person(values))
    if before:
        batch.change(CasePerson, before["id"], replaced_by=entry.id)
        _carry_key(batch, case, before["key"], key, known)
    incidents.follow(batch, batch.find(CasePerson, entry.id), before)
    for each in {own["id"]: own, case["id"]: case}.values():
        _change_case(batch, each, before, batch.find(CasePerson, entry.id))
    timeline.tell(batch, case["id"], "person", entry, choice="changed" if before else values["part"], subject_id=entry.id,
                  part=values["part"])


def _did(person):
    """What the one who was faster made of somebody."""
    at = said(person["received_at"])
    if person["removed"]:
        return _("Lúc %(time)s người này đã được bỏ khỏi hồ sơ.", time=at)
    codes = [(name, person[name]) for name in ("part", "sex", "age", "relation") if person[name]]
    return _("Lúc %(time)s thông tin của người này đã được ghi lại: %(what)s.", time=at,
             what=", ".join(_(lists.label(name, code)) for name, code in codes))


def _known(batch, values, case):
    """The same person in an earlier case, named by its code: one pseudonym for both."""
    if not values.get("known_from"):
        return None
    earlier = next(iter(batch.all(Case, code=cases.typed(values["known_from"]))), None)
    if earlier is None or earlier["ward"] != case["ward"]:
        raise Refused("invalid", _("Không có hồ sơ mang mã này. Hãy xem lại mã hồ sơ."))
    there = [each for each in batch.all(CasePerson, case=earlier["id"], part=values["part"])
             if not each["replaced_by"] and not each["removed"]]
    keys = set(search.phone_hashes(case["ward"], numbers.of_person(values)))
    same = [each for each in there if keys & {row["key"] for row in batch.all(ContactKey, subject_id=each["id"])}] or there
    if len(same) > 1:
        raise Refused("invalid", _("Trong hồ sơ đó có nhiều người như vậy. Hãy ghi cùng số điện thoại như ở đó để biết là ai."))
    return same[0] if same else {"household_key": earlier["household_key"]}


def _carry_key(batch, case, before, key, known):
    """Who turns out to be somebody known is so in what was written before too: people are counted once, and asked about once."""
    if before == key:
        return
    for member in _cases_of(batch, case, before):
        for incident in batch.all(Incident, case=member):
            if incident["person_key"] == before:
                batch.change(Incident, incident["id"], person_key=key, household_key=known["household_key"] or incident["household_key"])
            if incident["other_key"] == before:
                batch.change(Incident, incident["id"], other_key=key)
        for model in (CasePerson, DataRequest):
            for each in batch.all(model, case=member, key=before):
                batch.change(model, each["id"], key=key)


def _cases_of(batch, case, key):
    """Ids of the cases in which this pseudonym means the same person as here: all of the ward, where it was made here. One that was
    taken over from elsewhere goes on to mean whoever is meant there."""
    here, everywhere = cases.whole_in(batch, case["id"]), batch.all(CasePerson, key=key)
    if min(everywhere, key=lambda each: each["received_at"])["case"] not in here:
        return here
    ours = [each["case"] for each in everywhere if batch.find(Case, each["case"])["ward"] == case["ward"]]
    return list(dict.fromkeys([*here, *ours]))


def _change_case(batch, case, before, now):
    """A child, or what else changes what the law allows, counts for the case as soon as it is known of somebody affected; what turns
    out not to be so does no more, unless it was said of the case, or of somebody else in it."""
    found, known = _tells_of(now), set(case["vulnerabilities"] or ())
    wrong = (_tells_of(before) if before else set()) - found
    if wrong:
        around = [each for member in cases.whole_in(batch, case["id"]) for each in batch.all(CasePerson, case=member)]
        wrong -= {code for each in around if not each["replaced_by"] for code in _tells_of(each)}
        wrong -= set(children.said_of(batch, case["id"]))
    if found | wrong:
        batch.change(Case, case["id"], vulnerabilities=sorted((known | found) - wrong), child=case["child"] or "child" in found)
    if "child" in wrong:
        pressing.settle(batch, case["id"], ("child",))


def _tells_of(person):
    """What of somebody affected (a dict of column values) changes what the law allows."""
    if person["part"] != "affected" or person["removed"]:
        return set()
    told = {"child": person["age"] == "under-16", "disabled": person["disabled"] == "yes", "elderly": person["age"] == "from-60"}
    return {*(person["vulnerabilities"] or ()), *(code for code, so in told.items() if so)}


def details(person):
    """{"name", "phone", "address", "safe_contact", "note"} as far as known."""
    return columns.unseal("case_person.details", person.id, person.details) if person.details else {}


def tied_to(person):
    """Ids of the units where somebody works or has kin."""
    return alleged.ties(person.__data__)


def contacts(case_id):
    """How somebody affected is reached safely, in a case and whatever is one with it: [(case id, what was said, number or None)], for
    whoever is about to call or visit."""
    found = [(each.case_id, details(each)) for each in of_case(cases.whole(case_id)) if each.part == "affected" and each.details]
    return [(where, each.get("safe_contact", ""), each.get("phone")) for where, each in found
            if each.get("safe_contact") or each.get("phone")]


def of_case(case_ids):
    """People of a case as they are now."""
    return list(CasePerson.select().where(CasePerson.case.in_(case_ids), CasePerson.replaced_by.is_null(), ~CasePerson.removed)
                .order_by(CasePerson.received_at))
