"""The table of walks: one function for each type of file."""

from collections.abc import Callable

from rushes.providers.media import Media
from rushes.watch.transfer.formats import (
    boxes,
    documents,
    ebml,
    film,
    pictures,
    riff,
    sound,
    stills,
)
from rushes.watch.transfer.formats.finding import UNTOLD, FileReader, Finding

_WALKS: dict[str, Callable[[FileReader], Finding]] = {
    **dict.fromkeys((".mp4", ".mov", ".m4a", ".3gp", ".3g2"), film.film),
    ".m4s": film.segment,
    **dict.fromkeys((".avif", ".heic", ".jp2", ".jpx"), boxes.still),
    **dict.fromkeys((".webm", ".mkv", ".mka"), ebml.matroska),
    **dict.fromkeys((".webp", ".avi"), riff.riff),
    ".aiff": riff.aiff,
    ".w64": riff.w64,
    ".au": riff.au,
    ".caf": riff.caf,
    **dict.fromkeys((".ogg", ".opus", ".ogv"), sound.ogg),
    ".mp3": sound.mp3,
    ".png": pictures.png,
    ".jpg": pictures.jpeg,
    ".gif": pictures.gif,
    ".tif": stills.tiff,
    ".bmp": stills.bmp,
    **dict.fromkeys((".psd", ".psb"), stills.psd),
    **dict.fromkeys((".zip", ".usdz"), documents.zipped),
    ".pdf": documents.pdf,
    ".glb": documents.glb,
    ".ply": documents.ply,
    ".svg": documents.svg,
}


def walked(media: Media, file: FileReader) -> Finding:
    """What the format of a file says of it; UNTOLD where the format, or we, cannot tell.

    Raises OSError where the file is unreadable.
    """
    match media.extension:
        case ".wav":
            head = file.read(0, 4)
            return riff.riff(file) if head == b"RIFF" else riff.rf64(file)
        case ".jxl":
            # A naked code stream does not say how long it is; a boxed one does.
            return boxes.still(file) if file.read(4, 4) == b"JXL " else UNTOLD
        case extension:
            return _WALKS.get(extension, lambda _: UNTOLD)(file)
