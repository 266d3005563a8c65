"""Decide by evidence in which encoding Chinese text was written: UTF-8, UTF-16 or GB18030."""

from geodata.errors import FileRefusedError, Place
from geodata.ingest.reading import reading

# What stands where bytes were no character of the encoding.
LOST = "\ufffd"
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Han characters with their extensions, punctuation, full-width forms: what Chinese text holds; of
# Latin-1 the signs of degrees and of measures (° ± ² ³ ´ µ · ×).
_USUAL = (
    (0x20, 0x7E),
    (0xB0, 0xB7),
    (0xD7, 0xD7),
    (0x4E00, 0x9FFF),
    (0x3000, 0x303F),
    (0xFF00, 0xFFEF),
    (0x2000, 0x22FF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2FFFF),
)


def decode_text(content: bytes, name: str) -> tuple[str, str]:
    """Decode a text file; return the text and the encoding it proved to be in.

    A mark at the start decides; then zero bytes (UTF-16); then what decodes without fault, UTF-8
    before GB18030, which hardly any other text does by chance; then, of a text that was cut or
    damaged in a few places, the encoding with the fewest bytes that fit none. Those become
    ``LOST`` characters; who reads the text says where.

    Raises:
        FileRefusedError: ``encoding_unknown``, or ``format_unknown`` where it is no text at all.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            text = _decode_nearly(content, encoding)
            if text is None:
                raise FileRefusedError("encoding_unknown", Place(file=name))
            return text.lstrip("\ufeff"), encoding
    if b"\x00" in content[:4096]:
        return _decode_wide(content, name)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text):
            return text, encoding
    nearly = {encoding: _decode_nearly(content, encoding) for encoding in ("utf-8", "gb18030")}
    fitting = {encoding: text for encoding, text in nearly.items() if text is not None}
    if not fitting:
        raise FileRefusedError("encoding_unknown", Place(file=name))
    best = min(fitting, key=lambda encoding: fitting[encoding].count(LOST))
    return fitting[best], best


def _decode_nearly(content: bytes, encoding: str) -> str | None:
    """Decode a text of which a few bytes may be lost; None where they are not few."""
    text = content.decode(encoding, errors="replace")
    lost = text.count(LOST)
    if lost:
        rules = reading()["encoding"]
        written = sum(not character.isascii() for character in text)
        if lost > max(rules["lost_least"], rules["lost_share"] * written):
            return None
    return text if _is_plausible(text) else None


def _decode_wide(content: bytes, name: str) -> tuple[str, str]:
    """Decode UTF-16 without a mark: the half with more zero bytes is the high one."""
    head = content[:4096]
    little = head[1::2].count(0) >= head[0::2].count(0)
    encoding = "utf-16-le" if little else "utf-16-be"
    text = _decode_nearly(content, encoding)
    if text is None:
        raise FileRefusedError("format_unknown", Place(file=name))
    return text, encoding


def _is_plausible(text: str) -> bool:
    """Say whether nearly all characters are ones that tables are written in."""
    sample = text[:20000]
    strange = sum(
        1
        for character in sample
        if character not in "\t\r\n"
        and not any(low <= ord(character) <= high for low, high in _USUAL)
    )
    return strange * 20 <= max(len(sample), 20)


def guess_encoding(samples: list[bytes]) -> str:
    """Choose between UTF-8 and GB18030 for attribute values, some of which may be cut short."""
    votes = {"utf-8": 0, "gb18030": 0}
    for sample in samples:
        if sample.isascii():
            continue
        for encoding in votes:
            text = sample.decode(encoding, errors="replace")
            # The last character of a field may be cut; anything else wrong is evidence.
            votes[encoding] += LOST not in text[:-1] and _is_plausible(text[:-1])
    return "utf-8" if votes["utf-8"] >= votes["gb18030"] else "gb18030"
