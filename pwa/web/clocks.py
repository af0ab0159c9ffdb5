"""Thời hạn và ngày nghỉ: the ward's own clocks, working hours and days off, edited; those of the law, shown."""
from datetime import date
from itertools import groupby

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _, lazy_gettext

from pwa.domain import calendars, clock_settings, clocks, legal_clocks, lists, rosters
from pwa.domain.clock import now
from pwa.domain.refused import Refused
from pwa.forms.clocks import DayForm, RuleForm, split, WeekForm
from pwa.forms.rosters import sentences
from pwa.web import identity
from pwa.web.times import hour

blueprint = Blueprint("clocks", __name__)
# What goes by the clock of an urgency beside referrals.
ALSO = {"urgent": lazy_gettext("Cũng là hạn lo một ghi nhận có nguy hiểm hoặc trẻ em, và trả lời câu hỏi về ghi nhận đó."),
        "day": lazy_gettext("Cũng là hạn của việc trình Chủ tịch phân công, và của câu hỏi gửi người ghi."),
        "normal": lazy_gettext("Cũng là hạn mở và phân loại những ghi nhận khác.")}


@blueprint.get("/clocks")
def index():
    return _page()


@blueprint.post("/clocks/rules")
def rule():
    """Keep one clock, or go back to the default."""
    person, form = identity.person(), RuleForm()
    urgency, service = form.urgency.data or "", form.service.data or ""
    if request.form.get("drop"):
        return _do(lambda: clock_settings.drop_rule(person.ward_id, urgency, service, person))
    if not form.validate():
        return _page(sentences(form), 422)
    return _do(lambda: clock_settings.keep_rule(person.ward_id, urgency, service, form.rule(), person))


@blueprint.post("/clocks/week")
def week():
    person, form = identity.person(), WeekForm()
    if not form.validate():
        return _page(sentences(form), 422)
    return _do(lambda: clock_settings.keep_week(person.ward_id, form.weekdays.data, form.spans(), person))


@blueprint.post("/clocks/days")
def day():
    """Name a day off or a day of work, or take one off the list."""
    person, form = identity.person(), DayForm()
    if dropped := _date(request.form.get("drop")):
        return _do(lambda: clock_settings.drop_day(person.ward_id, dropped, person))
    if not form.validate():
        return _page(sentences(form), 422)
    return _do(lambda: clock_settings.keep_day(person.ward_id, form.day.data, form.name.data, form.works.data == "y", person))


def _date(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _do(change):
    try:
        change()
    except Refused as refusal:
        return _page([refusal.sentence], 422)
    return redirect("/clocks?kept=1", 303)


def _page(errors=(), status=200):
    person = identity.person()
    calendar = calendars.of(person.ward_id)
    spans = [hour(each) for span in calendar.spans for each in span] + [None, None]
    week = WeekForm(formdata=None, weekdays=[str(each) for each in calendar.weekdays],
                    **dict(zip(("starts", "ends", "then_starts", "then_ends"), spans, strict=False)))
    listed = calendars.listed(person.ward_id, calendars.local(now()).date())
    return render_template("clocks/index.html", rules=_rules(person.ward_id), fresh=RuleForm(formdata=None), week=week,
                           day=DayForm(formdata=None),
                           years=[(year, list(days)) for year, days in groupby(listed, lambda each: each[0].year)],
                           legal=legal_clocks.shown(), lacking=_lacking(person), errors=errors), status


def _lacking(person):
    """(unit, how many stand for it, whether this person keeps its roster) of the units without a deputy."""
    return [(unit, standing, rosters.may_edit(person, unit)) for unit, standing in rosters.without_deputy(person.ward_id)]


def _rules(ward_id):
    """(title, rule, lengths in words, form, whether it differs from what holds without it, what else goes by it) of each clock, the
    most urgent first."""
    order = [code for code, _label in lists.choices("urgency")]
    known = sorted(clocks.rules(ward_id).items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
    return [(_title(urgency, service), rule, {name: _length(getattr(rule, name), rule.any_hour) for name in ("seen", "answered", "gap")},
             RuleForm.showing(urgency, service, rule), bool(service) or rule != clocks.defaults()[urgency],
             None if service else ALSO[urgency])
            for (urgency, service), rule in known]


def _title(urgency, service):
    label = _(lists.label("urgency", urgency))
    return label if not service else f"{label} · {_(clock_settings.services().get(service, service))}"


def _length(minutes, any_hour):
    number, unit = split(minutes, any_hour)
    if unit == "minutes":
        return _("%(n)s phút", n=number) if any_hour else _("%(n)s phút làm việc", n=number)
    if unit == "hours":
        return _("%(n)s giờ", n=number) if any_hour else _("%(n)s giờ làm việc", n=number)
    return _("%(n)s ngày", n=number) if any_hour else _("%(n)s ngày làm việc", n=number)
