"""Which facilities exist: one entry for each layer with the rule that places it and the figures it has."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layer:
    """How a layer is laid out. `rule`: community, township, district, city or estate."""

    slug: str
    file: str
    title: tuple[str, str]
    rule: str
    urban: float = 0.0  # share of urban communities (or number a unit, for district and city)
    rural: float = 0.0  # share of villages
    kinds: tuple[str, ...] = ()  # kinds of township or district, empty = all
    name: str = "{unit}"
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    follows_supply: bool = True
    central: float = 0.5
    public: float = 1.0  # share in public hands
    fixed: tuple[tuple[float, float], ...] = ()  # places of the plan, where the hand-drawn plan knows them


TOWNS, STREETS = ("seat", "town", "village"), ("street",)
LAYERS: tuple[Layer, ...] = (
    # older people
    Layer("district-public-nursing-home", "elderly", ("区县公办养老机构", "District public nursing home"), "district", 1, name="{district}社会福利中心",
          figures={"beds": (180, 320), "nursing": (0.48, 0.75), "area": (38, 46), "staff": (0.28, 0.36)}),
    Layer("elderly-care-institution", "elderly", ("养老机构", "Residential care home"), "township", 1.6, 0.7, name="{luck}{nursing}",
          figures={"beds": (60, 240), "nursing": (0.35, 0.75), "area": (30, 42), "staff": (0.2, 0.34)}, public=0.35),
    Layer("township-elderly-home", "elderly", ("乡镇敬老院", "Township home for older people"), "township", 0.85, 0.85, TOWNS, "{township}敬老院",
          {"beds": (40, 110), "nursing": (0.15, 0.6), "area": (24, 34), "staff": (0.1, 0.2)}, False),
    Layer("township-care-centre", "elderly", ("街乡镇养老照料中心", "Township care centre"), "township", 0.7, 0.45, (), "{township}养老照料中心",
          {"beds": (30, 80), "nursing": (0.4, 0.7), "area": (32, 44), "staff": (0.2, 0.3)}, public=0.4),
    Layer("street-elderly-complex", "elderly", ("街道养老服务综合体", "Street elderly complex"), "township", 0.6, 0.2, STREETS + ("seat",), "{township}综合养老服务中心",
          {"beds": (20, 60), "nursing": (0.4, 0.7), "area": (38, 60), "staff": (0.2, 0.3)}, public=0.4),
    Layer("urban-respite-care-centre", "elderly", ("城市社区托老中心", "Urban respite-care centre"), "township", 0.8, 0.0, STREETS, "{township}托老中心",
          {"beds": (30, 80), "nursing": (0.4, 0.7), "area": (26, 36), "staff": (0.2, 0.3)}, public=0.5),
    Layer("community-elderly-station", "elderly", ("社区养老服务驿站", "Community elderly station"), "community", -1, -1, name="{unit}养老服务驿站",
          figures={"area": (120, 420), "staff": (3, 8)}, public=0.35),
    Layer("day-care-centre", "elderly", ("日间照料中心", "Day-care centre"), "community", 0.38, 0.04, name="{unit}日间照料中心",
          figures={"area": (220, 780), "capacity": (15, 45), "staff": (3, 9)}, public=0.5),
    Layer("elderly-meal-site", "elderly", ("老年助餐点", "Meal site"), "community", 0.52, 0.1, name="{unit}老年助餐点",
          figures={"area": (60, 260), "capacity": (30, 160), "staff": (2, 6)}, public=0.4),
    Layer("rural-happiness-station", "elderly", ("农村幸福晚年驿站", "Rural happiness station"), "community", 0.0, 0.42, name="{unit}幸福晚年驿站",
          figures={"area": (90, 260), "capacity": (10, 40), "staff": (1, 4)}),
    # disability and mental health
    Layer("psychiatric-welfare-institution", "disability", ("精神卫生福利机构", "Psychiatric welfare institution"), "city", 2, name="{place}精神卫生福利院",
          figures={"beds": (110, 260), "area": (34, 44), "staff": (0.3, 0.45)}, fixed=((-4600, 900), (18600, 1700))),
    Layer("intellectual-disability-home", "disability", ("智力残疾人福利机构", "Intellectual-disability home"), "city", 2, name="{place}智力残疾人托养中心",
          figures={"beds": (40, 90), "area": (30, 42), "staff": (0.3, 0.4)}, fixed=((2600, -1500), (-18300, 3100))),
    Layer("community-mental-rehab", "disability", ("精神障碍社区康复机构", "Community mental rehabilitation"), "township", 0.75, 0.28, (), "{township}精神障碍社区康复站",
          {"area": (90, 260), "patients_served": (18, 70), "staff": (2, 6)}),
    Layer("disability-day-service", "disability", ("温馨家园（残疾人日间服务）", "Disability day service"), "township", 0.8, 0.35, (), "{township}温馨家园",
          {"area": (120, 420), "capacity": (15, 45), "staff": (2, 6)}),
    # children
    Layer("childrens-home", "children", ("儿童福利院", "Children's home"), "city", 1, name="{city}儿童福利院",
          figures={"beds": (160, 200), "area": (40, 48), "staff": (0.4, 0.5)}, fixed=((3900, 1700),)),
    Layer("child-protection-institution", "children", ("未成年人救助保护中心", "Child protection centre"), "district", 0.75, name="{district}未成年人救助保护中心",
          figures={"beds": (12, 40), "area": (30, 40), "staff": (0.3, 0.5)}),
    Layer("child-protection-station", "children", ("未成年人保护工作站", "Child protection station"), "township", 0.9, 0.6, (), "{township}未成年人保护工作站",
          {"area": (30, 110), "staff": (1, 4)}),
    Layer("child-activity-home", "children", ("儿童之家", "Child activity home"), "community", 0.55, 0.3, name="{unit}儿童之家",
          figures={"area": (40, 180), "staff": (1, 3)}),
    # relief
    Layer("rescue-management-station", "relief", ("救助管理站", "Rescue management station"), "city", 2, name="{place}救助管理站",
          figures={"beds": (40, 90), "area": (28, 38), "staff": (0.2, 0.3)}, fixed=((900, 2300), (20900, 4000))),
    Layer("social-assistance-hall", "relief", ("社会救助服务大厅", "Social assistance hall"), "township", 0.95, 0.7, (), "{township}社会救助服务窗口",
          {"area": (60, 240), "windows": (1, 5), "staff": (2, 6)}, False),
    Layer("charity-donation-site", "relief", ("慈善捐赠站点", "Charity donation site"), "community", 0.22, 0.03, name="{unit}慈善捐赠站点",
          figures={"area": (20, 80), "staff": (1, 3)}),
    # disaster
    Layer("emergency-shelter", "disaster", ("应急避难场所", "Emergency shelter"), "community", 0.3, 0.07, name="{unit}应急避难场所",
          figures={"area": (2500, 26000), "per_person": (2.0, 3.5)}),
    Layer("relief-warehouse", "disaster", ("救灾物资储备库", "Relief warehouse"), "city", 3, name="{place}救灾物资储备库",
          figures={"area": (900, 3200), "capacity": (6000, 24000), "staff": (4, 12)}, fixed=((1600, 4300), (21300, 2600), (-20300, 1900))),
    Layer("disaster-demo-community", "disaster", ("综合减灾示范社区", "Disaster-reduction model community"), "community", 0.16, 0.05, name="{unit}综合减灾示范点",
          figures={"area": (40, 160)}),
    # community
    Layer("community-service-facility", "community", ("社区综合服务设施", "Community service premises"), "community", 0.97, 0.5, name="{unit}综合服务中心",
          figures={"area": (320, 1900), "staff": (6, 16)}, central=0.7),
    Layer("rural-community-service-centre", "community", ("农村社区服务中心", "Rural community service centre"), "community", 0.0, 0.66, name="{unit}农村社区服务中心",
          figures={"area": (160, 620), "staff": (3, 8)}, central=0.8),
    Layer("volunteer-station", "community", ("志愿服务站点", "Volunteer station"), "community", 0.5, 0.2, name="{unit}志愿服务站", figures={"area": (20, 80)}),
    Layer("social-work-station", "community", ("社会工作服务站", "Social-work station"), "township", 0.95, 0.55, (), "{township}社会工作服务站",
          {"area": (60, 260), "staff": (3, 9)}),
    Layer("psychological-service-centre", "community", ("社会心理服务中心（站）", "Psychological service centre"), "township", 0.8, 0.3, (), "{township}社会心理服务站",
          {"area": (40, 180), "staff": (1, 5)}),
    Layer("community-deliberation-hall", "community", ("社区议事厅", "Community deliberation hall"), "community", 0.6, 0.25, name="{unit}议事厅",
          figures={"area": (30, 120)}),
    Layer("social-org-incubator", "community", ("社会组织孵化基地", "Social-organisation incubator"), "district", 0.75, name="{district}社会组织孵化基地",
          figures={"area": (400, 1500), "staff": (4, 10)}),
    Layer("family-service-centre", "community", ("家庭综合服务中心", "Family service centre"), "township", 0.5, 0.1, (), "{township}家庭综合服务中心",
          {"area": (300, 1200), "staff": (6, 18)}),
    # funeral
    Layer("funeral-home", "funeral", ("殡仪馆", "Funeral home"), "city", 3, name="{place}殡仪馆", figures={"area": (3000, 9000), "staff": (20, 60)},
          fixed=((-2600, 8600), (23500, 5600), (-21800, 4700))),
    Layer("columbarium", "funeral", ("骨灰堂", "Columbarium"), "township", 0.2, 0.4, TOWNS, "{township}骨灰堂", {"area": (300, 1200), "capacity": (1200, 8000)}),
    Layer("public-cemetery", "funeral", ("公益性公墓", "Public cemetery"), "township", 0.0, 0.65, TOWNS, "{township}公益性公墓", {"area": (9000, 36000), "capacity": (900, 5200)}),
    Layer("commercial-cemetery", "funeral", ("经营性公墓", "Commercial cemetery"), "city", 2, name="{luck}陵园", figures={"area": (60000, 120000), "capacity": (9000, 20000)},
          fixed=((-8800, 6200), (10400, -8600)), public=0.0),
    # marriage, veterans, lottery
    Layer("marriage-registry", "registry", ("婚姻登记处", "Marriage registry"), "district", 1, name="{district}婚姻登记处",
          figures={"area": (260, 900), "windows": (3, 8), "staff": (5, 14)}),
    Layer("martyrs-memorial", "registry", ("烈士纪念设施", "Martyrs' memorial"), "city", 5, name="{place}烈士陵园", figures={"area": (4000, 30000)},
          fixed=((-4700, 300), (20700, 5200), (-18000, 1500), (-24600, -9700), (5900, -10500))),
    Layer("veteran-service-station", "registry", ("退役军人服务站", "Veteran service station"), "township", 1.0, 0.9, (), "{township}退役军人服务站",
          {"area": (30, 150), "staff": (1, 4)}, False),
    Layer("lottery-outlet", "registry", ("福彩网点", "Welfare lottery outlet"), "community", 0.7, 0.08, name="{unit}福彩销售点", figures={"area": (12, 45)}, public=0.0),
    # housing estates
    Layer("residential-estate", "estates", ("居住小区", "Residential estate"), "estate", 0.8, name="{estate}"),
)
FILES = tuple(dict.fromkeys(layer.file for layer in LAYERS))
COLUMNS = ["layer", "id", "name", "address", "township", "community", "lon", "lat", "status", "opened", "closed", "started", "owner", "area_m2", "beds",
           "nursing_beds", "reserve_beds", "residents", "capacity", "staff", "comprehensive", "stars", "serves", "level", "volunteer_station",
           "patients_served", "windows", "built", "households", "exempt", "grade"]
