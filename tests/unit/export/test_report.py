"""The report: the same figures in docx, pdf, html and the workbook, names that stay names, the same bytes for the same report."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import docx
import openpyxl
import pypdfium2
import pytest

from planner.errors import InputError
from planner.export.report import check_report, report_bytes, write_report
from planner.export.report_content import report_document
from planner.export.report_document import Column, Document, Heading, Paragraph, Table, finished, harmless, numeral
from planner.export.report_maps import report_figures
from planner.export.workbook import write_workbook
from planner.i18n import t
from planner.plan.project import read_project
from planner.plan.report import report_facts
from planner.quality import QualityReport
from planner.targets.pack import resolve_packs
from tests.report_project import DAY, HOSTILE, small_town


def facts_of(folder, **more):
    report = QualityReport()
    project = read_project(folder, report=report)
    return report_facts(project, resolve_packs((), project.folder, project.packs), as_of=dt.date.fromisoformat(DAY), report=report, **more)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return facts_of(small_town(tmp_path_factory.mktemp("town")))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    home = "=1+1|<img src=x onerror=alert(2)>\u202e\u0007"
    return facts_of(small_town(tmp_path_factory.mktemp("hostile"), names=HOSTILE, home=home, title="小<i>城</i>𬭎"))


def docx_text(data):
    paper = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


def pdf_text(data):
    paper = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in paper)
    finally:
        paper.close()


def squeezed(text):
    """Text without blanks and line ends: lines break where paper ends."""
    return re.sub(r"\s+", "", text)


def texts(facts, lang, figures=()):
    document = report_document(facts, lang, figures)
    page = re.sub(r"<style>.*?</style>|<[^>]+>", " ", report_bytes(document, ".html").decode(), flags=re.DOTALL)
    return {".html": squeezed(page), ".docx": squeezed(docx_text(report_bytes(document, ".docx"))),
            ".pdf": squeezed(pdf_text(report_bytes(document, ".pdf")))}


def test_the_three_forms_and_the_workbook_tell_the_same_figures(facts, tmp_path):
    head = facts.gap_list.headline
    # of 400 people 100 live within 900 m of the home; township B has no home; 40 beds are enough
    assert (head.people, head.people_affected, head.people_beyond) == (400, 300, 300)
    said = ("达标率33.3%", "25.0%", "未达标指标共形成缺口3条，涉及300人（同一人只计一次），占人口的75.0%，其中300人住在服务半径之外。",
            "“养老服务覆盖”为25.0%，较2020年基期（20.0%）提高5.0个百分点，距目标值（60.0%）差35.0个百分点。",
            "“每个街道一处”应逐个单元达到，2个单元中1个达到，最差为0所/单元，距目标值（1所/单元）差1所/单元。",
            "“床位总数”为40张床位，已达到目标值（10张床位）。", "投资估算合计300.0万元")
    for form, text in texts(facts, "zh").items():
        assert [one for one in said if one not in text] == [], form
    write_workbook(facts.gap_list, facts.evaluation, facts.quality, tmp_path / "gaps.xlsx", lang="zh")
    sheet = openpyxl.load_workbook(tmp_path / "gaps.xlsx", data_only=True)["概览"]
    summary = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    keys = {"people": 400, "people_affected": 300, "people_beyond": 300, "gaps": 3, "cost": 300.0}
    assert {key: summary[t(f"export.headline.{key}", "zh")] for key in keys} == keys


def test_every_form_has_the_english_report_without_a_chinese_word_of_ours(facts):
    for form, text in texts(facts, "en").items():
        assert "25.0%,upby5.0percentagepointssince2020(20.0%),35.0percentagepointsshortofthetarget(60.0%)." in text, form
        assert "缺口" not in text and "达标" not in text, form


def test_mid_term_table_has_baseline_way_done_and_way_due(facts):
    document = report_document(facts, "zh")
    table = next(block for block in document.blocks if isinstance(block, Table) and "中期评估" in block.caption)
    heads = [column.head for column in table.columns]
    row = dict(zip(heads, table.rows[0], strict=True))
    assert {key: row[key] for key in ("属性", "基期值", "目标值", "现状值", "完成进度", "序时进度")} == {
        "属性": "约束性", "基期值": "20.0%（2020年）", "目标值": "60.0%（2025年）", "现状值": "25.0%", "完成进度": "12.5%",
        "序时进度": "100.0%"}
    assert "滞后" in row["进度判断"]


def test_the_same_report_has_the_same_bytes(facts):
    one, other = (report_document(facts, "zh", report_figures(facts, "zh")) for _ in range(2))
    for form in (".docx", ".pdf", ".html"):
        assert report_bytes(one, form) == report_bytes(other, form), form


def test_maps_come_with_legend_scale_sources_and_declarations(facts):
    figures = report_figures(facts, "zh")
    assert [figure.caption for figure in figures] == ["“养老服务覆盖”所考核设施的覆盖现状"]
    document = report_document(facts, "zh", figures)
    for text in (report_bytes(document, ".html").decode(), pdf_text(report_bytes(document, ".pdf"))):
        text = squeezed(text)
        for said in ("图例", "内部使用，行政界线不作为划界依据", "审图号", "EPSG:32650", "2025-12-31"):
            assert said in text, said
    with zipfile.ZipFile(io.BytesIO(report_bytes(document, ".docx"))) as packed:
        assert any(name.startswith("word/media/") for name in packed.namelist())


# ---- names are data --------------------------------------------------------------------------------------------------
def test_hostile_names_are_text_in_every_form(hostile):
    document = report_document(hostile, "zh", report_figures(hostile, "zh"))
    page = report_bytes(document, ".html").decode()
    assert "<script" not in page and "<img" not in page and "<i>" not in page and "&lt;script&gt;alert(1)" in page
    assert re.search(r"<t[dh][^>]*>\s*[=+@]", page) is None and "&#x27;=HYPERLINK(" in page
    pdf = report_bytes(document, ".pdf")
    assert "<script>alert(1)</script>" in squeezed(pdf_text(pdf))
    assert not any(mark in pdf for mark in (b"/JavaScript", b"/URI", b"/Launch"))
    data = report_bytes(document, ".docx")
    assert "<script>alert(1)</script>" in squeezed(docx_text(data))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = packed.read("word/document.xml").decode()
        rels = packed.read("word/_rels/document.xml.rels").decode()
    assert "instrText" not in body and "<script" not in body and 'TargetMode="External"' not in rels
    assert not [cell.text for table in docx.Document(io.BytesIO(data)).tables for row in table.rows for cell in row.cells
                if cell.text.startswith(("=H", "=1", "+", "@"))]


def test_what_the_font_lacks_is_listed_and_never_a_box(hostile):
    for form, text in texts(hostile, "zh").items():
        assert "U+2CB4E" in text, form
    assert "小<i>城</i>〓" in squeezed(pdf_text(report_bytes(report_document(hostile, "zh"), ".pdf")))


def test_what_cannot_be_printed_or_turns_the_writing_gives_way_to_a_mark():
    assert harmless("a\u0000b\u202ec\td\r\ne\ud800") == "a〓b〓c d\ne〓"


def test_a_cell_of_pages_runs_on_and_loses_nothing():
    long = "甲" * 6_000
    table = Table("t", (Column("h", 1), Column("n", 1, True)), ((long, "1"),))
    document = finished(Document("zh", "t", (), "", "", dt.date(2025, 1, 1), (table,)), "附注")
    assert squeezed(pdf_text(report_bytes(document, ".pdf"))).count("甲") == 6_000


# ---- labels, numbers, cuts -------------------------------------------------------------------------------------------
def test_invented_data_are_labelled_on_every_page_and_in_every_section(facts):
    provenance = replace(facts.gap_list.provenance, invented=True)
    document = report_document(replace(facts, gap_list=replace(facts.gap_list, provenance=provenance)), "zh")
    label = squeezed(document.label)
    paper = pypdfium2.PdfDocument(report_bytes(document, ".pdf"))
    assert all(label in squeezed(page.get_textpage().get_text_range()) for page in paper) and len(paper) > 3
    page = report_bytes(document, ".html").decode()
    assert page.count(document.label) > page.count("<h2>")
    assert all(part.text == document.label for section in docx.Document(io.BytesIO(report_bytes(document, ".docx"))).sections
               for part in (section.header.paragraphs[0], section.even_page_header.paragraphs[0]))
    assert report_document(facts, "zh").label == ""


def test_long_lists_are_cut_and_say_how_many_rows_stand_in_the_workbook(facts):
    many = replace(facts, gap_list=replace(facts.gap_list, gaps=facts.gap_list.gaps * 100))
    document = report_document(many, "zh")
    table = next(block for block in document.blocks if isinstance(block, Table) and block.caption == "缺口清单")
    assert (len(table.rows), table.left_out) == (60, 240)
    assert squeezed("另有 240 行未列出") in squeezed(pdf_text(report_bytes(document, ".pdf")))


def test_headings_are_numbered_as_papers_do():
    blocks = (Heading(1, "a"), Heading(2, "b"), Heading(2, "c"), Heading(1, "d"), Heading(2, "e"), Heading(3, "f"), Paragraph("p"))
    given = {lang: [block.number for block in finished(Document(lang, "t", (), "", "", dt.date(2025, 1, 1), blocks), "n").blocks
                    if isinstance(block, Heading)] for lang in ("zh", "en")}
    assert given == {"zh": ["一、", "（一）", "（二）", "二、", "（一）", "1．"], "en": ["1", "1.1", "1.2", "2", "2.1", "2.1.1"]}
    assert [numeral(n) for n in (9, 10, 11, 20, 21, 99)] == ["九", "十", "十一", "二十", "二十一", "九十九"]


def test_docx_has_the_paper_and_fonts_of_official_papers(facts):
    paper = docx.Document(io.BytesIO(report_bytes(report_document(facts, "zh"), ".docx")))
    first = paper.sections[0]
    assert [round(length.mm) for length in (first.page_width, first.page_height, first.top_margin, first.left_margin)] == [210, 297, 37, 28]
    assert paper.styles["Report body"].font.size.pt == 16 and paper.styles["Title"].font.size.pt == 22
    assert paper.settings.odd_and_even_pages_header_footer
    fonts = next(part.blob.decode() for part in paper.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    assert re.search(r'w:name="方正小标宋简体"[^>]*><w:altName w:val="宋体"', fonts)


def test_a_report_is_written_whole_under_a_known_suffix(facts, tmp_path):
    written = write_report(facts, tmp_path / "r.html", lang="zh", figures=())
    assert written.tables > 5 and written.figures == 0 and [one.name for one in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(InputError, match="report_suffix"):
        check_report(tmp_path / "r.doc")
