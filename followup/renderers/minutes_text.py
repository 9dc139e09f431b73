"""The minutes extract as plain text, to be copied into the system where the minutes are kept."""

from collections.abc import Iterator

from followup.minutes import Appendix, Block, MinutesExtract, Section


def render(extract: MinutesExtract) -> str:
    return "\n\n".join(_paragraphs(extract)) + "\n"


def _paragraphs(extract: MinutesExtract) -> Iterator[str]:
    yield extract.title
    parts: tuple[Section | Appendix, ...] = (*extract.sections, *extract.appendices)
    for part in parts:
        yield "\n".join([part.heading, *_lines(part.blocks[:1])])
        yield from ("\n".join(_lines([block])) for block in part.blocks[1:])


def _lines(blocks: list[Block] | tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        yield from [f"– {item}" for item in block.items] or [block.text]
