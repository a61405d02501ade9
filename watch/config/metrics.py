"""`[metrics]` of config.toml: where Prometheus may read how it goes."""

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import BadSetting, Kind, text
from rushes.watch.config.reader import setting

_PLACE = catalogued('HOST:PORT such as "127.0.0.1:9464"')


@frozen
class Listen:
    """An address of this machine, and a port there."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _listen(written: str) -> Listen:
    host, _colon, port = written.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if host and port.isascii() and port.isdecimal() and 0 < int(port) < 65_536:
        return Listen(host, int(port))
    raise BadSetting(_("expected {expected}").format(expected=_(_PLACE)))


LISTEN: Kind[Listen] = text(_PLACE, _listen)


@frozen(kw_only=True)
class MetricsSettings:
    """`[metrics]`: where they are served; None is nowhere."""

    listen: Listen | None = setting(
        LISTEN, None, "where Prometheus may read metrics; takes the extra rushes[metrics]"
    )
