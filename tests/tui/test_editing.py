"""What is typed for labels and tags, and what can be copied: values in, values out."""

from dataclasses import replace

import pytest
from sample_tasks import START, finish, output, saved, task

from rushes.providers.model import Failure, Status
from rushes.tui.actions.copying import Chosen, Part, copyable
from rushes.tui.actions.editing import label_of, shared_tags, tagged
from rushes.watch.task import Task


def with_tags(*tags: str) -> Task:
    return task(tags=tags)


def test_the_label_that_all_have_is_where_it_begins() -> None:
    assert label_of([task("a"), replace(task("b"), entry=task("a").entry)]) == "a"
    assert label_of([task("a"), task("b")]) == ""


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("trailer, night", ["trailer, night", "trailer, night"]),
        ("trailer, night, act 1", ["trailer, night, act 1", "trailer, night, act 1"]),
        ("night", ["night", "night"]),
        ("trailer, -night", ["trailer", "trailer"]),
        ("", ["night", ""]),
        (" trailer ,, trailer", ["trailer, night", "trailer"]),
    ],
)
def test_tags_are_given_and_taken_away_as_they_are_typed(typed: str, tags: list[str]) -> None:
    both = [with_tags("trailer", "night"), with_tags("trailer")]
    assert shared_tags(both) == ("trailer",)
    changed = tagged([one.entry for one in both], shared_tags(both), typed)
    assert [", ".join(entry.tags) for entry in changed] == tags


def test_a_tag_that_begins_with_a_dash_can_stay() -> None:
    (changed,) = tagged([with_tags("-odd").entry], ("-odd",), "-odd, new")
    assert changed.tags == ("-odd", "new")


def parts(*tasks: Task, n: int | None = None) -> dict[Part, str]:
    found = copyable(Chosen(tasks, START, n), lambda one: f"all of {one.name}")
    assert not any("s3cret" in each.shown for each in found)
    return {each.part: each.text for each in found}


def test_only_what_is_there_can_be_copied() -> None:
    assert parts(task("a", status=None)) == {
        Part.ID: "tk-hiapi-a",
        Part.REF: "hiapi:tk-hiapi-a",
        Part.ALL: "all of a",
    }
    failed = task("b", Status.FAILED, prompt="dawn", failure=Failure("1027", "refused"))
    assert parts(failed)[Part.ERROR] == "refused"
    assert parts(failed)[Part.PROMPT] == "dawn"


def test_links_are_copied_whole_and_those_of_one_output_alone() -> None:
    one = replace(finish(task("a"), output(), output("image")), fetches={2: saved()})
    image = "https://cdn.example/image.mp4?signature=s3cret"
    assert parts(one)[Part.LINK] == f"https://cdn.example/video.mp4?signature=s3cret\n{image}"
    assert parts(one, n=2)[Part.LINK] == image
    assert Part.PATH not in parts(one, n=1)
    assert parts(one, n=2)[Part.PATH] == "/videos/opening shot/video-1.mp4"


def test_of_several_tasks_a_line_each_is_copied() -> None:
    found = parts(task("a"), task("b"))
    assert found[Part.ID] == "tk-hiapi-a\ntk-hiapi-b"
    assert found[Part.ALL] == "all of a\n\nall of b"


def test_every_part_has_a_letter_of_its_own() -> None:
    letters = [part.value for part in Part]
    assert len(set(letters)) == len(letters)
    assert not {"j", "k"} & set(letters), "these move the cursor"
