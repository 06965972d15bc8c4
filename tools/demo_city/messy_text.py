"""Words of Chinese ledgers: headers, states, and figures as people type them."""

from __future__ import annotations

HEADERS = {
    "layer": "设施类别",
    "id": "编号",
    "name": "设施名称",
    "address": "详细地址",
    "township": "所属街道（乡镇）",
    "community": "所属社区（村）",
    "lon": "经度",
    "lat": "纬度",
    "status": "运营状态",
    "opened": "投入使用时间",
    "closed": "关停时间",
    "started": "开工时间",
    "owner": "权属",
    "area_m2": "建筑面积",
    "beds": "核定床位",
    "nursing_beds": "护理型床位",
    "reserve_beds": "应急床位",
    "residents": "入住人数",
    "capacity": "可容纳人数",
    "staff": "工作人员",
    "comprehensive": "是否综合型",
    "stars": "星级",
    "serves": "服务区域代码",
    "level": "级别",
    "volunteer_station": "志愿服务站",
    "patients_served": "服务患者",
    "windows": "窗口数",
    "built": "建成年份",
    "households": "户数",
    "exempt": "是否免配",
    "grade": "等级",
    "approved": "批准时间",
    "tenure": "用房性质",
    "approved_beds": "批准床位",
    "destitute_unable": "失能特困人员",
    "land_m2": "用地面积",
    "effective_area_m2": "有效面积",
    "term": "避难时长",
    "remaining": "剩余穴位",
    "community_area_m2": "社区用房面积",
    "medical": "医养结合",
    "online_booking": "网上预约",
    "counselling_room": "辅导室",
    "relocated": "是否迁建",
    "extended": "是否扩建",
    "registered": "是否登记",
    "field": "服务领域",
    "social_workers": "社工人数",
    "certified_members": "持证人数",
}
PEOPLE_HEADERS = {
    "社区代码": "代码",
    "社区名称": "社区（村）",
    "常住人口": "人口_常住人口",
    "60岁及以上": "人口_60岁及以上",
    "65岁及以上": "人口_65岁及以上",
    "80岁及以上": "人口_80岁及以上",
    "18岁以下": "人口_18岁以下",
    "户数": "户数",
    "特困供养人数": "服务对象_特困供养",
    "低保人数": "服务对象_低保",
    "持证残疾人": "服务对象_持证残疾人",
    "居家康复患者": "服务对象_居家康复患者",
    "失能特困人数": "服务对象_失能特困",
}
_STATUS = {
    "operating": "运营",
    "completed": "建成未运营",
    "suspended": "停业",
    "planned": "规划",
    "under_construction": "在建",
    "closed": "关闭",
}
_WIDE = {ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789.,"}


def status_word(status: str) -> str:
    """A status as a ledger says it."""
    return _STATUS.get(status, status)


def full_width(typed: str) -> str:
    """Digits as a Chinese keyboard types them."""
    return typed.translate(_WIDE)


def about(figure: str, number: int) -> str:
    """A whole figure as people type it; most rows stay plain."""
    forms = ("约{}", "{}张", "约{}张", "{}余")
    kind = number % 24
    return forms[kind].format(figure) if kind < len(forms) else full_width(figure) if kind == len(forms) else figure


def wordy_day(day: str) -> str:
    """2021-03-15 as 2021年3月15日."""
    if len(day) != 10:
        return day
    year, month, date = day.split("-")
    return f"{year}年{int(month)}月{int(date)}日"
