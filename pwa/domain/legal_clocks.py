"""Clocks of the law, as far as domain.md supports them: shown beside the ward's own, and nobody's to change."""
from flask_babel import lazy_gettext as _

from pwa.domain import data_requests, decisions
from pwa.domain.clock import HOUR

# Hours; a task of no rule of ours.
BREACH = 72


def shown():
    """(what, how long, source) of each; the lengths are those the rules go by."""
    hours = {what: length // HOUR for what, length in decisions.CLOCKS.items()}
    withdraw, delete, copy = (data_requests.DAYS[what] for what in ("withdraw", "delete", "copy"))
    return (
        (_("Báo trẻ em bị xâm hại, bạo lực"), _("ngay khi biết"), _("Nghị định 56/2017")),
        (_("Biện pháp bảo vệ khẩn cấp cho trẻ em"), _("%(n)s giờ từ khi nhận tin", n=hours["child-measure"]),
         _("Nghị định 56/2017, Điều 26")),
        (_("Quyết định cấm tiếp xúc"), _("%(n)s giờ từ khi có đề nghị", n=hours["contact-ban"]), _("Luật 13/2022, Điều 25")),
        (_("Một quyết định cấm tiếp xúc"), _("không quá %(n)s ngày", n=decisions.MOST_DAYS), _("Luật 13/2022, Điều 25")),
        (_("Báo Chủ tịch UBND phường khi nhận tin báo"), _("ngay khi nhận"), _("Luật 13/2022, Điều 20 (theo nguồn thứ cấp)")),
        (_("Trả lời người đề nghị về dữ liệu cá nhân"), _("%(n)s ngày làm việc", n=data_requests.REPLY), _("Nghị định 356/2025")),
        (_("Rút lại đồng ý, hạn chế dùng dữ liệu"), _("%(n)s ngày, %(m)s ngày khi nơi khác cũng giữ", n=withdraw[0], m=withdraw[1]),
         _("Nghị định 356/2025")),
        (_("Xóa dữ liệu"), _("%(n)s ngày, %(m)s ngày khi nơi khác cũng giữ", n=delete[0], m=delete[1]),
         _("Nghị định 356/2025 (theo nguồn thứ cấp)")),
        (_("Báo Bộ Công an khi lộ dữ liệu cá nhân"), _("%(n)s giờ", n=BREACH), _("Luật 91/2025, Điều 23 (theo nguồn thứ cấp)")),
        (_("Xem, sửa dữ liệu"), _("%(n)s ngày", n=copy[0]), _("Nghị định 356/2025")),
    )

