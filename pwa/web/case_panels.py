"""What a case's page shows beside the case work itself: risk, what awaits the decider, papers and rights."""
from pwa.domain import break_glass, child_clocks, data_requests, decisions, no_contact, risks
from pwa.domain.clock import now
from pwa.web import risks as risk_page


def values(person, case, ids):
    asked, rights, moment, child = decisions.of_case(ids), data_requests.of_case(ids), now(), child_clocks.due([case]).get(case.id)
    ends = [each.due_at for each in asked if each.state == "waiting"] + [each.due_at for each in rights if each.state == "open"]
    return {"panel": risk_page.panel(risks.of_case(ids)), "health": risks.care_until(ids), "no_contact": no_contact.since(ids),
            "decisions": asked, "moment": moment, "child_due": child, "late": min([*ends, child or moment]) < moment,
            "data_requests": rights, "glass": break_glass.until(person, ids[0])}
