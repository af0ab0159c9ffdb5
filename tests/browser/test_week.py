"""A ward's week, eight matters at once, in three windows: Lan who notes, often without a network; Thu who coordinates, at a
desk; Hạnh of the trạm y tế, who helps. Each sees what is theirs, and nothing else."""
import time
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from pwa.cli import _link, _seed
from pwa.domain import people
from tests.browser.test_cases import DESK, case_of
from tests.chromium import PATIENCE, BrowserPhone, saved_by
from tests.ward import Phone

NOTHING_THERE = "Không có trang này"
WITH_CONSENT = {"limits_said": True, "decision": "Đồng ý", "asked_of": "Chính người đó"}


@pytest.fixture(scope="module")
def enrolled(browser, server):
    """The three of them, enrolled once for the whole week."""
    phones = {name: BrowserPhone(browser, server, **(DESK if name == "thu" else {})).enrol(name) for name in ("lan", "hanh", "thu")}
    yield SimpleNamespace(**phones)
    for phone in phones.values():
        phone.close()


@pytest.fixture(scope="module")
def xuan(server):
    """The phone of a coordinator in another ward; it needs no window."""
    with server.at_home():
        other = people.seed_ward({**_seed("ward.json"), "code": "phuong-khac", "name": "Phường Khác"}, [])
        link = _link(people.add(other, "coordinator", "vhxh", "Chị Xuân"))
    return Phone(server.app, link)


@pytest.fixture
def three(enrolled):
    """Each day begins with a network."""
    for phone in vars(enrolled).values():
        phone.online()
    return enrolled


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
    lan.page.locator("[data-entry-form=completion]").first.wait_for(state="attached")
    lan.offline()
    write(lan, "completion", "Trả lời", note="Em nói bố đánh")
    sees(lan, None, "Chờ gửi")
    lan.online()
    lan.expect_delivered()

    sees(thu, f"/records/{record}", "Em nói bố đánh")
    case = opened(three, server, record)
    fill(thu, f"/cases/{case}/person", part="Người bị bạo lực", age="Dưới 16", safe_contact="Qua cô chủ nhiệm, giờ ra chơi")
    fill(thu, f"/cases/{case}/person", part="Người có hành vi bạo lực", relation="Cha mẹ")
    # The guardian is the one suspected: nobody asks him; the law for children is named, and why.
    referral = fill(thu, f"/cases/{case}/refer", "Chuyển gửi", unit="tramyte", services="Tham vấn tâm lý", urgency="Trong ngày", decision="Không hỏi – luật cho phép",
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


def test_a_declined_consent_is_help_without_a_name(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Chị bảo đừng nói với ai", acts="Giữ tiền, phá đồ, đuổi khỏi nhà", contact_consent="Không")
    case = opened(three, server, record)
    fill(thu, f"/cases/{case}/person", part="Người bị bạo lực", name="Chị Tư", phone="0912345678")
    referral = fill(thu, f"/cases/{case}/refer", "Chuyển gửi", unit="tramyte", services="Tham vấn tâm lý", urgency="Thường", decision="Không đồng ý",
                    asked_of="Chính người đó")
    thu.expect_delivered()
    sees(thu, f"/cases/{case}", "Không liên hệ, không đến nhà", "Chị Tư")
    sees(hanh, f"/referrals/{referral}", "Tham vấn tâm lý", "Không liên hệ, không đến nhà")
    never(hanh, None, "Chị Tư", "0912345678", "đừng nói với ai", "Giữ tiền")
    # What she does not want is taken back, counted as refused, and the case can end.
    thu.open(f"/referrals/{referral}")
    write(thu, "withdrawal", "Rút lại chuyển gửi")
    fill(thu, f"/cases/{case}/service", services="Tham vấn tâm lý", step="Người đó từ chối")
    fill(thu, f"/cases/{case}/close", "Kết thúc hồ sơ", outcome="Người đó thôi nhận", said="Không nói, không hỏi")
    thu.expect_delivered()
    lan.expect_state(record, "Đã kết thúc")
    hanh.open("/todo")
    expect(hanh.page.locator(f'.row[data-entry="{referral}"]')).to_have_count(0)


def test_an_urgent_night_call_reaches_whoever_is_awake_before_it_is_sorted(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    calm = note(lan, "Hay cãi nhau to tiếng", acts="Chửi, dọa, làm nhục")
    lan.offline()
    record = note(lan, "Chảy máu ở đầu", danger="Có", acts="Đánh, làm đau", when="Đang xảy ra")
    sees(lan, None, "Chưa ai biết việc này. Hãy gọi ngay")
    lan.page.get_by_role("button", name="Tôi đã gọi").click()
    referral = lan.refer(record, unit="tramyte", urgency="Khẩn cấp", basis="Nguy hiểm, cần bảo vệ ngay")
    sees(lan, None, "Chờ gửi")
    lan.online()
    lan.expect_delivered()
    rows = thu.open("/todo").locator(".row").evaluate_all("(rows) => rows.map((row) => row.dataset.entry)")
    assert rows.index(record) < rows.index(calm)
    hanh.open("/todo").locator(f'.row[data-entry="{referral}"]').click()
    sees(hanh, None, "Đang nguy hiểm", "Đánh, làm đau", "Tiếp nhận")
    never(hanh, None, "Chảy máu ở đầu", "Hay cãi nhau")
    write(hanh, "answer", "Tiếp nhận")
    hanh.expect_delivered()
    case = opened(three, server, record)
    sees(thu, f"/cases/{case}", "Khẩn cấp", "Trạm Y tế", "Đã tiếp nhận")
    # On the way to the house there is no network: what was done is noted, and what comes of it, in order.
    hanh.open(f"/referrals/{referral}")
    keeps(hanh, f"/referrals/{referral}", "Ghi dịch vụ đã nhận")
    hanh.offline()
    write(hanh, "note", "Lưu", text="Đã băng, chị ở nhà mẹ")
    hanh.open(f"/referrals/{referral}")
    write(hanh, "service", "Lưu", services="Cấp cứu, khám chữa bệnh", step="Đã nhận", result="Đã xong")
    hanh.open(f"/referrals/{referral}")
    write(hanh, "answer", "Đã giúp")
    assert server.sql("SELECT state FROM referral WHERE id = ?", referral) == [("accepted",)]
    hanh.online()
    hanh.expect_delivered()
    lan.expect_state(referral, "Đã được giúp")
    never(lan, f"/referrals/{referral}", "Đã băng")
    sees(thu, f"/cases/{case}", "Đã băng, chị ở nhà mẹ", "Đã được giúp")


def test_a_wrong_referral_is_handed_back_and_finds_its_place(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Muốn hỏi chuyện ly hôn", acts="Chửi, dọa, làm nhục", contact_consent="Đồng ý")
    case = opened(three, server, record)
    referral = fill(thu, f"/cases/{case}/refer", "Chuyển gửi", unit="tramyte", services="Trợ giúp pháp lý", urgency="Thường", **WITH_CONSENT, fields="Việc đã xảy ra, khi nào")
    thu.expect_delivered()
    hanh.open(f"/referrals/{referral}")
    # Hạnh says where it belongs, offline; meanwhile Thu has seen it herself, and sends it there.
    hanh.offline()
    write(hanh, "answer", "Từ chối", reason="Không đúng chức năng (chọn nơi phù hợp)", next_unit="tgpl")
    thu.open(f"/referrals/{referral}")
    write(thu, "answer", "Chuyển đúng nơi", next_unit="tgpl", reason="Không đúng chức năng (chọn nơi phù hợp)")
    thu.expect_delivered()
    hanh.online()
    hanh.open("/records")
    sees(hanh, None, "Hai bản khác nhau", "đã chuyển nơi khác", "không còn chờ đơn vị của bạn")
    hanh.page.locator(".row", has_text="Hai bản khác nhau").click()
    hanh.page.get_by_role("button", name="Giữ bản ở máy chủ").click()
    hanh.expect_delivered()
    expect(hanh.open("/todo").locator(".row", has_text="Mục chưa ghi được")).to_have_count(0)
    sees(thu, f"/referrals/{referral}", "Chuyển đúng nơi", "Trợ giúp pháp lý")
    assert server.sql("SELECT unit.code, referral.state FROM referral JOIN unit ON unit.id = unit_id WHERE referral.id = ?", referral) == [("tgpl", "passed")]
    sees(thu, f"/cases/{case}", "Đã chuyển đúng nơi")
    lan.expect_state(record, "Đã tiếp nhận")


def test_two_notes_of_one_night_become_one_case(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    first = note(lan, "Nghe tiếng đập cửa", acts="Đánh, làm đau", when="Hôm nay", place="Nơi công cộng")
    again = note(lan, "Thấy chị ấy chạy ra ngõ", acts="Đánh, làm đau", when="Hôm nay", place="Nơi công cộng")
    lan.expect_delivered()
    thu.open(f"/records/{again}")
    sees(thu, None, "Có thể là cùng một việc")
    thu.page.locator(f'.row[data-entry="{first}"]').first.wait_for()
    write(thu, "triage", "Gộp")
    case = opened(three, server, first)
    sees(thu, f"/cases/{case}", "Đang mở")
    for record in (first, again):
        thu.page.locator(f'.row[data-entry="{record}"]').first.wait_for()
        lan.expect_state(record, "Đã tiếp nhận")
    sees(hanh, f"/records/{again}", NOTHING_THERE)


def test_a_child_is_brought_to_care_in_time_and_nobody_asks_what_the_child_wanted(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Em kể với con gái tôi", acts="Ép buộc, quấy rối tình dục", victim_age="Dưới 16", when="Hôm nay")
    sees(lan, None, "111")
    case = opened(three, server, record)
    sees(thu, f"/cases/{case}", "Trẻ em", "Có xâm hại tình dục: đến cơ sở y tế trước")
    sees(thu, f"/cases/{case}/classify", "không bao giờ hỏi trẻ có muốn hay không")
    never(thu, None, "không mong muốn")
    write(thu, "classification", "Lưu", gbv_unknown=True)
    sees(thu, f"/cases/{case}/refer", "Gợi ý", "Bảo vệ trẻ em")
    referral = write(thu, None, "Chuyển gửi", unit="tramyte", services="Chăm sóc sau xâm hại tình dục (sớm, trong 72 giờ)", urgency="Khẩn cấp",
                     decision="Không hỏi – luật cho phép", asked_of="Không hỏi (bảo vệ khẩn cấp hoặc trẻ em)", fields="Giới tính, tuổi",
                     consent_basis="Bảo vệ trẻ em (Nghị định 56/2017)", consent_note="Cần khám ngay")
    thu.expect_delivered()
    sees(hanh, f"/referrals/{referral}", "Khẩn cấp", "Dưới 16", "Bảo vệ trẻ em (Nghị định 56/2017)")
    never(hanh, None, "con gái tôi", "quấy rối")
    write(hanh, "answer", "Tiếp nhận")
    hanh.expect_delivered()
    sees(thu, f"/cases/{case}", "Đã tiếp nhận")


def test_a_withdrawn_consent_is_honoured_on_every_page_from_then_on(three, server):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Chị xin được tư vấn", acts="Chửi, dọa, làm nhục", contact_consent="Đồng ý")
    case = opened(three, server, record)
    fill(thu, f"/cases/{case}/person", part="Người bị bạo lực", name="Chị Năm", safe_contact="Qua chị gái bán vải")
    referral = fill(thu, f"/cases/{case}/refer", "Chuyển gửi", unit="tramyte", services="Tham vấn tâm lý", urgency="Thường", **WITH_CONSENT,
                    fields=["Họ tên", "Cách liên hệ an toàn, số điện thoại"])
    thu.expect_delivered()
    hanh.open(f"/referrals/{referral}")
    write(hanh, "answer", "Tiếp nhận")
    hanh.expect_delivered()
    sees(hanh, f"/referrals/{referral}", "Chị Năm", "Qua chị gái bán vải")
    thu.open(f"/cases/{case}").locator(".consent .edit").click()
    write(thu, "consent", "Lưu", decision="Rút lại đồng ý", consent_note="Chị gọi lại nói thôi")
    thu.expect_delivered()
    sees(hanh, f"/referrals/{referral}", "đã rút lại đồng ý")
    for path in (None, "/todo", "/notices"):
        never(hanh, path, "Chị Năm", "Qua chị gái")
    # Also in what her phone keeps.
    keeps(hanh, f"/referrals/{referral}", "đã rút lại đồng ý")
    hanh.offline()
    never(hanh, f"/referrals/{referral}", "Chị Năm", "Qua chị gái")
    sees(hanh, None, "đã rút lại đồng ý")
    write(hanh, "answer", "Không giúp được", why_not="Người đó thôi nhận")
    hanh.online()
    hanh.expect_delivered()
    fill(thu, f"/cases/{case}/close", "Kết thúc hồ sơ", outcome="Người đó thôi nhận", said="Không nói, không hỏi")
    thu.expect_delivered()
    lan.expect_state(record, "Đã kết thúc")


def test_a_case_moves_to_another_ward_and_nobody_loses_it_on_the_way(three, server, xuan):
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Chị về nhà mẹ bên kia sông", acts="Đánh, làm đau")
    case = opened(three, server, record)
    task = fill(thu, f"/cases/{case}/task", what="Gọi vào giờ an toàn", due="Ngày mai")
    fill(thu, f"/cases/{case}/handover", "Bàn giao", ward="phuong-khac", note="Chị ở nhà mẹ")
    thu.expect_delivered()
    sees(thu, f"/cases/{case}", "Đang chờ phường, xã khác nhận bàn giao")
    # Until it is taken it is Thu's, and she goes on working.
    fill(thu, f"/cases/{case}/note", text="Đã gọi lần cuối")
    thu.expect_delivered()
    assert case in xuan.get("/cases").text
    assert xuan.save("handover", {"case": case, "choice": "accept"})[1] == "stored"
    page = xuan.get(f"/cases/{case}").text
    assert "Đã gọi lần cuối" in page and "Chị ở nhà mẹ" in page and xuan.get(f"/tasks/{task}").status_code == 200
    sees(thu, f"/cases/{case}", NOTHING_THERE)
    never(thu, "/cases", case)
    sees(hanh, f"/cases/{case}", NOTHING_THERE)
    lan.expect_state(record, "Đã tiếp nhận")


def test_a_case_is_worked_on_from_the_phone_without_a_network_and_all_of_it_arrives_in_order(three, server, xuan):
    """Also at a desk: Thu's laptop is on the road today."""
    lan, thu, hanh = three.lan, three.thu, three.hanh
    record = note(lan, "Chị nhờ hỏi giúp việc khám", acts="Đánh, làm đau", contact_consent="Đồng ý")
    case = opened(three, server, record)
    fill(thu, f"/cases/{case}/person", part="Người có hành vi bạo lực", ties="Công an phường")
    fill(thu, f"/cases/{case}/consent", unit="tramyte", **WITH_CONSENT, fields="Việc đã xảy ra, khi nào")
    task = fill(thu, f"/cases/{case}/task", what="Gọi vào giờ an toàn", due="Hôm nay")
    later = fill(thu, f"/cases/{case}/task", what="Đến thăm", due="Hôm nay")
    thu.expect_delivered()
    thu.open(f"/cases/{case}")
    for path, words in ((f"/cases/{case}", "Trạm Y tế phường"), (f"/tasks/{later}", "Đến thăm"), ("/cases/*/note", "Ghi theo dõi")):
        keeps(thu, path, words)
    thu.offline()
    kim = somebody(server, "kim")
    assert kim.save("consent", {"case": case, "unit": "tgpl", "decision": "agreed", "asked_of": "self", "fields": "what"})[1] == "stored"
    fill(thu, f"/cases/{case}/note", text="Chị đồng ý đi khám thứ năm")
    sees(thu, f"/cases/{case}", "Chờ gửi", "Chị đồng ý đi khám")
    fill(thu, f"/cases/{case}/service", services="Tham vấn tâm lý", step="Người đó từ chối")
    # What stands for the unit is read from the case as it was kept; what was written since counts too.
    thu.open(f"/cases/{case}").locator(".consent .edit").click()
    sees(thu, None, "Trạm Y tế phường: Đồng ý")
    write(thu, "consent", "Lưu", **WITH_CONSENT, fields=["Việc đã xảy ra, khi nào", "Giới tính, tuổi"])
    thu.open(f"/cases/{case}/refer").locator("[name=unit]").select_option("congan")
    sees(thu, None, "Cẩn thận: người có hành vi bạo lực làm việc hoặc có người thân ở đây", "Vẫn gửi")
    referral = fill(thu, f"/cases/{case}/refer", "Chuyển gửi", unit="tramyte", services="Cấp cứu, khám chữa bệnh", urgency="Trong ngày", **WITH_CONSENT,
                    fields=["Việc đã xảy ra, khi nào", "Giới tính, tuổi"])
    fill(thu, f"/cases/{case}/consent", unit="phunu", decision="Không đồng ý", asked_of="Chính người đó")
    late = fill(thu, f"/cases/{case}/consent", unit="tgpl", **WITH_CONSENT, fields="Giới tính, tuổi")
    thu.open(f"/tasks/{task}")
    write(thu, "completion", "Đã làm", note="Đã gọi", next="Đến thăm", due="Ngày mai")
    thu.open(f"/tasks/{later}")
    write(thu, "completion", "Để lại sau", reason="Người đó đi vắng", due="Ngày mai")
    fill(thu, f"/cases/{case}/task", what="Giấy tờ", due="Ngày mai")
    fill(thu, f"/cases/{case}/handover", "Bàn giao", note="Nghỉ phép từ mai", ward="phuong-khac")
    thu.open("/records").locator(".row", has_text="Chị đồng ý đi khám").click()
    sees(thu, None, "Chị đồng ý đi khám thứ năm", "Mở hồ sơ", "Chờ gửi")
    assert server.sql("SELECT count(*) FROM case_event WHERE case_id = ? AND kind = 'note'", case) == [(0,)]
    thu.online()
    thu.wait_stored("outbox", [late])
    did = server.sql("SELECT kind, choice FROM case_event WHERE case_id = ? ORDER BY at DESC, number DESC LIMIT 12", case)
    assert did[::-1] == [("note", None), ("service", "refused"), ("consent", "agreed"), ("consent", "agreed"), ("referral", "sent"), ("consent", "declined"),
                         ("conflict", "consent"), ("completion", "done"), ("task", "visit"), ("completion", "snooze"), ("task", "paper"), ("handover", "offer")]
    sees(hanh, f"/referrals/{referral}", "Đánh, làm đau")
    # Kim was first for one unit: Thu is told, and chooses.
    sees(thu, f"/cases/{case}", "Bản của bạn đến sau", "đã có ghi cho Trung tâm", "Đồng ý, Việc đã xảy ra, khi nào")
    write(thu, "withdrawal", "Giữ việc đã làm trước")
    thu.expect_delivered()


# ── Hands and eyes ───────────────────────────────────────────────────────────────────────────────────────────────────

def somebody(server, name):
    """The phone of one of the cast who needs no window."""
    link = server.invite(name)
    return Phone(server.app, link)


def opened(three, server, record):
    """Thu finds this record in her queue and opens a case for it; the id of the case."""
    three.lan.expect_delivered()
    three.thu.open("/triage").locator(f'.row[data-entry="{record}"]').click()
    three.thu.page.locator("[data-entry-form=triage]").first.wait_for()
    write(three.thu, "triage", "Mở hồ sơ")
    three.thu.expect_delivered()
    return case_of(server, record)


def note(lan, words, /, **chips):
    """Write a new record and save it; its id."""
    lan.open("/records/new")
    return write(lan, "record", "Lưu", narrative=words, **chips)


def fill(phone, path, button="Lưu", /, **answers):
    """Open a page with one form, fill it and save; the id of the entry."""
    phone.open(path)
    return write(phone, None, button, **answers)


def write(phone, kind, button, /, **answers):
    """Fill this form of the page as a thumb would, unfolding what is folded, and save; the id of the entry."""
    page = phone.page
    form = page.locator(f'[data-entry-form="{kind}"]' if kind else "[data-entry-form]").filter(has=page.locator(f'button:text-is("{button}")')).first
    form.wait_for(state="attached")
    unfold(form)
    for name, given in answers.items():
        for value in given if isinstance(given, list) else [given]:
            answer(form, name, value)
    return saved_by(page, form.locator(f'button:text-is("{button}")').click)


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


def keeps(phone, path, words):
    """The phone comes to hold a copy of this page with these words in it."""
    until = time.monotonic() + PATIENCE / 1000
    while words not in phone.page.evaluate("""async (path) => {
      const at = document.querySelector('script[type=module]').src;
      const [pages, who] = await Promise.all(['../../service_worker/pages.js', './who.js'].map((name) => import(new URL(name, at))));
      return (await pages.find(await who.current(), path))?.html ?? '';
    }""", path):
        assert time.monotonic() < until, f"no copy of {path} with {words}"
        phone.page.wait_for_timeout(50)


def never(phone, path, *words):
    """Nothing of this is in the page, not even hidden."""
    if path:
        phone.open(path)
    phone.page.locator("main").wait_for()
    page = phone.page.content()
    assert [each for each in words if each in page] == []
