"""Invented place names: communities, villages, people-free and plausible, each used once."""

from __future__ import annotations

import numpy as np

from . import plan

URBAN_FIRST = ["文", "永", "福", "和", "安", "建", "新", "光", "胜", "兴", "康", "宁", "德", "明", "瑞", "金", "华", "民", "春", "锦"]
URBAN_SECOND = ["昌", "安", "华", "平", "泰", "顺", "乐", "祥", "达", "荣", "苑", "庆", "馨", "和", "丰", "宁"]
OLD_TOWN = [
    "鼓楼东",
    "鼓楼西",
    "文庙",
    "钟楼湾",
    "城隍庙",
    "贡院",
    "东马道",
    "西马道",
    "棋盘巷",
    "盐店",
    "粮市",
    "府学",
    "南关",
    "北关",
    "柳树巷",
]
WORKS = ["机床厂", "铁路新村", "纺织", "车辆厂", "电机厂", "化工", "工人新村", "北货场", "水泥厂", "机务段"]
NEW_TOWN = [
    "湖滨",
    "云湖",
    "翠湖",
    "听涛",
    "碧水",
    "望湖",
    "学府",
    "玉兰",
    "香樟",
    "银杏",
    "海棠",
    "枫桥",
    "枫林",
    "星河",
    "云溪",
    "澜庭",
    "观澜",
    "朗月",
    "晴川",
    "沁园",
    "锦绣",
    "未来",
    "橡树",
    "梧桐",
    "芳草",
    "书香",
]
SURNAMES = list(
    "张王李赵刘陈杨孙马高郭韩冯董程曹袁邓许傅沈曾彭吕苏卢蒋贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
VILLAGE_TAILS = ["家庄", "家营", "家屯", "家沟", "家坨", "家楼", "家堡", "家洼", "家窑", "家桥"]
VILLAGE_PLACES = [
    "双井",
    "三道沟",
    "石门",
    "柳林",
    "杏树坡",
    "南河湾",
    "北梁",
    "东坡",
    "西坡",
    "红石砬",
    "白马寺",
    "青龙湾",
    "黑松岗",
    "榆树底",
    "大泉眼",
    "小泉眼",
    "老虎洞",
    "牛角湾",
    "羊圈沟",
    "枣林",
    "桃花峪",
    "梨园",
    "沙河子",
    "马莲滩",
    "前营",
    "后营",
    "上庄",
    "下庄",
    "头道梁",
    "二道梁",
    "石桥子",
    "土门",
    "龙潭",
    "瓦窑",
    "磨盘山",
    "鹿角",
    "鸽子堂",
    "苇子沟",
    "松树台",
    "碾子沟",
    "柳条边",
    "古城",
    "东台",
    "西台",
    "望山",
    "半坡",
    "花园",
    "水泉",
    "南岭",
    "北岭",
]

STREET_WORDS = [
    "福寿",
    "康乐",
    "松鹤",
    "夕阳红",
    "颐年",
    "安康",
    "幸福",
    "长青",
    "金秋",
    "仁爱",
    "和顺",
    "怡养",
    "桑榆",
    "重阳",
    "孝慈",
    "瑞康",
]


def community(rng: np.random.Generator, taken: set[str], township: plan.Township, rural: bool, number: int) -> str:
    """A name for a community or village, unused so far."""
    while True:
        name = _village(rng) if rural else _urban(rng, township, number)
        if name not in taken:
            taken.add(name)
            return name


def _village(rng: np.random.Generator) -> str:
    luck = rng.random()
    if luck < 0.35:
        return f"{rng.choice(VILLAGE_PLACES)}村"
    side = str(rng.choice(["大", "小", "前", "后", "东", "西", "南", "北"])) if luck > 0.8 else ""
    return f"{side}{rng.choice(SURNAMES)}{rng.choice(VILLAGE_TAILS)}村"


def _urban(rng: np.random.Generator, township: plan.Township, number: int) -> str:
    special = {
        "鼓楼街道": OLD_TOWN,
        "铁北街道": WORKS,
        "新湖街道": NEW_TOWN,
        "云溪街道": NEW_TOWN,
        "枫林街道": NEW_TOWN,
        "晨光街道": NEW_TOWN,
    }
    pool = special.get(township.name)
    if township.kind in ("seat", "town", "village") and number < 4:
        return f"{township.name[:2]}{'东西南北'[int(rng.integers(4))]}{'街' if rng.random() < 0.5 else '关'}社区"
    if pool and rng.random() < 0.85:
        return f"{rng.choice(pool)}社区"
    return f"{rng.choice(URBAN_FIRST)}{rng.choice(URBAN_SECOND)}{rng.choice(['', '', '里', '园'])}社区"
