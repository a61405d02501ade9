"""What a file lacks where it is cut, by its own format's say."""

from enum import Enum


class Cut(Enum):
    """What is missing. The values are stored: they never change."""

    COMMENT = "comment_cut"
    DIRECTORY = "directory_cut"
    HEAD = "head_cut"
    LIST_OF_PARTS = "list_of_parts_cut"
    NO_DIRECTORY = "no_directory"
    NO_END = "no_end"
    NO_END_MARKER = "no_end_marker"
    NO_END_TAG = "no_end_tag"
    NO_FIRST_PART = "no_first_part"
    NO_HEAD = "no_head"
    NO_IEND = "no_iend"
    NO_INDEX = "no_index"
    NO_LAST_PAGE = "no_last_page"
    NO_LIST_OF_PARTS = "no_list_of_parts"
    NO_PICTURE = "no_picture"
    NO_TRAILER = "no_trailer"
    ONLY_HEAD = "only_head"
    ONLY_INDEX = "only_index"
    ONLY_TAG = "only_tag"
    PARTS_APART = "parts_apart"
    WITHIN_PAGE = "within_page"
    WITHIN_PART = "within_part"
    WITHIN_SEGMENT = "within_segment"
    WITHIN_VALUE = "within_value"
