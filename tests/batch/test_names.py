"""Names that stay: a finished clip is its photo's, whatever comes beside it; and tables as saved."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from livingstill.io.images import FORMATS, SUFFIXES, is_animation
from livingstill.io.table import read_csv
from livingstill.jobs.batch import tour
from livingstill.jobs.batch.names import row_digest, stems
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import finished
from livingstill.jobs.batch.sources import Row, gather
from livingstill.jobs.batch.work import start_output, store
from PIL import Image


def photo(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def finish(rows: list[Row], folder: Path) -> dict[str, bytes]:
    """Do a batch of rows without rendering: each clip's bytes say of which photo and row it is."""
    for task in plan(rows, folder):
        for output in task.outputs:
            if finished(task, output) is None:
                target, record = start_output(task, output)
                content = Path(task.photo).read_bytes() + str(task.values).encode()
                target.write_bytes(content)
                store(task.record(output), {**record, "state": "done"})
    return {path.name: path.read_bytes() for path in folder.glob("*.mp4")}


def test_a_sibling_that_comes_later_renames_and_replaces_nothing(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    first = Row(photo(source / "IMG_1.jpg", "first"))
    before = finish([first], out)
    sibling = Row(photo(source / "IMG_1.jpeg", "sibling"))
    rows = gather([source]).rows
    assert [row.photo for row in rows] == [sibling.photo, first.photo]
    assert stems(rows, out) == ["IMG_1-2", "IMG_1"]
    after = finish(list(rows), out)
    assert after == before | {"IMG_1-2.mp4": b"sibling{}"}


@pytest.mark.parametrize("records", ["as they are", "of 0.1, without hashes and stems"])
def test_a_renamed_moved_or_numbered_photo_keeps_its_clip(tmp_path, records):
    source, out = tmp_path / "in", tmp_path / "out"
    rows = [Row(photo(source / f"{name}.jpg", name)) for name in ("a", "b", "c")]
    finish(rows, out)
    if records != "as they are":
        for path in (out / ".livingstill").glob("*.json"):
            text = path.read_text()
            for key in ("photo_sha256", "stem", "row"):
                text = text.replace(f'"{key}"', f'"former_{key}"')
            path.write_text(text)
        assert stems(rows[::-1], out) == ["c", "b", "a"]
        return
    (source / "b.jpg").rename(source / "0 hall.jpg")
    photo(source / "b.jpg", "a new one under the old name")
    moved = gather([source]).rows
    assert stems(moved, out) == ["b", "a", "b-2", "c"]
    # another folder with the same names, as of the next house, replaces nothing either
    other = [Row(photo(tmp_path / "next" / "a.jpg", "another house"))]
    assert stems(other, out) == ["a-2"]


def test_an_edited_photo_is_made_anew_under_its_name_and_rows_keep_theirs(tmp_path):
    one = photo(tmp_path / "a.jpg", "before")
    rows = [Row(one, "", {"seed": seed}) for seed in (1, 2)]
    out = tmp_path / "out"
    finish(rows, out)
    rows.insert(0, Row(one, "", {"seed": 3}))
    assert stems(rows, out) == ["a-3", "a", "a-2"]
    photo(one, "after")
    assert stems(rows[1:], out) == ["a", "a-2"]
    assert row_digest(rows[0]) != row_digest(rows[1])


def test_a_tour_takes_no_photos_name(tmp_path):
    assert tour._free_name(tmp_path, "tour", ".mp4") == "tour.mp4"
    finish([Row(photo(tmp_path / "tour.jpg", "of the garden"))], tmp_path)
    assert tour._free_name(tmp_path, "tour", ".mp4") == "tour-2.mp4"
    (tmp_path / "tour-2.mp4").write_bytes(b"mine")
    assert tour._free_name(tmp_path, "tour", ".mp4") == "tour-3.mp4"


def test_names_are_one_where_only_their_case_differs(tmp_path):
    rows = [Row(tmp_path / name) for name in ("A.jpg", "a.png")]
    assert stems(rows, tmp_path) == ["A", "a-2"]


# Folders


def test_a_folder_takes_every_suffix_that_the_reader_takes():
    Image.init()
    pillow = {s for s, kind in Image.registered_extensions().items() if kind in {*FORMATS, "MPO"}}
    assert pillow == SUFFIXES - {".heic", ".heif", ".hif"}


def test_a_folder_counts_what_it_leaves_out(tmp_path):
    frames = [Image.new("L", (20, 20), 80 * index) for index in range(3)]
    for name in ("a.jfif", "b.jpg", "c.mpo"):
        frames[0].convert("RGB").save(tmp_path / name, format="JPEG")
    frames[0].save(tmp_path / "still.gif")
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    for name in ("x.txt", "y.TXT", "z.mp4", ".hidden", "none"):
        (tmp_path / name).write_bytes(b"?")
    gathered = gather([tmp_path])
    assert [row.photo.name for row in gathered.rows] == ["a.jfif", "b.jpg", "c.mpo", "still.gif"]
    assert gathered.left_out == {".txt": 2, "animated GIF": 1, "unnamed": 1, ".mp4": 1}
    assert gathered.note.startswith(
        "5 files of the folders are no photos and were left out: 2 .txt"
    )
    assert not is_animation(tmp_path / "x.txt")


# Tables

COLUMNS = ("photo", "title", "duration", "price")
CELLS = [("photo", "Title", "Duration"), ("a.jpg", "Hall;\nwide, bright", "2,5")]


def excel(delimiter: str, *, declared: bool = False) -> str:
    """Return a table as Excel saves it in a country of that delimiter: CRLF, blank rows and cells."""
    lines = [f"sep={delimiter}"] if declared else []
    for cells in CELLS:
        lines.append(delimiter.join(f'"{cell}"' for cell in (*cells, "")))
        lines.append(delimiter * 3)
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("delimiter", "declared"), [(";", False), ("\t", False), ("|", True)])
def test_a_table_is_read_as_excel_saves_it(tmp_path, encoding, delimiter, declared):
    path = tmp_path / "t.csv"
    path.write_bytes(excel(delimiter, declared=declared).encode(encoding))
    names, (row,) = read_csv(path, COLUMNS, ("duration",))
    assert names == ("photo", "title", "duration")
    assert row.cells == {"photo": "a.jpg", "title": "Hall;\nwide, bright", "duration": "2.5"}
    assert row.place == f"{path}, line {4 if declared else 3}"


def test_a_comma_between_cells_is_no_decimal_comma(tmp_path):
    (tmp_path / "t.csv").write_text('photo,duration\na.jpg,"2,5"\n')
    assert read_csv(tmp_path / "t.csv", COLUMNS, ("duration",))[1][0].cells["duration"] == "2,5"


def test_clips_that_are_done_have_their_photos_hash_in_the_record(tmp_path):
    row = Row(photo(tmp_path / "a.jpg", "x"))
    task = plan([row], tmp_path / "out")[0]
    record = start_output(task, task.outputs[0])[1]
    assert record["photo_sha256"] == hashlib.sha256(b"x").hexdigest() and record["stem"] == "a"
