"""The guide's short rules, as the second sheet of a workbook shows them. Data only: they are the codebook's."""

from __future__ import annotations

TITLE = "Une description reçoit un seul domaine, d'après le texte seul."
PRINCIPLE = (
    "À qui cela sert-il, et pour quoi ? Ni la technique (wifi, application, tablette, site) ni le lieu ne décident."
)

#: The order of decision: the first question answered yes gives the label.
ORDER: tuple[tuple[str, str], ...] = (
    (
        "Élèves, école, cantine, périscolaire, centres de loisirs, ou parents de ces élèves ?",
        "services_scolaires",
    ),
    (
        "Sinon, patrimoine, archives, lecture, musique, spectacle, musée, cinéma, enseignement des arts ?",
        "action_culturelle",
    ),
    (
        "Sinon, pouvoir se connecter ou se débrouiller avec le numérique (lieu, matériel, réseau, aide, formation) ?",
        "acces_numerique",
    ),
    ("Sinon, la commune informe ou écoute (site, alertes, réseaux sociaux, consultation) ?", "communication_publique"),
    ("Sinon", "autre"),
)

CASES: tuple[str, ...] = (
    "Plusieurs services : le premier principal, sauf si un autre occupe l'essentiel du texte.",
    "Portail crèche et école : services_scolaires ; crèche seule : autre.",
    "Site de la ville : communication_publique ; guichet de téléprocédures : autre.",
    "Alerte de la vie locale : communication_publique ; sirène, capteur, personnes fragiles : autre.",
    "Matériel des agents ou des élus : autre ; du personnel d'une école : services_scolaires.",
    "Aucun service numérique, ou rien qui décide : autre.",
    "Un doute : la première règle qui s'applique ; le dire dans « remarque ». Ne pas chercher la commune.",
    "Remplir toutes les lignes, sans choisir ; en cas d'arrêt, s'arrêter à une ligne sans en sauter.",
)
