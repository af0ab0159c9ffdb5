"""States as people read them: word, and the line under it (forms.md)."""
from pwa.domain import classifications
from pwa.language import lazy_gettext as _

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
    "case-closed": (_("Đã kết thúc"), _("Hồ sơ đã kết thúc.")),
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

# The line under "case-closed" where help was given; apart, as only the server says it.
HELPED = _("Phường đã lo xong việc này")

# Steps of an escalation, as the timeline of a referral says them.
STEPS = {
    "next": _("Chưa ai trả lời: đã gọi người trực tiếp theo"),
    "unit": _("Chưa ai trả lời: đã gọi cả đơn vị"),
    "coordinators": _("Chưa ai trả lời: đã gọi điều phối viên"),
    "deciders": _("Quá hạn: đã gọi lại người quyết định"),
    "coordinator": _("Quá hạn: đã báo điều phối viên"),
    "leader": _("Chưa ai trả lời: đã báo lãnh đạo trực, chỉ báo mã"),
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
    "notices.index": _("Thông báo"),
    "pages.index": _("Các trang máy giữ lại"),
    "approvals": _("Duyệt máy mới"),
    "devices": _("Thiết bị"),
    "people": _("Người và máy"),
    "invitations": _("Lời mời"),
    "imports": _("Nhập phần chờ gửi"),
    "rosters": _("Lịch trực"),
    "roster": _("Lịch trực"),
    "leave": _("Ngày nghỉ của một người"),
    "cases.index": _("Hồ sơ"),
    "triage.index": _("Chờ phân loại"),
    "decision": _("Trình quyết định"),
    "decision-request": _("Trình quyết định"),
    "telling": _("Tin báo"),
    "risk": _("Mức độ nguy cơ"),
    "child-risk": _("Mức độ nguy cơ"),
    "training": _("Tập huấn đánh giá nguy cơ"),
    "data-request": _("Đề nghị về dữ liệu cá nhân"),
    "triage": _("Phân loại"),
    "case-referral": _("Chuyển gửi"),
    "consent": _("Đồng ý chia sẻ"),
    "person": _("Một người trong hồ sơ"),
    "incident": _("Vụ"),
    "measure": _("Biện pháp"),
    "classification": _("Phân loại"),
    "service": _("Dịch vụ"),
    "assignment": _("Phân công"),
    "note": _("Ghi theo dõi"),
    "completion": _("Việc"),
    "closing": _("Kết thúc hồ sơ"),
    "handover": _("Bàn giao"),
    "invitation": _("Lời mời"),
    "enrolment": _("Thiết bị"),
    "handler": _("Người phụ trách trường"),
    "import": _("Nhập phần chờ gửi"),
    "keys": _("Khóa mã hóa"),
    "clocks": _("Thời hạn và ngày nghỉ"),
    "retention": _("Thời hạn lưu giữ"),
    "break-glass": _("Mở khẩn cấp"),
    "ward": _("Phường"),
}

# Choices of triage: not a list of the ward, which may not change them.
TRIAGE = {"open": _("Mở hồ sơ"), "join": _("Ghép vào hồ sơ"), "not-gbv": _("Không phải bạo lực giới"), "ask": _("Hỏi lại"),
          "merge": _("Gộp"), "undo": _("Hoàn tác")}
GBV_TYPES = {code: _(text) for code, text in classifications.TYPES.items()}

# Levels of risk, and what each asks of whom: not lists of the ward, as no ward makes "not enough to conclude" a low one.
RISK = {"high": _("Cao"), "medium": _("Trung bình"), "low": _("Thấp"), "unclear": _("Chưa đủ cơ sở kết luận")}
ASKS = {
    "high": (
        _("Điều phối viên: gọi Công an phường ngay; cùng người đó lập kế hoạch an toàn; hỏi về nơi tạm lánh; xem lại trong vòng 3 ngày."),
        _("Công an phường: ngăn chặn, bảo vệ an toàn."),
        _("Mọi người: không báo cho người kia biết, không hòa giải, chỉ liên hệ theo cách an toàn."),
    ),
    "unclear": (
        _("Điều phối viên: không kết luận là thấp. Hẹn ngày xem lại; nói cho người đó biết gọi ai khi nguy hiểm."),
        _("Mọi người: thấy có gì mới hay xấu hơn thì ghi thêm ngay."),
    ),
    "child_high": (
        _("Điều phối viên: báo ngay để Chủ tịch UBND phường quyết định biện pháp bảo vệ khẩn cấp (12 giờ kể từ khi nhận tin, "
          "Nghị định 56/2017)."),
        _("Mọi người: không để trẻ ở một mình với người có hành vi bạo lực; không hỏi lại trẻ nhiều lần."),
    ),
    "child_medium": (
        _("Điều phối viên: lập kế hoạch hỗ trợ, phân người đến thăm; hẹn ngày xem lại."),
    ),
    "child_low": (
        _("Điều phối viên: theo dõi, hẹn ngày xem lại."),
    ),
    "medical": (
        _("Từng bị bóp cổ, nghẹt thở: khuyên đi khám ngay, dù không thấy vết thương và dù mức độ nào."),
    ),
    "health": (
        _("Có xâm hại tình dục: đưa đến cơ sở y tế càng sớm càng tốt, trong 72 giờ. Sau 72 giờ vẫn nên đi khám."),
    ),
}
DECIDED = {"approve": _("Đồng ý"), "refuse": _("Không đồng ý"), "recall": _("Rút đề nghị")}
