"""The reel's part of the page: what a table may say, and that the session's photos keep their names."""

from __future__ import annotations

import csv
import json

import pytest

client = pytest.importorskip("studio_client")

from livingstill_cli.studio import reel_page  # noqa: E402
from livingstill_cli.studio.handles import Handles  # noqa: E402
from studio_client import receive  # noqa: E402

OCTETS = "application/octet-stream"


def photos(handles: Handles, tmp_path, *names: str):
    out = []
    for number, name in enumerate(names):
        path = tmp_path / f"upload-{number}.jpg"
        path.write_bytes(bytes([number]))
        handle = handles.keep(path, name)
        out.append(reel_page._photo({"handle": handle, "room": "", "caption": ""}, handles))
    return out


def test_a_tables_files_are_asked_for_and_never_opened(serve):
    studio = serve()
    table = "title,price,logo\nVilla,€ 490 000,/etc/passwd\n".encode()
    status, answer = studio.upload(
        "/api/file?key=listing", table, OCTETS, **{"X-Name": "listing.csv"}
    )
    assert status == 200
    with studio.connect() as page:
        page.send(json.dumps({"op": "reel_listing", "handle": answer["handle"]}))
        told = receive(page, "reel-listing")
    assert told["settings"] == {"title": "Villa", "price": "€ 490 000"}
    assert told["missing"] == ["passwd"]


@pytest.mark.parametrize(
    "table", [b"", b"title\n", b"title\na\nb\n", b"nonsense\nx\n", b"\xff\x00"]
)
def test_a_table_that_is_none_is_one_sentence_without_a_path(serve, table):
    studio = serve()
    headers = {"X-Name": "listing.csv"}
    handle = studio.upload("/api/file?key=listing", table, OCTETS, **headers)[1]["handle"]
    with studio.connect() as page:
        page.send(json.dumps({"op": "reel_listing", "handle": handle}))
        answer = json.loads(page.recv(30))
    assert answer["type"] == "error" and "/" not in answer["message"].split(";")[0]


def test_photos_are_linked_by_their_own_names_each_once_and_others_go(tmp_path):
    handles, work = Handles(tmp_path), tmp_path / "work"
    work.mkdir()
    both = photos(handles, tmp_path, "kitchen.jpg", "kitchen.jpg", "../../etc/bath.jpg")
    folder, links = reel_page._source(both, work, ordered=False)
    assert [path.rpartition("/")[2] for path in links] == [
        "kitchen.jpg",
        "kitchen-2.jpg",
        "bath.jpg",
    ]
    assert list(links.values()) == [one.handle for one in both]
    table, links = reel_page._source(both[:0:-1], work, ordered=True)  # bath, the other kitchen
    assert sorted(path.name for path in folder.iterdir()) == ["bath.jpg", "kitchen.jpg"]
    assert (folder / "kitchen.jpg").read_bytes() == b"\x01"  # not the one that had the name before
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["photo"] for row in rows] == list(links)


@pytest.mark.parametrize(
    "given", [{"room": "dungeon"}, {"caption": "two\nlines"}, {"caption": "x" * 201}, {}]
)
def test_a_room_is_one_of_the_list_and_a_caption_one_line(tmp_path, given):
    handles = Handles(tmp_path)
    (one,) = photos(handles, tmp_path, "a.jpg")
    if given:
        with pytest.raises(reel_page.InputError):
            reel_page._photo({"handle": one.handle, **given}, handles)
    else:
        assert reel_page._photo({"handle": one.handle}, handles).room == ""
