"""What a receiving unit is shown of a case: what the consent for it allows, field by field, and nothing else."""
from flask_babel import gettext as _

from db.models import Record
from pwa.domain import access, case_people, cases, consents, lists, records
from pwa.forms import describe
from pwa.web.words import RISK


def of_referral(person, referral, names):
    """(lines, consent, whether consent rules here) for a referral: by what was said in its case, or came along out of one."""
    # A coordinator is told what stands for the unit that was asked.
    unit_id = referral.unit_id if person.role == "coordinator" else person.unit_id
    fields, consent = consents.shared(consents.of_referral(referral), unit_id, referral)
    if fields is None:
        return [], None, False
    return _lines(cases.whole(referral.case_id), fields, names) if fields else [], consent, True


def _lines(ids, fields, names):
    only = {name for code in fields for name in access.RECORD_FIELDS.get(code, ())}
    found = []
    for record in Record.select().where(Record.case_id.in_(ids), Record.replaced_by.is_null(), Record.withdrawn_at.is_null()):
        given = access.told(records.answers(record), other="other" in fields)
        found += describe.lines(record.form, given, names, only=only) if only else []
    people = case_people.of_case(ids)
    if "risk" in fields:
        risk = cases.risk_of(ids)
        found += [(_("Mức độ nguy cơ"), str(RISK[risk]))] if risk else []
    for each in people:
        found += _person(each, fields)
    return list(dict.fromkeys(found))


def _person(each, fields):
    details = case_people.details(each) if each.part == "affected" else {}
    plain = {"affected": "who", "child": "children", "other": "other"}[each.part]
    if plain in fields:
        said = [_(lists.label(name, code)) for name, code in (("sex", each.sex), ("age", each.age), ("relation", each.relation)) if code]
        yield _(lists.label("part", each.part)), ", ".join(said) or _("Không rõ")
    if each.part == "affected" and "cautions" in fields and each.vulnerabilities:
        yield _("Cần lưu ý"), ", ".join(_(lists.label("vulnerabilities", code)) for code in each.vulnerabilities)
    for code, label, names in (("name", _("Họ tên"), ("name",)), ("contact", _("Cách liên hệ an toàn"), ("safe_contact", "phone")),
                               ("address", _("Địa chỉ"), ("address",))):
        told = " · ".join(details[name] for name in names if details.get(name))
        if code in fields and told:
            yield label, told
