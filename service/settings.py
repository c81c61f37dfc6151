"""All settings, in one frozen class that is built at the edge and passed down."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError
from embeddings.encoder import DEFAULT_ENCODER, default_exports_folder
from embeddings.encoder.cpus import usable_cpus
from service.setting_types import (
    Folder,
    Hosts,
    Keys,
    Origins,
    PathPrefix,
    Proxies,
    Questions,
    Workers,
    key_values,
    questions_of,
)

PREFIX = "FOOTNOTE_"

OPTIONS = ("data", "host", "port", "workers")
"""Settings that commands have as options of the same name."""

_MESSAGES: Mapping[str, str] = {
    "bool_parsing": "it must be true or false",
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
    "finite_number": "it must be a number",
    "string_too_short": "it must not be empty",
    "literal_error": "it must be {expected}",
    "greater_than": "it must be greater than {gt}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than_equal": "it must be at most {le}",
    "extra_forbidden": "there is no such setting",
}
"""Messages for the errors that pydantic words for programmers; `service.setting_types` words the others."""


class Settings(BaseSettings):
    """The settings. Each is an environment variable: `FOOTNOTE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Annotated[Folder, Field(description="Folder with the documents and everything derived from them.")] = (
        platformdirs.user_data_path("footnote")
    )
    store: Annotated[
        SecretStr | None,
        Field(description="Address of a PostgreSQL database that has the documents, in place of the data folder."),
    ] = None
    store_file: Annotated[
        Folder | None, Field(description="File with the address of the PostgreSQL database, in place of the setting.")
    ] = None
    encoder: Annotated[
        str,
        Field(
            min_length=1,
            description="The encoder: the name of one installed with Footnote, a sentence-transformers folder, or the "
            "name of a model on the Hugging Face Hub (the only one that uses the network).",
        ),
    ] = DEFAULT_ENCODER
    precision: Annotated[
        Literal["auto", "int8", "float32", "bfloat16"],
        Field(
            description="Precision of the encoder. `auto` is that of the stored documents; for a new store int8 on a "
            "CPU, which is fastest, and float32 on a GPU.",
        ),
    ] = "auto"
    exports: Annotated[
        Folder | None,
        Field(
            description="Folder for the prepared encoder, which runs without torch. By default it is in the user's "
            "cache folder, or, if that cannot be written, in the data folder."
        ),
    ] = None
    passage_tokens: Annotated[
        int,
        Field(ge=32, le=2048, description="Target size of passages in tokens; 200 are 800 to 1,000 characters."),
    ] = 200
    title_tokens: Annotated[int, Field(ge=0, le=128, description="Tokens of the title encoded with each passage.")] = 32
    cleaning: Annotated[
        bool,
        Field(description="Exclude text copied along with an article from passages: menus, teasers, comments."),
    ] = True
    reader: Annotated[
        str,
        Field(
            min_length=1,
            description="The reader, which reads the best passages together with the question: `default`, `off`, or a "
            "folder with a reader that `footnote-eval train` made or a sentence-transformers CrossEncoder.",
        ),
    ] = "default"
    candidates: Annotated[int, Field(ge=10, le=1000, description="Passages that retrieval passes to reranking.")] = 100
    context: Annotated[bool, Field(description="Read follow-up questions together with the turns before them.")] = True
    per_document: Annotated[
        int,
        Field(ge=1, le=100, description="Passages of one document before close-scoring ones of others go first."),
    ] = 3
    refused_answerable: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of answerable questions that may be answered 'not_found'. A higher share refuses more "
            "unanswerable questions; 0 refuses none. The calibration gives the corresponding score.",
        ),
    ] = 0.05
    wrong_answers: Annotated[
        float,
        Field(
            gt=0,
            le=0.5,
            description="Greatest share of claimed answers that may be wrong. An answer without enough evidence for it "
            "is 'uncertain'. The calibration gives the border.",
        ),
    ] = 0.3
    calibration: Annotated[
        Folder | None,
        Field(description="Calibration made by `footnote-eval calibrate`; the default encoder has one by default."),
    ] = None
    admin_keys: Annotated[
        Keys,
        Field(
            description="Keys that may add and remove documents over HTTP, separated by commas, each of at least 16 "
            "characters. Without one, nobody can.",
        ),
    ] = None
    ask_keys: Annotated[
        Keys,
        Field(
            description="Keys that may ask, separated by commas, each of at least 16 characters. Without one, "
            "everyone can.",
        ),
    ] = None
    access: Annotated[
        Folder | None,
        Field(description="File with more keys, sites, origins, hosts and proxies, read again when it changes."),
    ] = None
    origins: Annotated[
        Origins,
        Field(
            description="Origins, such as https://www.example.org, whose pages may ask, rate and read documents, "
            "separated by commas. Without one, only the service's own pages may.",
        ),
    ] = None
    proxies: Annotated[
        Proxies,
        Field(
            description="Trusted reverse proxies, whose X-Forwarded-For gives the client's address, separated by "
            "commas: addresses, or networks such as 10.0.0.0/8.",
        ),
    ] = None
    root_path: Annotated[
        PathPrefix,
        Field(
            description="Path prefix below which a reverse proxy publishes the service, such as /answers; without one, "
            "a trusted proxy can send it as X-Forwarded-Prefix.",
        ),
    ] = None
    requests_per_minute: Annotated[
        int, Field(ge=0, le=1_000_000, description="Requests per minute and address without a key; 0 means no limit.")
    ] = 300
    key_requests_per_minute: Annotated[
        int, Field(ge=0, le=1_000_000, description="Requests per minute and key; 0 means no limit.")
    ] = 1200
    feedback_per_minute: Annotated[
        int,
        Field(ge=0, le=1_000_000, description="Ratings given or withdrawn per minute and client; 0 means no limit."),
    ] = 30
    concurrent: Annotated[
        int, Field(ge=1, le=65_536, description="Requests in progress or waiting at the same time.")
    ] = 512
    concurrent_per_client: Annotated[
        int, Field(ge=1, le=65_536, description="Requests of one client in progress or waiting at the same time.")
    ] = 64
    connections: Annotated[
        int, Field(ge=16, le=65_536, description="Open connections; one address may use a quarter of them.")
    ] = 1024
    upload_mebibytes: Annotated[int, Field(ge=1, le=4096, description="Maximum mebibytes of files in one upload.")] = (
        256
    )
    parse_seconds: Annotated[
        int,
        Field(
            ge=2,
            le=600,
            description="Seconds for reading and splitting one file, per started 8 MiB, of wall-clock time and of "
            "processor time.",
        ),
    ] = 30
    hosts: Annotated[
        Hosts,
        Field(
            description="Host names of the service, such as answers.example.org, separated by commas; `*` accepts any. "
            "Addresses and names without a dot are always accepted.",
        ),
    ] = None
    suggested_questions: Annotated[
        Questions,
        Field(
            description="Questions that the empty page offers, separated by `|`. By default those of the starter "
            "documents, while there are no others.",
        ),
    ] = None
    originals: Annotated[
        bool,
        Field(
            description="Keep the original of each PDF in the data folder, to show its pages with cited words marked."
        ),
    ] = False
    feedback: Annotated[bool, Field(description="Accept ratings of answers over HTTP.")] = True
    feedback_limit: Annotated[
        int, Field(ge=1, le=1_000_000, description="Maximum number of stored ratings; further ones are refused.")
    ] = 10_000
    refresh_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="Seconds between checks of a running server for documents ingested by another process.",
        ),
    ] = 0.2
    wait_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="Maximum seconds that a question waits in the queue. One that would wait longer is refused at "
            "once.",
        ),
    ] = 1.5
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="Log format of `footnote serve` on standard error: `text` for people, `json` for programs."),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Lowest level that `footnote serve` logs; requests are logged at `info`."),
    ] = "info"
    log_questions: Annotated[
        bool,
        Field(description="Log questions, and the messages of unexpected errors, which may quote them."),
    ] = False
    host: Annotated[str, Field(min_length=1, description="Address that `footnote serve` listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port that `footnote serve` listens on; 0 takes a free one.")
    ] = 8000
    workers: Annotated[
        Workers,
        Field(
            description="Processes of `footnote serve` that answer, on one port: a number, or `auto` for one for each "
            "processor. More than one needs Linux."
        ),
    ] = 1

    @property
    def worker_count(self) -> int:
        """Number of processes that answer."""
        return usable_cpus() if self.workers == "auto" else int(self.workers)

    @property
    def exports_folder(self) -> Path:
        """Folder of prepared encoders."""
        return self.exports or default_exports_folder(self.data)

    @property
    def store_uri(self) -> str | None:
        """The address in `store` or `store_file`; None for a store in the data folder.

        Raises:
            SettingsError: Both are set, or the file cannot be read.
        """
        if self.store_file is None:
            return None if self.store is None else self.store.get_secret_value().strip()
        if self.store is not None:
            raise SettingsError("FOOTNOTE_STORE and FOOTNOTE_STORE_FILE are both set. Remove one of them.")
        try:
            return self.store_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                f"The file {self.store_file} of FOOTNOTE_STORE_FILE cannot be read. Correct its path or its rights."
            ) from None

    @property
    def suggested_question_values(self) -> tuple[str, ...]:
        """The questions in `suggested_questions`."""
        return questions_of(self.suggested_questions)

    @property
    def admin_key_values(self) -> tuple[str, ...]:
        """The keys in `admin_keys`."""
        return key_values(self.admin_keys)

    @property
    def ask_key_values(self) -> tuple[str, ...]:
        """The keys in `ask_keys`."""
        return key_values(self.ask_keys)


def load_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:  # noqa: ANN401
    """Return the settings from the environment and a command's options.

    Args:
        environment: Searched for unknown names; the process's environment if None.
        given: Settings by name, which override the environment. None means not given.

    Raises:
        SettingsError: A value is invalid, or a `FOOTNOTE_` variable is not a setting.
    """
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        name
        for name in (os.environ if environment is None else environment)
        if name.upper().startswith(PREFIX) and name.upper() not in names
    )
    if unknown:
        raise SettingsError(f"There is no setting {unknown[0]}. Unset it, then list the settings with: footnote config")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        field, message = str(first["loc"][0]), _MESSAGES.get(first["type"])
        name = f"--{field}" if field in OPTIONS and given.get(field) is not None else PREFIX + field.upper()
        reason = first["msg"] if message is None else message.format(**first.get("ctx", {}))
        raise SettingsError(f"{name} is not usable: {reason}. See docs/settings.md or: footnote config") from error
