"""The minutes extract as plain text, to be copied into the system where the minutes are kept."""

from collections.abc import Iterator

from followup.documents.minutes.extract import Block, MinutesExtract

EXAMPLE = " [Exempel]"


def render(extract: MinutesExtract) -> str:
    return "\n\n".join(_paragraphs(extract)) + "\n"


def _paragraphs(extract: MinutesExtract) -> Iterator[str]:
    head = ["Protokollsutdrag" + (" (utkast)" if extract.is_draft else ""), extract.meeting]
    yield "\n".join(head + ([f"Diarienummer {extract.registration_number}"] if extract.registration_number else []))
    yield extract.title + (EXAMPLE if extract.is_example else "")
    for section in extract.sections:
        yield from _headed(section.heading, section.blocks)
    for appendix in extract.appendices:
        mark = EXAMPLE if appendix.note.is_example else ""
        yield from _headed(appendix.heading + mark, appendix.blocks)


def _headed(heading: str, blocks: tuple[Block, ...]) -> Iterator[str]:
    """The heading directly above its first paragraph."""
    texts = ["\n".join(f"– {item}" for item in block.items) or block.text for block in blocks]
    yield "\n".join([heading, *texts[:1]])
    yield from texts[1:]
