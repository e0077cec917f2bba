"""Other tools' files: Label Studio tasks, doccano lines, Argilla records. Python objects in and out, no file.

Formats: labelstud.io/guide/task_format and /guide/predictions; doccano's text classification JSONL
(``label`` a list); Argilla's ``Record.to_dict``. Our identifier travels as ``identifiant``: all three tools
use ``id`` for a number of their own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.domains import DOMAINS
from pipeline.errors import nearest
from pipeline.schema import Fault

QUESTION, ID, ROW = "domaine", "identifiant", "ligne"
_USERS = uuid.UUID("8d7f6f0e-2b55-5c0a-9a3c-0d5a1e8f2016")


@dataclass(frozen=True)
class Answer:
    """What one person said of a row; ``at`` is a time in UTC, or ``""`` when the tool does not say."""

    annotator: str
    label: str
    at: str = ""


@dataclass(frozen=True)
class Item:
    """A row as tools exchange it: what the model suggests (score from 0 to 1), and what people answered."""

    id: str
    row: int
    text: str
    suggestion: str = ""
    score: float | None = None
    model: str = ""
    answers: tuple[Answer, ...] = ()


def to_label_studio(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Give Label Studio tasks: the suggestion as a prediction, the answers as annotations."""
    return [
        {
            "data": {"text": item.text, ID: item.id, ROW: item.row},
            "predictions": [{"model_version": item.model, "score": item.score, "result": [_choice(item.suggestion)]}]
            if item.suggestion
            else [],
            "annotations": [
                {
                    "completed_by": {"email": answer.annotator},
                    "created_at": answer.at,
                    "was_cancelled": False,
                    "result": [_choice(answer.label)],
                }
                for answer in item.answers
            ],
        }
        for item in items
    ]


def label_studio_setup(labels: Sequence[str]) -> str:
    """Give the labelling interface that these tasks need, to paste in Label Studio's settings."""
    choices = "".join(f'<Choice value="{label}"/>' for label in labels)
    return (
        f'<View><Text name="text" value="$text"/><Choices name="{QUESTION}" toName="text" choice="single">'
        f"{choices}</Choices></View>"
    )


def to_doccano(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Give doccano's lines; a suggestion is not a label there, or it would come back as if a person had chosen it."""
    return [
        {
            "text": item.text,
            "label": sorted({answer.label for answer in item.answers}),
            ID: item.id,
            ROW: item.row,
            "domaine_propose": item.suggestion,
        }
        for item in items
    ]


def to_argilla(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Give Argilla records; a user there is a UUID, made from the name, and the names go along."""
    return [
        {
            "id": f"{item.row}",
            "fields": {"text": item.text},
            "metadata": {ID: item.id, ROW: item.row, "annotateurs": [answer.annotator for answer in item.answers]},
            "suggestions": {QUESTION: {"value": item.suggestion, "score": item.score, "agent": item.model}}
            if item.suggestion
            else {},
            "responses": {
                QUESTION: [{"value": answer.label, "user_id": _user(answer.annotator)} for answer in item.answers]
            }
            if item.answers
            else {},
            "vectors": {},
        }
        for item in items
    ]


def from_label_studio(tasks: Sequence[Any], file: str) -> tuple[list[Item], list[Fault]]:
    """Read Label Studio's export, JSON or JSON-MIN; cancelled annotations are left out."""
    return _read(tasks, file, _label_studio_item)


def from_doccano(lines: Sequence[Any], file: str, annotator: str) -> tuple[list[Item], list[Fault]]:
    """Read doccano's export; its file does not say who, so ``annotator`` does."""
    return _read(lines, file, lambda line: _doccano_item(line, annotator))


def from_argilla(records: Sequence[Any], file: str) -> tuple[list[Item], list[Fault]]:
    """Read Argilla records; answers that were discarded or are drafts are left out."""
    return _read(records, file, _argilla_item)


def known_label(written: str, labels: Sequence[str]) -> str | None:
    """Give the label meant by its key or its name in either language, or ``None``.

    >>> known_label("Accès au numérique", ["acces_numerique", "autre"])
    'acces_numerique'
    """
    names = {name: domain.key for domain in DOMAINS for name in (domain.name.casefold(), domain.name_en.casefold())}
    found = written if written in labels else names.get(written.strip().casefold(), written.strip().casefold())
    return found if found in labels else None


def checked(items: Iterable[Item], labels: Sequence[str], file: str) -> tuple[list[Item], list[Fault]]:
    """Keep the items whose labels are known, in their keys; the others are faults with their place."""
    kept, faults = [], []
    for place, item in enumerate(items, start=1):
        found = [(answer, known_label(answer.label, labels)) for answer in item.answers]
        unknown = [answer.label for answer, label in found if label is None]
        if unknown:
            close = nearest(unknown[0], labels)
            hint = f"vouliez-vous dire « {close} » ?" if close else f"étiquettes connues : {', '.join(labels)}"
            faults.append(Fault(file, item.row or place, f"étiquette inconnue « {unknown[0][:60]} » ; {hint}"))
        answers = tuple(Answer(answer.annotator, label, answer.at) for answer, label in found if label)
        kept.append(Item(item.id, item.row, item.text, item.suggestion, item.score, item.model, answers))
    return kept, faults


class _UnreadableError(Exception):
    """An entry that is not in its tool's format; the message is the reason of the fault."""


def _read(entries: Sequence[Any], file: str, read: Callable[[Any], Item]) -> tuple[list[Item], list[Fault]]:
    items, faults = [], []
    for place, entry in enumerate(entries, start=1):
        try:
            item = read(entry)
        except _UnreadableError as error:
            faults.append(Fault(file, place, str(error)))
        except (AttributeError, KeyError, TypeError, ValueError, IndexError):
            faults.append(Fault(file, place, "entrée qui n'a pas la forme attendue"))
        else:
            items.append(item)
    return items, faults


def _label_studio_item(task: Mapping[str, Any]) -> Item:
    if "data" not in task:
        label = task.get(QUESTION, "")
        answers = (Answer(_studio_user(task.get("annotator")), str(label), _time(task)),) if label else ()
        return _item(task, str(task["text"]), answers)
    found = [_studio_answer(each) for each in task.get("annotations", ()) if not each.get("was_cancelled")]
    return _item(task["data"], str(task["data"]["text"]), tuple(each for each in found if each))


def _studio_answer(annotation: Mapping[str, Any]) -> Answer | None:
    choices = [
        choice
        for result in annotation["result"]
        if result.get("type") == "choices" and result.get("from_name") == QUESTION
        for choice in result["value"]["choices"]
    ]
    label = _only(choices)
    return Answer(_studio_user(annotation.get("completed_by")), label, _time(annotation)) if label else None


def _studio_user(user: Any) -> str:
    if isinstance(user, Mapping):
        return str(user.get("email") or user.get("username") or user.get("id"))
    return f"Label Studio {user}"


def _time(entry: Mapping[str, Any]) -> str:
    return str(entry.get("updated_at") or entry.get("created_at") or "")


def _doccano_item(line: Mapping[str, Any], annotator: str) -> Item:
    written = line.get("label", line.get("labels", []))
    label = _only([written] if isinstance(written, str) else list(written))
    return _item(line, str(line["text"]), (Answer(annotator, label),) if label else ())


def _argilla_item(record: Mapping[str, Any]) -> Item:
    metadata = record.get("metadata") or {}
    names = {_user(str(name)): str(name) for name in metadata.get("annotateurs") or ()}
    responses = (record.get("responses") or {}).get(QUESTION, ())
    answers = tuple(
        Answer(names.get(str(each.get("user_id")), f"Argilla {each.get('user_id')}"), str(each["value"]))
        for each in responses
        if each.get("value") and each.get("status", "submitted") == "submitted"
    )
    return _item(metadata, str(record["fields"]["text"]), answers)


def _item(place: Mapping[str, Any], text: str, answers: tuple[Answer, ...]) -> Item:
    identifier, row = str(place.get(ID) or ""), str(place.get(ROW) or "")
    if not identifier and not row.isdigit():
        raise _UnreadableError(f"sans « {ID} » ni « {ROW} » : on ne sait de quelle ligne il s'agit")
    return Item(identifier, int(row) if row.isdigit() else 0, text, answers=answers)


def _only(choices: Sequence[Any]) -> str:
    if len(choices) > 1:
        raise _UnreadableError(f"plusieurs étiquettes ({', '.join(map(str, choices))}) : une seule est attendue")
    return str(choices[0]) if choices else ""


def _choice(label: str) -> dict[str, Any]:
    return {"from_name": QUESTION, "to_name": "text", "type": "choices", "value": {"choices": [label]}}


def _user(annotator: str) -> str:
    return str(uuid.uuid5(_USERS, annotator))


def answers_of(items: Iterable[Item]) -> Iterator[tuple[Item, Answer]]:
    """Give each answer with its item.

    >>> [answer.label for _, answer in answers_of([Item("a", 1, "t", answers=(Answer("Zoé", "autre"),))])]
    ['autre']
    """
    return ((item, answer) for item in items for answer in item.answers)
