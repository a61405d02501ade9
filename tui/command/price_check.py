"""What `rushes config check` says of prices that are of nothing: a mistyped account or model."""

from collections.abc import Iterable, Iterator

from rushes.providers.language import _
from rushes.providers.nearest import nearest
from rushes.providers.text import clean
from rushes.tui.shell.figures import remembered_models
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings
from rushes.watch.figures.model import ANY


def odd_prices(settings: Settings, shell: Shell) -> Iterator[str]:
    """A sentence for each price of an account or a model that nothing is known of."""
    if not settings.prices:
        return
    known = remembered_models(shell)
    for model in settings.prices:
        place = f'{settings.file}: [prices] "{clean(str(model), 160)}"'
        if model.provider not in settings.accounts:
            yield _("{place}: there is no such account{meant}").format(
                place=place, meant=_meant(model.provider, settings.accounts)
            )
        elif model.name != ANY and model not in known:
            names = [other.name for other in known if other.provider == model.provider]
            meant = _meant(model.name or "", [name for name in names if name])
            yield _("{place}: no task of that model is remembered{meant}").format(
                place=place, meant=meant
            )


def _meant(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return _('; did you mean "{near}"?').format(near=clean(near, 80)) if near else ""
