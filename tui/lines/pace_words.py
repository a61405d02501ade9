"""Words for how often tasks are asked about."""

from rushes.watch.asked_every import AskedEvery, Pacing


def asked_words(every: AskedEvery) -> str:
    """Such as "asked every 12 s: limit 20/s"."""
    said = f"asked every {every.seconds:.3g} s"
    match every.why:
        case Pacing.RATE:
            return f"{said}: limit {every.limit:g}/s"
        case Pacing.CONCURRENCY:
            return f"{said}: {every.limit:g} at a time"
        case Pacing.SLOWER:
            return f"{said}: more slowly than others"
        case Pacing.INTERVAL:
            return said
