"""What is read, and by how many."""

import pathlib

import pytest

from benchmarks.ocr import drawing, workloads

MATERIAL = workloads.Material(
    *(
        [workloads.Job(pathlib.Path(f"{kind}-{number}"), "") for number in range(count)]
        for kind, count in (("page", 2), ("page", 2), ("crop", 3))
    )
)


def test_pages_alternate_and_each_number_of_clients_is_a_workload():
    plan = workloads.planned(MATERIAL, workloads.Effort(clients=(1, 8), pages_a_client=1, crops=5))
    assert [(each.name, each.clients, len(each.jobs)) for each in plan] == [
        ("pages-1", 1, 2),
        ("pages-8", 8, 8),
        ("crops-32", 32, 5),
    ]
    assert [job.path.name for job in plan[1].jobs[:3]] == ["page-0", "page-1", "page-0"]
    assert [job.path.name for job in plan[2].jobs] == ["crop-0", "crop-1", "crop-2", "crop-0", "crop-1"]


def test_what_is_drawn_is_the_same_each_time(tmp_path):
    (tmp_path / "again").mkdir()
    first, second = drawing.crops(tmp_path, 3), drawing.crops(tmp_path / "again", 3)
    assert [text for _, text in first] == [text for _, text in second]
    assert [path.read_bytes() for path, _ in first] == [path.read_bytes() for path, _ in second]
    assert len({text for _, text in first}) == 3


@pytest.mark.parametrize("suffix", [pytest.param(".txt", id="text"), pytest.param(".gold.txt", id="gold text")])
def test_the_truth_is_beside_the_document(tmp_path, suffix):
    (tmp_path / f"page{suffix}").write_text("what it says")
    assert workloads.truth(tmp_path / "page.png") == "what it says"


def test_a_document_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"--documents: .*linn\.png"):
        workloads.gather(tmp_path, tmp_path)
