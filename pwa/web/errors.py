"""Every error is a plain sentence that says what to do next, as a page, a fragment or JSON."""
from flask import current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from pwa.domain.access import NotEnrolled, NotFound
from pwa.extensions import htmx

# Paths our scripts talk to.
MACHINE = ("/sync", "/sync/key", "/push/subscription", "/push/test", "/notices/unread", "/notices/arrivals", "/me", "/healthz")


def register(app):
    app.register_error_handler(NotFound, lambda error: answer(404))
    app.register_error_handler(NotEnrolled, lambda error: answer(401))
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
    if request.is_json or request.path in MACHINE or (request.path, request.method) == ("/start", "POST"):
        return jsonify(error=message)
    page = "errors/_message.html" if htmx else "errors/page.html"
    return render_template(page, message=message, status=status)


def _unexpected(error):
    # The type and the place, never the message: it may carry what somebody wrote.
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    current_app.logger.error("%s in %s at %s", type(error).__name__, request.endpoint, where)
    return answer(500)
