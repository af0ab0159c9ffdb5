from db.models.audit import Audit, AuditHead
from db.models.calendar import CalendarDay, WorkingWeek
from db.models.case import Case, CaseEvent, Handover, Triage
from db.models.case_person import CasePerson
from db.models.consent import Consent
from db.models.contact_key import ContactKey
from db.models.decision import Decision, DecisionRequest, Telling
from db.models.duty import Contact, Leave, Preference, Shift
from db.models.entry import Entry, Held
from db.models.incident import Incident, Measure
from db.models.kept_page import KeptPage
from db.models.notice import Delivery, Message, Notice, PushHost
from db.models.person import Device, Enrolment, Invitation, Person, Subscription
from db.models.privacy import BreakGlass, DataRequest
from db.models.reading import Reading
from db.models.record import Record
from db.models.referral import Answer, Referral, Withdrawal
from db.models.risk import Risk, Training
from db.models.service import Service
from db.models.task import Task
from db.models.unsealed import Unsealed
from db.models.ward import Hotline, Unit, Ward
from db.models.watch import ClockRule, Lease, Step, Watch

ALL = (Ward, Unit, Hotline, Person, Invitation, Device, Enrolment, Reading, KeptPage, Subscription, Entry, Held, Record, Referral,
       Answer, Withdrawal, Notice, Delivery, PushHost, Message, ClockRule, WorkingWeek, CalendarDay, Watch, Step, Lease, Shift, Leave,
       Preference, Contact,
       Case, CaseEvent, Triage, Handover, CasePerson, ContactKey, Incident, Measure, Consent, Service, Task,
       Audit, AuditHead, Training, Risk, DecisionRequest, Decision, Telling, DataRequest, BreakGlass, Unsealed)

__all__ = [model.__name__ for model in ALL] + ["ALL"]
