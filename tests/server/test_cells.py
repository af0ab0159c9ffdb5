"""The table of need-to-know has every cell there must be, and the page that shows it says what it says."""
from tests import access_page
from tests.server import cells, test_access
from tests.ward import ROOT


def in_the_table():
    """The cells of the table about routes and entries; those of relations are all tested, whatever the table names."""
    found = {("route", route, role, relation) for route, role, relation, _status in test_access.CASES}
    found |= {("write", what, role, relation) for what, role, relation, _outcome in test_access.WRITE_CASES}
    return {" | ".join(cell) for cell in found}


def test_every_cell_there_must_be_is_in_the_table(shared_app):
    must = {cell for cell in cells.must_be(cells.routes(shared_app)) if cell.startswith(("route", "write"))}
    assert must - in_the_table() == set() and len(must) > 1_000


def test_a_route_nobody_put_in_the_table_is_missing_from_it_for_every_role_and_relation(shared_app):
    known = cells.routes(shared_app)
    more = cells.must_be({**known, "GET /cases/<case_id>/new": "cases.new", "GET /new": "cases.other"}) - cells.must_be(known)
    assert {"route | GET /new | stranger | another", "route | GET /cases/<case_id>/new | coordinator | abroad",
            "revoked | GET /new | leader", "relation | moved from | GET /cases/<case_id>/new"} <= more
    assert not more & in_the_table()


def test_what_is_declared_not_applicable_is_still_there_to_be_declared(shared_app):
    known = cells.routes(shared_app)
    assert {*cells.NOT_APPLICABLE["of-no-case"], *cells.NOT_APPLICABLE["lists-of-no-case"]} <= set(known)
    assert set(cells.TABLE["things"].values()) | set(cells.TABLE["lists"].values()) <= set(known)


def test_the_page_in_the_docs_says_what_the_table_says():
    assert (ROOT / "docs" / "access.md").read_text() == access_page.page(cells.TABLE), "run python -m tests.access_page"
    assert "docs/access.md" in (ROOT / "README.md").read_text()
