"""Labelling several files: one after the other here, or one task a file on a cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from pipeline.errors import ModelError
from pipeline.registry import Model
from pipeline.workflow.labelling import LabelOutcome, is_done, label, labeller_of, note_done
from pipeline.workflow.reading import Advance, Say

Plan = Sequence[tuple[str, str]]
Bar = Callable[[str], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Options:
    """How files are labelled: text column, sheet, jobs of this process, CSV for a spreadsheet, people masked."""

    text: str | None = None
    sheet: str | None = None
    jobs: int = 1
    excel: bool = False
    mask: bool = False


def to_do(plan: Plan, model: Model, masked: bool, say: Say) -> list[tuple[str, str]]:
    """Give the files whose output was not finished by this model from this same file, masked or not alike."""
    left = []
    for source, target in plan:
        if is_done(source, target, model, masked):
            say(f"« {target} » est déjà fait : laissé tel quel.")
        else:
            left.append((source, target))
    return left


def label_here(
    plan: Plan, model: Model, options: Options, remember: bool, say: Say, bar: Bar
) -> Iterator[LabelOutcome]:
    """Label files one after the other; with ``remember``, each finished part goes to the manifest of its folder."""
    if options.jobs > 1:
        threading.Thread(target=_prepare, args=(model,), daemon=True).start()
    labeller = labeller_of(model)
    for source, target in plan:
        with bar(source) as advance:
            outcome = label(
                source,
                target,
                labeller,
                text=options.text,
                sheet=options.sheet,
                jobs=options.jobs,
                excel=options.excel,
                say=say,
                advance=advance,
                masked=options.mask,
            )
        note_done(outcome, model, remember)
        yield outcome


def _prepare(model: Model) -> None:
    """Make ready what new words need; an error comes again, and is said, where the first of them is met."""
    with suppress(ModelError):
        model.scoring.space.prepare()
