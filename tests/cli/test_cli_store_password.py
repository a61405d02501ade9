"""The password of a shared store: which are refused, and what is said of it (rows 331, 332)."""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import psycopg
import pytest
from postgres_server import Server, server
from shared_store import url_of

from rushes.watch.postgres.password import find_password
from rushes.watch.postgres.session import REST_MOST, REST_USELESS, Session
from rushes.watch.team_faults import StoreAway, StoreUnusable
from tests.cli.conftest import Rushes

GOOD, WRONG = "the-good-password", "another-password"


@pytest.fixture(scope="module")
def guarded() -> Generator[Server]:
    """A server that takes Ada's password and no other; `os` is to be the machine's own login."""
    with server(18) as one:
        if one is None:
            pytest.skip("there is no PostgreSQL 18 on this machine")
        with psycopg.connect(**one.parameters, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
            db.execute(f"CREATE ROLE ada LOGIN PASSWORD '{GOOD}'; CREATE ROLE os LOGIN".encode())
            db.execute("ALTER DATABASE postgres OWNER TO ada")
        hba = "local all ada scram-sha-256\nlocal all os peer\nlocal all all trust\n"
        (one.folder / "data" / "pg_hba.conf").write_text(hba)
        one.kill()
        one.start()
        yield one


def session_of(
    where: Server, user: str, password: str = "", now: Callable[[], float] = lambda: 0.0
) -> Session:
    login: Mapping[str, str | int] = {"user": user, "passfile": "/nowhere"}
    given = {"password": password} if password else {}
    return Session(lambda: {**where.parameters, **login, **given}, monotonic=now)


def told(session: Session) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as raised, session.unchecked():
        pass
    return raised.value


def test_a_password_that_is_missing_is_asked_for(guarded: Server) -> None:
    error = told(session_of(guarded, "ada"))
    assert not isinstance(error, StoreAway)
    assert str(error).startswith("the shared store wants a password, and none was found; ")
    assert "password_command" in error.hint


def test_a_password_that_is_wrong_is_said_to_be_and_is_not_shown(guarded: Server) -> None:
    error = told(session_of(guarded, "ada", WRONG))
    assert not isinstance(error, StoreAway)
    assert str(error).startswith("the shared store refuses the password: ")
    assert WRONG not in str(error)
    with session_of(guarded, "ada", GOOD).unchecked() as connection:
        assert connection.info.user == "ada"


def test_who_is_not_let_in_without_a_password_is_not_told_of_one(guarded: Server) -> None:
    error = told(session_of(guarded, "os"))
    assert not isinstance(error, StoreAway)
    assert str(error).startswith("the shared store does not let this machine in: ")


@pytest.mark.parametrize("user", ["ada", "rushes"])
def test_a_server_that_is_not_there_is_away_whatever_the_password(
    guarded: Server, tmp_path: Path, user: str
) -> None:
    there = {**guarded.parameters, "host": str(tmp_path), "user": user, "password": WRONG}
    assert isinstance(told(Session(lambda: there)), StoreAway)


def test_a_role_with_too_many_connections_is_away_also_with_a_password(guarded: Server) -> None:
    admin = {**guarded.parameters}
    with psycopg.connect(**admin, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
        db.execute("ALTER ROLE ada CONNECTION LIMIT 0")
        try:
            error = told(session_of(guarded, "ada", GOOD))
        finally:
            db.execute("ALTER ROLE ada CONNECTION LIMIT -1")
    assert isinstance(error, StoreAway)
    assert "too many connections" in str(error)


def test_a_password_that_was_refused_is_tried_seldom(guarded: Server) -> None:
    now, password = [0.0], [WRONG]
    login = {**guarded.parameters, "user": "ada"}
    session = Session(lambda: {**login, "password": password[0]}, monotonic=lambda: now[0])
    told(session)
    password[0] = GOOD
    now[0] += 2 * REST_MOST
    told(session)
    now[0] += REST_USELESS
    with session.unchecked() as connection:
        assert connection.info.user == "ada"


def test_a_command_that_gives_no_password_is_run_seldom() -> None:
    now, asked = [0.0], list[int]()

    def no_password() -> Mapping[str, str | int]:
        asked.append(1)
        raise StoreUnusable("none")

    session = Session(no_password, monotonic=lambda: now[0])
    for wait in (0.0, REST_MOST, REST_USELESS):
        now[0] += wait
        told(session)
    assert len(asked) == 2


@pytest.mark.parametrize("word", ["check", "status"])
def test_the_commands_say_it_and_end_with_3(rushes: Rushes, guarded: Server, word: str) -> None:
    rushes.environ |= {
        "RUSHES_STORE": url_of({**guarded.parameters, "user": "ada"}),
        "PGPASSFILE": "/nowhere",
    }
    done = rushes("store", word)
    assert (done.code, "wants a password, and none was found" in done.err) == (3, True)
    rushes.configure('[store]\npassword_env = "DB"\n')
    wrong = rushes("store", word, "--json", DB=WRONG)
    assert (wrong.code, wrong.json()["error"]["code"]) == (3, "store")
    assert WRONG not in wrong.out + wrong.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("short", r"the password from environment DB has fewer than 6 characters"),
        ("with a space", r"the password from environment DB holds spaces or characters"),
    ],
)
def test_a_password_that_could_not_be_hidden_is_refused_as_a_password(
    given: str, said: str
) -> None:
    with pytest.raises(StoreUnusable, match=said) as raised:
        find_password("DB", (), {"DB": given})
    assert "key" not in raised.value.message
    assert "passfile" in raised.value.hint


def test_without_a_variable_nobody_is_told_to_set_one() -> None:
    with pytest.raises(StoreUnusable, match=r"no password for the store: ") as raised:
        find_password("", ("/no/such/program",), {})
    assert "; set" not in str(raised.value)
