"""Finds outputs by the names that gateways and their upstreams give to the links of a result.

There is one table for all, since the same models answer through many gateways under the same names.
Under such a name a link, a list of links, or an object that holds one is an output.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import unquote

from rushes.providers.expiry import stated
from rushes.providers.links import Place, at_url, claims, elements
from rushes.providers.model import ExpiryClaim, Link, Output, Where
from rushes.providers.node import Node
from rushes.providers.reply import Ask

BY_ENDING = ""
"""Stands for a kind that the name does not tell; the ending of the link usually does."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        # DashScope's models (Model Studio; public clients read the same names), most telling first.
        "video_url": "video",
        "output_video_url": "video",
        "image_url": "image",
        "output_image_url": "image",
        "audio_url": "audio",
        "output_audio_url": "audio",
        "result_url": BY_ENDING,
        "transcription_url": "file",
        # The parts of its messages (`choices[].message.content[]`), and objects with a `url`.
        "video": "video",
        "image": "image",
        "audio": "audio",
        # Kling, Vidu, Seedance and gateways that list files by kind (docs.apimart.ai, EvoLink).
        "videos": "video",
        "images": "image",
        "audios": "audio",
        "video_urls": "video",
        "image_urls": "image",
        "audio_urls": "audio",
        "url": BY_ENDING,
        "urls": BY_ENDING,
        "download_url": BY_ENDING,
        "last_frame_url": "last_frame",
        "cover_url": "thumbnail",
        "thumbnail_url": "thumbnail",
        "watermarked_url": "watermarked",
    }
)
"""The names in the order in which their files are numbered, and the kind of file behind each."""

_SENT_IN = (
    "image_url",
    "image",
    "images",
    "image_urls",
    "audio_url",
    "audio",
    "audios",
    "audio_urls",
)

BY_PRODUCTS = frozenset({"first_frame", "last_frame", "thumbnail"})
"""Kinds of files that only ever come beside a film."""

OF_TASKS = MappingProxyType({name: kind for name, kind in NAMES.items() if name not in _SENT_IN})
"""The names that mean a result in the task's own object too, which may repeat the task's inputs."""

OF_METADATA = MappingProxyType({"url": BY_ENDING})
"""The name of a result in the `metadata` of an OpenAI-shaped video."""

_ENDS_AT = ("expires_at", "expireAt", "expiresAt", "expire_at")
ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "video": ("mp4", "mov", "webm", "mkv", "m4v", "avi"),
        "image": ("png", "jpg", "jpeg", "webp", "gif", "avif", "heic", "bmp", "tif", "tiff"),
        "audio": ("mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"),
    }
)
"""The endings of files by which their kind is told, without the dot."""

_DEPTH = 3


def named(
    holder: Node,
    ask: Ask,
    *,
    names: Mapping[str, str] = NAMES,
    otherwise: str = "file",
    lifetime: timedelta | None = None,
    around: Node | None = None,
) -> Iterator[Place]:
    """Yield the members of an object whose names say that they hold files.

    `otherwise` is the kind where neither name nor ending tells it. `lifetime` is the documented one
    of such links, counted from the finish. `around` is an object that may state the expiry of files
    that state none themselves.
    """
    if not holder.is_object:
        return
    ends_around = end_of(around) if around is not None else ()
    for name, kind in names.items():
        if name in holder:
            yield from under(
                holder[name],
                ask,
                holder=holder,
                kind=kind,
                otherwise=otherwise,
                lifetime=lifetime,
                ends_around=ends_around,
            )


def under(
    node: Node,
    ask: Ask,
    *,
    holder: Node | None = None,
    kind: str = BY_ENDING,
    kind_at: str = "",
    otherwise: str = "file",
    lifetime: timedelta | None = None,
    ends_around: tuple[ExpiryClaim, ...] = (),
) -> Iterator[Place]:
    """Yield the links of one value: a link, a list of links, or objects that hold one.

    `holder` is the object that a bare link is a member of. `kind_at` is the member of an object
    that says the kind of its file; `ends_around` counts where a file's object states no end.
    """
    for link, said in _links(node, holder or node):

        def read(node: Node, said: Node = said) -> Iterator[Output]:
            where = at_url(node, ask)
            if where is not None:
                ends = (end_of(said) or ends_around) + claims(where, lifetime)
                own = said[kind_at].text() if kind_at and said.is_object else None
                yield Output(
                    kind=own or kind or kind_of(where, otherwise), where=where, claims=ends
                )

        yield link, read


def bare(
    link: Node, ask: Ask, otherwise: str = "file", lifetime: timedelta | None = None
) -> Iterator[Output]:
    """Yield the output of a link that has no name; the other arguments are those of `named`."""
    where = at_url(link, ask)
    if where is not None:
        kind = kind_of(where, otherwise)
        yield Output(kind=kind, where=where, claims=claims(where, lifetime))


def end_of(holder: Node) -> tuple[ExpiryClaim, ...]:
    """The claim of the expiry that a file's object states; empty where it states none."""
    ends = (holder[name].epoch() for name in _ENDS_AT if name in holder)
    return stated(next(filter(None, ends), None))


def kind_of(where: Where, otherwise: str) -> str:
    """The kind of a file by the ending of its link; `otherwise` where the ending is unknown."""
    if not isinstance(where, Link):
        return otherwise
    path = re.split(r"[?#]", where.url, maxsplit=1)[0]
    ending = unquote(path).rpartition(".")[2].casefold()
    return next((kind for kind, known in ENDINGS.items() if ending in known), otherwise)


def _links(node: Node, holder: Node, depth: int = 0) -> Iterator[tuple[Node, Node]]:
    """Yield the values below a name that may be links, each with the object that holds it."""
    for element in elements(node):
        if element.is_object:
            if depth < _DEPTH:
                yield from _links(_of_object(element), element, depth + 1)
        elif isinstance(element.value, list):
            if depth < _DEPTH:
                yield from _links(element, holder, depth + 1)
        else:
            yield element, holder


def _of_object(element: Node) -> Node:
    """The member of a file's object that is its link."""
    names = (name for name in NAMES if name in element)
    return next((found for name in names if not (found := element[name]).absent), element["url"])
