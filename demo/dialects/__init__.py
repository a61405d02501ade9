"""One writer for each provider: a scene and an instant in, the provider's own reply out."""

from rushes.demo.dialects import anyfast, dashscope, dimilinks, gptge, hiapi, ttapi
from rushes.demo.dialects.dialect import Dialect

DIALECTS: tuple[Dialect, ...] = (
    hiapi.DIALECT,
    gptge.DIALECT,
    ttapi.DIALECT,
    anyfast.DIALECT,
    dimilinks.DIALECT,
    dashscope.DIALECT,
)
