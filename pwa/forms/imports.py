"""The file a phone wrote of what waits on it."""
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from pwa.forms.fields import OFF


class ImportForm(FlaskForm):
    export = FileField(_("Tệp đã xuất"), [FileRequired(_("Hãy chọn tệp đã xuất."))], render_kw={**OFF, "accept": ".bin"})
