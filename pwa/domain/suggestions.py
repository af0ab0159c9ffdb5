"""Where to turn for a case: by its type, risk, who is affected, and the hours the directory knows. A suggestion, never a rule."""
from pwa.domain import calendars

# GBVIMS type → services it usually needs first (forms.md); the coordinator decides.
BY_TYPE = {
    "rape": ("post-rape", "counselling", "crime-report", "forensic", "legal"),
    "sexual-assault": ("post-rape", "counselling", "crime-report", "forensic", "legal"),
    "physical-assault": ("medical", "protection", "counselling", "forensic"), "forced-marriage": ("legal", "social-work"),
    "denial": ("livelihood", "legal"), "psychological": ("counselling", "social-work"),
}


# Context → services that belong to it, whatever the type.
BY_CONTEXT = {"child-abuse": ("child",), "school": ("school",), "online": ("digital",), "work": ("workplace",)}


def services(case, care=False):
    """Codes of services, the most pressing first; `care` while care after sexual violence is to be reached within 72 hours."""
    wanted = ["post-rape"] if care else []
    if case.child:
        wanted.append("child")
    if case.urgent or case.risk == "high":
        # Whoever is in danger is asked about a safe place (words.ASKS).
        wanted += ["protection", "medical", "shelter"]
    wanted += BY_TYPE.get(case.gbv_type, ())
    wanted += [service for context in case.contexts or () for service in BY_CONTEXT.get(context, ())]
    if {"disabled", "dependent"} & set(case.vulnerabilities or ()):
        wanted.append("disability")
    return list(dict.fromkeys(wanted))


def units(case, directory, moment, calendar, ties=(), care=False):
    """[(unit, services it gives that are wanted, open now or None when its hours are not known)], best first; none with ties."""
    wanted, found = services(case, care), []
    for unit in directory:
        fitting = [service for service in wanted if service in (unit.services or ())]
        if unit.receives and fitting and unit.id not in ties:
            found.append((unit, fitting, is_open(unit.hours, moment, calendar)))
    # Closed now matters most, but not where nobody else does it; then what presses most, so that each of it is near the top.
    there = {service for _unit, fitting, open_now in found if open_now is not False for service in fitting}
    return sorted(found, key=lambda each: (each[2] is False and set(each[1]) <= there, wanted.index(each[1][0]), -len(each[1])))


def is_open(hours, moment, calendar):
    """Whether a unit is there at this moment; None when the directory does not say. `calendar` is the ward's: Tết, and days made up for."""
    if not hours:
        return None
    here = calendars.local(moment)
    # Who is there also on Sundays is there on every day.
    there = here.isoweekday() in hours["days"] if 7 in hours["days"] else calendar.days.get(here.date(), here.isoweekday() in hours["days"])
    return there and hours["from"] <= here.strftime("%H:%M") < hours["to"]
