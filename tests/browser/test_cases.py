"""A coordinator, a responder and a collaborator on one matter, each in a window of their own, one of them without a network."""
from playwright.sync_api import expect

from tests.chromium import saved_by

DESK = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False, "has_touch": False}


def case_of(server, record):
    [(case,)] = server.sql("SELECT case_id FROM record WHERE id = ?", record)
    return case


def press(page, name):
    return saved_by(page, page.get_by_role("button", name=name, exact=True).first.click)


def chip(page, field, label):
    page.locator(f"[data-field={field}]").get_by_text(label, exact=True).first.click()


def test_from_a_note_to_help_in_three_windows_one_of_them_offline(phone, server):
    lan, thu, hanh = phone("lan"), phone("thu", **DESK), phone("hanh")
    lan.offline()
    record = lan.write_record("Nghe tiếng khóc bên nhà số chẵn")
    lan.online()
    lan.expect_delivered()

    # The coordinator sorts it, and the case is there.
    page = thu.open("/todo")
    page.locator(f'.row[data-entry="{record}"]').click()
    press(page, "Mở hồ sơ")
    thu.expect_delivered()
    case = case_of(server, record)
    page = thu.open(f"/cases/{case}")
    timeline, facts = page.locator(".case-timeline").bounding_box(), page.locator(".case-facts").bounding_box()
    assert timeline["x"] + timeline["width"] <= facts["x"], "two columns at a desk"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280

    # A referral with consent for this one receiver, in the same form.
    page = thu.open(f"/cases/{case}/refer?unit=tramyte")
    chip(page, "services", "Tham vấn tâm lý")
    chip(page, "urgency", "Trong ngày")
    page.get_by_text("Đã nói trước: ai sẽ biết").click()
    chip(page, "decision", "Đồng ý")
    chip(page, "asked_of", "Chính người đó")
    chip(page, "fields", "Việc đã xảy ra, khi nào")
    referral = press(page, "Chuyển gửi")
    thu.expect_delivered()
    assert server.sql("SELECT decision, basis FROM consent WHERE case_id = ?", case) == [("agreed", "agreed")]

    # The responder answers, and notes what was given while the network is away.
    page = hanh.open(f"/referrals/{referral}")
    hanh.expect_text("Đánh, làm đau")
    press(page, "Tiếp nhận")
    hanh.expect_delivered()
    page = hanh.open(f"/referrals/{referral}")
    hanh.offline()
    page.locator("summary", has_text="Ghi theo dõi").click()
    page.locator("textarea[name=text]").fill("Đã gặp, hẹn lại thứ sáu")
    page.locator("[data-entry-form=note] button[type=submit]").click()
    hanh.expect_text("Chờ gửi")
    assert server.sql("SELECT count(*) FROM answer WHERE referral_id = ? AND choice = 'note'", referral) == [(0,)]
    hanh.online()
    hanh.expect_delivered()
    page = hanh.open(f"/referrals/{referral}")
    press(page, "Đã giúp")
    hanh.expect_delivered()

    # The coordinator sees it, closes the case; the recorder sees one line.
    page = thu.open(f"/cases/{case}")
    thu.expect_text("Đã gặp, hẹn lại thứ sáu")
    page = thu.open(f"/cases/{case}/close")
    chip(page, "outcome", "An toàn, đã được giúp")
    # Somebody comes in: the half-filled form is there again, when it is asked for.
    page.get_by_role("button", name="Thoát nhanh").click()
    page.wait_for_url("**/away")
    page = thu.open(f"/cases/{case}/close")
    expect(page.locator("[name=outcome][value=safe]")).not_to_be_checked()
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator("[name=outcome][value=safe]")).to_be_checked()
    chip(page, "said", "Thấy tốt hơn")
    press(page, "Kết thúc hồ sơ")
    thu.expect_delivered()
    assert server.sql("SELECT state, outcome FROM case_file WHERE id = ?", case) == [("closed", "safe")]
    lan.open("/records")
    lan.expect_state(record, "Đã kết thúc")
    # What a window without a network asks for in vain is no complaint.
    assert thu.complaints == [] and [each for each in hanh.complaints if "ERR_INTERNET_DISCONNECTED" not in each] == []


def test_two_coordinators_sort_the_same_record_and_the_second_chooses(phone, server):
    lan, thu, kim = phone("lan"), phone("thu"), phone("kim")
    record = lan.write_record()
    lan.expect_delivered()
    page = kim.open(f"/records/{record}")
    kim.offline()
    late = press(page, "Mở hồ sơ")
    press(thu.open(f"/records/{record}"), "Mở hồ sơ")
    thu.expect_delivered()
    first = case_of(server, record)
    kim.online()
    kim.expect_state(late, "Hai bản khác nhau")
    page = kim.open(f"/records/{record}")
    kim.expect_text("Bản của bạn đến sau")
    page.locator(".second [data-entry-form=withdrawal] button").click()
    page.locator(".saved").wait_for()
    kim.expect_delivered()
    assert case_of(server, record) == first
    assert server.sql("SELECT kind, choice FROM case_event WHERE case_id = ? ORDER BY at DESC", first)[0] == ("conflict", "triage")
    assert server.sql("SELECT closed_at IS NOT NULL FROM held WHERE entry_id = ?", late) == [(1,)]


def test_a_question_is_answered_on_the_phone_of_whoever_recorded(phone, server):
    lan, thu = phone("lan"), phone("thu")
    record = lan.write_record()
    lan.expect_delivered()
    page = thu.open(f"/records/{record}")
    page.locator("summary", has_text="Hỏi lại").click()
    page.get_by_role("button", name="Hỏi lại", exact=True).click()
    thu.expect_text("Hãy viết câu hỏi.")
    page.locator("textarea[name=question]").fill("Nhà đó có trẻ nhỏ không?")
    press(page, "Hỏi lại")
    thu.expect_delivered()
    page = lan.open("/todo")
    page.locator(".row", has_text="Trả lời câu hỏi").click()
    lan.expect_text("Nhà đó có trẻ nhỏ không?")
    lan.offline()
    page.get_by_role("button", name="Không biết thêm").click()
    press(page, "Trả lời")
    lan.online()
    lan.expect_delivered()
    thu.open(f"/records/{record}")
    thu.expect_text("Không biết thêm")


def test_a_step_without_a_day_is_said_before_anything_is_sealed(phone, server):
    lan, thu = phone("lan"), phone("thu")
    record = lan.write_record()
    lan.expect_delivered()
    press(thu.open(f"/records/{record}"), "Mở hồ sơ")
    thu.expect_delivered()
    page = thu.open(f"/cases/{case_of(server, record)}/task")
    chip(page, "what", "Đến thăm")
    page.get_by_role("button", name="Lưu", exact=True).click()
    thu.expect_text("Hãy chọn khi nào.")
    chip(page, "due", "Ngày mai")
    task = press(page, "Lưu")
    thu.expect_delivered()
    page = thu.open(f"/tasks/{task}")
    chip(page, "next", "Gọi vào giờ an toàn")
    page.get_by_role("button", name="Đã làm", exact=True).click()
    thu.expect_text("Hãy chọn khi nào.")
    chip(page, "next", "Không còn việc nào")
    press(page, "Đã làm")
    thu.expect_delivered()
    expect(thu.open("/todo").locator(f'.row[data-entry="{task}"]')).to_have_count(0)
