"""The codebook as the page shows it: the order of decision, and the cases where two labels fit. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: the question or case, in both languages, and the label it leads to."""

    label: str
    french: str
    english: str


PRINCIPLE = {
    "fr": "À qui cela sert-il, et pour quoi ? Ni la technique ni le lieu ne décident.",
    "en": "Whom does it serve, and what for? Neither the technology nor the place decides.",
}

ORDER: tuple[Rule, ...] = (
    Rule(
        "services_scolaires",
        "Des élèves, l'école, la cantine, le périscolaire, les centres de loisirs, ou les parents de ces élèves ?",
        "Pupils, schools, canteen, before- and after-school care, holiday centres, or the parents of those pupils?",
    ),
    Rule(
        "action_culturelle",
        "Sinon : patrimoine, archives, lecture, musique, spectacle, musée, cinéma, enseignement des arts ?",
        "Otherwise: heritage, archives, reading, music, shows, museums, cinema, teaching of arts?",
    ),
    Rule(
        "acces_numerique",
        "Sinon : pouvoir se connecter, ou s'en sortir avec le numérique (lieu, matériel, réseau, aide, formation) ?",
        "Otherwise: being able to get online, or to get by online (place, equipment, network, help, training)?",
    ),
    Rule(
        "communication_publique",
        "Sinon : la commune informe ou écoute ?",
        "Otherwise: does the town inform people, or hear them?",
    ),
    Rule("autre", "Sinon.", "Otherwise."),
)

CASES: tuple[Rule, ...] = (
    Rule("services_scolaires", "Portail famille : crèche et école", "Family portal: crèche and school"),
    Rule("autre", "Crèche seule", "Crèche alone"),
    Rule("communication_publique", "Site de la ville et ses démarches", "The town's site and its procedures"),
    Rule("autre", "Guichet de téléprocédures, compte citoyen", "Desk of online procedures, citizen's account"),
    Rule("acces_numerique", "Atelier pour les jeunes en général", "Workshop for the young in general"),
    Rule("services_scolaires", "Atelier sur le temps de classe", "Workshop in school time"),
    Rule("action_culturelle", "Agenda culturel ; visite du patrimoine", "Cultural calendar; heritage visit"),
    Rule("communication_publique", "Agenda général ; alertes locales", "General calendar; local alerts"),
    Rule("autre", "Sirène, capteur, hébergement touristique", "Siren, sensor, tourist lodging"),
    Rule("autre", "Matériel des agents ou des élus", "Equipment of the town's staff or council"),
    Rule(
        "communication_publique",
        "Consultation sur tout sujet",
        "Consultation on any subject",
    ),
    Rule(
        "acces_numerique",
        "Borne ouverte à tous (CAF, emploi)",
        "Terminal open to all (benefits, jobs)",
    ),
    Rule("autre", "Le texte ne dit rien qui décide", "The text says nothing that decides"),
)
