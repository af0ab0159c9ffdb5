"""Tập huấn: the admin notes who may assess, at the desk; the page is a form of the old kind, with its token."""
import re

import pytest

from db.models import Training


def post(phone, **fields):
    page = phone.get("/trainings").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    return phone.client.post("/trainings", base_url=phone.base, data={"csrf_token": token, **fields}, headers={"Referer": phone.base + "/trainings"})


def test_the_admin_notes_who_was_trained_and_sees_it(ward):
    thu = ward.thu.me["person"]
    answer = post(ward.son, person=thu, tool="da5", on_date="2026-03-02", until="2099-03-02", course="Sở Y tế")
    assert answer.status_code == 302
    [training] = ward.rows(Training.select())
    assert (training.person_id, training.tool, training.on_date, training.until, training.course) == (thu, "da5", "2026-03-02", "2099-03-02", "Sở Y tế")
    page = ward.son.get("/trainings").text
    assert "thu" in page and "Sở Y tế" in page


def test_without_a_day_it_is_today(ward):
    assert post(ward.son, person=ward.thu.me["person"], tool="child", on_date="", until="", course="").status_code == 302
    assert ward.rows(Training.select())[0].on_date


@pytest.mark.parametrize("fields", [{"tool": ""}, {"tool": "khac"}, {"person": "x"}, {"person": ""}, {"on_date": "2099-01-01"}, {"on_date": "hôm qua"},
                                    {"on_date": "2026-03-02", "until": "2020-01-01"}])
def test_what_is_wrong_is_said_and_nothing_is_noted(ward, fields):
    answer = post(ward.son, **{"person": ward.thu.me["person"], "tool": "da5", **fields})
    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert not ward.rows(Training.select())


def test_somebody_of_a_unit_can_be_noted(ward):
    assert post(ward.son, person=ward.hanh.me["person"], tool="da5").status_code == 302


def test_only_somebody_of_the_ward_who_assesses_can_be_noted(ward):
    for name in ("lan", "binh"):
        assert post(ward.son, person=getattr(ward, name).me["person"], tool="da5").status_code == 422


def test_without_its_token_the_form_does_nothing(ward):
    answer = ward.son.client.post("/trainings", base_url=ward.son.base, data={"person": ward.thu.me["person"], "tool": "da5"})
    assert answer.status_code == 400 and not ward.rows(Training.select())
