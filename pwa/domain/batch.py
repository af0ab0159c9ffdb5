"""One batch being merged: what it needs, read once; what it writes, written once per table."""
from db.base import insert_rows, locked
from db.models import (Answer, Case, CaseEvent, CasePerson, Consent, ContactKey, DataRequest, Decision, DecisionRequest, Entry,
                       Handover, Held, Incident, Measure, Notice, Person, Record, Referral, Risk, Service, Task, Telling, Triage, Unit,
                       Watch, Withdrawal)
from db.queries import entries as reads
from pwa.domain import audit, held
from pwa.domain.clock import now
from pwa.domain.duty import Book

# Parents before children.
WRITTEN = (Entry, Record, Referral, Answer, Withdrawal, Case, Triage, Handover, CasePerson, ContactKey, Incident, Measure, Consent, Service,
           Task, Risk, DecisionRequest, Decision, Telling, DataRequest, CaseEvent, Held, Notice, Watch)
# What refers to a record, by which column: it goes along when the record is mended.
REFERRING = ((Record, "duplicate_of"), (Referral, "record_id"), (Task, "record_id"), (Consent, "subject_id"), (Watch, "subject_id"))


class Batch:
    """Rows are dicts of column values, so that a row planned a moment ago and a stored one look alike."""

    def __init__(self, deposit, entries):
        self.deposit = deposit
        self.received_at = now()
        ids = {entry.id for entry in entries}
        named = ids | {value for entry in entries for value in entry.mentions()}
        self.digests = reads.digests(ids)
        self.held = reads.held(named)
        self.withdrawn = reads.withdrawals(ids, deposit.person.id)
        self.rows = {Entry: reads.rows(Entry, named), Record: reads.rows(Record, named),
                     Referral: reads.referrals(named)}
        self.later, self.steps, self.gathered = {}, [], set()
        self.new = {model: [] for model in WRITTEN}
        self.changed = {}
        self.audit = []
        self._units = self._people = self._duty = None
        self._gather({each for entry in entries if (entry.values or {}).get("replaces") for each in (entry.id, entry.values["replaces"])})

    def _gather(self, record_ids):
        """Read what refers to these records, for all of them at once: however many are mended, it costs as much."""
        for model, name in REFERRING if record_ids else ():
            self._read(model, model.select().where(getattr(model, name).in_(record_ids)))
            self.gathered |= {(model, name, record_id) for record_id in record_ids}

    def find(self, model, row_id):
        """The row, or None. Models that few entries speak of are read when first asked for."""
        if model in self.rows:
            return self.rows[model].get(row_id)
        known = self.later.setdefault(model, {})
        if row_id and row_id not in known:
            known[row_id] = reads.rows(model, [row_id]).get(row_id)
        return known.get(row_id)

    def all(self, model, **equal):
        """Every row with these values, stored or planned, as it will be when the batch is written."""
        query = model.select().where(*[getattr(model, name) == value for name, value in equal.items()])
        known = self._known(model)
        if not any((model, name, value) in self.gathered for name, value in equal.items()):
            self._read(model, query)
        return [row for row in known.values() if row and all(row[name] == value for name, value in equal.items())]

    def _known(self, model):
        return self.rows[model] if model in self.rows else self.later.setdefault(model, {})

    def _read(self, model, query):
        known = self._known(model)
        for row in locked(query).dicts():
            known.setdefault(row["id"], row)

    def find_replaced(self, model, row_id):
        """The row an entry replaces; when that one was refused and held, the row it would have replaced itself."""
        return next((row for row in map(lambda each: self.find(model, each), self.line(model, row_id)) if row), None)

    def line(self, model, row_id):
        """Ids an entry stands in for: of the one it replaces and, as far as these were refused and held, of those before."""
        seen = set()
        while row_id and row_id not in seen:
            yield row_id
            if self.find(model, row_id):
                return
            seen.add(row_id)
            row_id = next((held.replaces(each) for (entry_id, _digest), each in self.held.items()
                           if entry_id == row_id and each["author"] == self.deposit.person.id), None)
            if row_id and row_id not in self.rows[model]:
                # Rare enough for a read of its own.
                self.rows[model].update(reads.rows(model, [row_id]))
                self._read(Referral, Referral.select().where(Referral.record_id == row_id))
                self.held.update(reads.held([row_id]))

    def withdrawn_at(self, row_id):
        """When the author took it back before it arrived, or None."""
        row = self.withdrawn.get(row_id)
        return row["received_at"] if row else None

    def referrals_of(self, record_id):
        return [row for row in self.rows[Referral].values() if row["record_id"] == record_id]

    def begin(self):
        """From here on `give_up` takes everything back: a rule that refuses late leaves nothing half done."""
        self.steps = []

    def give_up(self):
        for step in reversed(self.steps):
            step()
        self.steps = []

    def insert(self, model, **row):
        self.new[model].append(row)
        self.steps.append(lambda: self._forget(model, row))
        if model in self.rows:
            self.rows[model][row["id"]] = row
        elif "id" in row:
            self.later.setdefault(model, {})[row["id"]] = row
        if model is Withdrawal:
            self.withdrawn[row["target_id"]] = row

    def _forget(self, model, row):
        self.new[model].remove(row)
        for known in (self.rows.get(model), self.later.get(model)):
            if known and known.get(row.get("id")) is row:
                del known[row["id"]]
        if model is Withdrawal:
            self.withdrawn.pop(row["target_id"], None)

    def change(self, model, row_id, **values):
        row = self.find(model, row_id)
        before, planned = {name: row[name] for name in values}, dict(self.changed.get((model, row_id), {}))
        row.update(values)
        if not any(row is planned_row for planned_row in self.new[model]):
            self.changed.setdefault((model, row_id), {}).update(values)
        self.steps.append(lambda: (row.update(before), self.changed.update({(model, row_id): planned})))

    @property
    def units(self):
        """Units of the ward by code and by id."""
        if self._units is None:
            rows = list(Unit.select().where(Unit.ward == self.deposit.ward_id))
            self._units = {unit.code: unit for unit in rows} | {unit.id: unit for unit in rows}
        return self._units

    def unit(self, unit_id):
        """A unit by its id, also one of another ward: a case that came from there names it."""
        return self.units.get(unit_id) or Unit.get_by_id(unit_id)

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
            if not values:
                continue
            model.update(values).where(model._meta.primary_key == row_id).execute()
        audit.append(self.deposit.ward_id, self.audit)
