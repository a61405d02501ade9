"""Who could have written what is read: we and root, or somebody else too (S9, row 87)."""

import grp
import os
import pwd
import stat
import subprocess
from grp import struct_group
from pathlib import Path
from pwd import struct_passwd

import pytest

from rushes.watch.disk import ownership
from rushes.watch.disk.ownership import (
    Access,
    TrustedOwners,
    Weakness,
    WrittenByOthers,
    accesses,
    check_ownership,
    owner_name,
)
from rushes.watch.disk.tomlfile import BadFile

US, STRANGER = os.geteuid(), 4321
OURS = TrustedOwners()


def has_others(group: int | None) -> bool:
    """Stands for the look at a group; it is one of several people."""
    del group
    return False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of ours in a folder of ours."""
    folder = tmp_path / "home"
    folder.mkdir(0o700)
    made = folder / "config.toml"
    made.touch(0o600)
    return made


@pytest.fixture
def among_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is on this machine is another user's, and so is what is root's."""
    monkeypatch.setattr(ownership, "ROOT", -1)
    monkeypatch.setattr(ownership, "_own_uid", lambda: STRANGER)


@pytest.fixture(autouse=True)
def shared_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """The group of the files here has others in it, whoever runs the tests."""
    monkeypatch.setattr(ownership, "_is_private_group", has_others)


def obey(command: str) -> None:
    subprocess.run(["sh", "-c", command], check=True)


def refusal(path: Path) -> str:
    with pytest.raises(WrittenByOthers) as refused:
        check_ownership(path, OURS)
    return str(refused.value)


@pytest.mark.parametrize(
    ("owner", "mode", "found"),
    [
        (US, stat.S_IFREG | 0o600, set[Weakness]()),
        (ownership.ROOT, stat.S_IFREG | 0o755, set[Weakness]()),
        (STRANGER, stat.S_IFREG | 0o600, {Weakness.OWNER}),
        (US, stat.S_IFREG | 0o602, {Weakness.OTHERS}),
        (US, stat.S_IFREG | 0o620, {Weakness.GROUP}),
        (US, stat.S_IFDIR | 0o777, {Weakness.OTHERS, Weakness.GROUP}),
        (STRANGER, stat.S_IFDIR | 0o775, {Weakness.OWNER, Weakness.GROUP}),
        # As /tmp: what others put there is theirs, and what is ours they do not touch.
        (ownership.ROOT, stat.S_IFDIR | stat.S_ISVTX | 0o777, set[Weakness]()),
        (STRANGER, stat.S_IFDIR | stat.S_ISVTX | 0o777, {Weakness.OWNER}),
        # The bit means something else at a file.
        (US, stat.S_IFREG | stat.S_ISVTX | 0o666, {Weakness.OTHERS, Weakness.GROUP}),
        (US, stat.S_IFLNK | 0o777, set[Weakness]()),
        (STRANGER, stat.S_IFLNK | 0o777, {Weakness.OWNER}),
    ],
)
def test_owner_and_mode_say_who_could_have_written(
    owner: int, mode: int, found: set[Weakness]
) -> None:
    assert Access(Path("x"), owner, mode).weaknesses(OURS) == found


def test_what_only_we_can_write_is_fine(file: Path) -> None:
    assert check_ownership(file, OURS) == ()


@pytest.mark.parametrize("mode", [0o602, 0o666, 0o777])
def test_a_file_that_anybody_may_write_is_refused_with_what_mends_it(file: Path, mode: int) -> None:
    file.chmod(mode)
    mend = f"chmod go-w {file}"
    assert refusal(file) == (
        f"{file}: any user could have written it; {mend} (or RUSHES_TRUST_HOME=1)"
    )
    obey(mend)
    assert check_ownership(file, OURS) == ()


def test_so_is_one_in_a_folder_that_anybody_may_write_in(file: Path) -> None:
    file.parent.chmod(0o777)
    assert f"; chmod go-w {file.parent} (" in refusal(file)


def test_a_missing_file_is_judged_by_its_folder(file: Path) -> None:
    file.unlink()
    assert check_ownership(file, OURS) == ()
    file.parent.chmod(0o777)
    refusal(file)
    assert check_ownership(file.parent / "none" / "config.toml", OURS) == ()


def test_in_a_sticky_folder_a_file_of_ours_is_ours(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert check_ownership(file, OURS) == ()


def test_folders_further_up_are_not_looked_at(file: Path) -> None:
    file.parent.parent.chmod(0o777)
    assert check_ownership(file, OURS) == ()


@pytest.mark.usefixtures("among_strangers")
def test_another_owner_is_refused_with_what_mends_it(file: Path) -> None:
    owner = ownership.owner_name(US)
    assert refusal(file) == (
        f"{file}: user {owner} could have written it; chown {STRANGER} {file} {file.parent}"
        " (or RUSHES_TRUST_HOME=1)"
    )


@pytest.mark.usefixtures("among_strangers")
def test_all_that_is_wrong_is_one_line_of_commands(file: Path) -> None:
    file.chmod(0o666)
    assert f"; chown {STRANGER} {file} {file.parent} && chmod go-w {file} (" in refusal(file)


@pytest.mark.usefixtures("among_strangers")
def test_who_called_us_by_sudo_is_we(file: Path) -> None:
    assert check_ownership(file, TrustedOwners(caller=US)) == ()
    refusal(file)


@pytest.mark.parametrize(
    ("uid", "variables", "caller"),
    [
        (0, {"SUDO_UID": "1000"}, 1000),
        (0, {"SUDO_UID": "-1"}, None),
        (0, {"SUDO_UID": "x"}, None),
        (0, {}, None),
        # Without being root nobody has come by sudo.
        (1001, {"SUDO_UID": "1000"}, None),
    ],
)
def test_sudo_is_believed_of_root_alone(
    uid: int, variables: dict[str, str], caller: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert TrustedOwners.of(variables) == TrustedOwners(caller=caller)


@pytest.mark.parametrize(("said", "everybody"), [("1", True), ("0", False), ("", False)])
@pytest.mark.usefixtures("among_strangers")
def test_the_person_may_say_yes_once_and_for_all(file: Path, said: str, everybody: bool) -> None:
    file.chmod(0o666)
    trusted = TrustedOwners.of({"RUSHES_TRUST_HOME": said})
    assert trusted.everybody is everybody
    if everybody:
        assert check_ownership(file, trusted) == ()


@pytest.mark.parametrize(("mode", "folder"), [(0o660, 0o700), (0o600, 0o770), (0o664, 0o775)])
def test_the_group_s_right_to_write_is_one_warning(file: Path, mode: int, folder: int) -> None:
    file.chmod(mode)
    file.parent.chmod(folder)
    (warning,) = check_ownership(file, OURS)
    assert warning.startswith(f"{file}: a group could change it; chmod g-w ")
    obey(warning.partition("; ")[2])
    assert check_ownership(file, OURS) == ()


def test_a_file_system_that_shows_one_mode_for_everything_is_a_warning(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.chmod(0o777)
    shown = file.stat()

    def show(_: int) -> os.stat_result:
        return shown

    monkeypatch.setattr(os, "fstat", show)
    warning = f"{file}: its file system does not tell who may write to it"
    assert check_ownership(file, OURS) == (warning,)


@pytest.mark.usefixtures("among_strangers")
def test_so_is_one_that_shows_one_owner_for_everything(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was just made there by us is shown as another's.
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    assert len(check_ownership(file, OURS)) == 1


def test_the_probe_is_taken_away_again(file: Path) -> None:
    file.chmod(0o666)
    refusal(file)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("folder", "error", "refused"),
    [
        # The mode lets anybody make files, and we may not: it does not mean what it says.
        (0o777, PermissionError(13, "x"), False),
        (0o755, PermissionError(13, "x"), True),
        (0o755, OSError(28, "no space"), True),
        # Nobody writes to a file system that is mounted to be read.
        (0o755, OSError(30, "read-only"), False),
    ],
)
def test_where_no_file_can_be_made_the_mode_is_believed_if_it_fits(
    file: Path, folder: int, error: OSError, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr("tempfile.mkstemp", fail)
    file.chmod(0o666)
    file.parent.chmod(folder)
    if refused:
        refusal(file)
    else:
        assert len(check_ownership(file, OURS)) == 1


def test_a_link_is_looked_at_in_each_step_with_its_folder(tmp_path: Path, file: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir(0o755)
    (tmp_path / "b" / "second").symlink_to(file)
    (tmp_path / "a" / "first").symlink_to("../b/second")
    (tmp_path / "way").symlink_to("a")
    link = tmp_path / "way" / "first"
    assert {access.path for access in accesses(link)} == {
        link,
        tmp_path / "a",
        tmp_path / "way" / "../b/second",
        tmp_path / "b",
        file,
        file.parent,
    }
    assert check_ownership(link, OURS) == ()
    (tmp_path / "b").chmod(0o777)
    assert f"; chmod go-w {tmp_path}/b (" in refusal(link)


@pytest.mark.usefixtures("among_strangers")
def test_a_link_is_given_to_us_itself(tmp_path: Path, file: Path) -> None:
    (tmp_path / "link").symlink_to(file)
    assert f"; chown -h {STRANGER} {tmp_path}/link" in refusal(tmp_path / "link")


def test_links_in_a_ring_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to("ring")
    assert check_ownership(tmp_path / "ring", OURS) == ()


def test_a_name_that_a_shell_would_read_otherwise_is_quoted(tmp_path: Path) -> None:
    file = tmp_path / "it's; rm x"
    file.touch(0o600)
    file.chmod(0o666)
    obey(refusal(file).partition("written it; ")[2].partition(" (or")[0])
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_what_cannot_be_looked_at_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", fail)
    with pytest.raises(BadFile, match="permission denied"):
        check_ownership(file, OURS)


class TestPrivateGroups:
    """Many systems make a group for each user and let it write (umask 002)."""

    @pytest.fixture(autouse=True)
    def me(self, monkeypatch: pytest.MonkeyPatch, shared_group: None) -> None:
        del shared_group
        monkeypatch.undo()
        monkeypatch.setattr(ownership, "_own_uid", lambda: 1000)
        mine = struct_passwd(("me", "x", 1000, 1000, "", "/home/me", "/bin/sh"))
        monkeypatch.setattr(pwd, "getpwuid", {1000: mine}.__getitem__)

    @pytest.mark.parametrize(
        ("name", "gid", "others", "weak"),
        [
            ("me", 1000, [], False),
            ("me", 1000, ["me"], False),
            ("me", 1000, ["another"], True),
            ("users", 1000, [], True),
            ("me", 1001, [], True),
        ],
    )
    def test_a_group_of_one_is_no_warning(
        self, monkeypatch: pytest.MonkeyPatch, name: str, gid: int, others: list[str], weak: bool
    ) -> None:
        group = struct_group((name, "x", gid, others))
        monkeypatch.setattr(grp, "getgrgid", {gid: group}.__getitem__)
        found = Access(Path("x"), 1000, stat.S_IFREG | 0o664, gid).weaknesses(OURS)
        assert found == ({Weakness.GROUP} if weak else set())

    def test_a_group_without_a_name_is_one_of_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grp, "getgrgid", dict[int, object]().__getitem__)
        access = Access(Path("x"), 1000, stat.S_IFREG | 0o664, 1000)
        assert access.weaknesses(OURS) == {Weakness.GROUP}


def test_root_in_somebody_s_home_is_not_told_to_take_it_from_them(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root in a container that has a person's home, or by `su`."""
    real = os.geteuid()
    monkeypatch.setattr(ownership, "ROOT", STRANGER)
    monkeypatch.setattr(ownership, "_own_uid", lambda: STRANGER)
    who = f"user {owner_name(real)}"
    assert refusal(file) == (
        f"{file}: {who} could have written it; run this as {who} (or RUSHES_TRUST_HOME=1)"
    )
