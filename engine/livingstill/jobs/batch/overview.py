"""What a batch did, on one page: HTML with thumbnails, and JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from livingstill.io.files import atomic_write

_STYLE = """
:root{--ink:#1d2430;--soft:#677083;--line:#dfe3ea;--card:#fff;--page:#f4f6f9;--bad:#c0392b}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#2c3442;--card:#181d26;
--page:#0f131a;--bad:#ff8a7a}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 20px 64px}h1{font-size:24px;margin:0 0 4px}
h2{font-size:16px;margin:32px 0 12px}.soft{color:var(--soft);font-size:13px}.bad{color:var(--bad)}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden;
display:block;color:inherit;text-decoration:none}.card img{width:100%;height:180px;display:block;
object-fit:contain;background:#000}.card div{padding:10px 12px;overflow-wrap:anywhere}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """The records of a batch's clips, in order, of its tours and of its timelines.

    ``left_out`` counts the files of the sources' folders that are no photos, by what they are;
    ``problems`` are sentences on what could not be written besides clips.
    """

    folder: Path
    records: tuple[Mapping[str, Any], ...]
    tours: tuple[Mapping[str, Any], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    timelines: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """The records of clips that could not be made."""
        return tuple(record for record in self.records if record["state"] != "done")

    @property
    def skipped(self) -> int:
        """How many clips were finished before."""
        return sum(bool(record.get("kept")) for record in self.records)

    def as_json(self) -> dict[str, Any]:
        """Return everything but the pictures as plain values."""
        plain = [{k: v for k, v in record.items() if k != "thumbnail"} for record in self.records]
        return {
            "folder": str(self.folder),
            "clips": len(self.records),
            "done": len(self.records) - len(self.failures),
            "kept": self.skipped,
            "failed": len(self.failures),
            "left_out": dict(self.left_out),
            "problems": list(self.problems),
            "tours": [dict(tour) for tour in self.tours],
            "timelines": [dict(timeline) for timeline in self.timelines],
            "records": plain,
        }

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        lines = [f"{record['photo']}: {record['error']}" for record in self.failures]
        lines += [f"{self.folder / tour['output']}: {len(tour['clips'])} clips joined"
                  for tour in self.tours]  # fmt: skip
        lines += [f"{self.folder / timeline['output']}: a timeline of {len(timeline['clips'])} clips"
                  for timeline in self.timelines]  # fmt: skip
        rendered = len(self.records) - len(self.failures) - self.skipped
        summary = f"{rendered} clips made, {self.skipped} were finished before, {len(self.failures)} failed"
        if self.problems:
            return [*lines, *self.problems, summary]
        return [*lines, f"{summary}; see {self.folder / 'report.html'}"]


def write(report: Report) -> None:
    """Write ``report.html`` and ``report.json`` into the batch's folder."""
    with atomic_write(report.folder / "report.json", overwrite=True) as part:
        text = json.dumps(report.as_json(), indent=1, default=str)
        part.write_text(text + "\n", encoding="utf-8")
    with atomic_write(report.folder / "report.html", overwrite=True) as part:
        # a name may be no text
        part.write_text(page(report), encoding="utf-8", errors="xmlcharrefreplace")


def page(report: Report) -> str:
    """Return the report as one self-contained HTML page; links go to the clips beside it."""
    done = [record for record in report.records if record["state"] == "done"]
    size = sum(record.get("bytes", 0) for record in done) / 1e6
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width,initial-scale=1">',
        f"<title>{escape(report.folder.name)}</title><style>{_STYLE}</style><main>",
        f"<h1>{escape(report.folder.name)}</h1>",
        f"<p class=soft>{len(done)} of {len(report.records)} clips, {size:.1f} MB</p>",
    ]
    if report.failures:
        parts.append("<h2>Failed</h2>")
        parts += [
            f"<p><b>{escape(str(record['photo']))}</b> "
            f"<span class=bad>{escape(str(record['error']))}</span></p>"
            for record in report.failures
        ]
    if report.tours:
        parts.append("<h2>Tours</h2>")
        parts += [
            f'<p><a href="{_link(tour["output"])}">{escape(tour["output"])}</a> '
            f"<span class=soft>{len(tour['clips'])} clips</span></p>"
            for tour in report.tours
        ]
    if report.timelines:
        parts.append("<h2>Timelines</h2>")
        parts += [
            f'<p><a href="{_link(timeline["output"])}">{escape(timeline["output"])}</a> '
            f"<span class=soft>{len(timeline['clips'])} clips</span></p>"
            for timeline in report.timelines
        ]
    parts += ["<h2>Clips</h2><div class=grid>", *(_card(record) for record in done), "</div>"]
    return "\n".join([*parts, "</main></html>", ""])


def _link(name: str) -> str:
    """Return the address of a file beside the report, whatever is in its name.

    >>> _link("a/50% #1 é.mp4")
    'a/50%25%20%231%20%C3%A9.mp4'
    """
    return quote(os.fsencode(name))


def _card(record: Mapping[str, Any]) -> str:
    name = escape(str(record["output"]))
    picture = record.get("thumbnail")
    thumbnail = f'<img alt="" src="data:image/jpeg;base64,{picture}">' if picture else ""
    facts = []
    if "size" in record:
        width, height = record["size"]
        facts.append(f"{width}x{height}, {record['duration']:g} s, {record['bytes'] / 1e6:.1f} MB")
        if "decision" in record:
            facts.append(f"{record['decision']}: {record['reasons'][0]}")
        if record["camera"]:
            facts.append(f"camera {record['camera']}")
    if record.get("kinds"):
        facts.append(", ".join(f"{kind} {share:.0%}" for kind, share in record["kinds"].items()))
    facts += [str(note) for note in record.get("notes", ())]
    if "took" in record:
        facts.append(f"made in {record['took']:.1f} s")
    summary = "<br>".join(escape(fact) for fact in facts)
    return f'<a class=card href="{_link(record["output"])}">{thumbnail}<div><b>{name}</b><p class=soft>{summary}</p></div></a>'
