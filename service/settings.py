"""Every setting, in one frozen class built at the edge and passed down."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError
from embeddings.encoder import DEFAULT_ENCODER, default_exports_folder
from service.access import (
    KEY_RULE,
    Network,
    is_usable,
    parsed_hosts,
    parsed_origins,
    parsed_prefix,
    parsed_proxies,
    separated,
)

__all__ = ["PREFIX", "Settings", "load_settings"]

PREFIX = "FOOTNOTE_"

MAX_SUGGESTED, MAX_SUGGESTED_CHARACTERS = 12, 200
"""What fits on a page that is to be asked on."""


def _named(folder: object) -> object:
    if folder == "":  # it would stand for the folder that the command happens to run in
        raise PydanticCustomError("empty", "it must not be empty")
    return Path(folder).expanduser() if isinstance(folder, str | Path) else folder


def _usable(keys: SecretStr | None) -> SecretStr | None:
    if keys is not None and not all(map(is_usable, separated(keys.get_secret_value()))):
        raise PydanticCustomError("key", "each key " + KEY_RULE)
    return keys


def _key_values(keys: SecretStr | None) -> tuple[str, ...]:
    return () if keys is None else separated(keys.get_secret_value())


def _as_browsers_write(origins: str | None) -> str | None:
    return None if origins is None else ",".join(parsed_origins(origins))


def _proxies(proxies: str | None) -> tuple[Network, ...]:
    return parsed_proxies([proxy.strip() for proxy in (proxies or "").split(",") if proxy.strip()])


def _named_proxies(proxies: str | None) -> str | None:
    _proxies(proxies)
    return proxies


def _path_prefix(prefix: str | None) -> str | None:
    return None if prefix is None else parsed_prefix(prefix)


def _as_hosts(hosts: str | None) -> str | None:
    return None if hosts is None else ",".join(parsed_hosts(hosts))


def _few_and_short(questions: str | None) -> str | None:
    parts = _questions(questions)
    if len(parts) > MAX_SUGGESTED or any(len(question) > MAX_SUGGESTED_CHARACTERS for question in parts):
        raise PydanticCustomError(
            "suggested_questions",
            f"at most {MAX_SUGGESTED} questions of at most {MAX_SUGGESTED_CHARACTERS} characters can be suggested",
        )
    return questions


def _questions(questions: str | None) -> tuple[str, ...]:
    return tuple(question.strip() for question in (questions or "").split("|") if question.strip())


class Settings(BaseSettings):
    """How Footnote behaves. Each setting is an environment variable: `FOOTNOTE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Annotated[
        Path,
        BeforeValidator(_named),
        Field(description="Folder that holds the documents and everything made of them."),
    ] = platformdirs.user_data_path("footnote")
    encoder: Annotated[
        str,
        Field(
            min_length=1,
            description="The encoder: its name if installed with Footnote, a sentence-transformers folder, or the name "
            "of a model on the Hugging Face Hub (the only case that uses the network).",
        ),
    ] = DEFAULT_ENCODER
    precision: Annotated[
        Literal["auto", "int8", "float32", "bfloat16"],
        Field(
            description="What the encoder computes in. `auto` is what the stored documents were encoded in; for a new "
            "store int8 on a CPU, which is the quickest, and float32 on a GPU.",
        ),
    ] = "auto"
    exports: Annotated[
        Path | None,
        BeforeValidator(_named),
        Field(
            description="Folder for the prepared encoder, which runs without torch. By default it is in the user's "
            "cache folder, or, if that cannot be written, in the data folder.",
        ),
    ] = None
    passage_tokens: Annotated[
        int,
        Field(
            ge=32,
            le=2048,
            description="Tokens that passages are packed to; about 200 make 800 to 1,000 characters.",
        ),
    ] = 200
    title_tokens: Annotated[
        int,
        Field(ge=0, le=128, description="Tokens of the title that are encoded with each passage."),
    ] = 32
    cleaning: Annotated[
        bool,
        Field(description="Keep out of passages what was copied along with an article: menus, teasers, comments."),
    ] = True
    candidates: Annotated[
        int,
        Field(ge=10, le=1000, description="Passages that retrieval hands to reranking."),
    ] = 100
    context: Annotated[
        bool,
        Field(description="Read follow-up questions together with the turns before them."),
    ] = True
    per_document: Annotated[
        int,
        Field(ge=1, le=100, description="Passages of one document, after which others come first if they score close."),
    ] = 3
    refused_answerable: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of answerable questions that may be answered 'not_found', so that more of the others "
            "are; 0 refuses none. The calibration says which score that is.",
        ),
    ] = 0.05
    calibration: Annotated[
        Path | None,
        BeforeValidator(_named),
        Field(description="Calibration made by `footnote-eval calibrate`; the default encoder's comes with Footnote."),
    ] = None
    admin_keys: Annotated[
        SecretStr | None,
        AfterValidator(_usable),
        Field(
            description="Keys that may add and remove documents over HTTP, separated by commas, each of at least 16 "
            "characters. Without one, nobody can.",
        ),
    ] = None
    ask_keys: Annotated[
        SecretStr | None,
        AfterValidator(_usable),
        Field(
            description="Keys that may ask, separated by commas, each of at least 16 characters. Without one, "
            "everybody may.",
        ),
    ] = None
    access: Annotated[
        Path | None,
        BeforeValidator(_named),
        Field(description="File of more keys, sites, origins, hosts and proxies; read again when it changes."),
    ] = None
    origins: Annotated[
        str | None,
        AfterValidator(_as_browsers_write),
        Field(
            description="Origins, such as https://www.example.org, whose pages may ask, rate and read documents here, "
            "separated by commas. Without one, only the service's own pages may.",
        ),
    ] = None
    proxies: Annotated[
        str | None,
        AfterValidator(_named_proxies),
        Field(
            description="Reverse proxies that are believed when they say whom they ask for, separated by commas: "
            "addresses, or networks such as 10.0.0.0/8.",
        ),
    ] = None
    root_path: Annotated[
        str | None,
        AfterValidator(_path_prefix),
        Field(
            description="Path prefix below which a reverse proxy publishes the service, such as /answers; without one, "
            "a trusted proxy can send it as X-Forwarded-Prefix.",
        ),
    ] = None
    requests_per_minute: Annotated[
        int, Field(ge=0, le=1_000_000, description="Requests that an address may make without a key; 0 sets no limit.")
    ] = 300
    key_requests_per_minute: Annotated[
        int, Field(ge=0, le=1_000_000, description="Requests that may be made with one key; 0 sets no limit.")
    ] = 1200
    feedback_per_minute: Annotated[
        int, Field(ge=0, le=1_000_000, description="Ratings given or taken back by one client; 0 sets no limit.")
    ] = 30
    concurrent: Annotated[
        int, Field(ge=1, le=65_536, description="Requests that are answered or wait at the same time.")
    ] = 512
    concurrent_per_client: Annotated[
        int, Field(ge=1, le=65_536, description="Requests of one client that are answered or wait at the same time.")
    ] = 64
    connections: Annotated[
        int, Field(ge=16, le=65_536, description="Connections open at once; a quarter of them from one address.")
    ] = 1024
    upload_mebibytes: Annotated[
        int, Field(ge=1, le=4096, description="Mebibytes of files that may be uploaded at once.")
    ] = 256
    parse_seconds: Annotated[
        int, Field(ge=2, le=600, description="Seconds that reading one file may take, and of processor time.")
    ] = 30
    hosts: Annotated[
        str | None,
        AfterValidator(_as_hosts),
        Field(
            description="Host names, such as answers.example.org, that the service is asked under, separated by "
            "commas; `*` takes any. Addresses and names without a dot need not be named.",
        ),
    ] = None
    suggested_questions: Annotated[
        str | None,
        AfterValidator(_few_and_short),
        Field(
            description="Questions that an empty page offers, separated by `|`. Without any, those of the starter "
            "documents, as long as there are no others.",
        ),
    ] = None
    feedback: Annotated[
        bool, Field(description="Whether ratings of answers are taken over HTTP and kept in the data folder.")
    ] = True
    feedback_limit: Annotated[
        int, Field(ge=1, le=1_000_000, description="Ratings kept at most; when they are there, no more are taken.")
    ] = 10_000
    refresh_seconds: Annotated[
        float,
        Field(gt=0, le=60, description="How often a running server looks for what another process ingested."),
    ] = 0.2
    wait_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="How long a question may have to wait for its turn; one that would wait longer is refused at "
            "once.",
        ),
    ] = 1.5
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="What `footnote serve` logs on standard error: `text` for people, `json` for programs."),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="The least that `footnote serve` logs; each request is logged at `info`."),
    ] = "info"
    log_questions: Annotated[
        bool,
        Field(description="Whether the log may hold questions, and what unexpected errors say, which may quote them."),
    ] = False
    host: Annotated[str, Field(min_length=1, description="Address that `footnote serve` listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port that `footnote serve` listens on; 0 takes a free one.")
    ] = 8000

    @property
    def exports_folder(self) -> Path:
        """Folder of prepared encoders."""
        return self.exports or default_exports_folder(self.data)

    @property
    def suggested_question_values(self) -> tuple[str, ...]:
        """The questions in `suggested_questions`, one by one."""
        return _questions(self.suggested_questions)

    @property
    def host_values(self) -> tuple[str, ...]:
        """The names in `hosts`, one by one, and the one that it listens on."""
        return (*parsed_hosts(self.hosts or ""), self.host.lower())

    @property
    def origin_values(self) -> tuple[str, ...]:
        """The origins in `origins`, one by one."""
        return parsed_origins(self.origins or "")

    @property
    def admin_key_values(self) -> tuple[str, ...]:
        """The keys in `admin_keys`, one by one."""
        return _key_values(self.admin_keys)

    @property
    def ask_key_values(self) -> tuple[str, ...]:
        """The keys in `ask_keys`, one by one."""
        return _key_values(self.ask_keys)

    @property
    def proxy_values(self) -> tuple[Network, ...]:
        """The networks in `proxies`, one by one."""
        return _proxies(self.proxies)


def load_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:  # noqa: ANN401
    """Build the settings from the environment and from what a command was given.

    Args:
        environment: Where to look for names that Footnote does not know; the process's own if None.
        given: Settings by name, which win over the environment; None stands for not given.

    Raises:
        SettingsError: A value is out of bounds, or a `FOOTNOTE_` variable has no setting.
    """
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        name
        for name in (os.environ if environment is None else environment)
        if name.upper().startswith(PREFIX) and name.upper() not in names
    )
    if unknown:
        raise SettingsError(
            f"There is no setting {unknown[0]}. List them with: footnote config (unset {unknown[0]} first)"
        )
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsError(
            f"{name} is not usable: {first['msg'].lower()}. See docs/settings.md or: footnote config"
        ) from error
