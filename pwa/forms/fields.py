"""Chips and short texts: the only fields a phone form has, all of them optional unless said."""
import re
from datetime import date, timedelta

from wtforms import (BooleanField, DateField, Field, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField,
                     ValidationError)
from wtforms.validators import InputRequired, Length, Optional, Regexp
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from pwa.domain import lists
from pwa.domain.access import ID

UUID = ID + r"\Z"
CODE = r"[a-z0-9-]{1,40}\Z"
OFF = {"autocomplete": "off"}


class EntryForm(FlaskForm):
    """A form whose post is an entry: no CSRF token, as its page is the same for everyone and is kept offline."""

    class Meta:
        csrf = False

    # Names of fields of which at least one must be filled; the page carries them for the phone to check first.
    one_of = ()
    one_of_message = ""

    def validate(self, extra_validators=None):
        good = super().validate(extra_validators)
        if self.one_of and not any(self[name].data for name in self.one_of):
            self.form_errors.append(self.one_of_message)
            return False
        return good

    def sentences(self):
        """What is wrong, one sentence per field, for a person to read."""
        return [str(message) for messages in self.errors.values() for message in messages]


class One(RadioField):
    """One chip of a list, or none."""

    def __init__(self, label, list_name, required=None, hint="", **kwargs):
        self.list_name, self.hint, self.required = list_name, hint, required
        super().__init__(label, choices=lists.choices(list_name), validate_choice=False, render_kw=OFF, **kwargs)

    def pre_validate(self, form):
        if not self.data:
            self.data = None
            if self.required:
                raise ValidationError(self.required)
        elif self.data not in dict(self.choices):
            raise ValidationError(_("“%(label)s”: hãy chọn lại một ô.", label=self.label.text))


class Many(SelectMultipleField):
    """Any number of chips of a list."""

    def __init__(self, label, list_name, hint="", required=None, **kwargs):
        self.list_name, self.hint, self.required = list_name, hint, required
        super().__init__(label, choices=lists.choices(list_name), validate_choice=False, render_kw=OFF, **kwargs)

    def pre_validate(self, form):
        if self.required and not self.data:
            raise ValidationError(self.required)
        if not set(self.data or ()) <= {code for code, _label in self.choices}:
            raise ValidationError(_("“%(label)s”: hãy chọn lại một ô.", label=self.label.text))


def text(label, most, hint="", multiline=True):
    """A short text; longer than `most` characters is refused with a sentence."""
    too_long = _("“%(label)s” dài quá %(most)s chữ. Hãy viết ngắn lại.", label=label, most=most)
    kind = TextAreaField if multiline else StringField
    return kind(label, [Optional(), Length(max=most, message=too_long)], description=hint,
                filters=[lambda value: value.strip() if value else value], render_kw={**OFF, "maxlength": most})


def hidden_id(message):
    """The id of another entry, or nothing."""
    return HiddenField(validators=[Optional(), Regexp(UUID, message=message)])


def unit_code(label):
    """The code of a unit of the ward; its options come from the ward's directory on the phone."""
    return StringField(label, [Optional(), Regexp(CODE, message=_("“%(label)s”: hãy chọn lại.", label=label))], render_kw=OFF)


def row_id(message):
    """The id of what the entry is about; without it there is nothing to write to."""
    return HiddenField(validators=[InputRequired(message), Regexp(UUID, message=message)])


class Day(DateField):
    """A day as YYYY-MM-DD, or nothing; in the past unless `ahead`."""

    def __init__(self, label, ahead=False, **kwargs):
        self.ahead = ahead
        super().__init__(label, [Optional()], render_kw=OFF, **kwargs)

    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("“%(label)s”: hãy chọn lại ngày.", label=self.label.text)) from None
        if self.data:
            # A day of slack: the phone may be in another zone, or just past midnight.
            today = date.today()
            wrong = self.data < today - timedelta(days=1) if self.ahead else self.data > today + timedelta(days=1)
            if wrong or self.data.year < 1900:
                raise ValueError(_("“%(label)s”: ngày không đúng. Hãy chọn lại.", label=self.label.text))
            self.data = self.data.isoformat()


class Pick(StringField):
    """One of the ward's people or things, by its id; its options are put in by the page."""

    def __init__(self, label, empty="", required=None, **kwargs):
        self.empty, self.required = empty, required
        given = InputRequired(required) if required else Optional()
        super().__init__(label, [given, Regexp(UUID, message=_("“%(label)s”: hãy chọn lại.", label=label))], render_kw=OFF, **kwargs)


class Units(SelectMultipleField):
    """Any number of units of the ward, by code; the options are put in by the page."""

    def __init__(self, label, hint="", **kwargs):
        self.hint, self.required = hint, None
        super().__init__(label, choices=[], validate_choice=False, render_kw=OFF, **kwargs)

    def pre_validate(self, form):
        if not all(re.fullmatch(CODE, code) for code in self.data or ()):
            raise ValidationError(_("“%(label)s”: hãy chọn lại.", label=self.label.text))


def tick(label):
    """One box: yes, or not said."""
    return BooleanField(label, render_kw=OFF)


def call_moment():
    """Milliseconds when “Tôi đã gọi” was tapped, or nothing."""
    return HiddenField(validators=[Optional(), Regexp(r"\d{1,15}\Z", message=_("Giờ gọi không đúng. Hãy bấm “Tôi đã gọi” lại."))])


def filled(form):
    """The answers a person gave, field name to code, codes or text; blank stays away and is never imputed."""
    return {field.name: field.data for field in form if isinstance(field, Field) and field.data}
