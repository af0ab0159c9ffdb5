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
}

# Steps of an escalation, as the timeline of a referral says them.
STEPS = {
    "next": _("Chưa ai trả lời: đã gọi người trực tiếp theo"),
    "unit": _("Chưa ai trả lời: đã gọi cả đơn vị"),
    "coordinators": _("Chưa ai trả lời: đã gọi điều phối viên"),
    "leader": _("Chưa ai trả lời: đã báo lãnh đạo trực, chỉ báo mã"),
}
