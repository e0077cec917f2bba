"""The words of the audit's page, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuditWording:
    """Every sentence of the audit's page in one language; ``decimal`` is the decimal mark."""

    lang: str
    decimal: str
    title: str
    skip: str
    source: str
    made_on: str
    model: str
    rows: str
    accuracy: str
    macro_f1: str
    ece: str
    weighted: str
    unweighted: str
    confusion: str
    confusion_note: str
    person: str
    predicted: str
    domain: str
    precision: str
    recall: str
    f1: str
    by_domain: str
    curves: str
    reliability: str
    reliability_x: str
    reliability_y: str
    coverage: str
    coverage_x: str
    coverage_y: str
    values: str
    index: str
    slices: str
    slices_note: str
    column: str
    value: str
    errors: str
    count: str
    small: str
    hide_small: str
    all: str
    search: str
    pairs: str
    pairs_note: str
    pair: str
    share_of_file: str
    shown_of: str
    no_error: str
    place: str
    text: str
    near: str
    suggested: str
    probability: str
    doubts: str
    doubts_note: str
    reasons: str
    reason: str
    score: str
    no_doubt: str
    legend_for: str
    legend_against: str
    sorted_by: str
    shown_rows: str
    taken_for: str


FRENCH = AuditWording(
    lang="fr",
    decimal=",",
    title="Audit des domaines",
    skip="Aller au contenu",
    source="Source",
    made_on="Audit du",
    model="Modèle",
    rows="Lignes auditées",
    accuracy="Exactitude",
    macro_f1="Macro-F1",
    ece="Erreur de calibration (ECE)",
    weighted="Les parts estiment le fichier entier : chaque ligne compte pour l'inverse de sa probabilité de tirage.",
    unweighted="Chaque ligne compte pour une.",
    confusion="Matrice de confusion",
    confusion_note="Nombre de lignes ; dessous, part du domaine choisi par une personne, et son intervalle à 95 %.",
    person="Choix d'une personne",
    predicted="Choix du modèle",
    domain="Domaine",
    precision="Précision",
    recall="Rappel",
    f1="F1",
    by_domain="Par domaine",
    curves="Les probabilités tiennent-elles parole ?",
    reliability="Fiabilité : probabilité annoncée et part de justes",
    reliability_x="probabilité annoncée",
    reliability_y="part de justes",
    coverage="Lignes codées sans relecture et exactitude",
    coverage_x="part des lignes, les plus sûres d'abord",
    coverage_y="exactitude sur ces lignes",
    values="Valeurs du graphique",
    index="indice de confiance",
    slices="Erreurs par tranche",
    slices_note="Exactitude et intervalle à 95 % de chaque groupe de lignes. "
    "« Petite » : moins de 30 lignes, à ne pas lire comme un résultat.",
    column="Colonne",
    value="Valeur",
    errors="Erreurs",
    count="Lignes",
    small="petite",
    hide_small="Cacher les petites tranches",
    all="Tout",
    search="Chercher",
    pairs="Confusions les plus coûteuses",
    pairs_note="De celle qui touche le plus de lignes du fichier à celle qui en touche le moins ; "
    "dans chacune, les erreurs les plus sûres d'abord.",
    pair="Confusion",
    share_of_file="des lignes",
    shown_of="textes montrés",
    no_error="Aucune erreur parmi les lignes auditées.",
    place="Ligne",
    text="Texte",
    near="Textes annotés les plus proches",
    suggested="Domaine proposé",
    probability="Probabilité",
    doubts="Annotations à relire",
    doubts_note="Les étiquettes humaines les plus douteuses d'abord. Une raison de douter n'est pas une preuve.",
    reasons="Raisons de douter",
    reason="Raison",
    score="Doute",
    no_doubt="Aucune raison de douter ne tient.",
    legend_for="pousse vers le choix du modèle",
    legend_against="pousse vers le choix de la personne",
    sorted_by="Trier par",
    shown_rows="lignes montrées",
    taken_for="pris pour",
)

ENGLISH = AuditWording(
    lang="en",
    decimal=".",
    title="Audit of the domains",
    skip="Skip to content",
    source="Source",
    made_on="Audit of",
    model="Model",
    rows="Audited rows",
    accuracy="Accuracy",
    macro_f1="Macro-F1",
    ece="Calibration error (ECE)",
    weighted="Shares are estimates for the whole file: a row counts for the inverse of its probability of being drawn.",
    unweighted="Every row counts for one.",
    confusion="Confusion matrix",
    confusion_note="Number of rows; below, share of the domain chosen by a person, with its 95 % interval.",
    person="A person's choice",
    predicted="The model's choice",
    domain="Domain",
    precision="Precision",
    recall="Recall",
    f1="F1",
    by_domain="By domain",
    curves="Do the probabilities keep their word?",
    reliability="Reliability: stated probability and share right",
    reliability_x="stated probability",
    reliability_y="share right",
    coverage="Rows coded without being read again, and accuracy",
    coverage_x="share of the rows, surest first",
    coverage_y="accuracy on these rows",
    values="Values of the chart",
    index="confidence index",
    slices="Errors by slice",
    slices_note="Accuracy and 95 % interval of each group of rows. “Small”: under 30 rows, no finding.",
    column="Column",
    value="Value",
    errors="Errors",
    count="Rows",
    small="small",
    hide_small="Hide small slices",
    all="All",
    search="Search",
    pairs="Most costly confusions",
    pairs_note="From the one that touches most rows of the file to the one that touches fewest; "
    "in each, the surest mistakes first.",
    pair="Confusion",
    share_of_file="of the rows",
    shown_of="texts shown",
    no_error="No mistake among the audited rows.",
    place="Row",
    text="Text",
    near="Nearest annotated texts",
    suggested="Suggested domain",
    probability="Probability",
    doubts="Annotations to read again",
    doubts_note="The most doubtful human labels first. A reason to doubt is no proof: read the text again.",
    reasons="Reasons to doubt",
    reason="Reason",
    score="Doubt",
    no_doubt="No reason to doubt holds.",
    legend_for="pushes towards the model's choice",
    legend_against="pushes towards the person's choice",
    sorted_by="Sort by",
    shown_rows="rows shown",
    taken_for="taken for",
)

AUDIT_WORDINGS = {"fr": FRENCH, "en": ENGLISH}
