"""BibTeX for the citations of a result.

Known records come from a small table; anything else becomes a @misc entry with its arXiv number,
DOI or texkey, so that no citation is ever dropped or made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nulight.data.reader import Table, read_package_table

__all__ = ["bibtex"]

_TABLE = "data/references/bibtex.csv"
_ARXIV = re.compile(r"(?:arXiv:)?((?:[a-z-]+(?:\.[A-Z]{2})?/\d{7})|(?:\d{4}\.\d{4,5}))(?:v\d+)?$", re.IGNORECASE)
_DOI = re.compile(r"(?:doi:)?(10\.\d{4,}/\S+)$", re.IGNORECASE)
_TEXKEY = r"[\w'.-]+:\d{4}[a-z]{2,4}"
_INSIDE = re.compile(rf"({_TEXKEY});(?!.*{_TEXKEY}).*\barXiv:(\S+?)[).,]*$")
_FIELDS = ("author", "collaboration", "title", "journal", "volume", "pages", "year", "doi")


def bibtex(citations: Iterable[str]) -> str:
    """Return one BibTeX entry per citation, in order, each once.

    Parameters
    ----------
    citations : iterable of str
        INSPIRE texkeys, arXiv numbers (``2207.11330`` or ``arXiv:2207.11330``), DOIs, a texkey with words and its
        arXiv number behind a semicolon, or free text.

    Returns
    -------
    str

    Examples
    --------
    >>> print(bibtex(["arXiv:2207.05036"]))
    @misc{arXiv-2207.05036,
      eprint = {2207.05036},
      archivePrefix = {arXiv}
    }
    <BLANKLINE>
    """
    table = read_package_table(_TABLE)
    entries: dict[str, str] = {}
    for citation in citations:
        label, entry = _entry(citation.strip(), table)
        entries.setdefault(label, entry)
    return "\n".join(entries.values())


def _entry(citation: str, table: Table) -> tuple[str, str]:
    if inside := _INSIDE.match(citation):
        label, entry = _entry(f"arXiv:{inside[2]}", table)
        return inside[1], entry.replace(label, inside[1], 1)
    arxiv, doi = _ARXIV.match(citation), _DOI.match(citation)
    column, key = ("eprint", arxiv[1]) if arxiv else ("doi", doi[1]) if doi else ("texkey", citation)
    rows = table.where(**{column: key})
    if len(rows):
        return _known({name: rows.text(name)[0] for name in rows.columns})
    if arxiv:
        return _text("misc", f"arXiv-{key}", {"eprint": key, "archivePrefix": "arXiv"})
    if doi:
        return _text("misc", _doi_label(key), {"doi": key})
    if re.fullmatch(_TEXKEY, citation):
        return _text("misc", citation, {"note": f"INSPIRE texkey {citation}"})
    return _text("misc", re.sub(r"\W+", "-", citation).strip("-"), {"note": citation})


def _known(row: dict[str, str]) -> tuple[str, str]:
    content = {name: row[name] for name in _FIELDS if row[name]}
    if row["eprint"]:
        content |= {"eprint": row["eprint"], "archivePrefix": "arXiv"}
    kind = "article" if row["journal"] else "misc"
    label = row["texkey"] or (f"arXiv-{row['eprint']}" if row["eprint"] else _doi_label(row["doi"]))
    return _text(kind, label, content)


def _doi_label(doi: str) -> str:
    return re.sub(r"[^\w.:-]", "-", doi)


def _text(kind: str, label: str, content: dict[str, str]) -> tuple[str, str]:
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in content.items())
    return label, f"@{kind}{{{label},\n{body}\n}}\n"
