"""What each setting of config.toml does, a line each: for `rushes help config`.

`rushes.watch.config.settings` reads them; a test holds that it reads these and no other.
"""

from collections.abc import Mapping
from types import MappingProxyType

GENERAL: Mapping[str, str] = MappingProxyType(
    {"glyphs": 'what the screen is drawn with: "unicode" or "ascii"'}
)

DOWNLOAD: Mapping[str, str] = MappingProxyType(
    {
        "dir": "where files go",
        "template": "what they are called there; also {id}",
        "auto": 'fetched unasked by the dashboard: "off", "all" or "rescue" (what would expire)',
        "rescue_before": "how long before its expiry a file is rescued",
        "parallel": "transfers at a time",
        "sidecar": "a .json beside each file, telling where it is from",
    }
)

HISTORY: Mapping[str, str] = MappingProxyType(
    {"keep": 'how long tasks are remembered that nobody watches, such as "90d"'}
)

NETWORK: Mapping[str, str] = MappingProxyType(
    {
        "ca_file": "certificates to trust beside the public ones; also for one provider",
        "allow": 'networks that links may lead into, such as ["10.0.0.0/8"]; also for one provider',
    }
)

ADD: Mapping[str, str] = MappingProxyType(
    {"prefer": "whose an id is that several could have, such as a UUID: the first of these"}
)

PROVIDER: Mapping[str, str] = MappingProxyType(
    {
        "dialect": "whose replies it gives; for providers that are not built in",
        "enabled": "false takes it out everywhere",
        "base_url": "the only place that its key is sent to",
        "api_key_env": "the variable that its key is in",
        "api_key_command": "else a program that prints the key; after it the keyring is asked",
        "api_key": "else the key itself",
        "poll_interval": "between two polls of a task",
        "max_concurrency": "requests at a time",
    }
)
