import pytest

from corpus.readers.office.number_formats import BUILT_IN, shown, shown_text

MONEY = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("42", "General", "42"),
        ("0.30000000000000004", "General", "0.3"),
        ("-7.25", "General", "-7.25"),
        ("123456789012", "General", "123456789012"),
        ("1e20", "General", "1E+20"),
        ("0.00005", "General", "0.00005"),
        ("0.3333333333333333", "General", "0.333333333"),
        ("1234.567890123", "General", "1234.56789"),
        ("0.0000123456789", "General", "1.23457E-05"),
        ("1e-12", "General", "1E-12"),
        ("0.25", "0%", "25%"),
        ("0.125", "0.0%", "12.5%"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("1234567", "#,##0", "1,234,567"),
        ("999", "#,##0", "999"),
        ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"),
        ("0", '0;-0;"none"', "none"),
        ("-5", "0;[Red]-0", "-5"),
        ("-1234.5", "_-* #,##0.00\\ [$€-407]_-", "-1,234.50 €"),
        ("1234.5", MONEY, "$ 1,234.50"),
        ("0", MONEY, "$ -"),
        ("1234.5", "[$€-407] #,##0.00", "€ 1,234.50"),
        ("1234567", '0.0,,"M"', "1.2M"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("1.5", "# ?/?", "1 1/2"),
        ("0.75", "# ??/100", "75/100"),
        ("42", "00000", "00042"),
        ("5551234", "000-0000", "555-1234"),
        ("12.5", "0.0##", "12.5"),
        ("1.005", "0.00", "1.01"),
        ("3", '0 "boats"', "3 boats"),
        ("45", "0\\°C", "45°C"),
        ("9", '[>3]"many";"few"', "many"),
        ("2", '[>3]"many";"few"', "few"),
        ("7", ";;;", ""),
        ("1", "@", "1"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: str, code: str, expected: str) -> None:
    assert " ".join(shown(value, code).split()) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("44256", "yyyy-mm-dd", "2021-03-01"),
        ("44256", "d mmm yyyy", "1 Mar 2021"),
        ("44256", "dddd, mmmm d", "Monday, March 1"),
        ("44256", "[$-407]d. mmmm yyyy", "1. März 2021"),
        ("44256", "[$-F800]dddd, mmmm dd, yyyy", "2021-03-01"),
        ("44256", BUILT_IN[14], "2021-03-01"),
        ("44256.75", "dd/mm/yyyy hh:mm", "01/03/2021 18:00"),
        ("44256.75", "h:mm AM/PM", "6:00 PM"),
        ("0.5", "h:mm:ss", "12:00:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.0006944444", "mm:ss.0", "01:00.0"),
        ("44255.999999999", "yyyy-mm-dd hh:mm:ss", "2021-03-01 00:00:00"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_a_date_is_shown_as_its_format_says(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_days_may_be_counted_from_1904() -> None:
    assert shown("42794", "yyyy-mm-dd", since_1904=True) == "2021-03-01"


@pytest.mark.parametrize("value", ["-1", "99999999", "1e300"])
def test_a_number_that_is_no_date_is_shown_as_a_number(value: str) -> None:
    assert shown(value, "yyyy-mm-dd") == shown(value, "General")


@pytest.mark.parametrize("value", ["", "no number", "nan", "inf"])
def test_what_is_no_number_is_shown_as_it_is(value: str) -> None:
    assert shown(value, "0.00") == value


def test_a_text_is_shown_in_the_part_of_the_format_for_texts() -> None:
    assert shown_text("Lind", '"Capt. "@') == "Capt. Lind"
    assert shown_text("Lind", "0;0;0;@") == "Lind"
    assert shown_text("Lind", "0.00") == "Lind"


def test_a_format_of_any_length_is_read_quickly() -> None:
    assert shown("7", "0" * 100_000) == "7"
