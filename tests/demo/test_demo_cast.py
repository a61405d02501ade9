"""The play as a whole: who is in it, and that something keeps happening."""

import re
from itertools import pairwise

from rushes.demo.cast import CAST
from rushes.demo.dialects import DIALECTS
from rushes.demo.scene import Scene, State, Via
from rushes.providers.registry import all_providers

UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
IDS = {
    "hiapi": r"tk-hiapi-[0-9A-HJKMNP-TV-Z]{26}",
    "gptge": r"\d{15}",
    "ttapi": UUID4,
    "anyfast": r"asyntask_[0-9A-Za-z]{32}",
    "dimilinks": r"(video|img)_[0-9a-f]{24}",
    "dashscope": UUID4,
    "fal": rf"fal-ai/[\w-]+#{UUID4}",
    "replicate": r"[0-9a-z]{26}",
    "ark": r"cgt-\d{14}-[0-9a-z]{5}",
    "veo": r"models/veo-[\w.-]+/operations/[0-9a-z]{12}",
    "kling": r"(image2video/)?\d{18}",
    "runway": UUID4,
    "openai-video": r"video_[0-9a-f]{32}",
}


def cast_of(provider: str) -> list[Scene]:
    return [scene for scene in CAST if scene.provider == provider]


def test_the_demo_speaks_dialects_that_there_are() -> None:
    assert {dialect.name for dialect in DIALECTS} <= set(all_providers())


def test_every_provider_has_a_part_and_every_id_its_form() -> None:
    assert [dialect.name for dialect in DIALECTS] == list(IDS)
    for provider, form in IDS.items():
        assert len(cast_of(provider)) >= 2
        assert all(re.fullmatch(form, scene.id) for scene in cast_of(provider))


def test_ids_and_labels_are_unlike() -> None:
    assert len({scene.id for scene in CAST}) == len({scene.label for scene in CAST}) == len(CAST)


def test_something_happens_within_two_seconds_and_then_never_long_not() -> None:
    offsets = sorted(beat.at for scene in CAST for beat in scene.beats if beat.at > 0)
    assert offsets[0] < 2
    assert 300 <= offsets[-1] <= 360
    assert max(later - sooner for sooner, later in pairwise(offsets)) <= 25


def test_every_task_exists_when_the_gateway_opens() -> None:
    assert all(scene.beats[0].at < 0 for scene in CAST)


def test_every_ending_and_every_way_to_hand_a_file_over_is_shown() -> None:
    endings = {scene.beats[-1].state for scene in CAST}
    assert endings == {State.DONE, State.FAILED, State.CANCELED, State.GONE}
    assert {output.via for scene in CAST for output in scene.outputs} == set(Via)
    assert {len(scene.outputs) for scene in CAST} >= {0, 1, 2, 3, 4}


def test_outputs_belong_to_those_who_finish_and_reasons_to_those_who_fail() -> None:
    for scene in CAST:
        last = scene.beats[-1].state
        assert bool(scene.outputs) == (last is State.DONE)
        assert bool(scene.failure.message) == (last is State.FAILED)
