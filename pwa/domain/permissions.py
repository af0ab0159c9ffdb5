"""What each role may do at all: which routes it may open, which kinds of entry it may write. Which rows, access.py says."""
ROLES = ("collaborator", "counsellor", "responder", "coordinator", "decider", "leader", "admin")
RECORDERS = frozenset(ROLES) - {"leader", "admin"}
ENROLLED = frozenset(ROLES)
# Roles that read what others recorded: each new enrolment of theirs waits for a coordinator's approval.
READERS = frozenset({"responder", "coordinator", "decider"})
# Roles whose PIN must be a passphrase: they read everybody's cases, or make people.
PASSPHRASE = frozenset({"coordinator", "decider", "admin"})
# Roles that keep people and their phones.
MANAGERS = frozenset({"coordinator", "admin"})
ANYONE = None

# Endpoint → roles that may open it, with an open reading session; ANYONE also without an enrolment. An endpoint that is
# missing opens for nobody.
ROUTES = {
    # Shells without a telling word: the same bytes for everyone, kept by the phone in clear.
    "lock.index": ANYONE,
    "lock.away": ANYONE,
    "lock.later": ANYONE,
    # What a phone needs before it is anyone's.
    "enrolments.start": ANYONE,
    "enrolments.look": ANYONE,
    "enrolments.begin": ANYONE,
    "enrolments.me": ANYONE,
    "worker.script": ANYONE,
    "worker.manifest": ANYONE,
    "health.index": ANYONE,
    "sync.key": ANYONE,
    # The enrolment is named in the body, its cookie checked there; a locked or revoked phone deposits too.
    "sync.deposit": ANYONE,
    # The same for those that open, keep, end and give up reading.
    "readings.unlock": ANYONE,
    "readings.gesture": ANYONE,
    "readings.end": ANYONE,
    "enrolments.forget": ANYONE,
    # Pages with the same bytes for everyone who may read at all.
    "home.index": ENROLLED,
    "home.offline": ENROLLED,
    "phone.index": ENROLLED,
    "records.index": ENROLLED,
    "records.mine": ENROLLED,
    "records.new": ENROLLED,
    "records.new_school": ENROLLED,
    "referrals.new": ENROLLED,
    "directory.index": ENROLLED,
    # Fragments and pages of one person.
    "records.rows": RECORDERS,
    "records.show": RECORDERS,
    "referrals.show": RECORDERS,
    "todo.index": ENROLLED,
    "held.show": frozenset({"coordinator"}),
    **dict.fromkeys(("triage.index", "cases.index", "cases.show", "cases.write", "cases.blank"), frozenset({"coordinator"})),
    "task.show": RECORDERS,
    "directory.rows": ENROLLED,
    "pages.index": ENROLLED,
    "push.subscription": ENROLLED,
    "push.subscribe": ENROLLED,
    "push.test": ENROLLED,
    "push.check": frozenset({"admin"}),
    "notices.open": ENROLLED,
    "readings.change_pin": ENROLLED,
    # People and their phones.
    "approvals.index": frozenset({"coordinator"}),
    "approvals.settle": frozenset({"coordinator"}),
    "imports.index": frozenset({"coordinator"}),
    "imports.create": frozenset({"coordinator"}),
    "devices.index": ENROLLED,
    "devices.revoke": ENROLLED,
    "people.index": MANAGERS,
    "people.revoke": MANAGERS,
    # A coordinator alone: an admin who named handlers could make one, and read.
    "handlers.change": frozenset({"coordinator"}),
    "invitations.create": MANAGERS,
    "invitations.void": MANAGERS,
    "notices.index": ENROLLED,
    "notices.unread": ENROLLED,
    "notices.read": ENROLLED,
    # Settings, not case work: one's own, and the rosters of the units one answers for (domain/rosters.py).
    "preferences.show": ENROLLED,
    "preferences.keep": ENROLLED,
    "rosters.index": ENROLLED,
    "rosters.leave": ENROLLED,
    "rosters.show": frozenset({"responder", "coordinator"}),
    "rosters.change": frozenset({"responder", "coordinator"}),
    # The ward's own clocks, working hours and days off.
    **dict.fromkeys(("clocks.index", "clocks.rule", "clocks.week", "clocks.day"), MANAGERS),
    # The cookies of the device are checked there; a locked phone confirms too.
    "notices.confirm": ANYONE,
    # Who looked: a coordinator for one case; the person responsible for data, who sees no case, in codes and times.
    **dict.fromkeys(("audit.of_case", "audit.of_record", "risks.show", "papers.show", "rights.show", "rights.answer",
                     "rights.copy", "rights.erase", "break_glass.ask", "break_glass.open_case",
                     "searches.ask", "searches.find"), frozenset({"coordinator"})),
    **dict.fromkeys(("audit.index", "trainings.index", "trainings.create", "retention.index",
                     "retention.apply"), frozenset({"admin"})),
    "decisions.show": frozenset({"decider", "coordinator"}),
    "decisions.telling": frozenset({"decider", "coordinator"}),
}
# Of those that need an enrolment, the ones that need no open reading session: its cookie is enough.
LOCKED_TOO = frozenset({"push.subscription", "push.subscribe"})

# Fragments and pages that show a line of each of many: noted in the audit trail as lists. What has an id in its path is
# noted when access.py loads the row.
LISTS = frozenset({"records.rows", "todo.index", "notices.index", "audit.index", "triage.index", "cases.index",
                   "retention.index", "searches.find"})

# Entry kind → roles that may write it.
KINDS = {
    "record": RECORDERS,
    "referral": RECORDERS,
    "withdrawal": RECORDERS,
    "answer": frozenset({"responder", "coordinator"}),
    # What the unit that accepted a referral writes about it, and a coordinator about a case.
    "assignment": frozenset({"responder", "coordinator"}),
    "service": frozenset({"responder", "coordinator"}),
    "note": frozenset({"responder", "coordinator"}),
    # Whoever a task is given to says what came of it; a question goes to whoever recorded.
    "completion": RECORDERS,
    **dict.fromkeys(("triage", "case-referral", "consent", "person", "incident", "measure", "classification", "task", "closing",
                     "handover", "decision-request", "data-request"), frozenset({"coordinator"})),
    # By the trained alone: a coordinator on a case, somebody of a unit on a referral of one that was given to them.
    **dict.fromkeys(("risk", "child-risk"), frozenset({"responder", "coordinator"})),
    # The decider decides; a coordinator takes the question back.
    "decision": frozenset({"decider", "coordinator"}),
}
