"""What kind of case it is: the GBVIMS type by the first yes, the law's acts, contexts and vulnerabilities. Unknown is an answer."""
from flask_babel import gettext as _

from db.models import Case
from pwa.domain import cases, timeline
from pwa.domain.refused import Refused

# GBVIMS: asked in this order, the first yes is the type (domain.md §4).
QUESTIONS = ("rape", "sexual-assault", "physical-assault", "forced-marriage", "denial", "psychological")
NONE = "not-gbv"


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
        blank = blank or answer != "no"
    return None if blank else NONE


def merge(batch, entry):
    """Classify a case anew; the second of two who did so without knowing of one another is told."""
    values = entry.values
    case = cases.writable(batch, values["case"])
    if (last(batch, case["id"]) or "") != values.get("over", ""):
        raise Refused("conflict", _("Trong lúc đó đã có người phân loại hồ sơ này. Hãy mở lại hồ sơ, xem bản mới rồi chọn."), case["id"])
    gbv_type = None if values.get("gbv_unknown") else first_yes({name: values.get(_field(name)) for name in QUESTIONS})
    vulnerabilities = values.get("vulnerabilities") or []
    batch.change(Case, case["id"], gbv_type=gbv_type, contexts=values.get("contexts"), acts=values.get("acts"),
                 vulnerabilities=vulnerabilities, child="child" in vulnerabilities)
    timeline.tell(batch, case["id"], "classification", entry, choice=gbv_type, contexts=values.get("contexts"), acts=values.get("acts"),
                  vulnerabilities=vulnerabilities)


def _field(question):
    return "q_" + question.replace("-", "_")


def last(batch, case_id):
    """Id of the entry that classified a case last, or None."""
    return timeline.last_entry(batch, case_id, "classification")
