from lib import guide_text

TEXT = """\
# 指南

## 记一次活动

一句话，
又一句 <b>。

1. 点“记录”
2. 点**提交**

* **应到**：人数

![首页](../../static/img/guide/home.png)
"""


def test_title_and_pictures():
    assert guide_text.title_of(TEXT) == "指南"
    assert guide_text.pictures_of(TEXT) == ["img/guide/home.png"]


def test_each_block_as_html_and_what_stands_in_it_as_text():
    assert guide_text.as_html(TEXT, lambda path: f"/static/{path}").splitlines() == [
        "<h3>记一次活动</h3>",
        "<p>一句话，又一句 &lt;b&gt;。</p>",
        "<ol><li>点“记录”</li><li>点<b>提交</b></li></ol>",
        "<ul><li><b>应到</b>：人数</li></ul>",
        '<img src="/static/img/guide/home.png" alt="首页" loading="lazy">',
    ]
