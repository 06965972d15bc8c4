"""Writes docs/glossary.md from planner/locale/glossary.toml: python tools/glossary_page.py"""

from __future__ import annotations

from pathlib import Path

from planner.i18n import glossary

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"
WHERE = {"ui": "界面 screen", "workbook": "工作簿 workbook", "report": "报告 report", "messages": "提示 messages"}


def page() -> str:
    """The page, one row a term."""
    head = ["# 术语表 · Glossary", "",
            "界面、工作簿、报告和提示用同一份术语（`planner/locale/glossary.toml`）：改一处，处处改。"
            "本页由 `python tools/glossary_page.py` 生成。", "",
            "Screen, workbook, report and messages take their terms from one file, `planner/locale/glossary.toml`: a term that is changed"
            " there is changed everywhere. This page is made from it by `python tools/glossary_page.py`.", "",
            "| 术语 | term | 含义 | meaning | 用于 where | 不用 not |", "| --- | --- | --- | --- | --- | --- |"]
    rows = [f"| {term.words['zh']} | {term.words['en']} | {term.about['zh']} | {term.about['en']} | "
            f"{'、'.join(WHERE[place] for place in term.where)} | {'、'.join((*term.rivals['zh'], *term.rivals['en']))} |"
            for term in glossary().values()]
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
