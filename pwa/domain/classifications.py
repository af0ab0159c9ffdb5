"""What kind of case it is: the GBVIMS type by the first yes, the law's acts, contexts and vulnerabilities. Unknown is an answer."""
from flask_babel import gettext as _

from db.models import Case, CaseEvent
from pwa.domain import cases, risks, timeline
from pwa.domain.clock import said
from pwa.domain.refused import Refused

# GBVIMS: asked in this order, the first yes is the type (domain.md §4), as far as is known: nobody is asked more for its sake.
QUESTIONS = ("rape", "sexual-assault", "physical-assault", "forced-marriage", "denial", "psychological")
NONE = "not-gbv"
# GBVIMS types in words (domain.md §4): no list of the ward, which may not change them.
TYPES = {"rape": "Hiếp dâm", "sexual-assault": "Tấn công tình dục", "physical-assault": "Tấn công thể chất",
         "forced-marriage": "Hôn nhân cưỡng ép", "denial": "Tước đoạt nguồn lực, cơ hội, dịch vụ",
         "psychological": "Bạo lực tâm lý, tình cảm", NONE: "Không thuộc loại nào ở trên"}


class OutOfOrder(Exception):
    """A yes stands behind a question nobody answered."""


def first_yes(answers):
    """The GBVIMS type of {"rape": "yes" | "no" | None, …}; None while it is not known. Raises OutOfOrder."""
    blank = False
    for question in QUESTIONS:
        answer = answers.get(question)
        if answer == "yes":
            if blank:
                raise OutOfOrder
            return question
        blank = blank or not answer
    return NONE if all(answers.get(question) == "no" for question in QUESTIONS) else None


def answered(case):
    """The answers on which a case's type rests, question to "yes", "no" or "unknown"."""
    if case.questions or case.gbv_type is None:
        return case.questions or {}
    # Of before the answers were kept, when a type needed a no to every question in front of it.
    before = QUESTIONS[:QUESTIONS.index(case.gbv_type)] if case.gbv_type != NONE else QUESTIONS
    return {**dict.fromkeys(before, "no"), **({case.gbv_type: "yes"} if case.gbv_type != NONE else {})}


def merge(batch, entry):
    """Classify a case anew; the second of two who did so without knowing of one another is told."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    if (last(batch, case["id"]) or "") != values.get("over", ""):
        raise Refused("conflict", f"{_did(batch, case)} {cases.to_choose()}", case["id"])
    case_type, (questions, gbv_type) = case["gbv_type"], _type(values, case)
    vulnerabilities = values.get("vulnerabilities") or []
    # A child in a case that was merged into this one is still in it.
    child = "child" in vulnerabilities or any(each["child"] for each in batch.all(Case, merged_into=case["id"]))
    batch.change(Case, case["id"], gbv_type=gbv_type, questions=questions, contexts=values.get("contexts"), acts=values.get("acts"),
                 vulnerabilities=vulnerabilities, child=child)
    if gbv_type in risks.SEXUAL and gbv_type != case_type:
        risks.bring_to_care(batch, entry, case, risks.health_of_case(batch, case))
    elif case_type in risks.SEXUAL and gbv_type != case_type:
        risks.settle_care(batch, entry, case["id"])
    timeline.tell(batch, case["id"], "classification", entry, choice=gbv_type, contexts=values.get("contexts"), acts=values.get("acts"),
                  vulnerabilities=vulnerabilities, questions=questions)


def _did(batch, case):
    """What the one who was faster said of a case."""
    told = max(batch.all(CaseEvent, case=case["id"], kind="classification"), key=lambda each: (each["at"], each["number"]), default=None)
    if told is None:
        return _("Hồ sơ này chưa có phân loại nào.")
    return _("Lúc %(time)s hồ sơ này đã được phân loại: %(what)s.", time=said(told["at"]),
             what=_(TYPES.get(told["choice"], "Chưa rõ, không hỏi thêm")))


def _type(values, case):
    """(answers, type): only “Chưa rõ” takes a type away; who answers nothing leaves it as it is."""
    if values.get("gbv_unknown"):
        return None, None
    given = {name: values[field_of(name)] for name in QUESTIONS if values.get(field_of(name))}
    return (given, first_yes(given)) if given else (case["questions"], case["gbv_type"])


def field_of(question):
    """The name of a question's field."""
    return "q_" + question.replace("-", "_")


def last(batch, case_id):
    """Id of the entry that classified a case last, or None."""
    return timeline.last_entry(batch, case_id, "classification")
