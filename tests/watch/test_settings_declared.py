"""A setting is declared once, as a field: what reads, prints and explains it goes by the field."""

from rushes.providers.frozen import frozen
from rushes.watch.config.kinds import as_toml, seconds, seconds_or, whole
from rushes.watch.config.reader import REQUIRED, SettingsTable, setting, settings_of


@frozen(kw_only=True)
class Kettle:
    litres: int = setting(whole(most=5), 1, "how much it holds")
    boil: float = setting(seconds(least=1), 180.0, "how long it boils")
    rest: float | None = setting(seconds_or("always", least=1), None, "how long it rests")
    room: int = setting(whole(most=9), REQUIRED, "the room it stands in")
    brand: str = "none of config.toml's"


def test_a_field_is_a_key_that_is_read_with_its_default() -> None:
    faults: list[str] = []
    table = SettingsTable("config.toml", "kettle", {"boil": "2m", "room": 3}, faults)
    kettle = Kettle(**table.values(Kettle, room=8))
    table.finish()
    assert kettle == Kettle(litres=1, boil=120.0, rest=None, room=3)
    assert not faults


def test_a_fault_leaves_the_default_and_an_unknown_key_is_told_the_declared_ones() -> None:
    faults: list[str] = []
    root = SettingsTable("config.toml", "", {"kettle": {"litres": 6, "zzz": 1}}, faults)
    assert Kettle(**root.table("kettle").values(Kettle, room=8)).litres == 1
    root.finish()
    assert faults == [
        "config.toml: [kettle] litres: expected a whole number from 1 to 5, got 6",
        "config.toml: [kettle] zzz: unknown key; expected one of litres, boil, rest, room",
    ]


def test_what_is_declared_can_be_listed_and_written() -> None:
    declared = settings_of(Kettle)
    assert declared["boil"].help == "how long it boils"
    written = {key: said.kind.write(said.default) for key, said in declared.items()}
    assert written == {"litres": "1", "boil": '"3m"', "rest": '"always"', "room": None}
    assert as_toml(("a", "ß")) == '["a", "ß"]'
