"""BibTeX entries: known ones from the table, the others without invention."""

from __future__ import annotations

import re

import pytest

from nulight.data.reader import read_package_table
from nulight.io.bibtex import bibtex


def test_arxiv_number_and_texkey_find_the_same_record():
    assert bibtex(["1611.09867"]) == bibtex(["Vinyoles:2016djt"]) == bibtex(["arXiv:1611.09867v3"])


def test_data_paper_has_its_journal():
    entry = bibtex(["2207.11330"])
    assert entry.startswith("@article{")
    assert "doi = {10.1103/PhysRevLett.129.161805}" in entry
    assert "collaboration = {XENON}" in entry


@pytest.mark.parametrize(
    ("citation", "line"),
    [
        ("hep-ph/0008114", "eprint = {hep-ph/0008114}"),
        ("Vogel:1989iv", "note = {INSPIRE texkey Vogel:1989iv}"),
        ("10.5281/zenodo.20576156", "doi = {10.5281/zenodo.20576156}"),
        ("Baker and Cousins 1984", "note = {Baker and Cousins 1984}"),
    ],
)
def test_unknown_citation_is_kept_as_misc(citation, line):
    entry = bibtex([citation])
    assert entry.startswith("@misc{")
    assert line in entry


def test_each_entry_stands_once_in_order():
    text = bibtex(["Vinyoles:2016djt", "1611.09867", "2207.11330", "Vinyoles:2016djt"])
    assert re.findall(r"@\w+\{([^,]+),", text) == ["Vinyoles:2016djt", "arXiv-2207.11330"]


def test_every_shipped_record_is_a_balanced_entry_with_title_and_year():
    table = read_package_table("data/references/bibtex.csv")
    for eprint, texkey in zip(table.text("eprint"), table.text("texkey"), strict=True):
        entry = bibtex([eprint or texkey])
        assert entry.count("{") == entry.count("}")
        assert "title = {" in entry
        assert re.search(r"year = \{(19|20)\d\d\}", entry)
        assert re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})?", eprint)
