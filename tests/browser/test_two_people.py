"""One phone, two people: neither reads, sends as, or erases what is the other's."""
from playwright.sync_api import expect


def switch_to(phone, who):
    """Lock the book that is open and open the other person's."""
    phone.open("/")
    phone.lock()
    phone.unlock(who=who)


def author(server, entry_id):
    """The enrolment an entry was sealed on, and the role of its author's enrolment."""
    return server.sql("SELECT e.enrolment_id, p.person_id = r.author_id FROM entry e JOIN record r ON r.id = e.id"
                      " JOIN enrolment p ON p.id = e.enrolment_id WHERE e.id = ?", entry_id)[0]


def test_what_the_first_wrote_is_delivered_as_hers_while_the_second_uses_the_phone(phone, server, namesake):
    shared = phone("lan")
    lans, = shared.enrolments
    shared.enrol("hoa", namesake)
    hoas, = set(shared.enrolments) - {lans}
    shared.offline()
    switch_to(shared, "lan")
    of_lan = shared.write_record("Lan nghe tiếng khóc")
    shared.expect_book((of_lan, "Chờ gửi"))
    switch_to(shared, "hoa")
    shared.expect_book()
    of_hoa = shared.write_record("Hòa nghe tiếng khóc")
    shared.expect_book((of_hoa, "Chờ gửi"))
    shared.open(f"/records/mine#{of_lan}")
    shared.expect_text("Không thấy mục này trên máy")
    shared.online()
    shared.expect_delivered()
    assert author(server, of_lan) == (lans, 1)
    assert author(server, of_hoa) == (hoas, 1)
    shared.reopen()
    shared.expect_book((of_hoa, "Đã nhận"))
    switch_to(shared, "lan")
    shared.expect_book((of_lan, "Đã nhận"))


def test_the_other_person_is_chosen_without_a_network_and_stands_first_the_next_time(phone, namesake):
    shared = phone("lan").enrol("hoa", namesake)
    shared.offline()
    switch_to(shared, "lan")
    shared.reopen()
    shared.page.goto(shared.server.url + "/")
    expect(shared.page.locator(f"[name=person][value='{shared.books['lan'][0]}']")).to_be_checked()


def test_one_ones_pin_does_not_open_the_others_book(phone, namesake):
    shared = phone("thu").enrol("lan", namesake)
    shared.lock()
    enrolment, _passphrase = shared.books["thu"]
    shared.page.locator(f"[name=person][value='{enrolment}']").check(force=True)
    shared.page.get_by_label("Mã PIN", exact=True).fill(shared.books["lan"][1])
    shared.page.get_by_role("button", name="Mở khóa").click()
    shared.expect_text("Mã chưa đúng. Thử lại.")


def test_on_the_page_of_the_server_nobody_reads_the_first_ones_record(phone, namesake):
    shared = phone("lan")
    of_lan = shared.write_record("Lan nghe tiếng khóc")
    shared.expect_delivered()
    shared.enrol("hoa", namesake)
    shared.open(f"/records/{of_lan}")
    shared.expect_text("Không có trang này")
    assert "Lan nghe" not in shared.page.content()
