"""One batch being merged: what it needs, read once; what it writes, written once per table."""
from db.base import insert_rows
from db.models import Answer, Entry, Held, Notice, Person, Record, Referral, Unit, Withdrawal
from db.queries import entries as reads
from pwa.domain import held
from pwa.domain.clock import now
from pwa.domain.duty import Book

# Parents before children.
WRITTEN = (Entry, Record, Referral, Answer, Withdrawal, Held, Notice)


class Batch:
    """Rows are dicts of column values, so that a row planned a moment ago and a stored one look alike."""

    def __init__(self, deposit, entries):
        self.deposit = deposit
        self.received_at = now()
        ids = {entry.id for entry in entries}
        named = ids | {value for entry in entries for value in entry.mentions()}
        self.digests = reads.digests(ids)
        self.held = reads.held(named)
        self.withdrawn = reads.withdrawals(ids)
        self.rows = {Entry: reads.rows(Entry, named), Record: reads.rows(Record, named),
                     Referral: reads.referrals(named)}
        self.new = {model: [] for model in WRITTEN}
        self.changed = {}
        self._units = self._people = self._duty = None

    def find(self, model, row_id):
        return self.rows.get(model, {}).get(row_id)

    def find_replaced(self, model, row_id):
        """The row an entry replaces; when that one was refused and held, the row it would have replaced itself."""
        seen = set()
        while row_id and row_id not in seen:
            if row := self.find(model, row_id):
                return row
            seen.add(row_id)
            row_id = next((held.replaces(each) for (entry_id, _digest), each in self.held.items()
                           if entry_id == row_id and each["author"] == self.deposit.person.id), None)
            if row_id and row_id not in self.rows[model]:
                # Rare enough for a read of its own.
                self.rows[model].update(reads.rows(model, [row_id]))
                self.held.update(reads.held([row_id]))
        return None

    def withdrawn_at(self, row_id):
        """When the author took it back before it arrived, or None."""
        row = self.withdrawn.get(row_id)
        return row["received_at"] if row and row["author"] == self.deposit.person.id else None

    def referrals_of(self, record_id):
        return [row for row in self.rows[Referral].values() if row["record_id"] == record_id]

    def insert(self, model, **row):
        self.new[model].append(row)
        if model in self.rows:
            self.rows[model][row["id"]] = row
        if model is Withdrawal:
            self.withdrawn[row["target_id"]] = row

    def change(self, model, row_id, **values):
        row = self.find(model, row_id)
        row.update(values)
        if not any(row is planned for planned in self.new[model]):
            self.changed.setdefault((model, row_id), {}).update(values)

    @property
    def units(self):
        """Units of the ward by code and by id."""
        if self._units is None:
            rows = list(Unit.select().where(Unit.ward == self.deposit.ward_id))
            self._units = {unit.code: unit for unit in rows} | {unit.id: unit for unit in rows}
        return self._units

    @property
    def people(self):
        """Everyone in the ward who can be rung, as (id, role, unit id)."""
        if self._people is None:
            self._people = list(Person.select(Person.id, Person.role, Person.unit).where(
                Person.ward == self.deposit.ward_id).tuples())
        return self._people

    @property
    def duty(self):
        """Who is on duty while this batch is merged."""
        if self._duty is None:
            self._duty = Book(self.deposit.ward_id, self.received_at, self.people)
        return self._duty

    def write(self):
        for model in WRITTEN:
            if rows := self.new[model]:
                insert_rows(model, rows)
        for (model, row_id), values in self.changed.items():
            model.update(values).where(model._meta.primary_key == row_id).execute()
