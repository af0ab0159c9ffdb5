"""Where the one with violent behaviour works or has kin: not sent there without a second thought, by whatever door."""
from flask_babel import gettext as _

from db.models import CasePerson
from pwa.domain import alleged, cases
from pwa.domain.refused import Refused


def check(batch, case_id, unit, values):
    """Raises Refused where the other side has people at the unit, unless a coordinator sends there all the same, knowing of it."""
    people = [each for member in cases.whole_in(batch, case_id) for each in batch.all(CasePerson, case=member)]
    if unit.id not in of(people):
        return
    if batch.deposit.person.role != "coordinator":
        # What is known of the other side is not for every unit.
        raise Refused("invalid", _("Nơi này nhận qua điều phối viên. Hãy chọn Phòng Văn hóa – Xã hội."))
    if not values.get("despite"):
        raise Refused("invalid", _("Người có hành vi bạo lực làm việc hoặc có người thân ở %(unit)s. Hãy chọn nơi khác, hoặc đánh dấu "
                                   "“Vẫn gửi”.", unit=unit.name))


def of(people):
    """Ids of the units where somebody with violent behaviour works or has kin."""
    return {unit for each in alleged.known(people) for unit in alleged.ties(each)}
