"""Every error that mayshare raises on purpose, one class a cause.

    MayshareError
    ├── ConfigError             a setting is unknown, missing or of the wrong type
    ├── CorpusError             a document can't be read, or breaks a rule that ingest depends on
    ├── ModelError              the embedding model is missing, or its files are not the pinned ones
    │   └── ModelHashError      … the bytes differ: both hashes are named
    ├── IndexError_             no index can serve
    │   ├── NoIndexError        nothing has been ingested yet
    │   ├── IndexCorruptError   a file of the generation differs from its manifest
    │   └── IndexMismatchError  the generation was built with other settings, model or format
    ├── IngestError             a new generation could not be built; the last good one still serves
    │   ├── IngestLockedError   another ingest holds the lock
    │   ├── DiskSpaceError      too little free space to build beside the live generation
    │   ├── VerifyError         the new generation failed its check in a fresh process
    │   ├── StagedError         a staged generation isn't there, or what was live when it was made no longer is
    │   └── DraftError          a draft can't be kept, put live or taken back
    ├── SwitchError             the chat can't be turned off without a note
    ├── QuestionFileError       a line of a batch file is not a question
    ├── LanguageModelError      a language model that the settings name can't be built
    └── EvaluationError         an evaluation can't be run or trusted
        ├── QuestionSetError    a question of the set is malformed, or its evidence is no longer in the corpus
        ├── RunFileError        a run or score file can't be read, or doesn't belong to this question set
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


class IngestError(MayshareError):
    """A new generation could not be built; the last good one still serves."""


class IngestLockedError(IngestError):
    """Another ingest holds the lock."""


class DiskSpaceError(IngestError):
    """Too little free space to build a generation beside the live one."""


class VerifyError(IngestError):
    """The new generation failed its check in a fresh process."""


class StagedError(IngestError):
    """A staged generation isn't there, or another one went live since it was staged."""


class DraftError(IngestError):
    """A draft can't be kept, put live or taken back."""


class SwitchError(MayshareError):
    """The chat can't be turned off without a note."""


class QuestionFileError(MayshareError):
    """A line of a batch file is not a question."""


class EvaluationError(MayshareError):
    """An evaluation can't be run or trusted."""


class QuestionSetError(EvaluationError):
    """A question of the evaluation set is malformed, or its evidence is no longer in the corpus."""


class RunFileError(EvaluationError):
    """A run or score file can't be read, or doesn't belong to this question set."""


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
