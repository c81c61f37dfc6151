"""Settings: bounded, named, frozen, and refused with a sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from corpus.errors import SettingsError
from service.settings import PREFIX, Settings, load_settings

BOUNDS: dict[str, tuple[float, float]] = {
    "passage_tokens": (32, 2048),
    "title_tokens": (0, 128),
    "candidates": (10, 1000),
    "per_document": (1, 100),
    "refused_answerable": (0, 0.5),
    "wrong_answers": (0.001, 0.5),
    "feedback_limit": (1, 1_000_000),
    "requests_per_minute": (0, 1_000_000),
    "key_requests_per_minute": (0, 1_000_000),
    "feedback_per_minute": (0, 1_000_000),
    "concurrent": (1, 65_536),
    "concurrent_per_client": (1, 65_536),
    "connections": (16, 65_536),
    "upload_mebibytes": (1, 4096),
    "parse_seconds": (2, 600),
    "port": (0, 65535),
    "refresh_seconds": (0.001, 60),
    "wait_seconds": (0.001, 60),
}
"""The smallest and the greatest value that must be taken."""

BEYOND: dict[str, tuple[float, float]] = {
    **{name: (a - 1, b + 1) for name, (a, b) in BOUNDS.items()},
    "refused_answerable": (-0.001, 0.501),
    "wrong_answers": (0, 0.501),
    "refresh_seconds": (0, 60.001),
    "wait_seconds": (0, 60.001),
}
EACH_END = [(name, end) for name in BOUNDS for end in (0, 1)]


def test_every_number_has_bounds_that_are_tested_here() -> None:
    numbers = {name for name, field in Settings.model_fields.items() if field.annotation in (int, float)}

    assert numbers == set(BOUNDS)


@pytest.mark.parametrize(("name", "end"), EACH_END)
def test_a_number_at_its_bound_is_taken(name: str, end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    value = BOUNDS[name][end]
    monkeypatch.setenv(PREFIX + name.upper(), str(value))

    assert getattr(load_settings(), name) == value


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("port", "abc", "it must be a whole number"),
        ("wait_seconds", "abc", "it must be a number"),
        ("cleaning", "maybe", "it must be true or false"),
        ("encoder", "", "it must not be empty"),
        ("log_format", "xml", "it must be 'text' or 'json'"),
        ("admin_keys", "short", "each key must have 16 to 512 printable ASCII characters"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_plain_words(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), value)
    with pytest.raises(SettingsError, match=f"^{PREFIX}{name.upper()} is not usable: {told}"):
        load_settings()


@pytest.mark.parametrize(("name", "end"), EACH_END)
def test_a_number_past_its_bound_is_refused_by_its_name(name: str, end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    value = BEYOND[name][end]
    monkeypatch.setenv(PREFIX + name.upper(), str(value))

    with pytest.raises(SettingsError) as refused:
        load_settings()

    message = str(refused.value)
    assert message.startswith(f"{PREFIX}{name.upper()} is not usable: it must be ")
    assert message.endswith(". See docs/settings.md or: footnote config")
    assert "\n" not in message


@pytest.mark.parametrize("value", ["", "many", "nan", "inf", "-inf", "1e999", "0x20", "32 tokens", "32.5"])
def test_what_is_no_number_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BOUNDS:
        if name in ("refresh_seconds", "wait_seconds") and value == "32.5":
            continue
        monkeypatch.setenv(PREFIX + name.upper(), value)
        with pytest.raises(SettingsError, match=PREFIX + name.upper()):
            load_settings()
        monkeypatch.delenv(PREFIX + name.upper())


@pytest.mark.parametrize("name", ["FOOTNOTE_PASAGE_TOKENS", "footnote_colour", "FOOTNOTE_"])
def test_an_unknown_name_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value) == f"There is no setting {name}. Unset it, then list the settings with: footnote config"


def test_an_unknown_name_in_a_given_environment_is_refused() -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_COLOUR"):
        load_settings({"FOOTNOTE_COLOUR": "blue"})
    load_settings({"PATH": "/bin", "FOOTNOTE_PORT": "1"})


def test_an_unknown_setting_given_by_a_command_is_refused() -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_COLOUR is not usable"):
        load_settings(colour="blue")


def test_other_programs_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTES", "7")
    monkeypatch.setenv("MY_FOOTNOTE_PORT", "7")

    assert load_settings().port == 8000


def test_the_environment_is_read_whatever_the_case(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_ENCODER", "some/model")
    monkeypatch.setenv("footnote_port", "0")
    monkeypatch.setenv("FOOTNOTE_PER_DOCUMENT", "7")
    monkeypatch.setenv("FOOTNOTE_HOST", "::1")

    settings = load_settings()

    assert (settings.data, settings.encoder, settings.port) == (tmp_path, "some/model", 0)
    assert (settings.per_document, settings.host) == (7, "::1")


def test_what_a_command_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", "/somewhere")
    monkeypatch.setenv("FOOTNOTE_PORT", "1234")

    settings = load_settings(data=tmp_path, port=None)

    assert settings.data == tmp_path
    assert settings.port == 1234  # None stands for not given


def test_a_given_value_out_of_bounds_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^--port is not usable"):
        load_settings(port=65536)


@pytest.mark.parametrize("name", ["FOOTNOTE_ENCODER", "FOOTNOTE_HOST", "FOOTNOTE_DATA", "FOOTNOTE_CALIBRATION"])
def test_an_empty_value_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")

    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_settings_do_not_change() -> None:
    settings = load_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    assert load_settings().model_dump().keys() == Settings.model_fields.keys()
    for field in Settings.model_fields.values():
        assert field.description
        assert field.description.endswith(".")


def test_a_value_is_never_repeated_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PORT", "hunter2")

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert "hunter2" not in str(refused.value)


def test_a_tilde_stands_for_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_DATA", "~/documents")
    assert load_settings().data == tmp_path / "documents"


def test_administrators_keys_are_read_one_by_one_and_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().admin_key_values == ()
    monkeypatch.setenv("FOOTNOTE_ADMIN_KEYS", " first-key-of-the-operator, second-key-of-the-operator ,")
    settings = load_settings()

    assert settings.admin_key_values == ("first-key-of-the-operator", "second-key-of-the-operator")
    assert "first-key" not in f"{settings!r} {settings} {settings.admin_keys} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "keys", ["short", "long-enough-key-of-the-operator,short", "with a space in the key", "clé" * 9, "x" * 513]
)
@pytest.mark.parametrize("name", ["FOOTNOTE_ADMIN_KEYS", "FOOTNOTE_ASK_KEYS"])
def test_a_key_that_is_short_or_cannot_be_sent_is_refused_and_not_shown(
    keys: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, keys)

    with pytest.raises(SettingsError, match=f"{name} is not usable: each key must have 16 to 512") as refused:
        load_settings()

    assert keys not in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize("given", ["|".join("abcdefghijklm"), "x" * 201])
def test_more_questions_than_a_page_holds_cannot_be_suggested(given: str) -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_SUGGESTED_QUESTIONS is not usable: at most 12 questions"):
        load_settings({}, suggested_questions=given)
