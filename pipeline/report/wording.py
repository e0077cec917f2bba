"""The words of reports, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Every sentence of a report in one language; ``decimal`` is the decimal mark."""

    lang: str
    decimal: str
    title: str
    source: str
    domain: str
    services: str
    share: str
    published: str
    compared: str
    this_file: str
    study: str
    counted: str
    facts: str
    rows: str
    labelled: str
    without_text: str
    to_review: str
    faults: str
    words: str
    words_note: str
    model: str
    card: str
    chart: str
    nothing: str
    made_on: str
    texts: str
    accuracy: str
    macro_f1: str
    calibration: str
    pairs: str
    precision: str
    recall: str
    support: str
    confusion: str
    probability: str


FRENCH = Wording(
    lang="fr",
    decimal=",",
    title="Domaines des services numériques",
    source="Fichier",
    domain="Domaine",
    services="Services",
    share="Part",
    published="Étude 2016",
    compared="Comparaison",
    this_file="Ce fichier",
    study="Étude de 2016 (Deloitte / Villes Internet)",
    counted=(
        "Comptage simple des domaines prédits, sans intervalle : les erreurs du modèle ne sont pas corrigées. "
        "Avant de publier un chiffre, faire vérifier un échantillon de lignes par une personne : "
        "« domaines audit plan » dit combien, « domaines audit draw » les tire."
    ),
    facts="Le fichier en chiffres",
    rows="Lignes lues",
    labelled="Lignes étiquetées",
    without_text="Lignes sans texte ni mot (laissées vides)",
    to_review="Lignes à relire (indice de confiance sous le seuil)",
    faults="Anomalies relevées dans le fichier",
    words="Mots les plus fréquents de chaque domaine",
    words_note="Nombre de textes qui contiennent le mot, parmi les mots plus fréquents dans ce domaine qu'ailleurs.",
    model="Modèle",
    card="Fiche du modèle",
    chart="Part de chaque domaine, en % des services étiquetés",
    nothing="Aucune ligne étiquetée : aucune part ne peut être calculée.",
    made_on="Rapport du",
    texts="textes",
    accuracy="Exactitude",
    macro_f1="Macro-F1",
    calibration="Erreur de calibration (ECE)",
    pairs="Paires justes des deux côtés",
    precision="Précision",
    recall="Rappel",
    support="Lignes",
    confusion="Matrice de confusion (lignes : annotation ; colonnes : prédiction)",
    probability="probabilité",
)

ENGLISH = Wording(
    lang="en",
    decimal=".",
    title="Domains of digital services",
    source="File",
    domain="Domain",
    services="Services",
    share="Share",
    published="2016 study",
    compared="Comparison",
    this_file="This file",
    study="2016 study (Deloitte / Villes Internet)",
    counted=(
        "A mere count of predicted domains, without interval: the model's errors are not corrected for. "
        "Before publishing a figure, have a sample of rows checked by a person: “domaines audit plan” says how many, "
        "“domaines audit draw” draws them."
    ),
    facts="The file in figures",
    rows="Rows read",
    labelled="Rows labelled",
    without_text="Rows without text or word (left empty)",
    to_review="Rows to read again (confidence index under the threshold)",
    faults="Faults found in the file",
    words="Most frequent words of each domain",
    words_note="Number of texts that hold the word, among words more frequent in this domain than elsewhere.",
    model="Model",
    card="Model card",
    chart="Share of each domain, in % of labelled services",
    nothing="No row is labelled: no share can be computed.",
    made_on="Report of",
    texts="texts",
    accuracy="Accuracy",
    macro_f1="Macro-F1",
    calibration="Calibration error (ECE)",
    pairs="Pairs right on both sides",
    precision="Precision",
    recall="Recall",
    support="Rows",
    confusion="Confusion matrix (rows: annotation; columns: prediction)",
    probability="probability",
)

WORDINGS = {"fr": FRENCH, "en": ENGLISH}
