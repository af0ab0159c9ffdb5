"""One person asks, another answers, the first one sees it: with and without a network."""


def state(server, referral):
    """(state, unit whose turn it is, unit that owns it)."""
    return server.sql("SELECT r.state, u.code, o.code FROM referral r JOIN unit u ON u.id = r.unit_id JOIN unit o ON o.id = r.owner_id"
                      " WHERE r.id = ?", referral)[0]


def answers(server, referral):
    return server.sql("SELECT a.choice, a.reason, n.code FROM answer a LEFT JOIN unit n ON n.id = a.next_unit_id"
                      " WHERE a.referral_id = ? ORDER BY a.received_at", referral)


def referred(lan, **chips):
    """A referral of Lan's that has reached the ward."""
    referral = lan.refer(**chips)
    lan.expect_state(referral, "Đã nhận")
    return referral


def open_reason(page, summary, reason):
    page.locator("details.more > summary", has_text=summary).click()
    page.locator("details.more [data-field=reason]").get_by_text(reason, exact=True).click()


def test_a_referral_of_a_waiting_record_keeps_the_order(phone, server):
    lan = phone("lan")
    lan.offline()
    record = lan.write_record()
    lan.page.locator(".saved").get_by_role("link", name="Chuyển gửi").click()
    lan.page.wait_for_url(f"**/referrals/new#record={record}")
    lan.expect_text("Đánh, làm đau")
    referral = lan.refer(record)
    lan.expect_book((referral, "Chờ gửi"), (record, "Chờ gửi"))
    lan.online()
    lan.expect_state(referral, "Đã nhận")
    lan.expect_state(record, "Đã nhận")
    assert server.sql("SELECT record_id FROM referral WHERE id = ?", referral) == [(record,)]
    assert server.sql("SELECT referred_at IS NOT NULL FROM record WHERE id = ?", record) == [(1,)]
    assert server.sql("SELECT id FROM entry WHERE enrolment_id = ? ORDER BY seq", *lan.enrolments) == [(record,), (referral,)]


def test_a_referral_without_a_record_goes_to_the_coordinators(phone, server):
    lan = phone("lan")
    lan.offline()
    referral = lan.refer()
    lan.reopen()
    lan.expect_book((referral, "Chờ gửi"))
    lan.online()
    lan.expect_state(referral, "Đã nhận")
    assert state(server, referral) == ("sent", "vhxh", "vhxh")
    assert server.sql("SELECT record_id, urgency, basis FROM referral WHERE id = ?", referral) == [(None, "normal", "agreed")]


def test_police_and_clinic_are_asked_directly_only_in_danger(phone, server):
    lan = phone("lan")
    page = lan.open("/referrals/new")
    page.locator("select[name=unit] option[value=congan]").wait_for(state="attached")
    assert [option.get_attribute("value") for option in page.locator("select[name=unit] option:not([value=''])").all()] == ["vhxh", "congan", "tramyte"]
    page.locator("select[name=unit]").select_option("congan")
    page.locator("[data-field=urgency]").get_by_text("Thường", exact=True).click()
    page.locator("[data-field=basis]").get_by_text("Đồng ý", exact=True).click()
    page.get_by_role("button", name="Chuyển gửi", exact=True).click()
    lan.expect_text("Công an, trạm y tế nhận thẳng chỉ khi rất gấp hoặc nguy hiểm. Hãy chọn Khẩn cấp")
    assert lan.stored("outbox") == []
    page.locator("[data-field=basis]").get_by_text("Nguy hiểm, cần bảo vệ ngay", exact=True).click()
    referral = lan.save("Chuyển gửi")
    lan.expect_state(referral, "Đã nhận")
    assert state(server, referral) == ("sent", "congan", "congan")
    assert server.sql("SELECT urgent FROM referral WHERE id = ?", referral) == [(1,)]


def test_the_coordinator_accepts_and_the_author_sees_it(phone, server):
    lan, thu = phone("lan"), phone("thu")
    referral = referred(lan)
    page = thu.open("/todo")
    page.locator(f'.row[data-entry="{referral}"]').click()
    answer = thu.save("Tiếp nhận")
    thu.expect_delivered()
    assert server.sql("SELECT referral_id FROM answer WHERE id = ?", answer) == [(referral,)]
    assert state(server, referral) == ("accepted", "vhxh", "vhxh")
    lan.open("/records")
    lan.expect_state(referral, "Đã tiếp nhận")
    lan.expect_text("Phòng Văn hóa – Xã hội")


def test_an_answer_without_a_network_from_a_page_already_open_arrives_later(phone, server):
    lan, thu = phone("lan"), phone("thu")
    referral = referred(lan)
    thu.open(f"/referrals/{referral}")
    thu.offline()
    answer = thu.save("Tiếp nhận")
    thu.expect_text("Chờ gửi", "Mục chờ gửi: 1")
    assert answers(server, referral) == []
    lan.open("/records")
    lan.expect_state(referral, "Đã xem")
    thu.online()
    thu.expect_delivered()
    assert answers(server, referral) == [("accept", None, None)]
    assert [row["id"] for row in thu.stored("receipts")] == [answer]
    lan.open("/records")
    lan.expect_state(referral, "Đã tiếp nhận")


def test_the_clinic_declines_with_a_reason_and_the_coordinator_has_it_again(phone, server):
    lan, hanh, thu = phone("lan"), phone("hanh"), phone("thu")
    referral = referred(lan, urgency="Khẩn cấp", unit="tramyte")
    page = hanh.open(f"/referrals/{referral}")
    open_reason(page, "Từ chối", "Hết chỗ, không có người trực")
    hanh.save("Từ chối")
    hanh.expect_delivered()
    assert answers(server, referral) == [("decline", "no-capacity", None)]
    assert state(server, referral) == ("declined", "vhxh", "tramyte")
    lan.open("/records")
    lan.expect_state(referral, "Bị từ chối")
    lan.expect_text("Điều phối viên sẽ tìm nơi khác")
    assert thu.open("/todo").locator(f'.row[data-entry="{referral}"]').count() == 1


def test_a_unit_that_declines_without_a_reason_is_told_before_anything_is_sealed(phone, server):
    lan, hanh = phone("lan"), phone("hanh")
    referral = referred(lan, urgency="Khẩn cấp", unit="tramyte")
    page = hanh.open(f"/referrals/{referral}")
    page.locator("details.more > summary", has_text="Từ chối").click()
    page.get_by_role("button", name="Từ chối", exact=True).click()
    hanh.expect_text("Hãy chọn lý do từ chối.")
    assert hanh.stored("outbox") == []
    page.locator("details.more [data-field=reason]").get_by_text("Ngoài địa bàn", exact=True).click()
    hanh.save("Từ chối")
    hanh.expect_delivered()
    assert answers(server, referral) == [("decline", "outside-area", None)]


def test_the_police_cannot_refuse_and_pass_on_only_with_the_next_unit(phone, server):
    lan, dung = phone("lan"), phone("dung")
    referral = referred(lan, urgency="Khẩn cấp", unit="congan")
    page = dung.open(f"/referrals/{referral}")
    assert page.get_by_role("button", name="Từ chối").count() == 0
    assert page.locator("summary", has_text="Từ chối").count() == 0
    open_reason(page, "Chuyển đúng nơi", "Ngoài địa bàn")
    page.get_by_role("button", name="Chuyển đúng nơi", exact=True).click()
    dung.expect_text("Hãy chọn đơn vị tiếp theo.")
    assert dung.stored("outbox") == []
    page.locator("#pass-next").select_option("tramyte")
    dung.save("Chuyển đúng nơi")
    dung.expect_delivered()
    assert answers(server, referral) == [("pass", "outside-area", "tramyte")]
    assert state(server, referral) == ("passed", "tramyte", "congan")
    lan.open("/records")
    lan.expect_state(referral, "Đã chuyển đúng nơi")
    dung.open("/todo")
    dung.expect_text("Đơn vị còn giữ đến khi nơi khác tiếp nhận")
    hanh = phone("hanh")
    hanh.open(f"/referrals/{referral}")
    hanh.save("Tiếp nhận")
    hanh.expect_delivered()
    assert state(server, referral) == ("accepted", "tramyte", "tramyte")
    lan.open("/records")
    lan.expect_state(referral, "Đã tiếp nhận")


def test_the_second_of_two_answers_is_told_that_it_came_too_late(phone, server):
    lan, thu, kim = phone("lan"), phone("thu"), phone("kim")
    referral = referred(lan)
    thu.open(f"/referrals/{referral}")
    kim.open(f"/referrals/{referral}")
    thu.offline()
    late = thu.save("Tiếp nhận")
    kim.save("Tiếp nhận")
    kim.expect_delivered()
    thu.online()
    thu.expect_state(late, "Hai bản khác nhau")
    thu.expect_text("Chuyển gửi này đã được trả lời trước đó")
    assert len(answers(server, referral)) == 1
    assert server.sql("SELECT outcome FROM held WHERE entry_id = ?", late) == [("conflict",)]


def test_a_page_of_a_referral_never_opened_says_that_it_needs_a_network(phone):
    dung = phone("dung")
    dung.offline()
    dung.open("/referrals/3f0e8a2c-0000-4000-8000-000000000000")
    dung.expect_text("Trang này cần có mạng")
