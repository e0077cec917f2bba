"""What the command line answers: results of the workflow as sentences, tables of text, or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.champion import champion_name, history
from pipeline.errors import ModelError
from pipeline.registry import list_models, load_model, models_folder
from pipeline.results import Evaluation, SharesAnswer
from pipeline.results.model_comparison import ModelComparison
from pipeline.schema import Fault
from pipeline.workflow.reading import shown

if TYPE_CHECKING:
    # Named only: answering loads no engine.
    from pipeline.corpus import AnnotatedText
    from pipeline.explanation import Explanation
    from pipeline.workflow.labelling import LabelOutcome

# How many rows set aside are told one by one.
FAULTS_TOLD = 20


def shares_as_text(answer: SharesAnswer, lang: str) -> str:
    """Give shares as text for the terminal."""
    from pipeline.report import render_answer

    return render_answer(answer, lang)


def fault_sentences(faults: Sequence[Fault]) -> list[str]:
    """Say which audited rows were set aside and why, one by one for the first."""
    said = [f"« {fault.file} », ligne {fault.row} : {fault.reason}" for fault in faults[:FAULTS_TOLD]]
    rest = len(faults) - len(said)
    return [*said, f"… et {rest} autres."] if rest > 0 else said


def evaluation_as_text(result: Evaluation, lang: str) -> str:
    """Give scores as text for the terminal."""
    from pipeline.report import render_evaluation

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
    from pipeline.report import render_explanation

    return render_explanation(found.words, found.labels, found.contributions, found.probabilities, lang)


# Texts that change domain shown on the terminal; --json gives them all.
FLIPS_SHOWN = 10


def comparison_as_text(found: ModelComparison, texts: Sequence[AnnotatedText], lang: str) -> str:
    """Give champion against challenger as text; ``texts`` (those the flips number) may be empty."""
    mark = "." if lang == "en" else ","
    lines = [found.sentence(lang)]
    for one in found.by_domain:
        bounds = " ".join(f"{value or 0.0:+.3f}" for value in (one.change.value, one.change.low, one.change.high))
        lines.append(f"{one.domain:<24} F1 {one.champion:.3f} → {one.challenger:.3f}  {bounds}".replace(".", mark))
    flips = f"{len(found.flips)} " + ("texts change domain" if lang == "en" else "textes changent de domaine")
    lines.append(flips + (" :" if texts and found.flips else "."))
    lines += [
        f"  {flip.champion} → {flip.challenger} ({flip.truth}) : {texts[flip.row].text[:100]}"
        for flip in (found.flips[:FLIPS_SHOWN] if texts else ())
    ]
    if found.sentences:
        passed = found.sentences - len(found.failures)
        said = "acceptance sentences passed" if lang == "en" else "phrases d'acceptation réussies"
        lines.append(f"{passed}/{found.sentences} {said}.")
    lines += [f"  « {one.text} » : {one.given or '–'} ≠ {one.expected}" for one in found.failures]
    return "\n".join([*lines, *found.notes])


def model_rows() -> list[dict[str, Any]]:
    """Give what there is to say of each model present, one that cannot be used included; the champion is marked."""
    champion = champion_name(models_folder())
    promotions = {str(one.get("to")): one for one in history(models_folder())}
    return [_model_row(name, name == champion, promotions.get(name, {})) for name in list_models()]


def _model_row(name: str, champion: bool, promotion: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "champion": champion, "promoted": promotion.get("date")}
    row |= {"forced": promotion.get("why") or None, "error": None, "parent": None}
    try:
        model = load_model(str(models_folder() / name))
    except ModelError as error:
        return row | {"version": None, "digest": None, "date": None, "macro_f1": None, "error": str(error)}
    return row | {
        "version": model.config["version"],
        "digest": model.digest[:12],
        "date": model.manifest.get("date"),
        "macro_f1": model.manifest.get("scores", {}).get("unseen_kinds_macro_f1"),
        "parent": model.manifest.get("parent"),
    }


def model_rows_as_text(rows: Sequence[dict[str, Any]]) -> str:
    """Give the models present as lines of text: the champion starred, then what each descends from."""
    if not rows:
        return "Aucun modèle : en faire un avec « domaines train »."
    return "\n".join(row["error"] or _model_line(row) for row in rows)


def _model_line(row: Mapping[str, Any]) -> str:
    score = "" if row["macro_f1"] is None else f"  macro-F1 {row['macro_f1']:.3f}"
    star = "*" if row["champion"] else " "
    line = f"{star} {row['name']:<20} {row['version']:<10} {row['digest']}  {row['date']}{score}"
    line += f"  après {row['parent']}" if row["parent"] else ""
    line += f"  promu le {row['promoted'][:10]}" if row["promoted"] else ""
    return line + (f" (forcé : {row['forced']})" if row["forced"] else "")
