"""The bill of materials says what requirements.txt installs, and CycloneDX's own library reads it."""

import json
import re

from cyclonedx.model.bom import Bom

from config import sbom

TEXT = """\
# This file was made
amqp==5.4.2 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via kombu
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:{0}
    # via
    #   kombu
    #   shop
kombu==5.6 \\
    --hash=sha256:{1}
    # via shop (pyproject.toml)
""".format("a" * 64, "b" * 64)


def test_a_package_with_its_version_hashes_marker_and_who_wants_it():
    assert list(sbom.pins_of(TEXT)) == [
        sbom.Pin("amqp", "5.4.2", "", ("a" * 64, "b" * 64), ("kombu",)),
        sbom.Pin("async-timeout", "5.0.1", "python_full_version < '3.11.3'", ("a" * 64,), ("kombu", "shop")),
        sbom.Pin("kombu", "5.6", "", ("b" * 64,), ("shop",)),
    ]


def test_what_depends_on_what():
    wants = {each["ref"]: each["dependsOn"] for each in sbom.bill_of("shop", "1", TEXT)["dependencies"]}
    assert wants == {
        "pkg:generic/shop@1": ["pkg:pypi/async-timeout@5.0.1", "pkg:pypi/kombu@5.6"],
        "pkg:pypi/amqp@5.4.2": [],
        "pkg:pypi/async-timeout@5.0.1": [],
        "pkg:pypi/kombu@5.6": ["pkg:pypi/amqp@5.4.2", "pkg:pypi/async-timeout@5.0.1"],
    }


def test_the_projects_own_names_every_pinned_package_and_can_be_read(capsys):
    sbom.main()
    printed = capsys.readouterr().out
    text = (sbom.FOLDER / "requirements.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([a-z][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE))
    read = Bom.from_json(json.loads(printed))
    assert {each.name: each.version for each in read.components} == pinned
    found = [len(reference.hashes) for each in read.components for reference in each.external_references]
    assert sum(found) == text.count("--hash=")
    assert (
        len(
            next(each for each in read.dependencies if each.ref.value.startswith("pkg:generic/")).dependencies
        )
        == 26
    )


def test_the_same_requirements_give_the_same_bytes(capsys):
    sbom.main()
    first = capsys.readouterr().out
    sbom.main()
    assert capsys.readouterr().out == first
