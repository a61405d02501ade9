"""`[prices]` of config.toml: what a model costs at an account, as a person knows it."""

import re
from decimal import Decimal, InvalidOperation

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import BadSetting, Kind, choice, text
from rushes.watch.config.reader import REQUIRED, SettingsTable, setting
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.figures.model import Model
from rushes.watch.figures.price import Per, Price, Prices

_NAME = catalogued(
    'a name such as "fal/kling-v2": an account, a slash and the model as its gateway names it'
)
_COST = catalogued("a number such as 0.07, or the same as a text")
_CURRENCY = catalogued('a currency such as "USD"')

_MOST = Decimal(10**9)


def _cost(value: Toml) -> Decimal:
    """The number as it is written: the shortest text of a float is what stands in the file."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if found.is_finite() and 0 <= found <= _MOST:
            return found
    raise BadSetting(_("expected {expected}").format(expected=_(_COST)))


def _currency(written: str) -> str:
    if re.fullmatch(r"[A-Za-z]{1,12}", written):
        return written.upper() if len(written) == 3 else written
    raise BadSetting(_("expected {expected}").format(expected=_(_CURRENCY)))


@frozen(kw_only=True)
class PriceSettings:
    """One line of `[prices]`."""

    per: Per = setting(choice(Per), REQUIRED, "what it is for one of")
    cost: Decimal = setting(Kind(_COST, _cost), REQUIRED, "what one costs")
    currency: str = setting(text(_CURRENCY, _currency), REQUIRED, "in which currency")


def read_prices(table: SettingsTable) -> Prices:
    """The prices by model, without those that are at fault."""
    found: dict[Model, Price] = {}
    for name in table:
        own = table.table(name)
        said = own.values(PriceSettings)
        lacking = [key for key, value in said.items() if value is None]
        for key in lacking:
            if key not in own:
                own.fault(key, _("is missing"))
        if (model := Model.of(name)) is None:
            table.fault(name, _("expected {expected}").format(expected=_(_NAME)))
        elif not lacking:
            found[model] = Price(**said)
    return found
