"""A scene seen at one instant."""

import pytest

from rushes.demo.scene import Output, Scene, State, Tempo, look, play

SCENE = Scene(
    *("hiapi", "model", "id", "label", ("tag",)),
    play(queued=-100, running=10, saving=40, done=50),
    tuple(Output(kind, "dusk.mp4", 1) for kind in ("video", "image", "image")),
)


def test_speed_divides_what_lies_ahead_and_leaves_history_alone() -> None:
    tempo = Tempo(1000, speed=10)
    assert [tempo.wall(offset) for offset in (-100, 0, 50)] == [900, 1000, 1005]
    assert [tempo.offset(now) for now in (900, 1000, 1005)] == [-100, 0, 50]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (-200, State.QUEUED),
        (9.9, State.QUEUED),
        (10, State.RUNNING),
        (40, State.SAVING),
        (49.9, State.SAVING),
        (50, State.DONE),
        (1e6, State.DONE),
    ],
)
def test_the_last_beat_that_has_come_decides(now: float, state: State) -> None:
    assert look(SCENE, Tempo(0), now).state is state


def test_times_are_there_once_they_have_come() -> None:
    before, during, after = (look(SCENE, Tempo(0), now) for now in (0, 20, 60))
    assert (before.created, before.started, before.finished) == (-100, None, None)
    assert (during.started, during.finished) == (10, None)
    assert (after.started, after.finished) == (10, 50)


def test_progress_runs_from_1_to_99_and_is_100_after() -> None:
    tempo = Tempo(0)
    seen = [look(SCENE, tempo, now).progress for now in (0, 10, 25, 39.99, 45, 55)]
    assert seen == [0, 1, 50, 99, 100, 100]


def test_an_expiry_is_the_scenes_own_or_a_lifetime_from_the_finish() -> None:
    moment = look(SCENE, Tempo(1000, speed=10), 2000)
    assert moment.expiry(Output("video", "a.mp4", 1), 600) == 1005 + 600
    assert moment.expiry(Output("video", "a.mp4", 1, expires=120), 600) == 1012


def test_files_of_a_kind_that_repeats_are_numbered() -> None:
    names = [(n, name) for n, name, _ in SCENE.files()]
    assert names == [(1, "video.mp4"), (2, "image_1.mp4"), (3, "image_2.mp4")]


def test_beats_out_of_order_and_words_that_are_no_state_are_refused() -> None:
    with pytest.raises(ValueError, match="out of order"):
        play(queued=5, running=1)
    with pytest.raises(ValueError, match="finished"):
        play(finished=1)
