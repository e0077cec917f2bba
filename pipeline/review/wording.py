"""The words of the review page, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Every word of the page in one language; those the page's script needs are handed to it as they are."""

    lang: str
    title: str
    who: str
    who_help: str
    start: str
    taken: str
    mine: str
    queue: str
    doubtful: str
    doubted: str
    audit: str
    disagreements: str
    skipped: str
    pair: str
    read_only: str
    row: str
    reason: str
    suggested: str
    chosen: str
    blind: str
    accept: str
    skip: str
    undo: str
    rule: str
    search: str
    search_help: str
    close: str
    nearest: str
    others: str
    choices: str
    legend: str
    keys: str
    order: str
    cases: str
    finished: str
    nothing_to_undo: str
    nothing_found: str
    saved: str
    skipped_done: str
    undone: str
    saving: str
    not_saved: str
    retry: str
    gone: str
    advance: str
    progress: str
    speed: str
    agreement: str
    no_suggestion: str
    bad_link: str


FRENCH = Wording(
    lang="fr",
    title="Relecture",
    who="Votre nom",
    who_help="Il accompagne chacune de vos décisions. Deux personnes doivent avoir deux noms.",
    start="Commencer",
    taken="« {name} » a déjà décidé ici. Si c'est vous, continuez ; sinon, prenez un autre nom.",
    mine="C'est bien moi",
    queue="File",
    doubtful="Les plus douteuses d'abord",
    doubted="À revoir : doutes",
    audit="Échantillon d'audit, à l'aveugle",
    disagreements="Désaccords entre annotateurs",
    skipped="Passées, à revoir",
    pair="{one} ou {other}",
    read_only="Lecture seule : rien n'est enregistré.",
    row="Ligne",
    reason="Pourquoi cette ligne",
    suggested="proposé",
    chosen="votre choix",
    blind="À l'aveugle : aucune proposition n'est montrée, pour ne pas vous influencer.",
    accept="Accepter",
    skip="Passer",
    undo="Annuler",
    rule="Règle",
    search="Chercher",
    search_help="Des mots du texte, ou un numéro de ligne",
    close="Fermer",
    nearest="Textes annotés les plus proches",
    others="Ce que d'autres ont choisi",
    choices="Choisir le domaine",
    legend="Bleu souligné : le mot pousse vers la proposition. Orange pointillé : il pousse ailleurs.",
    keys="1 à 5 : choisir · Entrée : accepter · u : annuler · s : passer · ? : règle · / : chercher",
    order="L'ordre de décision",
    cases="Quand deux étiquettes vont",
    finished="Cette file est finie.",
    nothing_to_undo="Rien à annuler.",
    nothing_found="Aucune ligne trouvée.",
    saved="Ligne {number} : {label}, enregistré.",
    skipped_done="Ligne {number} : passée.",
    undone="Ligne {number} : décision annulée.",
    saving="Enregistrement…",
    not_saved="Pas encore enregistré :",
    retry="Réessayer",
    gone="le programme ne répond pas. Relancez-le, ouvrez son nouveau lien dans un autre onglet, puis réessayez ici.",
    advance="Avancement",
    progress="{done} sur {size}",
    speed="{rate} lignes par minute",
    agreement="propositions gardées : {agreed} sur {compared}",
    no_suggestion="Aucune proposition à accepter : choisir de 1 à 5.",
    bad_link="Ouvrez le lien affiché par « domaines review » : il contient le jeton qui donne accès à cette page.",
)

ENGLISH = Wording(
    lang="en",
    title="Review",
    who="Your name",
    who_help="It goes with each of your decisions. Two people must have two names.",
    start="Start",
    taken="“{name}” has already decided here. If that is you, go on; otherwise take another name.",
    mine="It is me",
    queue="Queue",
    doubtful="Most doubtful first",
    doubted="To see again: doubts",
    audit="Audit sample, blind",
    disagreements="Disagreements between annotators",
    skipped="Skipped, to see again",
    pair="{one} or {other}",
    read_only="Read only: nothing is saved.",
    row="Row",
    reason="Why this row",
    suggested="suggested",
    chosen="your choice",
    blind="Blind: no suggestion is shown, so as not to influence you.",
    accept="Accept",
    skip="Skip",
    undo="Undo",
    rule="Rule",
    search="Search",
    search_help="Words of the text, or a row number",
    close="Close",
    nearest="Nearest annotated texts",
    others="What others chose",
    choices="Choose the domain",
    legend="Blue, underlined: the word pushes towards the suggestion. Orange, dotted: it pushes elsewhere.",
    keys="1 to 5: choose · Enter: accept · u: undo · s: skip · ?: rule · /: search",
    order="The order of decision",
    cases="When two labels fit",
    finished="This queue is finished.",
    nothing_to_undo="Nothing to undo.",
    nothing_found="No row found.",
    saved="Row {number}: {label}, saved.",
    skipped_done="Row {number}: skipped.",
    undone="Row {number}: decision undone.",
    saving="Saving…",
    not_saved="Not saved yet:",
    retry="Try again",
    gone="the program does not answer. Start it again, open its new link in another tab, then try again here.",
    advance="Progress",
    progress="{done} of {size}",
    speed="{rate} rows per minute",
    agreement="suggestions kept: {agreed} of {compared}",
    no_suggestion="No suggestion to accept: choose from 1 to 5.",
    bad_link="Open the link that “domaines review” printed: it holds the token that gives access to this page.",
)

WORDINGS = {"fr": FRENCH, "en": ENGLISH}
