"""Every error that mayshare raises on purpose, one class a cause.

    MayshareError
    ├── ConfigError             a setting is unknown, missing or of the wrong type
    ├── CorpusError             a document can't be read, or breaks a rule that ingest depends on
    │   └── UnreadableError     … its reader refused it or broke a limit of memory, time or size
    ├── ModelError              the embedding model is missing, or its files are not the pinned ones
    │   └── ModelHashError      … the bytes differ: both hashes are named
    ├── IndexError_             no index can serve
    │   ├── NoIndexError        nothing has been ingested yet
    │   ├── IndexCorruptError   a file of the generation differs from its manifest
    │   ├── IndexMismatchError  the generation was built with other settings, model or format
    │   └── NoGenerationError   a generation that was named isn't kept
    ├── IngestError             a new generation could not be built; the last good one still serves
    │   ├── IngestLockedError   another ingest holds the lock
    │   ├── DiskSpaceError      too little free space to build beside the live generation
    │   ├── VerifyError         the new generation failed its check in a fresh process
    │   ├── PublishError        the Chroma server didn't take the new generation
    │   ├── RunnerError         Ray isn't installed, can't be reached, or lost a text
    │   ├── StagedError         a staged generation isn't there, or what was live when it was made no longer is
    │   └── DraftError          a draft can't be kept, put live or taken back
    ├── VectorServerError       the Chroma server can't be reached in time, or doesn't hold this index
    ├── SwitchError             the chat can't be turned off without a note
    ├── NotAllowedError         a page or an action asks for a role that the person doesn't have
    ├── BusyError               as many questions as the settings allow are being answered or wait
    ├── QuestionFileError       a line of a batch file is not a question
    ├── LanguageModelError      a language model that the settings name can't be built
    ├── SourceListError         corpus/sources.toml is malformed, or doesn't list what was asked for
    ├── FetchError              an official source could not be fetched; what was there before stays
    │   ├── AddressRefusedError     the address is not https, not on the allow-list, or not a public one
    │   ├── RedirectError           a redirect leads off the allow-list, round in a circle or on and on
    │   ├── ConnectionFailedError   no such host, refused, or no trusted certificate
    │   ├── FetchTimeoutError       no answer in time
    │   ├── HttpStatusError         the server answered with an error
    │   ├── RateLimitedError        the server asks to wait longer than the settings allow
    │   ├── TooLargeError           the body is larger than the settings allow
    │   ├── BrokenBodyError         the body was cut off or can't be unpacked
    │   └── UnexpectedContentError  a body arrived, but not what the source serves
    └── EvaluationError         an evaluation can't be run or trusted
        ├── QuestionSetError    a question of the set is malformed, or its evidence is no longer in the corpus
        ├── RunFileError        a run or score file can't be read, or doesn't belong to this question set
        ├── TrainerFileError    what a trainer or a user wrote can't be kept; nothing was changed
        ├── WatchListError      an entry of the watch list is malformed
        ├── GateError           the new index answers worse than the gate or the watch list allows; it isn't live
        ├── BeirError           a folder isn't a BEIR set
        └── JudgeError          no language model is set as judge

Messages name the file, the line where there is one, and the mend. They never hold a user's question.
"""

from __future__ import annotations

from pathlib import Path


class MayshareError(Exception):
    """Base of all errors with a message meant for the user."""


class ConfigError(MayshareError):
    """A setting is unknown, missing or of the wrong type."""


class NotAllowedError(MayshareError):
    """A page or an action asks for a role that the person doesn't have; nothing was done."""


class CorpusError(MayshareError):
    """A document can't be read or breaks a rule that ingest depends on.

    Attributes:
        path: the file.
        line: 1-based line, or None where the whole file is meant.
    """

    def __init__(self, path: Path, problem: str, mend: str, line: int | None = None) -> None:
        self.path, self.line, self.problem, self.mend = path, line, problem, mend
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {problem} {mend}".strip())


class UnreadableError(CorpusError):
    """A file's reader refused it, or broke a limit of memory, time or size."""


class ModelError(MayshareError):
    """The embedding model is missing or can't be built."""


class ModelHashError(ModelError):
    """The bytes of a model file are not the pinned ones; nothing is loaded.

    Attributes:
        path: the file.
        expected, found: the two sha256 digests, as hex.
    """

    def __init__(self, path: Path, expected: str, found: str, mend: str) -> None:
        self.path, self.expected, self.found = path, expected, found
        super().__init__(f"{path}: the file is not the expected one. Expected sha256 {expected}, found {found}. {mend}")


class IndexError_(MayshareError):
    """No index can serve."""


class NoIndexError(IndexError_):
    """Nothing has been ingested yet."""


class IndexCorruptError(IndexError_):
    """A file of the generation differs from its manifest."""


class IndexMismatchError(IndexError_):
    """The generation was built with other settings, another model or another format."""


class NoGenerationError(IndexError_):
    """A generation that was named isn't kept."""


class IngestError(MayshareError):
    """A new generation could not be built; the last good one still serves."""


class IngestLockedError(IngestError):
    """Another ingest holds the lock."""


class DiskSpaceError(IngestError):
    """Too little free space to build a generation beside the live one."""


class VerifyError(IngestError):
    """The new generation failed its check in a fresh process."""


class PublishError(IngestError):
    """The Chroma server didn't take the new generation."""


class RunnerError(IngestError):
    """Ray isn't installed, can't be reached, or lost a text."""


class VectorServerError(MayshareError):
    """The Chroma server can't be reached in time, or doesn't hold this index. The message is a few words."""


class StagedError(IngestError):
    """A staged generation isn't there, or another one went live since it was staged."""


class DraftError(IngestError):
    """A draft can't be kept, put live or taken back."""


class SwitchError(MayshareError):
    """The chat can't be turned off without a note."""


class BusyError(MayshareError):
    """As many questions as the settings allow are being answered or wait."""


class QuestionFileError(MayshareError):
    """A line of a batch file is not a question."""


class EvaluationError(MayshareError):
    """An evaluation can't be run or trusted."""


class QuestionSetError(EvaluationError):
    """A question of the evaluation set is malformed, or its evidence is no longer in the corpus."""


class RunFileError(EvaluationError):
    """A run or score file can't be read, or doesn't belong to this question set."""


class TrainerFileError(EvaluationError):
    """What a trainer or a user wrote can't be kept; the message says why, and nothing was changed."""


class WatchListError(EvaluationError):
    """An entry of the watch list is malformed; the message names the file and the line."""


class GateError(EvaluationError):
    """The new index answers worse than the gate or the watch list allows; it was not put live."""


class BeirError(EvaluationError):
    """A folder isn't a BEIR set; the message names the file and the line."""


class JudgeError(EvaluationError):
    """No language model is set as judge, or it can't be loaded."""


class LanguageModelError(MayshareError):
    """A language model that the settings name can't be built."""


class SourceListError(MayshareError):
    """The list of official sources is malformed, or doesn't hold what was asked for."""


class FetchError(MayshareError):
    """An official source could not be fetched; what was there before stays.

    Attributes:
        url: the address that was asked.
    """

    def __init__(self, url: str, problem: str, mend: str = "") -> None:
        self.url = url
        super().__init__(f"{url}: {problem} {mend}".strip())


class AddressRefusedError(FetchError):
    """The address is not https, not on the allow-list, or resolves to one that isn't public."""


class RedirectError(FetchError):
    """A redirect leads off the allow-list, round in a circle or on and on.

    Attributes:
        target: where it leads to.
    """

    def __init__(self, url: str, target: str, problem: str, mend: str = "") -> None:
        self.target = target
        super().__init__(url, problem, mend)


class ConnectionFailedError(FetchError):
    """No such host, a refused connection, or no trusted certificate."""


class FetchTimeoutError(FetchError):
    """No answer, or not a whole one, in time."""


class HttpStatusError(FetchError):
    """The server answered with an error.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, url: str, status: int, mend: str = "") -> None:
        self.status = status
        super().__init__(url, f"the server answered with status {status}.", mend)


class RateLimitedError(FetchError):
    """The server asks to wait longer than the settings allow, or again and again."""


class TooLargeError(FetchError):
    """The body is larger than the settings allow."""


class BrokenBodyError(FetchError):
    """The body was cut off, or can't be unpacked."""


class UnexpectedContentError(FetchError):
    """A body arrived, but not what the source serves: an error page, another type, a changed shape."""
