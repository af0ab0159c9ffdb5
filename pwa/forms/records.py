"""The two forms of a record: forms.md, field by field."""
from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.validators import AnyOf, Length, Optional

from pwa.forms.fields import EntryForm, Many, One, call_moment, hidden_id, text, unit_code

NARRATIVE = 500
CONTACT = 200


class RecordForm(EntryForm):
    """What both forms share."""
    one_of = ("acts", "narrative")
    one_of_message = _("Hãy chọn ít nhất một ô ở “Có việc gì?” hoặc viết một câu.")

    replaces = hidden_id(_("Mục được thay không đúng. Hãy ghi lại thành mục mới."))
    called_at = call_moment()
    # Written on a phone that was not unlocked.
    # From the lock screen, whose page names no field of the forms: the words of the chip, for the way to make contact.
    call = HiddenField(validators=[Optional(), Length(max=40)])
    unverified = HiddenField(validators=[Optional(), AnyOf(["yes"])])


class ObservationForm(RecordForm):
    # Not "form": inside a page that would hide the form element's own property.
    form_name = HiddenField(default="observation", validators=[AnyOf(["observation"])])
    danger = One(_("Có ai đang nguy hiểm không?"), "yes_no_unknown")
    acts = Many(_("Có việc gì?"), "observation_acts")
    victim_sex = One(_("Người bị hại"), "sex")
    victim_age = One(_("Tuổi người bị hại"), "age")
    when = One(_("Khi nào?"), "when")
    tdp = unit_code(_("Ở đâu?"))
    place = One(_("Nơi xảy ra"), "observation_place")
    narrative = text(_("Điều bạn nhận thấy"), NARRATIVE,
                     _("Chỉ ghi điều bạn thấy hoặc được kể. Đừng hỏi thêm, đừng gặp người kia."))
    source = One(_("Bạn biết từ đâu?"), "observation_source")
    actor = One(_("Người có hành vi đó"), "observation_actor")
    actor_sex = One(_("Giới tính người có hành vi đó"), "sex")
    cautions = Many(_("Cần lưu ý"), "observation_cautions")
    contact_consent = One(_("Người đó đồng ý để phường liên hệ?"), "contact_consent", hint=_("Chưa hỏi cũng được."))
    safe_contact = text(_("Liên hệ an toàn thế nào?"), CONTACT, multiline=False)
    done = Many(_("Đã làm gì?"), "observation_done")


class SchoolForm(RecordForm):
    form_name = HiddenField(default="school", validators=[AnyOf(["school"])])
    danger = One(_("Học sinh đang nguy hiểm?"), "yes_no_unknown")
    acts = Many(_("Có việc gì?"), "school_acts")
    grade = One(_("Học sinh"), "grade")
    victim_sex = One(_("Giới tính học sinh"), "sex")
    under_16 = One(_("Dưới 16"), "yes_no_unknown")
    when = One(_("Khi nào?"), "when")
    place = One(_("Ở đâu?"), "school_place")
    narrative = text(_("Điều bạn nhận thấy"), NARRATIVE,
                     _("Chỉ ghi điều bạn thấy hoặc được kể. Đừng hỏi thêm, đừng gặp người kia."))
    gender_related = One(_("Liên quan giới, tình dục?"), "yes_no_unknown")
    actor = One(_("Người có hành vi đó"), "school_actor")
    actor_sex = One(_("Giới tính người có hành vi đó"), "sex")
    actor_under_18 = One(_("Dưới 18?"), "yes_no_unknown")
    source = One(_("Bạn biết từ đâu?"), "school_source")
    known_by = Many(_("Ai đã biết?"), "known_by")
    family_safe = One(_("Báo gia đình có an toàn?"), "family_safe")
    done = Many(_("Đã làm"), "school_done")
    wish = One(_("Ý muốn của học sinh"), "wish")
    cautions = Many(_("Cần lưu ý"), "school_cautions")
