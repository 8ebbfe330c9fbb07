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
    for eprint, texkey, doi in zip(*(table.text(name) for name in ("eprint", "texkey", "doi")), strict=True):
        entry = bibtex([eprint or texkey or doi])
        assert entry.count("{") == entry.count("}")
        assert "title = {" in entry
        assert re.search(r"year = \{(19|20)\d\d\}", entry)
        assert re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})?", eprint)


def test_texkey_with_words_and_arxiv_number_is_the_known_record():
    entry = bibtex(["Esteban:2024eli; NuFIT 6.0, arXiv:2410.05380"])
    assert entry == bibtex(["Esteban:2024eli"])
    assert entry.startswith("@article{Esteban:2024eli,")
    assert "eprint = {2410.05380}" in entry
    assert bibtex(["Esteban:2024eli", "Esteban:2024eli; NuFIT 6.0, arXiv:2410.05380"]) == entry


def test_texkey_with_the_number_of_an_unknown_paper_keeps_both():
    entry = bibtex(["Miranda:2021kre; Majorana phases (arXiv:2109.09545)"])
    assert entry.startswith("@misc{Miranda:2021kre,")
    assert "eprint = {2109.09545}" in entry


def test_texkey_with_words_alone_stays_free_text():
    two = "Grimus:2000tq; Miranda:2021kre (arXiv:2109.09545)"
    for citation in ("Esteban:2020cvm; rounded", two):  # the number is not that of the first of two papers
        assert f"note = {{{citation}}}" in bibtex([citation])


def test_record_with_a_doi_alone_is_named_by_it():
    entry = bibtex(["doi:10.3390/psf2023008051"])
    assert entry.startswith("@article{10.3390-psf2023008051,")
    assert "pages = {51}" in entry
