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

# Steps of an escalation, as the timeline of a referral says them.
STEPS = {
    "next": _("Chưa ai trả lời: đã gọi người trực tiếp theo"),
    "unit": _("Chưa ai trả lời: đã gọi cả đơn vị"),
    "coordinators": _("Chưa ai trả lời: đã gọi điều phối viên"),
    "leader": _("Chưa ai trả lời: đã báo lãnh đạo trực, chỉ báo mã"),
}
# Choices of triage, and GBVIMS types (domain.md §4): not lists of the ward, which may not change them.
TRIAGE = {"open": _("Mở hồ sơ"), "join": _("Ghép vào hồ sơ"), "not-gbv": _("Không phải bạo lực giới"), "ask": _("Hỏi lại"),
          "merge": _("Gộp"), "undo": _("Hoàn tác")}
GBV_TYPES = {"rape": _("Hiếp dâm"), "sexual-assault": _("Tấn công tình dục"), "physical-assault": _("Tấn công thể chất"),
             "forced-marriage": _("Hôn nhân cưỡng ép"), "denial": _("Tước đoạt nguồn lực, cơ hội, dịch vụ"),
             "psychological": _("Bạo lực tâm lý, tình cảm"), "not-gbv": _("Không thuộc loại nào ở trên")}
