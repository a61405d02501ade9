"""A watchlist that does not exist is named, not taken for an empty one (row 128)."""

import pytest

from tests.cli.conftest import Rushes

ID = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"


@pytest.mark.parametrize(
    "argv",
    [
        ["wait"],
        ["ls"],
        ["ls", "--poll"],
        ["show", ID],
        ["get", "--all"],
        ["verify"],
        ["rm", ID],
        ["label", ID, "x"],
        ["tag", ID, "x"],
        ["export"],
        ["config", "check"],
        [],
    ],
)
def test_a_mistyped_list_ends_every_command_that_reads_one(rushes: Rushes, argv: list[str]) -> None:
    assert rushes("-w", "trailer", "add", "hiapi", ID).code == 0
    result = rushes("-w", "trialer", *argv)
    assert result.code == 7
    assert "rushes: there is no watchlist trialer; did you mean trailer?" in result.err
    assert not (rushes.home / "watchlists" / "trialer.toml").exists()


def test_the_default_list_need_not_exist(rushes: Rushes) -> None:
    assert rushes("ls").code == 0
    assert rushes("-w", "default", "wait").code == 0


def test_a_path_is_named_as_it_was_written(rushes: Rushes) -> None:
    result = rushes("-w", f"{rushes.home}/other.toml", "ls")
    assert result.code == 7
    assert "there is no watchlist " in result.err
    assert "other.toml" in result.err


def test_add_and_import_make_a_list(rushes: Rushes) -> None:
    assert rushes("-w", "one", "add", "hiapi", ID).code == 0
    exported = rushes("-w", "one", "export").out.encode()
    assert rushes("-w", "two", "import", "-", stdin=exported).code == 0
    assert rushes("-w", "two", "ls").out.count(ID) == 1


def test_every_sign_that_a_name_may_have_is_named_where_one_is_refused(rushes: Rushes) -> None:
    assert rushes("add", "-w", "act 1", "ttapi", "aa-1").code == 0
    assert "letters, digits, blanks within, - . _" in rushes("ls", "-w", "act?").err
