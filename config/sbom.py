"""The bill of materials (`make sbom`): what requirements.txt installs, as CycloneDX 1.5 JSON on standard output.

Nothing is asked of the network or of what is installed, so the same requirements.txt gives the same bytes.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

FOLDER = Path(__file__).parent.parent
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VIA = re.compile(r"#(?: via)? +(?P<name>[\w.-]+)(?: \(.+\))?$")


@dataclass(frozen=True)
class Pin:
    """One package. ``marker``: where alone it is installed; ``wanted_by``: the packages that ask for it."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def pins_of(text: str) -> Iterator[Pin]:
    """The packages of a file that `uv pip compile --generate-hashes` wrote."""
    for block in re.split(r"\n(?=[a-z0-9])", text):
        lines = [line.strip() for line in block.splitlines()]
        if found := PIN.match(lines[0]):
            wanted_by = [
                via["name"] for line in lines[1:] if (via := VIA.match(line)) and via["name"] != "via"
            ]
            name, version, marker = found.group("name", "version", "marker")
            yield Pin(name, version, marker or "", tuple(HASH.findall(block)), tuple(wanted_by))


def bill_of(project: str, version: str, text: str) -> dict[str, Any]:
    pins = list(pins_of(text))
    own = f"pkg:generic/{project}@{version}"
    wants: dict[str, list[str]] = {project: [], **{pin.name: [] for pin in pins}}
    for pin in pins:
        for name in pin.wanted_by:
            wants[name].append(pin.purl)
    refs = {project: own, **{pin.name: pin.purl for pin in pins}}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, own + text)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": own, "name": project, "version": version}
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [{"ref": refs[name], "dependsOn": found} for name, found in wants.items()],
    }


def _component(pin: Pin) -> dict[str, Any]:
    """The hashes are those of the files that may be installed, one of which is."""
    hashes = [{"alg": "SHA-256", "content": each} for each in pin.hashes]
    files = {"type": "distribution", "url": pin.purl}
    component = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "externalReferences": [{**files, "hashes": hashes}],
    }
    only = [{"name": "branchbook:marker", "value": pin.marker}]
    return {**component, "properties": only} if pin.marker else component


def main() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    bill = bill_of(project["name"], project["version"], text)
    sys.stdout.write(json.dumps(bill, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
