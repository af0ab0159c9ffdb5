"""Papers as DOCX after NĐ 30/2020 (domain.md §5): A4, its margins, Times New Roman. The library is loaded with the first paper."""
from io import BytesIO

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLANK = "." * 60


def _document():
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = made.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(4)
    return made


def _write(place, text, size=13, bold=False, italic=False, centre=True):
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt
    paragraph = place.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _head(made, office, day):
    left, right = made.add_table(rows=1, cols=2).rows[0].cells
    for cell, lines in ((left, [(f"UBND {office}".upper(), True, False), ("Số: ……/……", False, False)]),
                        (right, [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True, False), ("Độc lập – Tự do – Hạnh phúc", True, False),
                                 (f"{office}, {day}", False, True)])):
        cell.paragraphs[0]._element.getparent().remove(cell.paragraphs[0]._element)
        for text, bold, italic in lines:
            _write(cell, text, 12 if text.isupper() else 13, bold, italic)


def _bytes(made):
    made.core_properties.author = made.core_properties.title = ""
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def paper(form, day):
    """One form of pwa/domain/papers.py as bytes."""
    made = _document()
    _head(made, form.office, day)
    _write(made, "")
    _write(made, form.title, 14, bold=True)
    _write(made, f"({form.form})", 13, italic=True)
    if form.addressed_to:
        _write(made, f"Kính gửi: {form.addressed_to}", 14)
    for label, value in form.lines:
        line = _write(made, f"{label}: ", centre=False)
        line.add_run(value or BLANK).bold = bool(value)
    _write(made, "")
    _write(made, form.signed_by, bold=True)
    _write(made, "(Ký, ghi rõ họ tên)", italic=True)
    for note in form.notes:
        _write(made, note, 11, italic=True, centre=False)
    return _bytes(made)


def account(title, sections, notes, office, day):
    """Headings with lines of (label, value), as bytes: everything held on one person."""
    made = _document()
    _head(made, office, day)
    _write(made, "")
    _write(made, title, 14, bold=True)
    for note in notes:
        _write(made, note, 12, italic=True, centre=False)
    for heading, lines in sections:
        _write(made, heading, bold=True, centre=False)
        for label, value in lines:
            line = _write(made, f"{label}: ", centre=False)
            line.add_run(str(value))
    return _bytes(made)
