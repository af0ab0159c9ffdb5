"""A network that only seems to be there: the phone says it has one, and nothing comes of it."""
from playwright.sync_api import expect


def hung_up(request):
    request.hang_up()


def lists_are_kept(phone):
    """The phone has asked the ward which pages to keep, and was answered."""
    phone.page.wait_for_load_state("networkidle")
    phone.page.wait_for_timeout(1_000)


def test_the_directory_says_that_it_is_a_copy_while_the_ward_cannot_be_asked(phone, ward):
    lan = phone("lan")
    lan.open("/directory")
    lists_are_kept(lan)
    kept = lan.page.locator("[data-kept-at]")
    # The ward has just said that the copy is what it would send.
    expect(lan.page.get_by_text("Công an phường").first).to_be_visible()
    expect(kept).to_be_hidden()

    ward.network.fault(hung_up)
    page = lan.open("/directory")
    expect(page.get_by_text("Công an phường").first).to_be_visible()
    expect(kept).to_contain_text("Bản lưu lúc")
    assert page.evaluate("navigator.onLine")
    # From page to page too, where nobody asks the ward anew.
    page.get_by_role("link", name="Việc cần làm").last.click()
    expect(page.locator("h1")).to_have_text("Việc cần làm")
    page.get_by_role("link", name="Danh bạ").last.click()
    expect(page.locator("h1")).to_have_text("Danh bạ")
    expect(kept).to_contain_text("Bản lưu lúc")

    ward.network.heal()
    lan.open("/directory")
    expect(kept).to_be_hidden()
