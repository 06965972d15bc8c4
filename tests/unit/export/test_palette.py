"""The classes of shares and their colours."""

import itertools
import math

import numpy as np
import pytest

from planner.export.palette import (
    CHANGE_COLORS,
    CHANGE_NO_PEOPLE_COLOR,
    COLORS,
    NO_PEOPLE_COLOR,
    change_palette,
    changes,
    class_label,
    class_of,
    class_string,
    gap_label,
    legend_rows,
    share_palette,
)

# Full-severity simulation matrices on linear RGB (Machado, Oliveira and Fernandes 2009).
EYES = {"normal": np.eye(3),
        "protanopia": np.array([[.152286, 1.052583, -.204868], [.114503, .786281, .099216], [-.003882, -.048116, 1.051998]]),
        "deuteranopia": np.array([[.367322, .860646, -.227968], [.280085, .672501, .047413], [-.011820, .042940, .968881]])}
XYZ = np.array([[.4124564, .3575761, .1804375], [.2126729, .7151522, .0721750], [.0193339, .1191920, .9503041]])


def linear(colour):
    s = np.array([int(colour[i:i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(s <= .04045, s / 12.92, ((s + .055) / 1.055) ** 2.4)


def lab(rgb):
    t = XYZ @ np.clip(rgb, 0, 1) / (.95047, 1, 1.08883)
    f = np.where(t > .008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def delta_e2000(one, two):
    """CIEDE2000 of two Lab colours (Sharma, Wu and Dalal 2005), step by step."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = (1 - math.sqrt(mean**7 / (mean**7 + 25**7))) / 2
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, c = (l1 + l2) / 2, (c1 + c2) / 2

    def cos(angle):
        return math.cos(math.radians(angle))

    t = 1 - .17 * cos(h - 30) + .24 * cos(2 * h) + .32 * cos(3 * h + 6) - .2 * cos(4 * h - 63)
    sl, sc, sh = 1 + .015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2), 1 + .045 * c, 1 + .015 * c * t
    rt = -2 * math.sqrt(c**7 / (c**7 + 25**7)) * math.sin(math.radians(60 * math.exp(-(((h - 275) / 25) ** 2))))
    return math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh))


@pytest.mark.parametrize(("one", "two", "expected"), [
    # Pairs 1, 7 and 17 of the test data of Sharma, Wu and Dalal.
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 0, 0), (50, -1, 2), 2.3669), ((50, 2.5, 0), (73, 25, -18), 27.1492)])
def test_the_colour_difference_of_this_test_is_the_published_one(one, two, expected):
    assert delta_e2000(one, two) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("colours", "nobody"), [(COLORS, NO_PEOPLE_COLOR), (CHANGE_COLORS, CHANGE_NO_PEOPLE_COLOR)])
@pytest.mark.parametrize("eye", EYES)
def test_neighbouring_classes_differ_for_every_eye(eye, colours, nobody):
    seen = [lab(EYES[eye] @ linear(colour)) for colour in colours]
    assert min(delta_e2000(a, b) for a, b in itertools.pairwise(seen)) >= 10
    assert min(delta_e2000(a, lab(EYES[eye] @ linear(nobody))) for a in seen) >= 10


def test_a_grey_print_keeps_the_order():
    light = [lab(linear(colour))[0] for colour in COLORS]
    assert all(b - a >= 4 for a, b in itertools.pairwise(light)), light


@pytest.mark.parametrize(("target", "breaks"), [
    (None, (0, .2, .4, .6, .8, 1)), (.8, (0, .2, .4, .6, .8, 1)), (.9, (0, .2, .4, .6, .9, 1)), (.85, (0, .2, .4, .6, .85, 1)),
    (.5, (0, .2, .4, .5, .8, 1)), (.05, (0, .05, .4, .6, .8, 1)), (1, (0, .25, .5, .75, 1, 1)), (0, (0, .2, .4, .6, .8, 1)),
    (95, (0, .2, .4, .6, .8, 1))])
def test_classes_break_at_the_target(target, breaks):
    palette = share_palette(target)
    assert palette.breaks == breaks
    assert len(palette) == len(breaks) - 1 == 5
    if palette.target is not None:
        assert palette.target in palette.breaks


@pytest.mark.parametrize(("share", "number"), [(0, 0), (.1999999, 0), (.2, 1), (.7999, 3), (.8, 4), (1, 4), (1.0000000002, 4), (None, None),
                                               (float("nan"), None)])
def test_a_class_holds_its_lower_break_and_the_last_its_upper_too(share, number):
    assert class_of(share_palette(.8), share) == number


def test_with_a_target_of_all_only_all_is_in_the_last_class():
    palette = share_palette(1)
    assert [class_of(palette, share) for share in (.75, .9999, 1.0)] == [3, 3, 4]


def test_strings_hold_one_character_a_unit():
    palette = share_palette(.8)
    assert class_string(palette, [0, .5, None, .8, 1, float("nan")]) == "ac-44-"
    assert class_string(share_palette(), [0, .5, None, .8, 1]) == "02-44"


def test_entries_and_legend_say_the_same_colours():
    palette = share_palette(.8)
    entries = palette.entries()
    assert entries[0] == {"class": 0, "from": 0, "to": .2, "color": COLORS[0]}
    assert entries[-1] == {"class": None, "color": NO_PEOPLE_COLOR}
    rows = legend_rows(palette, "en")
    assert [row["class"] for row in rows] == [4, 3, 2, 1, 0, None]
    assert [row["gap"] for row in rows] == [False, True, True, True, True, False]
    assert {row["class"]: row["color"] for row in rows} == {entry["class"]: entry["color"] for entry in entries}


def test_labels_in_both_languages():
    palette = share_palette(.85)
    assert class_label(palette, 4, "en") == "85–100 %"
    assert class_label(palette, 4, "zh") == "85%～100%"
    assert class_label(share_palette(1), 4, "zh") == "100%"
    assert class_label(share_palette(.625), 3, "en") == "62.5–80 %"
    assert "85" in gap_label(palette, "zh")
    assert gap_label(share_palette(), "zh") == ""


@pytest.mark.parametrize(("change", "number", "mark"), [
    (-1, 0, "a"), (-.2, 0, "a"), (-.0999, 1, "b"), (-.0006, 1, "b"), (-.0005, 2, "2"), (0, 2, "2"), (.0004, 2, "2"),
    (.0005, 3, "3"), (.05, 4, "4"), (.2, 5, "5"), (1, 5, "5")])
def test_a_change_has_its_class_and_a_loss_is_hatched(change, number, mark):
    assert class_of(change_palette(), change) == number
    assert class_string(change_palette(), [change]) == mark


def test_changes_of_what_is_not_known_are_not_known():
    assert changes([.5, None, .25, float("nan")], [.75, .5, None, .5]) == [.25, None, None, None]


def test_legend_of_changes_says_points_up_and_down():
    rows = [row["label"] for row in legend_rows(change_palette(), "en")]
    assert rows == ["up 20 or more", "up 5–20", "up 0–5", "no change", "down 0–10", "down 10 or more", "no people"]
    assert gap_label(change_palette(), "en") == "share has fallen"
