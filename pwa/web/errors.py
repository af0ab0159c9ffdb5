"""Every error is a plain sentence that says what to do next, as a page, a fragment or JSON."""
from flask import current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pwa.domain.access import Locked, NotEnrolled, NotFound, Waiting
from pwa.extensions import htmx

# Paths our scripts talk to.
MACHINE = ("/sync", "/sync/key", "/push/subscription", "/push/test", "/notices/unread", "/notices/arrivals", "/me", "/healthz",
           "/start/look", "/unlock", "/reading", "/pin", "/enrolments/forget")


def register(app):
    app.register_error_handler(NotFound, lambda error: answer(404))
    app.register_error_handler(NotEnrolled, lambda error: answer(401))
    app.register_error_handler(Locked, _locked)
    app.register_error_handler(Waiting, _waiting)
    app.register_error_handler(CSRFError, lambda error: answer(400, _("Trang đã mở quá lâu. Hãy tải lại trang rồi thử lại.")))
    app.register_error_handler(HTTPException, lambda error: answer(error.code))
    app.register_error_handler(Exception, _unexpected)


def sentence(status):
    """What a person reads for a status code."""
    return {
        400: _("Yêu cầu không đúng. Hãy quay lại và thử lại."),
        401: _("Máy này chưa mở sổ. Hãy mở lời mời của bạn, hoặc xin lời mời mới."),
        404: _("Không có trang này. Hãy quay về trang đầu."),
        405: _("Không có trang này. Hãy quay về trang đầu."),
        413: _("Gửi quá nhiều một lúc. Hãy gửi ít hơn."),
        429: _("Thử quá nhiều lần. Hãy chờ một phút rồi thử lại."),
    }.get(status, _("Máy chủ đang có lỗi. Mục trên máy bạn vẫn còn; hãy thử lại sau ít phút."))


def answer(status, message=None):
    """The error as JSON, fragment or page, with when to come back."""
    response = make_response(_body(status, message or sentence(status)), status)
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response


def _body(status, message):
    if _wants_json():
        return jsonify(error=message)
    page = "errors/_message.html" if htmx else "errors/page.html"
    # Whoever has not unlocked sees none of the app's own words around the sentence.
    return render_template(page, message=message, status=status, opened=g.get("reading") is not None)


def _wants_json():
    return request.is_json or request.path in MACHINE or (request.path, request.method) == ("/start", "POST")


def _locked(_error):
    """Whatever was asked for: a page is the lock screen itself, byte for byte, and says nothing of what lies behind it."""
    if _wants_json() or htmx:
        return answer(401, _("Hãy mở khóa rồi thử lại."))
    return render_template("lock/index.html"), 401


def _waiting(error):
    said = _("Hãy chờ điều phối viên duyệt máy này.")
    if _wants_json() or htmx:
        return answer(403, said)
    return render_template("approvals/waiting.html", message=said, short_code=error.short_code), 403


def _unexpected(error):
    # The type and the place, never the message: it may carry what somebody wrote.
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    current_app.logger.error("%s in %s at %s", type(error).__name__, request.endpoint, where)
    return answer(500)
