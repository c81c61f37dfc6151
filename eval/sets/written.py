"""Questions written for the training, about documents of a BEIR folder."""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from eval.errors import SetError
from eval.sets.beir import BeirFolder
from eval.sets.jsonl import decoded, given_bytes, numbered_lines, validated
from eval.sets.questions import Question, QuestionSet

_Offset = Annotated[int, Field(ge=0)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    question: Annotated[str, Field(min_length=1)]
    answer: tuple[_Offset, _Offset] | None


def load_written(path: Path, beir: BeirFolder) -> BeirFolder:
    """Return a BEIR folder with other questions.

    Args:
        path: JSON Lines with `document`, the id of the document that the question is about; `question`; and `answer`,
            the `[start, end)` of the answer in the document's text, in code points, or null if it does not answer.
        beir: The folder with the documents.

    Raises:
        SetError: A line is malformed, or names a document or an answer that the folder does not have.
    """
    texts = {identifier: text for identifier, _, text in beir.documents()}
    data = given_bytes(path)
    questions, grades, strings = [], dict[str, dict[str, int]](), dict[str, tuple[str, ...]]()
    for number, text in numbered_lines(decoded(data, path)):
        line = validated(_Line, text, path, number)
        identifier, document = str(number), texts.get(line.document)
        if document is None:
            raise SetError(f"{path}, line {number}: there is no document '{line.document}' in {beir.path}.")
        strings[identifier] = tuple[str, ...]()
        if line.answer is not None:
            answer = document[line.answer[0] : line.answer[1]]
            if not answer.strip():
                raise SetError(f"{path}, line {number}: document '{line.document}' has no text at {line.answer}.")
            grades[identifier], strings[identifier] = {line.document: 1}, (answer,)
        questions.append(Question(identifier, line.question, (), (), line.answer is not None, (), number))
    digest = hashlib.sha256(data).hexdigest()
    name = f"{beir.questions.name}-written"
    return BeirFolder(beir.path, QuestionSet(name, path, digest, tuple(questions)), grades, strings)
