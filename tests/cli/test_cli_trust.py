"""What somebody else could have written is refused by every command that would read it (row 87)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rushes.watch.disk import ownership
from rushes.watch.history.opening import open_database

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Rushes

REF = "hiapi:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
NOBODY = 65534

Named = Callable[[Path], Path]
"""A file of the home."""


def has_others(group: int | None) -> bool:
    """Stands for the look at a group; it is one of several people."""
    del group
    return False


@pytest.fixture
def home(rushes: Rushes) -> Path:
    """A home with one of everything, all of it private."""
    tool = rushes.home / "bin" / "tool"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho sk-of-the-tool\n")
    tool.chmod(0o755)
    rushes.configure(f"[providers.hiapi]\napi_key_command = [{str(tool)!r}]\n")
    rushes.home.chmod(0o700)
    rushes.watch(REF)
    open_database(rushes.home / "history.db").db.close()
    return rushes.home


FILES: dict[str, Named] = {
    "config.toml": lambda home: home / "config.toml",
    "the watchlist": lambda home: home / "watchlists" / "default.toml",
    "the history": lambda home: home / "history.db",
    "the program": lambda home: home / "bin" / "tool",
}
each = pytest.mark.parametrize("named", FILES.values(), ids=FILES)


def refused(done: Result, file: Path, mend: str) -> None:
    assert done.code == 3
    assert done.out == ""
    *_, line = done.err.splitlines()
    assert line.startswith(f"rushes: {file}: ")
    assert f"; {mend} " in line


@each
def test_what_anybody_could_have_written_is_refused(
    rushes: Rushes, home: Path, named: Named
) -> None:
    file = named(home)
    assert rushes("ls").code == 0
    file.chmod(0o757)
    refused(rushes("ls"), file, f"chmod go-w {file}")
    assert rushes("ls", RUSHES_TRUST_HOME="1").code == 0


@each
def test_so_is_what_lies_where_anybody_could_put_another(
    rushes: Rushes, home: Path, named: Named
) -> None:
    folder = named(home).parent
    folder.chmod(0o777)
    # One is enough: of a whole home that is open config.toml is the first.
    first = named(home) if folder != home else home / "config.toml"
    refused(rushes("ls"), first, f"chmod go-w {folder}")
    folder.chmod(0o755)
    assert rushes("ls").code == 0


@each
def test_what_a_group_could_change_is_a_warning(
    rushes: Rushes, home: Path, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "_is_private_group", has_others)
    named(home).chmod(0o775)
    told = rushes("config", "check"), rushes("ls", "--poll")
    assert told[0].code == 0
    warning = f"warning: {named(home)}: a group could change it; chmod g-w {named(home)}"
    assert warning in [line for done in told for line in done.err.splitlines()]


def test_what_lies_beside_the_history_counts_as_it_does(rushes: Rushes, home: Path) -> None:
    beside = home / "history.db-wal"
    beside.touch()
    beside.chmod(0o666)
    refused(rushes("ls"), beside, f"chmod go-w {beside}")


@pytest.mark.parametrize(
    "argv",
    ["ls", "ls --poll", "show X", "wait", "get --all", "verify", "export", "add hiapi x", "rm X"],
)
def test_no_command_reads_or_edits_a_list_that_is_refused(
    rushes: Rushes, home: Path, argv: str
) -> None:
    file = home / "watchlists" / "default.toml"
    file.chmod(0o666)
    before = file.read_bytes()
    refused(rushes(*argv.replace("X", REF).split()), file, "chmod go-w")
    assert file.read_bytes() == before


def test_a_database_of_another_s_making_is_left_as_it_is(rushes: Rushes, home: Path) -> None:
    file = home / "history.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE theirs (a)")
    file.chmod(0o666)
    before = file.read_bytes()
    refused(rushes("ls"), file, "chmod go-w")
    assert file.read_bytes() == before
    assert not list(home.glob("*.corrupt*"))


@pytest.mark.usefixtures("home")
def test_no_program_that_others_could_have_changed_is_run(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "command tool" in rushes("providers").out
    monkeypatch.setattr(ownership, "ROOT", -1)
    monkeypatch.setattr(ownership, "_own_uid", lambda: NOBODY)
    done = rushes("providers")
    assert (done.code, done.out) == (3, "")
    assert "could have written it; chown" in done.err


@pytest.mark.sampled(2)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@each
def test_root_obeys_no_other_user_s_files(rushes: Rushes, home: Path, named: Named) -> None:
    file = named(home)
    os.chown(file, NOBODY, -1)
    done = rushes.run("ls")
    assert (done.returncode, done.stdout) == (3, b"")
    assert f"; chown root {file} (or RUSHES_TRUST_HOME=1)" in done.stderr.decode()
    rushes.environ["SUDO_UID"] = str(NOBODY)
    assert rushes.run("ls").returncode == 0


def security(done: Result) -> list[tuple[str, str]]:
    return [
        (name, value) for name, _, value in (it.partition("\t") for it in done.out.splitlines())
    ]


def test_a_reviewer_sees_modes_owners_key_sources_and_origins_but_no_key(
    rushes: Rushes, home: Path
) -> None:
    owner = ownership.owner_name(os.geteuid())
    (home / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
    with (home / "config.toml").open("a") as config:
        config.write("[providers.studio]\ndialect = 'anyfast'\napi_key = 'sk-in-the-file'\n")
        config.write("base_url = 'https://gateway.example'\nca_file = 'ca.pem'\n")
    done = rushes("info", "--security", HIAPI_API_KEY="sk-variable", HTTPS_PROXY="http://u:pw@p")
    facts = security(done)
    assert done.code == 0
    assert ("file", f"0600 {owner} {home}/history.db") in facts
    assert ("file", f"0600 {owner} {home}/watchlists/default.toml") in facts
    assert ("file", f"0755 {owner} {home}/bin/tool") in facts
    told = dict(facts)
    assert told["hiapi"] == (
        "key from HIAPI_API_KEY, else command tool, else the keyring; sent to https://api.hiapi.ai"
    )
    assert told["studio"].endswith("else config.toml; sent to https://gateway.example")
    assert told["proxy"] == "none; HTTPS_PROXY not followed"
    trusted = [value for name, value in facts if name == "certificates"]
    assert [value.partition(" ")[0] for value in trusted] == ["certifi", "certifi"]
    assert trusted[1].endswith(f", and {home}/ca.pem")
    assert "keyring " in told["extras"]
    assert not [secret for secret in ("sk-", "u:pw") if secret in done.out + done.err]


def test_a_reviewer_sees_what_is_refused_and_what_was_waived(rushes: Rushes, home: Path) -> None:
    (home / "config.toml").chmod(0o666)
    weak = f"{home}/config.toml: any user could have written it; chmod go-w {home}/config.toml"
    done = rushes("info", "--security")
    assert done.code == 3
    assert ("weak", f"{weak} (or RUSHES_TRUST_HOME=1)") in security(done)
    waived = rushes("info", "--security", RUSHES_TRUST_HOME="1")
    assert waived.code == 0
    assert security(waived)[0] == ("trusted", "everybody: RUSHES_TRUST_HOME=1")
    assert ("weak", f"{weak} (or RUSHES_TRUST_HOME=1)") in security(waived)


def test_a_review_runs_no_command(rushes: Rushes, home: Path) -> None:
    (home / "bin" / "tool").write_text(f"#!/bin/sh\ntouch {home}/was-run\n")
    assert rushes("info", "--security").code == 0
    assert not (home / "was-run").exists()


def test_a_reviewer_sees_the_proxies_in_use_without_their_logins(rushes: Rushes) -> None:
    rushes.configure(
        '[network]\nproxy = "env"\n[providers.hiapi]\nproxy = "http://ann:sk-word@a.example:8080"\n'
    )
    rushes.environ |= {"ALL_PROXY": "http://ann:sk-word@b.example:3128", "NO_PROXY": "c.example"}
    done = rushes("info", "--security")
    told = [value for name, value in security(done) if name == "proxy"]
    assert told == [
        "http://b.example:3128; not for localhost, 127.0.0.0/8, ::1, c.example",
        "http://a.example:8080",
    ]
    assert "sk-word" not in done.out + done.err
