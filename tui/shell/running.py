"""Runs a coroutine to its end: signals cancel it cleanly, and hung threads do not delay the end."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

from rushes.tui.shell.ending_signals import ENDING_SIGNALS
from rushes.tui.shell.first_frame import give_back
from rushes.tui.shell.no_log import log_nothing_on_screen
from rushes.watch.keys.command import end_commands

PATIENCE = 0.25
"""Seconds for which threads are waited for at the end; a name look-up may hang longer (M10).

The desk has given them time before; all of it is 2 s (reliability.md rows 69 and 81).
"""

THREADS = 1000
"""The most threads of the pool; a thread starts only when all others are busy.

Each lane of each account may hang in a name look-up: the few threads that asyncio takes by itself
would leave none to save history or the watchlist on, and the end would wait for them (row 69).
"""


def run(work: Coroutine[None, None, int]) -> int:
    """What `work` returns; 128 plus the signal's number where one ended it, `finally` having run.

    A second signal ends the process at once.
    """
    log_nothing_on_screen()
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(THREADS, "rushes")
    loop.set_default_executor(executor)
    try:
        return loop.run_until_complete(_interruptible(work))
    finally:
        loop.run_until_complete(_settled())
        # asyncio would wait for these threads without end.
        executor.shutdown(wait=False, cancel_futures=True)
        loop.close()


def join_threads() -> bool:
    """Wait a moment for threads that would keep the process; whether all threads are gone.

    One that keeps no process could still hold what the interpreter takes down at its end. A command
    that is to print a key would outlive us: it is ended.
    """
    end_commands()
    until = time.monotonic() + PATIENCE
    others = [each for each in threading.enumerate() if each is not threading.current_thread()]
    for thread in others:
        if not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in others)


async def _interruptible(work: Coroutine[None, None, int]) -> int:
    loop = asyncio.get_running_loop()
    main = asyncio.ensure_future(work)
    received: list[int] = []

    def end(number: int) -> None:
        if received:
            give_back()
            end_commands()
            os._exit(128 + number)
        received.append(number)
        main.cancel()

    # One that is ignored (nohup, a shell's background job) stays so.
    heeded = [number for number in ENDING_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, end, number)
    try:
        return await main
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


async def _settled() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
