"""What the command line answers: results of the workflow as sentences, tables of text, or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pipeline.errors import ModelError
from pipeline.explanation import Explanation
from pipeline.registry import list_models, load_model
from pipeline.report import render_answer, render_evaluation, render_explanation
from pipeline.results import Evaluation, SharesAnswer
from pipeline.schema import Fault
from pipeline.workflow.labelling import LabelOutcome
from pipeline.workflow.reading import shown

# How many rows set aside are told one by one.
FAULTS_TOLD = 20


def shares_as_text(answer: SharesAnswer, lang: str) -> str:
    """Give shares as text for the terminal."""
    return render_answer(answer, lang)


def fault_sentences(faults: Sequence[Fault]) -> list[str]:
    """Say which audited rows were set aside and why, one by one for the first."""
    said = [f"« {fault.file} », ligne {fault.row} : {fault.reason}" for fault in faults[:FAULTS_TOLD]]
    rest = len(faults) - len(said)
    return [*said, f"… et {rest} autres."] if rest > 0 else said


def evaluation_as_text(result: Evaluation, lang: str) -> str:
    """Give scores as text for the terminal."""
    return render_evaluation(result, lang)


def outcome_sentence(outcome: LabelOutcome) -> str:
    """Say in one or two sentences what labelling a file did."""
    rate = outcome.rows / max(outcome.seconds, 1e-9)
    said = (
        f"{outcome.rows} lignes étiquetées en {outcome.seconds:.1f} s ({rate:.0f} par seconde), "
        f"{outcome.without_text} sans texte, {outcome.to_review} à relire → {shown(outcome.output)}."
    )
    if outcome.masked is not None:
        found = outcome.masked
        said += (
            f" Masqués : {found['emails']} courriels, {found['telephones']} téléphones, {found['names']} noms "
            "(des noms restent : relire avant de diffuser)."
        )
    if outcome.faults_file:
        said += f" {outcome.faults} anomalies listées dans « {outcome.faults_file} »."
    return said


def outcome_json(outcome: LabelOutcome) -> dict[str, Any]:
    """Give what labelling a file did as JSON."""
    return {
        "source": outcome.source,
        "output": outcome.output,
        "rows": outcome.rows,
        "without_text": outcome.without_text,
        "to_review": outcome.to_review,
        "faults": outcome.faults,
        "faults_file": outcome.faults_file,
        "counts": outcome.counts,
        "masked": outcome.masked,
    }


def explanation_json(found: Explanation) -> str:
    """Give an explanation as JSON: probabilities, and each word's contributions."""
    content = {
        "domaine": found.labels[int(found.probabilities.argmax())],
        "probabilities": dict(zip(found.labels, found.probabilities.round(6).tolist(), strict=True)),
        "words": [
            {"word": word, "contributions": dict(zip(found.labels, row.round(6).tolist(), strict=True))}
            for word, row in zip(found.words, found.contributions, strict=True)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def explanation_as_text(found: Explanation, lang: str) -> str:
    """Give an explanation as text for the terminal."""
    return render_explanation(found.words, found.labels, found.contributions, found.probabilities, lang)


def model_rows() -> list[dict[str, Any]]:
    """Give what there is to say of each model present, one that cannot be used included."""
    rows = []
    for name in list_models():
        try:
            model = load_model(name)
        except ModelError as error:
            rows.append(
                {"name": name, "version": None, "digest": None, "date": None, "macro_f1": None, "error": str(error)}
            )
            continue
        scores = model.manifest.get("scores", {})
        rows.append(
            {
                "name": name,
                "version": model.config["version"],
                "digest": model.digest[:12],
                "date": model.manifest.get("date"),
                "macro_f1": scores.get("unseen_kinds_macro_f1"),
                "error": None,
            }
        )
    return rows


def model_rows_as_text(rows: Sequence[dict[str, Any]]) -> str:
    """Give the models present as lines of text."""
    if not rows:
        return "Aucun modèle : en faire un avec « domaines train »."
    return "\n".join(
        row["error"]
        or f"{row['name']:<20} {row['version']:<10} {row['digest']}  {row['date']}  macro-F1 {row['macro_f1']:.3f}"
        for row in rows
    )
