"""Make the font of reports and drawn maps from Noto Sans CJK SC (SIL Open Font License 1.1).

    python tools/report_font.py NotoSansCJK-Regular.ttc            write planner/export/fonts/report_sans_sc.ttf
    python tools/report_font.py NotoSansCJK-Regular.ttc --list     only tell which wanted characters the original lacks

One weight, subset to the characters that Chinese planning papers use, and drawn with quadratic curves: PDF writers embed those, not the
cubic ones of the original. The font bears its own name, so that a changed version cannot pass for the original. The output is committed:
neither an installation nor a report ever makes it. Needs fontTools.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

FACE = "Noto Sans CJK SC"
NAME = "Planner Report Sans SC"
OUT = Path(__file__).resolve().parents[1] / "planner" / "export" / "fonts" / "report_sans_sc.ttf"
ERROR_UNITS = 1.5
"""How far a quadratic curve may leave the cubic one, in units of 1/1000 em: less than a dot of a 600 dpi printer at 24 points."""
RANGES = (
    (0x20, 0x7F), (0xA0, 0x180),  # Latin with its accents
    (0x2010, 0x2028), (0x2030, 0x203C), (0x2103, 0x2104), (0x2116, 0x2117),  # dashes, quotes, per mille, degrees, number sign
    (0x2190, 0x219A), (0x2200, 0x2270), (0x2460, 0x2474),  # arrows, mathematics, circled numbers
    (0x25A0, 0x2607), (0x2713, 0x2714), (0x2717, 0x2718),  # marks of maps and tables
    (0x3000, 0x3018), (0x3380, 0x33E0), (0xFF00, 0xFF60), (0xFFE0, 0xFFE7),  # Chinese punctuation, units, full width
)
RARE = (
    "哱垙夿奤栜椫楟洐浀湴漖玍鋫鶄堃堽垟垵埇塱墘墩壆夼妫孖岙岽峂峣崾嵊嶂嶝弶悦慥暶曌曺朲杧枧枞栟桁梌梽椑椤槟樟橹殷氵氹汈汊汕沄"
    "沔沭沺泖泷泺洑洣洨洭浈浉浐浕浛浠浭涞涢涧涪淠淦淯渌渑湉湓湜湟溆溇溧溵滃滆滏滘滠漈漷潆潋潕潩潵澥澧濉濞濠瀍瀔瀼灞炅焗煊熥犍"
    "猄玕珙珣琎琯瑀璜瓯畈畚疃皋盱眙砀砚砣砦硇硐硚碁碌碶磜磴磻祊祎禤秭穰窑竘筇筼箬篁篢簕簰粤糁紵縯纡绀翀耒聂胙脎芗芮苤茌茳荏莒"
    "莘莨菏菟萏葑蒗蒴蓢蓥蔺蔸蕲薤藁藠蘅虬虺蚬螅蟒衢褚觜訾谯豨贳贶赉赟赣跸踅轵迳迺逄邗邙邛邡邳邴邶邺邾郄郅郇郏郐郓郗郛郜郝郢郦"
    "郧郪郫郯郴郾鄂鄄鄅鄚鄞鄠鄢鄣鄩鄫鄯鄱鄹酂酃酆醴釜钊钌钍钐铚锜锳镆镗镡镰镵闫闱阇阌阍阏阙阡阪阽陂陉陔陟陬隈隗隰雎雩霅霨鞏颍"
    "颎颙騄骈骍骓骝魋鱇鲅鲌鳀鳌鳙鸂鸤鹮鹱麂麇麴黟黾鼋鼗龑龢㙍䓖䓫䜣䢺䣘䥽䲠䴘䴙"
)
"""Rare characters of place names (townships, villages) beside those of GB 2312."""
DROPPED = ["DSIG", "GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG"]
KEPT_NAMES = (0, 13, 14)
"""Entries of the name table that stay: copyright, licence, address of the licence."""


def wanted() -> str:
    """The characters to keep: Latin, punctuation, units, circled numbers, full-width forms, GB 2312, rare ones of place names."""
    simple = (chr(code) for first, end in RANGES for code in range(first, end))
    hanzi = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return "".join(sorted({*simple, *"".join(hanzi), *RARE}))


def cut(font: TTFont, text: str) -> None:
    """Leave only the glyphs of a text, without hints and layout features, in place."""
    options = subset.Options(layout_features=[], hinting=False, desubroutinize=True, glyph_names=False, notdef_outline=True,
                             name_IDs=["*"], drop_tables=DROPPED)
    work = subset.Subsetter(options)
    work.populate(text=text)
    work.subset(font)


def make_quadratic(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones, in place."""
    order, glyphs, drawn = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, ERROR_UNITS, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    for glyph in drawn.values():
        glyph.recalcBounds(font["glyf"])
    font["hmtx"].metrics = {name: (font["hmtx"][name][0], getattr(drawn[name], "xMin", 0)) for name in order}
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    most = font["maxp"]
    most.tableVersion, most.maxZones = 0x00010000, 1
    for key in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions",
                "maxComponentElements"):
        setattr(most, key, 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


def rename(font: TTFont) -> None:
    """Give the font its own name, in place; copyright and licence stay."""
    table = font["name"]
    table.names = [entry for entry in table.names if entry.nameID in KEPT_NAMES]
    own = {1: NAME, 2: "Regular", 3: f"{NAME} 1", 4: NAME, 5: f"Version 1.0; from {FACE}", 6: NAME.replace(" ", "")}
    for number, text in own.items():
        table.setName(text, number, 3, 1, 0x409)


def main() -> None:
    """Make the font, or only list what the original lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path, help="NotoSansCJK-Regular.ttc")
    parser.add_argument("--list", action="store_true", help="write nothing")
    options = parser.parse_args()
    font = next(font for font in TTCollection(options.collection).fonts if font["name"].getDebugName(4) == FACE)
    text, has = wanted(), font.getBestCmap()
    print(f"{len(text)} characters wanted; not in the original: {''.join(one for one in text if ord(one) not in has) or 'none'}")
    if options.list:
        return
    cut(font, text)
    make_quadratic(font)
    rename(font)
    font.save(OUT)
    print(f"{OUT.name}: {OUT.stat().st_size / 1e6:.2f} MB, {len(font.getBestCmap())} characters")


if __name__ == "__main__":
    main()
