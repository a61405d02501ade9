"""`rushes help service`: how `rushes watch` runs by itself; the texts work as they are printed."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from rushes.providers.registry import known
from rushes.tui.shell.shell import Shell
from rushes.watch.disk.paths import Paths

_WORDS = ("watch", "--all-lists")

_SYSTEMD = """\
systemd, for one user: ~/.config/systemd/user/rushes.service

[Unit]
Description=Rushes: watch AI video and image tasks, and get their files before the links die
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
ExecReload=kill -HUP $MAINPID
EnvironmentFile=-%E/rushes/environment
{environment}WatchdogSec=60
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2 3
TimeoutStopSec=10
UMask=0077

[Install]
WantedBy=default.target

  systemctl --user daemon-reload && systemctl --user enable --now rushes
  loginctl enable-linger                it goes on when you are logged out
  systemctl --user status rushes        how it goes: 12 running, next loss 41m
  systemctl --user reload rushes        config.toml anew; transfers go on

Keys: config.toml, or lines NAME=value in ~/.config/rushes/environment (chmod 600).
"""

_LAUNCHD = """\
launchd, on macOS: ~/Library/LaunchAgents/rushes.watch.plist

<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"
  "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>rushes.watch</string>
  <key>ProgramArguments</key>
  <array>{arguments}</array>
  <key>EnvironmentVariables</key>
  <dict>{environment}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ProcessType</key><string>Background</string>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>{log}</string>
</dict>
</plist>

  launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/rushes.watch.plist
  launchctl kill HUP gui/$(id -u)/rushes.watch         config.toml anew; transfers go on

Keys: config.toml, the keychain, or the plist's EnvironmentVariables (chmod 600).
"""

_CRON = """\
cron, where there is neither: a line for crontab -e

* * * * * {command}

Begun anew within a minute, should it end. Keys: config.toml, or lines NAME=value above it.
"""

_CONTAINER = """\
a container: no home directory, any user, a read-only file system, one volume

FROM python:3.13-slim
RUN pip install --no-cache-dir rushes
ENTRYPOINT ["rushes"]

  docker build -t rushes - < Containerfile
  mkdir -p rushes-home
  docker run --detach --name rushes --restart on-failure --read-only \\
    --user "$(id -u):$(id -g)" --volume "$PWD/rushes-home:/data" --env RUSHES_HOME=/data \\
    {keys} rushes {words}
  docker kill --signal HUP rushes       config.toml anew; transfers go on

With rootless podman: --userns keep-id, too. Keys: config.toml in the volume, or --env NAME.
"""


def lines(shell: Shell) -> Iterator[str]:
    """The unit, the plist, the crontab line and the container command for this installation."""
    home, program = shell.environ.get("RUSHES_HOME", ""), _program()
    for text in (_systemd(program, home), _launchd(program, home, shell), _cron(program, shell)):
        yield from (*text.splitlines(), "")
    yield from _CONTAINER.format(keys=_keys(shell), words=shlex.join(_WORDS)).splitlines()


def _program() -> str:
    """The path of this installation's program."""
    beside = Path(sys.executable).with_name("rushes")
    return str(beside) if beside.exists() else shutil.which("rushes") or "rushes"


def _systemd(program: str, home: str) -> str:
    command = " ".join(_in_unit(word.replace("$", "$$")) for word in (program, *_WORDS))
    environment = f"Environment={_in_unit(f'RUSHES_HOME={home}')}\n" if home else ""
    return _SYSTEMD.format(command=command, environment=environment)


def _in_unit(word: str) -> str:
    """A word as a unit file has it: % begins a specifier, and a blank ends a bare word."""
    word = word.replace("%", "%%")
    if shlex.quote(word) == word:
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _launchd(program: str, home: str, shell: Shell) -> str:
    arguments = "".join(f"<string>{escape(word)}</string>" for word in (program, *_WORDS, "-q"))
    variable = f"<key>RUSHES_HOME</key><string>{escape(home)}</string>" if home else ""
    log = Paths.unexpanded(shell.environ).log.with_name("watch.log")
    return _LAUNCHD.format(arguments=arguments, environment=variable, log=escape(str(log)))


def _cron(program: str, shell: Shell) -> str:
    """One at a time, by a lock on the folder of the state; cron makes line ends of bare %."""
    folder = str(Paths.unexpanded(shell.environ).state.parent)
    home = shell.environ.get("RUSHES_HOME")
    set_home = f"RUSHES_HOME={shlex.quote(home)} " if home else ""
    made = shlex.join(["install", "-d", "-m", "700", folder])
    locked = shlex.join(["flock", "-n", folder, program, *_WORDS, "-q"])
    return _CRON.format(command=f"{made} && {set_home}{locked}".replace("%", "\\%"))


def _keys(shell: Shell) -> str:
    """Options that hand on the key variables that are set here; else one to go by."""
    names = [provider.env for provider in known().values() if provider.env]
    there = [name for name in names if shell.environ.get(name)]
    return " ".join(f"--env {name}" for name in there or names[:1])
