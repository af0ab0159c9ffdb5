"""States and transitions as data: what each thing may become, by what. Rules ask here and keep no list of their own."""

# Noun → state → {step: next state}. The first state of each is where it begins.
CASE = {
    "open": {"close": "closed", "merge": "merged", "undo": "undone"},
    "closed": {"reopen": "open"},
    # Its history stays where it was written; the case it was merged into shows it.
    "merged": {"undo": "open"},
    "undone": {},
}
REFERRAL = {
    "sent": {"see": "seen", "accept": "accepted", "pass": "passed", "decline": "declined", "withdraw": "withdrawn"},
    "seen": {"accept": "accepted", "pass": "passed", "decline": "declined", "withdraw": "withdrawn"},
    "passed": {"see": "seen", "accept": "accepted", "pass": "passed", "decline": "declined", "withdraw": "withdrawn"},
    # Handed back: the coordinators have seen it, and it is still declined.
    "declined": {"see": "declined", "accept": "accepted", "pass": "passed", "withdraw": "withdrawn"},
    # Taken back by a coordinator, whatever the unit has begun: what no longer fits must not hold up the case.
    "accepted": {"pass": "passed", "help": "helped", "fail": "not-helped", "undo": "seen", "take-back": "withdrawn"},
    # A result is said anew by whoever knows what was said before.
    "helped": {"fail": "not-helped", "close": "closed"},
    "not-helped": {"pass": "passed", "help": "helped", "close": "closed"},
    "closed": {},
    "withdrawn": {},
}
TASK = {
    "open": {"done": "done", "snooze": "open", "drop": "dropped"},
    # Done anew by the second of two, who knows what the first did.
    "done": {"redo": "open"},
    "dropped": {"redo": "open"},
}
HANDOVER = {
    "offered": {"accept": "accepted", "decline": "declined", "recall": "recalled"},
    "accepted": {},
    "declined": {},
    "recalled": {},
}
DECISION = {
    "waiting": {"approve": "approved", "refuse": "refused", "recall": "recalled"},
    "approved": {},
    "refused": {},
    "recalled": {},
}


def after(states, state, step):
    """The next state, or None when the step is not open from here."""
    return states[state].get(step)


def allowing(states, step):
    """The states from which a step is open."""
    return tuple(state for state, steps in states.items() if step in steps)
