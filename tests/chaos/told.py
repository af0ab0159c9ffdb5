"""What the people of one sequence were told on their screens, and whether the ward's database bears it out."""
from dataclasses import dataclass, field

from db.models import Entry, Held, Record, Referral, Withdrawal
from pwa.crypto import columns
from pwa.domain import held, records, referrals


@dataclass
class Note:
    """One entry as its author knows it. `words` stand in it and nowhere else."""
    author: str
    kind: str
    words: str
    # Known once a row with "Đã lưu" was on the screen; a note on the lock screen shows none.
    id: str | None = None
    confirmed: bool = False
    # Words it had before it was mended in its place: they were never offered.
    former: list = field(default_factory=list)
    # Versions that may have been saved without anybody being told.
    doubtful: list = field(default_factory=list)
    replaced: bool = False
    # "", "asked" when nobody was told, or "done".
    deleted: str = ""
    # On which enrolment it was written: its author can open the copy as long as the phone has that.
    enrolment: str = ""


class Broken(AssertionError):
    """A promise of the product that does not hold."""


@dataclass
class Book:
    """What the ward has of some people: words → ids of rows, each with its author and where it stands."""
    rows: dict
    entries: dict
    withdrawn: set
    held: set

    @classmethod
    def read(cls, ward, authors):
        with ward.at_home():
            rows = {}
            for model, said in ((Record, _narrative), (Referral, _note)):
                for row in model.select().where(model.author.in_(authors)):
                    rows.setdefault(said(row), []).append(row.id)
            refused = list(Held.select().where(Held.author.in_(authors)))
            for row in refused:
                for words in _held(row):
                    if row.entry_id not in rows.get(words, ()):
                        rows.setdefault(words, []).append(row.entry_id)
            withdrawals = [row.target_id for row in Withdrawal.select().where(Withdrawal.author.in_(authors))]
            entries = dict(Entry.select(Entry.id, Entry.author).where(Entry.author.in_(authors)).tuples())
            return cls(rows, entries | {row.entry_id: row.author_id for row in refused},
                       {*withdrawals, *(target for row in refused for target in _targets(row))}, {row.entry_id for row in refused})


def _narrative(row):
    return records.answers(row).get("narrative")


def _note(row):
    return referrals.answers(row).get("note")


def _form(row):
    return dict(held.form(columns.unseal("held.body", row.entry_id, row.body)))


def _held(row):
    return [words for words in (_form(row).get("narrative"), _form(row).get("note")) if words]


def _targets(row):
    return [target for target in (_form(row).get("target"),) if target]


def judge(notes, book, offered, person_of):
    """Raises Broken for the first note that is not where it must be, exactly once, under its author's name.

    `offered` are ids that ever left a phone; `person_of` maps an author to the id of the person at the ward.
    """
    for note in notes:
        found = book.rows.get(note.words, [])
        if len(set(found)) > 1 or (note.id and set(found) - {note.id}):
            raise Broken(f"{note} is at the ward as {found}")
        if any(book.entries[each] != person_of[note.author] for each in found):
            raise Broken(f"{note} is at the ward under another name")
        for words in note.former:
            if book.rows.get(words):
                raise Broken(f"{note}: words mended before they were ever offered are at the ward")
        if note.deleted:
            _judge_deleted(note, found, book, offered)
        elif note.confirmed and not found and not any(book.rows.get(words) == [note.id] for words in note.doubtful):
            raise Broken(f"lost: {note}")


def _judge_deleted(note, found, book, offered):
    if note.deleted == "asked":
        return
    if found and note.id not in book.withdrawn:
        raise Broken(f"{note} was deleted and stands at the ward as if it were not")
    if not found and note.id in offered:
        raise Broken(f"lost: {note} was offered before it was deleted")
