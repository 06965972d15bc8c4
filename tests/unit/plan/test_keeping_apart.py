"""A facility away from people on the drawn street, which runs from 0 to 4,000 m; people live at 500, 1,500, 2,500 and 3,500 m."""

import datetime as dt

from planner.plan.keeping_apart import ApartQuestion, keep_apart

DAY = dt.date(2025, 12, 31)


def ask(city, **more):
    question = {"layer": "pyre", "travel": "drive", "least_m": 400, "metres": 1600, "candidates": "grid:500", "as_of": DAY}
    return keep_apart(city, ApartQuestion(**question | more))


def test_the_site_between_the_villages(draw):
    """Corners of the grid at 500 m steps: those at 500, 1,500, ... are next to people, those at 1,000, 2,000, 3,000 are 500 m away."""
    answer = ask(draw({"pyre": []}), new=1)
    # at 2,000 m nobody is nearer than 500 m, and all four villages are within 1,600 m
    assert answer.result.covered_weight == 1000.0 and answer.result.near_people == 0.0 and answer.too_near > 0
    assert "要求距居民至少 400 米" in answer.sentence.say("zh") and "Proven" in answer.sentence.say("en")
    far = ask(draw({"pyre": []}), new=1, least_m=3600, metres=400)
    assert far.sites == () and far.result.covered_weight == 0.0


def test_people_nearby_may_count_as_a_price(draw):
    shown = {"new": 1, "metres": 600, "candidates": "grid:1500", "near_most": None}
    free, dear = ask(draw({"pyre": []}), near_price=0.0, **shown), ask(draw({"pyre": []}), near_price=5.0, **shown)
    # corners at 1,500 m and 3,000 m (and the ends): at 3,000 m 700 people are within 600 m and nobody nearer than 400 m
    assert free.result.covered_weight == dear.result.covered_weight == 700.0 and dear.result.near_people == 0.0
    # with 600 m as the least distance the 700 are nearby themselves: worth it at half a person each, not at five
    near = [ask(draw({"pyre": []}), near_price=price, least_m=600, **shown) for price in (0.5, 5.0)]
    assert [(len(one.sites), one.result.near_people, one.proof.objective) for one in near] == [(1, 700.0, 350.0), (0, 0.0, 0.0)]
    assert "近旁居民" in near[0].sentence.say("zh") and "700 人住在这一距离以内" in near[0].sentence.say("zh")


def test_what_exists_stays_and_the_share_may_be_out_of_reach(draw):
    city = draw({"pyre": [{"id": "p1", "x": 500, "status": "operating"}]})
    answer = ask(city, new=1, metres=600)
    assert answer.existing == 1 and answer.covered_before == 100.0 and answer.result.covered_weight == 800.0
    none = ask(city, share=1.0, metres=100, least_m=450)
    assert none.proof.status == "infeasible" and "车程以内" in none.sentence.say("zh")
