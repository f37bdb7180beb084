"""Workbooks made by hand for the tests of reading: the least XML, so that each one shows a single peculiarity."""

import zipfile
from io import BytesIO

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLES = '<cellXfs count="4">' + "".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 22, 20)) + "</cellXfs>"


def parts(rows="", *, sheet=None, properties="", main_type=MAIN_TYPE, state="", dimension=""):
    """The parts of a workbook of one sheet called 名册, by name; ``rows`` is the inside of its sheetData."""
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main_type}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">{properties}'
            f'<sheets><sheet name="名册" sheetId="1" {state} r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}">{STYLES}</styleSheet>',
        "xl/worksheets/sheet1.xml": sheet
        or f'<worksheet xmlns="{SPREADSHEET}">{dimension}<sheetData>{rows}</sheetData></worksheet>',
    }


def packed(content):
    """The parts zipped, as an open file."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    target.seek(0)
    return target


def book(rows="", **options):
    return packed(parts(rows, **options))


def text(reference, value):
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(reference, value, style=0):
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def row(number_, *cells):
    return f'<row r="{number_}">{"".join(cells)}</row>'
