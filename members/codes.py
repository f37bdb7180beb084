"""National code tables of the member record: sex, nation (GB/T 3304), education (GB/T 4658)."""

from django.db.models import TextChoices


class Sex(TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


NATIONS: dict[str, str] = dict(
    pair.split()
    for pair in (
        "01 汉,02 蒙古,03 回,04 藏,05 维吾尔,06 苗,07 彝,08 壮,09 布依,10 朝鲜,11 满,12 侗,13 瑶,14 白,15 土家,16 哈尼,"
        "17 哈萨克,18 傣,19 黎,20 傈僳,21 佤,22 畲,23 高山,24 拉祜,25 水,26 东乡,27 纳西,28 景颇,29 柯尔克孜,30 土,"
        "31 达斡尔,32 仫佬,33 羌,34 布朗,35 撒拉,36 毛南,37 仡佬,38 锡伯,39 阿昌,40 普米,41 塔吉克,42 怒,43 乌孜别克,"
        "44 俄罗斯,45 鄂温克,46 德昂,47 保安,48 裕固,49 京,50 塔塔尔,51 独龙,52 鄂伦春,53 赫哲,54 门巴,55 珞巴,56 基诺"
    ).split(",")
)

EDUCATIONS: dict[str, str] = {
    "10": "研究生教育",
    "11": "博士研究生毕业",
    "12": "博士研究生结业",
    "13": "博士研究生肄业",
    "14": "硕士研究生毕业",
    "15": "硕士研究生结业",
    "16": "硕士研究生肄业",
    "17": "研究生班毕业",
    "18": "研究生班结业",
    "19": "研究生班肄业",
    "20": "大学本科教育",
    "21": "大学本科毕业",
    "22": "大学本科结业",
    "23": "大学本科肄业",
    "28": "大学普通班毕业",
    "30": "大学专科教育",
    "31": "大学专科毕业",
    "32": "大学专科结业",
    "33": "大学专科肄业",
    "40": "中等职业教育",
    "41": "中等专科毕业",
    "42": "中等专科结业",
    "43": "中等专科肄业",
    "44": "职业高中毕业",
    "45": "职业高中结业",
    "46": "职业高中肄业",
    "47": "技工学校毕业",
    "48": "技工学校结业",
    "49": "技工学校肄业",
    "60": "普通高级中学教育",
    "61": "普通高中毕业",
    "62": "普通高中结业",
    "63": "普通高中肄业",
    "70": "初级中学教育",
    "71": "初中毕业",
    "73": "初中肄业",
    "80": "小学教育",
    "81": "小学毕业",
    "83": "小学肄业",
    "90": "其他",
}


def nation_label(code: str) -> str:
    """“01” → “汉族”."""
    return f"{NATIONS[code]}族" if code in NATIONS else ""


def nation_code(text: str) -> str | None:
    """“汉”, “汉族”, “01” → “01”; None when it is no nation of the table."""
    plain = text.removesuffix("族") if len(text) > 1 else text
    if plain in NATIONS:
        return plain
    return next((code for code, label in NATIONS.items() if label == plain), None)
