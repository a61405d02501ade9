"""One writer for each provider: a scene and an instant in, the provider's own reply out."""

from rushes.demo.dialects import (
    anyfast,
    ark,
    dashscope,
    dimilinks,
    fal,
    gptge,
    hiapi,
    kling,
    openai_video,
    replicate,
    runway,
    ttapi,
    veo,
)
from rushes.demo.dialects.dialect import Dialect

DIALECTS: tuple[Dialect, ...] = (
    hiapi.DIALECT,
    gptge.DIALECT,
    ttapi.DIALECT,
    anyfast.DIALECT,
    dimilinks.DIALECT,
    dashscope.DIALECT,
    fal.DIALECT,
    replicate.DIALECT,
    ark.DIALECT,
    veo.DIALECT,
    kling.DIALECT,
    runway.DIALECT,
    openai_video.DIALECT,
)
