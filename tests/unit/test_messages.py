import json
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from pwa import create_app, messages
from pwa.config import Config
from pwa.domain import lists
from pwa.web.cases import FORMS
from tests.ward import Ward

VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9àáãèéìíĩòóõùúũýÀÁÃÈÉÌÍĨÒÓÕÙÚŨÝ]")
# What stays as it is: the app's name and its push text, the name of a unit; and what the phone, not we, says.
KEPT = ("Sổ tay: Có mục mới", "Sổ tay", "Phòng Văn hóa – Xã hội")
NOT_OURS = {"So tay: co muc moi. Mo so de xem.", "Open in Chrome", "Open in Safari", "Add to Home Screen", "Sổ tay: Có mục mới", "%(label)s"}
OPEN_PAGES = ("/lock", "/away", "/start")
SHELLS = ("/", "/offline", "/records", "/records/mine", "/records/new", "/records/new-school", "/referrals/new", "/directory")

# forms.md, in its order: legend and chips of the first screen of each form, in both languages.
OBSERVATION = [
    ("Ghi nhận mới", "New record"),
    ("Có ai đang nguy hiểm không?", "Is anyone in danger now?"), ("Có", "Yes"), ("Không", "No"), ("Không rõ", "Not known"),
    ("Có việc gì?", "What happened?"), ("Đánh, làm đau", "Hitting, hurting"), ("Chửi, dọa, làm nhục", "Insults, threats, shaming"),
    ("Ép buộc, quấy rối tình dục", "Sexual coercion, harassment"), ("Giữ tiền, phá đồ, đuổi khỏi nhà", "Money kept, things broken, driven out"),
    ("Nhốt, cấm đi lại", "Locked in, not allowed out"), ("Bỏ mặc", "Neglect"), ("Ép cưới, tảo hôn", "Forced or child marriage"), ("Không rõ", "Not known"),
    ("Người bị hại", "The person harmed"), ("Nữ", "Female"), ("Nam", "Male"), ("Khác", "Other"), ("Không rõ", "Not known"),
    ("Dưới 16", "Under 16"), ("16–17", "16–17"), ("18–59", "18–59"), ("Từ 60", "60 and over"), ("Không rõ", "Not known"),
    ("Khi nào?", "When?"), ("Đang xảy ra", "Happening now"), ("Hôm nay", "Today"), ("Tuần này", "This week"), ("Trước đó", "Earlier"),
    ("Nhiều lần", "Many times"), ("Không rõ", "Not known"),
    ("Ở đâu?", "Where?"),
]
REFERRAL = [
    ("Nếu có trẻ em hoặc nguy hiểm tính mạng, bạn phải báo phường.", "If a child is involved or a life is in danger, you must tell the ward."),
    ("Đơn vị nhận", "Receiving unit"), ("Chọn đơn vị", "Choose a unit"),
]
REFERRAL_CHIPS = [
    ("Gấp?", "How urgent?"), ("Khẩn cấp", "Emergency"), ("Trong ngày", "Same day"), ("Thường", "Routine"),
    ("Người đó", "The person"), ("Đồng ý", "Agreed"), ("Chưa hỏi", "Not asked"), ("Nguy hiểm, cần bảo vệ ngay", "Danger, protect at once"), ("Trẻ em", "Child"),
]
STATES = [
    ("Chờ gửi", "Waiting"), ("Đang gửi", "Sending"), ("Đã nhận", "Received"), ("Cần sửa", "Needs correcting"), ("Hai bản khác nhau", "Two versions"),
    ("Không được phép gửi", "Not allowed"), ("Đã nhận", "Received"), ("Đã xem", "Seen"), ("Đã tiếp nhận", "Accepted"), ("Đã chuyển đúng nơi", "Passed on"),
    ("Bị từ chối", "Declined"), ("Đã rút lại", "Withdrawn"), ("Đã sửa", "Replaced"),
    ("Đã tiếp nhận", "Accepted"), ("Đã kết thúc", "Closed"), ("Đã chuyển đúng nơi", "Passed on"), ("Hỏi lại", "Asked back"),
    ("Đã được giúp", "Helped"), ("Chưa giúp được", "Could not be helped"), ("Đã kết thúc", "Closed"), ("Cần làm", "To be done"),
    ("Quá hạn", "Overdue"), ("Đang mở", "Open"), ("Đã gộp", "Merged"), ("Đã hoàn tác", "Undone"),
]
TABS = [("Ghi nhận mới", "New record"), ("Sổ của tôi", "My notebook"), ("Việc cần làm", "To do"), ("Hồ sơ", "Cases"), ("Danh bạ", "Directory")]
LANGUAGES = ("vi", "en")


class Said(HTMLParser):
    """Everything a page says to eyes, ears and scripts: texts of elements, then of attributes."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.states, self.attributes = [], [], []
        self.lang, self._is_state = None, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.lang = attributes.get("lang", self.lang) if tag == "html" else self.lang
        self._is_state = tag == "p" and "data-state" in attributes
        self.attributes += [value for name, value in attributes.items() if value and name not in ("href", "class", "content")]

    def handle_data(self, text):
        if text.strip():
            self.texts.append(" ".join(text.split()))
            if self._is_state:
                self.states.append(self.texts[-1])

    @property
    def everything(self):
        return self.texts + self.attributes


def holds(texts, wanted):
    """Whether `wanted` stands in `texts` in one piece and in order."""
    return any(texts[at:at + len(wanted)] == wanted for at in range(len(texts)))


def placeholders(text):
    return sorted(re.findall(r"%\(\w+\)[a-z]|\{\w+\}", text))


def compiled(catalog):
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def names_of_the_ward():
    """Names that are data: the ward, its units, the note beside the duty number."""
    ward = json.loads((messages.SEED / "ward.json").read_text())
    names = [ward["name"], ward["duty_phone_note"], *[unit["name"] for unit in ward["units"] + ward["numbered_units"]]]
    return sorted(names, key=len, reverse=True)


def left_in_vietnamese(said):
    """Texts that still hold Vietnamese letters once names are taken out."""
    left = []
    for text in said.everything:
        for name in (*names_of_the_ward(), *KEPT):
            text = text.replace(name, "")
        if VIETNAMESE.search(text):
            left.append(text)
    return left


def ward_in(language, tmp_path):
    return Ward(create_app(Config(DATA_DIR=tmp_path / "data", KEY_DIR=tmp_path / "keys", LOCALE=language)))


def column(pairs, language):
    return [pair[LANGUAGES.index(language)] for pair in pairs]


def test_every_message_has_english():
    assert len(list(messages.found())) > 300
    assert messages.missing() == []


def test_the_catalogue_holds_no_message_that_nobody_says():
    assert {message.id for message in messages.english()} == {message.id for message in messages.found()}


def test_placeholders_are_the_same_on_both_sides():
    wrong = {message.id: message.string for message in messages.english()
             if message.id and placeholders(message.id) != placeholders(message.string)}
    assert wrong == {}


def test_no_english_is_vietnamese_but_for_names():
    wrong = [message.string for message in messages.english() if message.id
             and VIETNAMESE.search(re.sub("|".join(map(re.escape, KEPT)), "", message.string))]
    assert wrong == []


def test_a_sentence_quotes_a_label_as_the_screen_shows_it():
    english = {message.string for message in messages.english() if message.id}
    quoted = {label for text in english for label in re.findall("“([^”]+)”", text)}
    assert "Pass on" in quoted
    assert quoted - english == NOT_OURS & quoted


def test_chips_in_english_stay_short():
    english = {message.id: message.string for message in messages.english()}
    assert {english[label] for options in lists.all_lists().values() for _code, label in options if label in english and len(english[label]) > 48} == set()


def test_chips_of_one_list_differ_from_one_another_in_english():
    english = {message.id: message.string for message in messages.english()}
    for name, options in lists.all_lists().items():
        labels = [english.get(label, label) for _code, label in options]
        assert len(labels) == len(set(labels)), name


def test_the_compiled_catalogue_is_what_the_written_one_compiles_to():
    kept = (messages.ENGLISH / "messages.mo").read_bytes()
    assert kept == compiled(messages.english())
    assert {message.id: message.string for message in read_mo(BytesIO(kept)) if message.id} == {
        message.id: message.string for message in messages.english() if message.id and message.string}


def test_bringing_the_catalogue_up_to_date_keeps_every_english_word(tmp_path, monkeypatch):
    before = {message.id: message.string for message in messages.english() if message.id}
    (tmp_path / "messages.po").write_bytes((messages.ENGLISH / "messages.po").read_bytes())
    monkeypatch.setattr(messages, "ENGLISH", tmp_path)
    messages.update()
    with (tmp_path / "messages.po").open("rb") as file:
        assert {message.id: message.string for message in read_po(file, locale="en") if message.id} == before


def test_bringing_an_up_to_date_catalogue_up_to_date_changes_nothing(tmp_path, monkeypatch):
    old = re.sub(rb"(?<=POT-Creation-Date: )[^\\]+", b"2020-01-01 00:00+0000", (messages.ENGLISH / "messages.po").read_bytes())
    (tmp_path / "messages.po").write_bytes(old)
    monkeypatch.setattr(messages, "ENGLISH", tmp_path)
    messages.update()
    assert (tmp_path / "messages.po").read_bytes() == old


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_that_is_set(language, tmp_path):
    lan = ward_in(language, tmp_path).lan
    record, referral = (Said(lan.get(path).text) for path in ("/records/new", "/referrals/new"))
    assert record.lang == referral.lang == language
    assert holds(record.texts, column(OBSERVATION, language))
    assert holds(referral.texts, column(REFERRAL, language))
    assert holds(referral.texts, column(REFERRAL_CHIPS, language))
    assert holds(record.texts, column(TABS, language))
    assert record.states == column(STATES, language)
    assert column([("Lưu", "Save")], language)[0] in record.texts
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    for pairs in (OBSERVATION, REFERRAL, REFERRAL_CHIPS, TABS, STATES):
        foreign = {text for text in column(pairs, other) if text not in column(pairs, language)}
        assert not foreign & set(record.everything + referral.everything)


def test_no_page_for_everyone_holds_vietnamese_in_english(tmp_path):
    ward = ward_in("en", tmp_path)
    stranger = ward.stranger()
    for phone, path in [*((stranger, path) for path in OPEN_PAGES), *((ward.lan, path) for path in SHELLS)]:
        answer = phone.get(path)
        assert answer.status_code == 200
        assert left_in_vietnamese(Said(answer.text)) == [], path
    assert left_in_vietnamese(Said(ward.phone("thu", approved=False).get("/todo").text)) == []
    assert left_in_vietnamese(Said(stranger.get("/nowhere").text)) == []


def _case(ward, record):
    """A case with something of everything in it."""
    case, _outcome = ward.thu.save("triage", {"record": record, "choice": "open"})
    for kind, fields in (("person", {"part": "affected", "sex": "female", "age": "under-16", "safe_contact": "0912 345 678"}),
                         ("person", {"part": "other", "relation": "parent", "ties": ["congan"]}),
                         ("incident", {"forms": ["physical"], "main_form": "physical", "mediated": "yes", "on_date": "2026-01-05"}),
                         ("classification", {"q_rape": "no", "q_sexual_assault": "no", "q_physical_assault": "yes", "acts": ["a"], "contexts": ["family"]}),
                         ("measure", {"measure": "criticism", "body": "community"}), ("task", {"what": "call", "due": "today"}),
                         ("service", {"services": ["legal"], "step": "needed"}), ("consent", {"unit": "phunu", "decision": "declined"}),
                         ("case-referral", {"unit": "tramyte", "urgency": "day", "services": ["medical"], "decision": "agreed", "asked_of": "both",
                                            "fields": ["what"]})):
        assert ward.thu.save(kind, {"case": case, **fields})[1] == "stored", kind
    return case


def test_no_page_of_a_person_holds_vietnamese_in_english(tmp_path):
    ward = ward_in("en", tmp_path)
    record = ward.lan.record(acts=["hit", "insult"], danger="yes", victim_sex="female", victim_age="under-16", when="now", tdp="tdp-1", place="home",
                             source="told", actor="partner", cautions=["pregnant"], contact_consent="not-asked", done=["ward"], narrative="Nghe")
    school = ward.mai.save("record", {"form_name": "school", "danger": "yes", "acts": ["online"], "grade": "1-5", "under_16": "yes"})[0]
    referral = ward.lan.refer(record=record, unit="congan", basis="danger", urgency="urgent", services=["medical", "shelter"])
    declined = ward.lan.refer(unit="tramyte", basis="danger", urgency="urgent", services=["medical"])
    assert ward.lan.save("record", {"form_name": "observation"})[1] == "invalid"
    assert ward.dung.answer(referral)[1] == "stored"
    assert ward.hanh.answer(declined, "decline", reason="no-capacity")[1] == "stored"
    held = re.search(r"/held/\d+", ward.thu.get("/todo").text).group()
    case = _case(ward, school)
    forms = [(ward.thu, f"/cases/{case}/{name}") for name in FORMS]
    seen = []
    for phone, path in ((ward.thu, "/todo"), (ward.thu, held), (ward.thu, f"/records/{record}"), (ward.thu, f"/records/{school}"), (ward.thu, f"/referrals/{referral}"),
                        (ward.thu, f"/referrals/{declined}"), (ward.dung, "/todo"), (ward.dung, f"/referrals/{referral}"),
                        (ward.lan, "/todo"), (ward.lan, "/records/rows"), (ward.lan, f"/records/{record}"), (ward.lan, f"/referrals/{declined}"),
                        (ward.lan, "/directory/rows"), (ward.binh, "/todo"), (ward.van, "/todo"),
                        (ward.thu, "/cases"), (ward.thu, "/triage"), (ward.thu, f"/cases/{case}"), *forms):
        answer = phone.get(path)
        assert answer.status_code == 200, path
        said = Said(answer.text)
        seen += said.texts
        assert left_in_vietnamese(said) == [], path
    for label in ("Hitting, hurting, Insults, threats, shaming", "Emergency, medical care, Shelter", "Emergency", "In danger now", "Observation",
                  "New records, to be sorted", "Accepted", "Physical assault", "Safe way to make contact", "For you to correct", "Child protection", "Needs correcting",
                  "Full, nobody on duty"):
        assert any(label in text for text in seen), label


@pytest.mark.parametrize(("language", "sentence"), [("vi", "Hãy chọn ít nhất một ô ở “Có việc gì?” hoặc viết một câu."),
                                                   ("en", "Please choose at least one under “What happened?” or write one sentence.")])
def test_a_receipt_says_what_to_correct_in_the_language_that_is_set(language, sentence, tmp_path):
    lan = ward_in(language, tmp_path).lan
    receipt = lan.sync(lan.seal("record", {"form_name": "observation"})).json["receipts"][0]
    assert receipt["outcome"] == "invalid"
    assert receipt["errors"] == [sentence]


@pytest.mark.parametrize(("language", "sentence"), [("vi", "“Điều bạn nhận thấy” dài quá 500 chữ. Hãy viết ngắn lại."),
                                                   ("en", "“What you noticed” is longer than 500 characters. Please shorten it.")])
def test_a_sentence_about_a_field_names_it_as_the_form_does(language, sentence, tmp_path):
    lan = ward_in(language, tmp_path).lan
    receipt = lan.sync(lan.seal("record", {"form_name": "observation", "narrative": "a" * 501})).json["receipts"][0]
    assert receipt["errors"] == [sentence]
