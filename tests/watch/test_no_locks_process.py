"""A home whose locks are refused to the whole process, SQLite's own among them (row 122)."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_gateway import entry

from rushes.providers.model import Status
from rushes.watch.history.store import History
from rushes.watch.task import Task

SHIM = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int in_home(int fd) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(name, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strncmp(path, getenv("LOCKLESS"), strlen(getenv("LOCKLESS"))) == 0;
}
static int control(const char *name, int fd, int command, void *argument) {
    int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
    int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK;
    if (locks && in_home(fd)) { errno = ENOLCK; return -1; }
    return real(fd, command, argument);
}
#define REST va_list a; va_start(a, c); void *p = va_arg(a, void *); va_end(a)
int fcntl(int fd, int c, ...) { REST; return control("fcntl", fd, c, p); }
int fcntl64(int fd, int c, ...) { REST; return control("fcntl64", fd, c, p); }
int flock(int fd, int operation) {
    int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
    if (in_home(fd)) { errno = ENOLCK; return -1; }
    return real(fd, operation);
}
"""


async def saved(path: Path) -> None:
    history = History(path)
    history.save(Task(entry=entry("a"), status=Status.RUNNING, raw_status="handling", polls=7))
    await history.flush()
    await history.close()


@pytest.mark.skipif(not (shutil.which("gcc") and sys.platform == "linux"), reason="needs gcc")
def test_a_process_whose_every_lock_is_refused_keeps_all_of_it(tmp_path: Path) -> None:
    """With SQLite's own calls refused, on a home that was kept with locks before."""
    home, shim, source = tmp_path / "home", tmp_path / "shim.so", tmp_path / "shim.c"
    source.write_text(SHIM, encoding="utf-8")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    asyncio.run(saved(home / "history.db"))
    environ = {"LD_PRELOAD": str(shim), "LOCKLESS": f"{home}/", "RUSHES_HOME": str(home)}
    for argv in (["add", "hiapi:a"], ["ls"]):
        done = subprocess.run(
            [sys.executable, "-m", "rushes", *argv],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0
    assert "running" in done.stdout
    assert done.stderr.count("has no locks") == 1
