"""The words on screen, copied by hand from the forms that people of the field have read; never made from the code."""
import re
from html.parser import HTMLParser

import pytest

from pwa import create_app
from pwa.config import Config
from pwa.domain import lists
from pwa.forms import kinds
from pwa.forms.answers import AnswerForm
from pwa.forms.rights import DataAnswerForm
from pwa.forms.searches import SearchForm
from pwa.forms.trainings import TrainingForm
from pwa.forms.fields import Many, One
from pwa.forms.records import ObservationForm, SchoolForm
from pwa.forms.referrals import ReferralForm
from tests.ward import ROOT, Ward

SEX = ["Nữ", "Nam", "Khác", "Không rõ"]
WHEN = ["Đang xảy ra", "Hôm nay", "Tuần này", "Trước đó", "Nhiều lần", "Không rõ"]
YES_NO_UNKNOWN = ["Có", "Không", "Không rõ"]
HINT = "Chỉ ghi điều bạn thấy hoặc được kể. Đừng hỏi thêm, đừng gặp người kia."

# (field, label, "one" | "many" | most letters, options). A label of None: a second row of chips, which has none of its own.
OBSERVATION = [
    ("danger", "Có ai đang nguy hiểm không?", "one", YES_NO_UNKNOWN),
    ("acts", "Có việc gì?", "many", ["Đánh, làm đau", "Chửi, dọa, làm nhục", "Ép buộc, quấy rối tình dục", "Giữ tiền, phá đồ, đuổi khỏi nhà",
                                     "Nhốt, cấm đi lại", "Bỏ mặc", "Ép cưới, tảo hôn", "Không rõ"]),
    ("victim_sex", "Người bị hại", "one", SEX),
    ("victim_age", None, "one", ["Dưới 16", "16–17", "18–59", "Từ 60", "Không rõ"]),
    ("when", "Khi nào?", "one", WHEN),
    ("tdp", "Ở đâu?", None, None),
    ("place", None, "one", ["Trong nhà", "Nơi công cộng", "Trường", "Nơi làm việc", "Trên mạng"]),
    ("narrative", "Điều bạn nhận thấy", 500, None),
    ("source", "Bạn biết từ đâu?", "one", ["Tự thấy, nghe", "Người đó kể", "Người khác báo", "Đơn, tin nhắn"]),
    ("actor", "Người có hành vi đó", "one", ["Vợ, chồng, người yêu (cả cũ)", "Cha mẹ", "Con cháu", "Người nhà khác", "Người quen", "Ở trường",
                                             "Nơi làm việc", "Người lạ", "Không rõ"]),
    ("actor_sex", None, "one", SEX),
    ("cautions", "Cần lưu ý", "many", ["Trẻ em trong nhà", "Mang thai", "Con dưới 36 tháng", "Khuyết tật", "Không tự chăm sóc", "Tôi quen, họ hàng"]),
    ("contact_consent", "Người đó đồng ý để phường liên hệ?", "one", ["Đồng ý", "Không", "Chưa hỏi"]),
    ("safe_contact", "Liên hệ an toàn thế nào?", 200, None),
    ("done", "Đã làm gì?", "many", ["Gọi 113, 115, 111", "Báo phường", "Cho số giúp đỡ", "Chưa"]),
]
SCHOOL = [
    ("danger", "Học sinh đang nguy hiểm?", "one", YES_NO_UNKNOWN),
    ("acts", "Có việc gì?", "many", ["Đánh, hành hạ", "Lăng mạ, đe dọa", "Cô lập, xua đuổi", "Xâm hại, quấy rối tình dục", "Bắt nạt, tung ảnh trên mạng",
                                     "Ép tiền", "Bị hại ở nhà", "Ép cưới, bỏ học", "Không rõ"]),
    ("grade", "Học sinh", "one", ["Mầm non", "Lớp 1–5", "6–9", "10–12"]),
    ("victim_sex", None, "one", SEX),
    ("under_16", "Dưới 16", "one", YES_NO_UNKNOWN),
    ("when", "Khi nào?", "one", WHEN),
    ("place", "Ở đâu?", "one", ["Trong lớp", "Nơi khác trong trường", "Ngoài trường", "Ở nhà", "Trên mạng", "Không rõ"]),
    ("narrative", "Điều bạn nhận thấy", 500, None),
    ("gender_related", "Liên quan giới, tình dục?", "one", YES_NO_UNKNOWN),
    ("actor", "Người có hành vi đó", "one", ["Học sinh", "Giáo viên, nhân viên", "Người nhà", "Quen qua mạng", "Khác", "Không rõ"]),
    ("actor_sex", None, "one", SEX),
    ("actor_under_18", "Dưới 18?", "one", YES_NO_UNKNOWN),
    ("source", "Bạn biết từ đâu?", "one", ["Học sinh kể", "Tự thấy", "Bạn học", "Phụ huynh", "Hộp thư"]),
    ("known_by", "Ai đã biết?", "many", ["Hiệu trưởng", "GVCN", "Gia đình", "UBND", "Công an", "111", "Chưa ai"]),
    ("family_safe", "Báo gia đình có an toàn?", "one", ["Có", "Không", "Chưa rõ"]),
    ("done", "Đã làm", "many", ["Bảo đảm an toàn", "Y tế", "Tham vấn", "Báo hiệu trưởng", "Báo UBND, công an, 111", "Báo gia đình", "Theo dõi"]),
    ("wish", "Ý muốn của học sinh", "one", ["Muốn giúp", "Không muốn", "Chưa hỏi"]),
    ("cautions", "Cần lưu ý", "many", ["Mang thai", "Khuyết tật", "Không tự chăm sóc", "Nhân viên trường có liên quan", "Tôi quen, họ hàng"]),
]
SERVICES = ["Cấp cứu, khám chữa bệnh", "Chăm sóc sau xâm hại tình dục (sớm, trong 72 giờ)", "Tham vấn tâm lý", "Trợ giúp pháp lý", "Nơi tạm lánh",
            "Nhu cầu thiết yếu, đi lại", "Ngăn chặn, bảo vệ an toàn", "Tiếp nhận tố giác", "Đề nghị cấm tiếp xúc", "Hướng dẫn giám định", "Bảo vệ trẻ em",
            "Hỗ trợ tại trường", "Công tác xã hội", "Trợ cấp, sinh kế", "Hỗ trợ người khuyết tật, phiên dịch", "An toàn số, gỡ nội dung", "Quấy rối nơi làm việc"]
REFERRAL = [
    ("unit", "Đơn vị nhận", None, None),
    ("services", "Cần giúp gì", "many", SERVICES),
    # "Separately, for the other side"
    ("for_other", None, "many", ["Tư vấn chuyển đổi hành vi"]),
    ("urgency", "Gấp?", "one", ["Khẩn cấp", "Trong ngày", "Thường"]),
    ("basis", "Người đó", "one", ["Đồng ý", "Chưa hỏi", "Nguy hiểm, cần bảo vệ ngay", "Trẻ em"]),
    ("note", "Ghi thêm", 300, None),
]
REFUSALS = ["Không đúng chức năng (chọn nơi phù hợp)", "Ngoài địa bàn", "Hết chỗ, không có người trực", "Cần thêm thông tin từ điều phối viên",
            "Người đó không muốn dịch vụ này", "Trùng, đã có nơi giúp", "Có quan hệ với người trong vụ việc", "Lý do khác (ghi rõ)"]
FORMS = {"observation": (ObservationForm, OBSERVATION, "/records/new"), "school": (SchoolForm, SCHOOL, "/records/new-school"),
         "referral": (ReferralForm, REFERRAL, "/referrals/new")}
# Carried by the form, not asked.
SILENT = {"replaces", "called_at", "form_name", "record", "unverified", "call"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    return create_app(Config(DATA_DIR=folder / "data", KEY_DIR=folder / "keys"))


@pytest.fixture(autouse=True)
def _in_vietnamese(app):
    with app.app_context():
        yield


def options(field):
    return [label for _code, label in field.choices] if isinstance(field, (One, Many)) else None


@pytest.mark.parametrize("name", FORMS)
def test_the_fields_and_their_order_are_those_agreed(name):
    form_class, expected, _path = FORMS[name]
    asked = [field for field in form_class(formdata=None) if field.name not in SILENT]
    assert [field.name for field in asked] == [field for field, *_rest in expected]


@pytest.mark.parametrize("name", FORMS)
def test_labels_and_options_are_the_words_agreed(name):
    form_class, expected, _path = FORMS[name]
    form = form_class(formdata=None)
    for field, label, kind, words in expected:
        if label:
            assert str(form[field].label.text) == label
        assert options(form[field]) == words, field
        assert isinstance(form[field], One) == (kind == "one") and isinstance(form[field], Many) == (kind == "many"), field
        if isinstance(kind, int):
            assert form[field].render_kw["maxlength"] == kind


def test_reasons_for_not_taking_it_are_the_words_agreed():
    assert options(AnswerForm(formdata=None).reason) == REFUSALS


def test_every_list_of_the_ward_is_used_by_a_form():
    """A list that no form shows would be edited in vain."""
    forms = [form for each in kinds.FORMS.values() for form in (each.values() if isinstance(each, dict) else [each])]
    forms += [TrainingForm, DataAnswerForm, SearchForm]
    used = {field.list_name for form in forms for field in form(formdata=None, meta={"csrf": False}) if isinstance(field, (One, Many))}
    assert used == set(lists.all_lists())


def test_codes_are_unique_within_a_list():
    for name, rows in lists.all_lists().items():
        codes = [code for code, _label in rows]
        assert len(codes) == len(set(codes)), name


@pytest.mark.parametrize("name", ["observation", "school"])
def test_hints_are_the_words_agreed(name):
    form = FORMS[name][0](formdata=None)
    assert str(form.narrative.description) == HINT
    if name == "observation":
        assert str(form.contact_consent.hint) == "Chưa hỏi cũng được."


class Page(HTMLParser):
    """The fields of a form page in the order of the screen, their chips, its headings, and what is chosen beforehand."""

    def __init__(self, text):
        super().__init__()
        self.fields, self.chips, self.legends, self.chosen, self.text, self._in, self._name = [], {}, [], [], [], [], None
        self.folded, self._depth, self.types = set(), 0, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in ("input", "meta", "link", "br"):
            self._in.append(tag)
        if tag == "details":
            self._depth += 1
        name = found.get("name")
        if tag in ("input", "textarea", "select") and name and found.get("type") != "hidden":
            if name not in self.fields:
                self.fields.append(name)
                if self._depth:
                    self.folded.add(name)
            self._name = name
            self.types[name] = found.get("type", tag)
            if "checked" in found or found.get("value") and tag == "input" and found.get("type") == "text":
                self.chosen.append(name)
        if tag == "option" and "selected" in found:
            self.chosen.append(self._name)

    def handle_endtag(self, tag):
        if tag == "details":
            self._depth -= 1
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        words = data.strip()
        if words:
            self.text.append(words)
            if self._in and self._in[-1] in ("legend", "label") or "legend" in self._in:
                self.legends.append(words)
            if "label" in self._in and self._in[-1] == "span":
                self.chips.setdefault(self._name, []).append(words)


@pytest.fixture(scope="module")
def pages(app):
    lan = Ward(app).lan
    return {name: Page(re.sub(r"(?s)<template.*?</template>", "", lan.get(path).text)) for name, (_form, _expected, path) in FORMS.items()}


@pytest.mark.parametrize("name", FORMS)
def test_the_screen_asks_in_the_order_agreed(pages, name):
    assert pages[name].fields == [field for field, *_rest in FORMS[name][1]]


@pytest.mark.parametrize("name", FORMS)
def test_the_screen_shows_the_words_agreed_and_chooses_nothing_beforehand(pages, name):
    page, expected = pages[name], FORMS[name][1]
    for field, label, kind, words in expected:
        if label:
            assert label in page.text, label
        if words:
            assert page.chips[field] == words and page.types[field] == {"one": "radio", "many": "checkbox"}[kind]
    assert page.chosen == []


@pytest.mark.parametrize("name, first", [("observation", ["danger", "acts", "victim_sex", "victim_age", "when", "tdp", "place", "narrative"]),
                                         ("school", ["danger", "acts", "grade", "victim_sex", "under_16", "when", "place", "narrative"])])
def test_the_first_six_questions_stand_open_and_the_rest_under_more(pages, name, first):
    page = pages[name]
    assert [field for field in page.fields if field not in page.folded] == first
    assert page.folded == {field for field, *_rest in FORMS[name][1]} - set(first)
    assert "Thêm nếu biết" in page.text and HINT in page.text


def test_the_words_before_the_chips_of_a_referral_are_said(pages):
    page = pages["referral"]
    said = page.text.index("Nếu có trẻ em hoặc nguy hiểm tính mạng, bạn phải báo phường.")
    assert said < min(page.text.index(words) for words in ("Đồng ý", "Khẩn cấp"))


def test_buttons_carry_the_words_agreed(pages):
    assert "Lưu" in pages["observation"].text and "Lưu" in pages["school"].text and "Chuyển gửi" in pages["referral"].text
    assert "Gọi cho tôi" in pages["observation"].text and "Ghi nhận mới" in pages["observation"].text


def test_no_field_asks_for_a_name_a_photo_or_a_place_on_a_map(pages):
    for page in pages.values():
        assert not {"file", "tel", "email", "number", "date"} & set(page.types.values())


@pytest.mark.parametrize("form", ["observation", "school"])
def test_one_chip_or_one_sentence_is_enough_and_nothing_is_not(form):
    from werkzeug.datastructures import MultiDict
    for fields, good in (({"acts": "hit"}, True), ({"narrative": "Một câu."}, True), ({}, False), ({"narrative": "   "}, False), ({"danger": "yes"}, False)):
        values, errors = kinds.validate("record", MultiDict({"form_name": form, **fields}))
        assert (values is not None) == good == (not errors), fields
    assert errors == ["Hãy chọn ít nhất một ô ở “Có việc gì?” hoặc viết một câu."]


def test_blank_stays_blank_and_is_never_imputed():
    from werkzeug.datastructures import MultiDict
    values, _errors = kinds.validate("record", MultiDict({"form_name": "observation", "acts": "hit", "danger": "", "narrative": "", "when": ""}))
    assert values == {"form_name": "observation", "acts": ["hit"]}


def test_a_form_used_again_remembers_nothing_of_the_entry_before():
    from werkzeug.datastructures import MultiDict
    kinds.validate("record", MultiDict({"form_name": "observation", "narrative": "Của Lan", "danger": "khac", "victim_age": "under-16"}))
    values, errors = kinds.validate("record", MultiDict({"form_name": "observation", "acts": "hit"}))
    assert values == {"form_name": "observation", "acts": ["hit"]} and errors == []


def test_no_field_takes_the_id_of_something_else_in_the_page():
    """The page's words and the saved row are found by their ids."""
    forms = [form for each in kinds.FORMS.values() for form in (each.values() if isinstance(each, dict) else [each])]
    assert not {field.id for form in forms for field in form(formdata=None)} & {"words", "saved", "row", "main"}


def test_whatever_waits_on_a_phone_has_a_name_in_its_book():
    """A row of Sổ của tôi is named by the page: the form of a record, the kind of all others."""
    base = (ROOT / "templates" / "base.html").read_text()
    named = [name for kind, form in kinds.FORMS.items() for name in (form if isinstance(form, dict) else [kind])]
    # An observation is named by its kind, like a note from the lock screen.
    assert [name for name in named if name != "observation" and f'data-say="{name}"' not in base] == [] and 'data-say="record"' in base
