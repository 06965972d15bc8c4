import pytest

from planner.inputs.encodings import decode
from planner.inputs.files import UnusableFileError


@pytest.mark.parametrize(("data", "text", "encoding"), [
    ("养老院".encode(), "养老院", "utf-8"), (b"\xef\xbb\xbfabc", "abc", "utf-8"), ("䶮山𬇙水".encode("gb18030"), "䶮山𬇙水", "gb18030"),
    ("福安养老院".encode("gbk"), "福安养老院", "gb18030"), ("表\t1".encode("utf-16"), "表\t1", "utf-16"), (b"", "", "utf-8")])
def test_text(data, text, encoding):
    assert decode(data) == (text, encoding)


def test_bytes_that_are_no_text():
    with pytest.raises(UnusableFileError) as caught:
        decode(b"\xff\x00\xfe\x80" * 40)
    assert caught.value.sentence == "file_not_text"


def test_damaged_utf8_is_not_read_as_nonsense_in_gb18030():
    data = ("名称\n" + "福安养老院" * 20 + "\n").encode()
    damaged = data[:30] + b"\xff" + data[31:]
    with pytest.raises(UnusableFileError) as caught:
        decode(damaged)
    assert (caught.value.sentence, caught.value.row) == ("file_damaged_text", 2)


def test_a_nul_is_no_text():
    with pytest.raises(UnusableFileError) as caught:
        decode(b"a,b\n1,\x002\n")
    assert (caught.value.code, caught.value.row) == ("file_unreadable", 2)
