"""Entry kind → the form that validates it, without a request: the bytes a phone sealed are what the page would post."""
import json
import threading
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from pwa.forms.answers import AnswerForm
from pwa.forms.assignments import AssignmentForm
from pwa.forms.case_people import PersonForm
from pwa.forms.case_referrals import CaseReferralForm
from pwa.forms.classifications import ClassificationForm
from pwa.forms.closings import ClosingForm
from pwa.forms.completions import CompletionForm
from pwa.forms.consents import ConsentForm
from pwa.forms.decisions import DecisionForm, DecisionRequestForm
from pwa.forms.fields import filled
from pwa.forms.handovers import HandoverForm
from pwa.forms.incidents import IncidentForm
from pwa.forms.measures import MeasureForm
from pwa.forms.notes import NoteForm
from pwa.forms.records import ObservationForm, SchoolForm
from pwa.forms.referrals import ReferralForm
from pwa.forms.rights import DataRequestForm
from pwa.forms.risks import ChildRiskForm, RiskForm
from pwa.forms.services import ServiceForm
from pwa.forms.tasks import TaskForm
from pwa.forms.triages import TriageForm
from pwa.forms.withdrawals import WithdrawalForm

FORMS = {"record": {"observation": ObservationForm, "school": SchoolForm}, "referral": ReferralForm,
         "answer": AnswerForm, "withdrawal": WithdrawalForm, "triage": TriageForm, "case-referral": CaseReferralForm,
         "consent": ConsentForm, "person": PersonForm, "incident": IncidentForm, "measure": MeasureForm,
         "classification": ClassificationForm, "service": ServiceForm, "assignment": AssignmentForm, "note": NoteForm,
         "task": TaskForm, "completion": CompletionForm, "closing": ClosingForm, "handover": HandoverForm,
         "risk": RiskForm, "child-risk": ChildRiskForm, "decision-request": DecisionRequestForm,
         "decision": DecisionForm, "data-request": DataRequestForm}
MOST_FIELDS, MOST_LETTERS = 200, 40
_kept = threading.local()


class Unreadable(Exception):
    """The plaintext is not what a phone writes; the message is a sentence for the person."""


def read(plaintext):
    """(seq, at, kind or None, posted fields) of an opened entry: JSON {seq, at, kind, form}; raises Unreadable.

    In format 1 the kind stood beside the seal.
    """
    try:
        data = json.loads(plaintext)
        seq, at, kind, form = data["seq"], data["at"], data.get("kind"), data["form"]
        whole = type(seq) is int and type(at) is int and 0 <= seq < 2**53 and 0 <= at < 2**53
        if not whole or not isinstance(form, str) or not (kind is None or is_word(kind)):
            raise ValueError
        pairs = parse_qsl(form, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(_("Máy chủ không đọc được mục này. Hãy mở mục và bấm Lưu lại.")) from None
    return seq, at, kind, MultiDict(pairs)


def is_word(kind):
    """Whether this can be the name of a kind, which is kept in clear."""
    return isinstance(kind, str) and kind.isascii() and kind.isprintable() and len(kind) <= MOST_LETTERS


def validate(kind, posted):
    """(values, sentences): the answers given, or what is wrong with them."""
    chosen = FORMS.get(kind)
    if isinstance(chosen, dict):
        chosen = chosen.get(posted.get("form_name"))
    if chosen is None:
        return None, [_("Máy chủ chưa biết loại mục này. Hãy cập nhật Sổ tay rồi gửi lại.")]
    form = _reused(chosen)
    form.process(posted)
    form.form_errors = []
    if form.validate():
        return filled(form), []
    return None, form.sentences()


def _reused(form_class):
    # Building a form costs more than filling it again; one per thread, as it holds the last entry's data.
    forms = _kept.__dict__.setdefault("forms", {})
    if form_class not in forms:
        forms[form_class] = form_class(formdata=None)
    return forms[form_class]
