"""States as people read them: word, and the line under it (forms.md)."""
from flask_babel import lazy_gettext as _

STATES = {
    "waiting": (_("Chờ gửi"), _("Còn trên máy này")),
    "sending": (_("Đang gửi"), ""),
    "stored": (_("Đã nhận"), _("Máy chủ đã lưu, chưa có người xem")),
    "invalid": (_("Cần sửa"), _("Mở ra để xem cần sửa gì")),
    "conflict": (_("Hai bản khác nhau"), _("Mở ra để chọn bản đúng")),
    "forbidden": (_("Không được phép gửi"), _("Hãy hỏi điều phối viên của phường")),
    "sent": (_("Đã nhận"), _("Máy chủ đã lưu, chưa có người xem")),
    "seen": (_("Đã xem"), ""),
    "accepted": (_("Đã tiếp nhận"), ""),
    "passed": (_("Đã chuyển đúng nơi"), ""),
    "declined": (_("Bị từ chối"), _("Điều phối viên sẽ tìm nơi khác")),
    "withdrawn": (_("Đã rút lại"), ""),
    "replaced": (_("Đã sửa"), _("Có bản mới thay bản này")),
    "in-case": (_("Đã tiếp nhận"), _("Phường đang lo việc này")),
    "case-closed": (_("Đã kết thúc"), _("Phường đã lo xong việc này")),
    "elsewhere": (_("Đã chuyển đúng nơi"), _("Nơi khác lo việc này")),
    "asked": (_("Hỏi lại"), _("Điều phối viên chờ người ghi trả lời")),
    "helped": (_("Đã được giúp"), ""),
    "not-helped": (_("Chưa giúp được"), _("Điều phối viên sẽ tìm cách khác")),
    "closed": (_("Đã kết thúc"), ""),
    "due": (_("Cần làm"), ""),
    "late": (_("Quá hạn"), ""),
    "case-open": (_("Đang mở"), ""),
    "case-merged": (_("Đã gộp"), ""),
    "case-undone": (_("Đã hoàn tác"), ""),
}

ROLES = {
    "collaborator": _("Cộng tác viên"),
    "counsellor": _("Cán bộ tư vấn học đường"),
    "responder": _("Cán bộ nơi tiếp nhận"),
    "coordinator": _("Điều phối viên"),
    "decider": _("Người quyết định"),
    "leader": _("Lãnh đạo"),
    "admin": _("Người quản trị"),
}

AUDIT_ACTIONS = {
    "read": _("Đã xem"),
    "list": _("Xem danh sách"),
    "refuse": _("Bị chặn"),
    "write": _("Đã ghi"),
    "change": _("Đã sửa"),
    "export": _("Đã xuất"),
    "break-glass": _("Mở khẩn cấp"),
}

# Kinds of what was looked at or written; of a page that was closed to somebody, the first word of its endpoint.
AUDIT_KINDS = {
    "records": _("Ghi nhận"),
    "referrals": _("Chuyển gửi"),
    "cases": _("Hồ sơ"),
    "audit": _("Nhật ký truy cập"),
    "record": _("Ghi nhận"),
    "referral": _("Chuyển gửi"),
    "answer": _("Trả lời"),
    "withdrawal": _("Rút lại"),
    "held": _("Mục chưa ghi được"),
    "case": _("Hồ sơ"),
    "task": _("Việc"),
    "todo.index": _("Việc cần làm"),
    "records.rows": _("Sổ của tôi"),
    "audit.index": _("Nhật ký truy cập"),
}
