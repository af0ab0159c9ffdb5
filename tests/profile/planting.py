"""A phone used as people use it, with words that can be recognised in every place a person types and a server shows."""
import random
import string
import time

from db.models import Unit, Ward as WardRow
from pwa import create_app
from pwa.config import Config
from tests.profile.browsers import stored
from tests.push.service import wait_for
from tests.ward import Ward

# What no word of is secret: the name a person chose for the lock screen.
ALLOWED = "label"


def fresh():
    """Place → words that stand nowhere else in the world; Vietnamese and plain."""
    def token():
        return "".join(random.choices(string.ascii_lowercase, k=7))

    words = {
        "name": "Lưu Thị Nhàn", "name of another": "Đỗ Thị Thường", "narrative": "Chị Thắm ngõ 7 bị nhốt", "contact": "goi cho chi ay buoi trua",
        "note of a referral": "Cần chỗ ngủ đêm nay", "answer of another": "Đã đón chị ấy lên trạm", "narrative without a network": "heard crying next door",
        "contact without a network": "Nhắn qua em gái ở chợ", "draft": "Viết dở về ông Cường", "contact in a draft": "only by letter please",
        "draft of a note": "Xin xe đưa mẹ con đi", "half an answer": "Hết giường từ hôm qua", "quick note": "Nhà cuối xóm lại to tiếng",
        "half a quick note": "someone is at the door", "unit": "Tổ dân phố Cây Gạo",
        "passphrase": "mèo vàng trèo cây", "wrong secret": "không phải mã này",
    }
    marks = {place: f"{text} {token()}" for place, text in words.items()}
    # PINs long enough that no number in a file is one by chance.
    marks |= {place: str(random.randrange(3 * 10**13, 9 * 10**13)) for place in ("PIN", "PIN after the change", "wrong PIN")}
    marks[ALLOWED] = f"Mun {token()}"
    return marks


# Words of our own that a form, a list and the directory show: not to be found either.
SHOWN = ("Ép cưới, tảo hôn", "Giữ tiền, phá đồ, đuổi khỏi nhà", "Đừng hỏi thêm, đừng gặp người kia", "Trợ giúp pháp lý")


class Use:
    """The steps of one day on one phone that two people share; `ward` is behind a network that can be cut."""

    def __init__(self, browser, ward, marks):
        self.browser, self.ward, self.marks = browser, ward, marks
        self.cast = Ward(create_app(Config.from_environment(ward.environment)))
        with ward.at_home():
            WardRow.update(quick_note=True).execute()
            Unit.update(name=marks["unit"]).where(Unit.code == "tdp-1").execute()

    def day(self, last):
        """Everything, and at the end `last`: Khóa lại or Thoát nhanh."""
        record, referral = self.write_with_network()
        self.read(record, referral)
        self.change_secrets()
        self.second_person(referral)
        self.write_without_network()
        self.leave_half_filled(last)

    def write_with_network(self):
        self.enrol("lan", "name", "PIN")
        self.form("/records/new", {"#narrative": "narrative", "#safe_contact": "contact"})
        record = self.save("Lưu")
        self.delivered("record", 1)
        self.form(f"/referrals/new#record={record}", {"#note": "note of a referral"}, "[name=urgency][value=normal]", "[name=basis][value=agreed]")
        referral = self.save("Chuyển gửi")
        self.delivered("referral", 1)
        self.cast.kim.answer(referral, "pass", next_unit="tramyte", reason="no-capacity", note=self.marks["answer of another"])
        self.delivered("answer", 1)
        return record, referral

    def read(self, record, referral):
        for path, words in ((f"/records/{record}", "narrative"), (f"/referrals/{referral}", "note of a referral"), ("/directory", "unit"), ("/records", None),
                            ("/todo", None)):
            self.go(path)
            if words:
                self.browser.shows(self.marks[words])
        wait_for(lambda: len(stored(self.browser, "pages")) >= 10, "sealed copies of pages")

    def change_secrets(self):
        self.go("/phone")
        self.browser.run("() => { document.querySelector('#label').value = ''; }")
        self.browser.write("#label", self.marks[ALLOWED])
        self.press("[data-label-form] [type=submit]")
        self.done("[data-label-form]")
        for field, secret in {"#now": "PIN", "#pin": "PIN after the change", "#again": "PIN after the change"}.items():
            self.browser.write(field, self.marks[secret])
        self.press("[data-pin-form] [type=submit]")
        self.done("[data-pin-form]")

    def second_person(self, referral):
        self.enrol("thu", "name of another", "passphrase")
        self.go("/todo")
        self.go(f"/referrals/{referral}")
        for words in ("narrative", "contact", "answer of another", "name"):
            self.browser.shows(self.marks[words])
        self.choose("[data-answers-form] summary")
        self.browser.write("#pass-note", self.marks["half an answer"])
        self.browser.tap("Khóa lại")
        self.locked()
        self.guess("thu", "wrong secret")
        self.guess("lan", "wrong PIN")

    def write_without_network(self):
        self.unlock("lan", "PIN after the change")
        self.ward.network.fault(lambda request: request.hang_up())
        self.form("/records/new", {"#narrative": "narrative without a network", "#safe_contact": "contact without a network"})
        self.save("Lưu")
        self.go("/records")
        self.browser.shows(self.marks["narrative without a network"])
        self.form("/records/new", {"#narrative": "draft", "#safe_contact": "contact in a draft"})
        self.leave()

    def leave_half_filled(self, last):
        self.browser.open(self.ward.url + "/")
        self.locked()
        self.pick("lan")
        self.browser.write("#quick", self.marks["quick note"])
        self.press("[data-quick-form] [type=submit]")
        self.done("[data-quick]", "[data-quick-saved]")
        self.browser.write("#quick", self.marks["half a quick note"])
        self.leave()
        self.browser.open(self.ward.url + "/")
        self.unlock("lan", "PIN after the change")
        self.form("/referrals/new", {"#note": "draft of a note"})
        if last == "Thoát nhanh":
            return self.leave()
        self.browser.tap(last)
        return self.locked()

    # The steps' own steps.

    def enrol(self, name, called, secret):
        self.browser.open(self.ward.invite(name, self.marks[called]))
        for field in ("#pin", "#again"):
            self.browser.write(field, self.marks[secret])
        self.browser.tap("Bắt đầu")
        self.home()

    def home(self):
        self.browser.wait("() => /(^| )is-/.test(document.body.className)", what="an open book")

    def go(self, path):
        self.browser.open(self.ward.url + path)
        self.home()

    def form(self, path, fields, *chips):
        self.go(path)
        for chip in chips:
            self.choose(chip)
        self.browser.run("() => document.querySelector('details.more')?.setAttribute('open', '')")
        for field, words in fields.items():
            self.browser.write(field, self.marks[words])
        # The draft is kept a moment after the last letter.
        wait_for(self.drafts_rest, "a draft that rests")

    def drafts_rest(self):
        before = self.drafts()
        time.sleep(0.3)
        return self.drafts() == before

    def drafts(self):
        return {row["id"]: row["sealed"] for row in stored(self.browser, "drafts")}

    def save(self, button):
        self.press("[data-entry-form] [type=submit]")
        return self.browser.wait("() => document.querySelector('.saved .row')?.dataset.entry", what=f"what {button} saved")

    def delivered(self, table, rows):
        wait_for(lambda: self.ward.count(table) == rows, f"{rows} rows of {table} at the ward")

    def choose(self, selector):
        self.browser.run("(selector) => document.querySelector(selector).click()", selector)

    press = choose

    def done(self, form, place="[data-done]"):
        self.browser.wait("(place) => document.querySelector(place)?.checkVisibility() || null", f"{form} {place}", what=f"{form}, done")

    def locked(self):
        self.browser.wait("() => document.querySelector('[data-unlock]')?.checkVisibility() && document.readyState === 'complete' || null",
                          what="the lock screen")

    def pick(self, name):
        who = self.ward.sql("SELECT e.id FROM enrolment e JOIN person p ON p.id = e.person_id WHERE p.role = ?",
                            {"lan": "collaborator", "thu": "coordinator"}[name])
        found = {row["id"] for row in stored(self.browser, "enrolments")} & {each for each, in who}
        self.choose(f"[name=person][value='{found.pop()}']")

    def guess(self, name, secret):
        self.pick(name)
        self.browser.write("#pin", self.marks[secret])
        self.browser.tap("Mở khóa")
        self.done("[data-unlock]", "[data-error]")

    def unlock(self, name, secret):
        self.locked()
        self.pick(name)
        self.browser.write("#pin", self.marks[secret])
        self.browser.tap("Mở khóa")
        self.home()

    def leave(self):
        self.browser.tap("Thoát nhanh")
        self.browser.wait("() => location.pathname === '/away' && document.readyState === 'complete' || null", what="the page one leaves to")
