"""What stood in clear before its column was sealed: sealed as soon as somebody who has the keys brings the ward up to date."""
import json

from db.base import write
from db.models import CasePerson, Decision, Held, Unsealed
from pwa.crypto import columns

AT_ONCE = 500
# Place → its column, and what its text is read with.
PLACES = {"held.errors": (Held.errors, json.loads), "case_person.ties": (CasePerson.ties, json.loads),
          "decision.number": (Decision.number, str)}


def seal_all():
    """Seal every value that waits, once; answers how many."""
    sealed = 0
    while rows := list(Unsealed.select().limit(AT_ONCE)):
        with write():
            for each in rows:
                field, read = PLACES[each.place]
                # Not where something was written since.
                waits = field.model._meta.primary_key == each.row_id, field.is_null()
                field.model.update({field: columns.seal(each.place, each.bound_to, read(each.text))}).where(*waits).execute()
            Unsealed.delete().where(Unsealed.id.in_([each.id for each in rows])).execute()
        sealed += len(rows)
    return sealed
