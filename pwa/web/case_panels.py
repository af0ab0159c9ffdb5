"""What a case's page shows beside the case work itself: risk, what awaits the decider, papers and rights."""
from db.models import Record
from pwa.domain import break_glass, data_requests, decisions, risks
from pwa.domain.clock import now
from pwa.web import risks as risk_page


def values(person, ids):
    asked = decisions.of_case(ids)
    return {"panel": risk_page.panel(risks.of_case(ids)), "health": _health(ids), "decisions": asked, "moment": now(),
            "data_requests": data_requests.of_case(ids), "glass": break_glass.until(person, ids[0])}


def _health(ids):
    """Until when care after sexual violence is to be reached, from what was recorded; None once it is too late to say."""
    found = Record.select(Record.health_until).where(Record.case_id.in_(ids), Record.health_until > now()).order_by(Record.health_until)
    return next((until for (until,) in found.limit(1).tuples()), None)
