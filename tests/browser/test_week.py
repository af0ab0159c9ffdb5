"""A ward's week, eight matters at once, in three windows: Lan who notes, often without a network; Thu who coordinates, at a
desk; Hạnh of the trạm y tế, who helps. Each sees what is theirs, and nothing else."""
from types import SimpleNamespace

import pytest

from tests.browser.test_cases import DESK, case_of
from tests.chromium import BrowserPhone

NOTHING_THERE = "Không có trang này"
WITH_CONSENT = {"limits_said": True, "decision": "Đồng ý", "asked_of": "Chính người đó"}


@pytest.fixture(scope="module")
def three(browser, server):
    """The three of them, enrolled once for the whole week."""
    phones = {name: BrowserPhone(browser, server, **(DESK if name == "thu" else {})).enrol(name) for name in ("lan", "hanh", "thu")}
    yield SimpleNamespace(**phones)
    for phone in phones.values():
        phone.close()


def test_school_bullying_turns_out_to_be_abuse_at_home(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    lan.offline()
    record = note(lan, "Em bị bạn trêu, khóc, không muốn về nhà", acts="Chửi, dọa, làm nhục", victim_age="Dưới 16", place="Trường")
    sees(lan, None, "Chưa ai biết việc này. Hãy gọi ngay", "111")
    lan.online()
    lan.expect_delivered()
    thu.open("/todo").locator(f'.row[data-entry="{record}"]').click()
    sees(thu, None, "không muốn về nhà", "Trẻ em")
    write(thu, "triage", "Hỏi lại", question="Em có nói gì về nhà mình không?")
    thu.expect_delivered()
    lan.open("/todo").locator(".row", has_text="Trả lời câu hỏi").click()
    lan.offline()
    write(lan, "completion", "Trả lời", note="Em nói bố đánh")
    sees(lan, None, "Chờ gửi")
    lan.online()
    lan.expect_delivered()

    thu.open(f"/records/{record}")
    sees(thu, None, "Em nói bố đánh")
    write(thu, "triage", "Mở hồ sơ")
    thu.expect_delivered()
    case = case_of(server, record)
    fill(thu, f"/cases/{case}/person", part="Người bị bạo lực", age="Dưới 16", safe_contact="Qua cô chủ nhiệm, giờ ra chơi")
    fill(thu, f"/cases/{case}/person", part="Người có hành vi bạo lực", relation="Cha mẹ")
    # The guardian is the one suspected: nobody asks him; the law for children is named, and why.
    referral = fill(thu, f"/cases/{case}/refer", unit="tramyte", services="Tham vấn tâm lý", urgency="Trong ngày", decision="Đồng ý",
                    asked_of="Không hỏi (bảo vệ khẩn cấp hoặc trẻ em)", fields=["Việc đã xảy ra, khi nào", "Cách liên hệ an toàn, số điện thoại"],
                    consent_basis="Bảo vệ trẻ em (Nghị định 56/2017)", consent_note="Người giám hộ là người bị nghi")
    thu.expect_delivered()
    sees(hanh, f"/referrals/{referral}", "Nghị định 56/2017", "Qua cô chủ nhiệm", "Chửi, dọa, làm nhục")
    never(hanh, None, "không muốn về nhà", "bố đánh", "Người giám hộ", "Cha mẹ")
    sees(hanh, f"/cases/{case}", NOTHING_THERE)
    sees(hanh, f"/records/{record}", NOTHING_THERE)
    lan.expect_state(record, "Đã tiếp nhận")
    sees(lan, f"/referrals/{referral}", NOTHING_THERE)
    never(lan, f"/records/{record}", "Trạm", case)


# ── Hands and eyes ───────────────────────────────────────────────────────────────────────────────────────────────────

def note(lan, words, **chips):
    """Write a new record and save it; its id."""
    lan.open("/records/new")
    return write(lan, "record", "Lưu", narrative=words, **chips)


def fill(phone, path, **answers):
    """Open a page with one form, fill it and save; the id of the entry."""
    phone.open(path)
    return write(phone, None, "Lưu", **answers)


def write(phone, kind, button, **answers):
    """Fill this form of the page as a thumb would, unfolding what is folded, and save; the id of the entry."""
    page = phone.page
    form = page.locator(f'[data-entry-form="{kind}"]' if kind else "[data-entry-form]").filter(has=page.locator(f'button:text-is("{button}")')).first
    form.wait_for(state="attached")
    unfold(form)
    for name, given in answers.items():
        for value in given if isinstance(given, list) else [given]:
            answer(form, name, value)
    form.locator(f'button:text-is("{button}")').click()
    row = page.locator(".saved .row")
    row.wait_for()
    return row.get_attribute("data-entry")


def answer(form, name, value):
    control = form.locator(f'[name="{name}"]').first
    unfold(control)
    tag = control.evaluate("(control) => control.type")
    if tag == "select-one":
        control.select_option(value)
    elif tag in ("radio", "checkbox"):
        chip = form.locator(".chip", has=form.page.locator(f'[name="{name}"]'))
        (chip if value is True else chip.filter(has=form.page.get_by_text(value, exact=True))).click()
    else:
        control.fill(value)


def unfold(place):
    for folded in place.locator("xpath=ancestor::details[not(@open)]").all():
        folded.locator("summary").first.click()


def sees(phone, path, *sentences):
    """On this page, or the one that is open, each sentence stands where eyes find it."""
    if path:
        phone.open(path)
    phone.expect_text(*sentences)


def never(phone, path, *words):
    """Nothing of this is in the page, not even hidden."""
    if path:
        phone.open(path)
    phone.page.locator("main").wait_for()
    page = phone.page.content()
    assert [each for each in words if each in page] == []
