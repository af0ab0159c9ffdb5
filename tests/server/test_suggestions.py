"""Where to turn: by danger, type, context and what the law asks for; each of it near the top."""
from db.base import database
from db.models import Case
from pwa.domain import suggestions
from tests.server.test_cases import opened, saved


def test_suggestions_know_danger_context_and_the_law_and_name_each_thing_near_the_top(ward):
    _record, case = opened(ward, danger="yes")
    page = ward.thu.get(f"/cases/{case}/refer").text.split('name="unit"')[0]
    host, police = (f'"?unit={ward.unit_id(code)}"' for code in ("diachi-1", "congan"))
    assert host in page and "qua điều phối viên" in page and police in page
    _record, calm = opened(ward)
    page = ward.thu.get(f"/cases/{calm}/refer").text.split('name="unit"')[0]
    assert host not in page
    saved(ward.thu.save("classification", {"case": calm, "q_rape": "yes", "contexts": ["school", "online", "work"]}))
    with ward.app.app_context(), database.connection_context():
        wanted = suggestions.services(Case.get_by_id(calm))
        assert suggestions.services(Case.get_by_id(calm), care=True)[0] == "post-rape"
    assert {"forensic", "school", "digital", "workplace", "post-rape"} <= set(wanted) and "shelter" not in wanted
    page = ward.thu.get(f"/cases/{calm}/refer").text.split('name="unit"')[0]
    assert all(word in page for word in ("Hướng dẫn giám định", "An toàn số, gỡ nội dung", "Hỗ trợ tại trường", "Quấy rối nơi làm việc"))
