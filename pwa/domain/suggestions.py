"""Where to turn for a case: by its type, risk, who is affected, and the hours the directory knows. A suggestion, never a rule."""
from pwa.domain import calendars

# GBVIMS type → services it usually needs first (forms.md); the coordinator decides.
BY_TYPE = {
    "rape": ("post-rape", "counselling", "crime-report", "legal"), "sexual-assault": ("post-rape", "counselling", "crime-report", "legal"),
    "physical-assault": ("medical", "protection", "counselling"), "forced-marriage": ("legal", "social-work"),
    "denial": ("livelihood", "legal"), "psychological": ("counselling", "social-work"),
}


def services(case):
    """Codes of services, the most pressing first."""
    wanted = []
    if case.child:
        wanted.append("child")
    if case.urgent or case.risk == "high":
        wanted += ["protection", "medical"]
    wanted += BY_TYPE.get(case.gbv_type, ())
    if {"disabled", "dependent"} & set(case.vulnerabilities or ()):
        wanted.append("disability")
    return list(dict.fromkeys(wanted))


def units(case, directory, moment, calendar, ties=()):
    """[(unit, services it gives that are wanted, open now or None when its hours are not known)], best first; none with ties."""
    wanted, found = services(case), []
    for unit in directory:
        fitting = [service for service in wanted if service in (unit.services or ())]
        if unit.receives and fitting and unit.id not in ties:
            found.append((unit, fitting, is_open(unit.hours, moment, calendar)))
    # Closed now matters more than how much a unit can do.
    return sorted(found, key=lambda each: (each[2] is False, -len(each[1])))


def is_open(hours, moment, calendar):
    """Whether a unit is there at this moment; None when the directory does not say. `calendar` is the ward's: Tết, and days made up for."""
    if not hours:
        return None
    here = calendars.local(moment)
    # Who is there also on Sundays is there on every day.
    there = here.isoweekday() in hours["days"] if 7 in hours["days"] else calendar.days.get(here.date(), here.isoweekday() in hours["days"])
    return there and hours["from"] <= here.strftime("%H:%M") < hours["to"]
