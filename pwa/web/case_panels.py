"""What a case's page shows beside the case work itself: risk, what awaits the decider, papers and rights."""
from pwa.domain import break_glass, data_requests, decisions, no_contact, risks
from pwa.domain.clock import now
from pwa.web import risks as risk_page


def values(person, ids):
    asked = decisions.of_case(ids)
    return {"panel": risk_page.panel(risks.of_case(ids)), "health": risks.care_until(ids), "no_contact": no_contact.since(ids), "decisions": asked, "moment": now(),
            "data_requests": data_requests.of_case(ids), "glass": break_glass.until(person, ids[0])}
