"""The five labels: key, French and English names, scope, published share of 2016, colour. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """One label of the codebook.

    ``published_share`` is in percent of all services, from the study of 19 February 2016
    (Deloitte / Villes Internet); ``published_text`` keeps its wording, because "more than a
    quarter" is an inequality and "the rest" was never printed as a number: ``published_relation`` is
    ``equal``, ``more`` or ``less``, and ``published_rounding`` half a unit of the last digit printed.
    """

    key: str
    name: str
    name_en: str
    scope: str
    published_share: float
    published_text: str
    published_text_en: str
    colour: str
    published_relation: str = "equal"
    published_rounding: float = 0.05


# Colours are those of Okabe & Ito (2008), told apart by colour-blind readers.
DOMAINS: tuple[Domain, ...] = (
    Domain(
        "acces_numerique",
        "Accès au numérique",
        "Digital access",
        "initiation et formation, espaces publics numériques, équipements en libre-service, "
        "infrastructures (wifi, haut débit)",
        25.0,
        "plus de 25 %",
        "more than 25 %",
        "#0072B2",
        published_relation="more",
        published_rounding=0.0,
    ),
    Domain(
        "communication_publique",
        "Communication publique",
        "Public communication",
        "sites et applications de la ville, réseaux sociaux, alertes, consultation, échange, démocratie locale",
        18.5,
        "18,5 %",
        "18.5 %",
        "#E69F00",
    ),
    Domain(
        "action_culturelle",
        "Action culturelle",
        "Cultural action",
        "patrimoine, archives, lecture, musées, cinéma, spectacles et enseignement des arts",
        15.5,
        "15,5 %",
        "15.5 %",
        "#CC79A7",
    ),
    Domain(
        "services_scolaires",
        "Services scolaires",
        "School services",
        "équipement des écoles, inscriptions et paiements (école, périscolaire, cantine), information scolaire",
        12.0,
        "12 %",
        "12 %",
        "#009E73",
        published_rounding=0.5,
    ),
    Domain(
        "autre",
        "Autre",
        "Other",
        "tout ce qu'une commune fait d'autre avec le numérique",
        29.0,
        "le reste (environ 29 %)",
        "the rest (about 29 %)",
        "#7F7F7F",
        # 100 − 18.5 − 15.5 − 12 − more than 25.
        published_relation="less",
        published_rounding=0.0,
    ),
)

LABELS: tuple[str, ...] = tuple(domain.key for domain in DOMAINS)
BY_KEY: dict[str, Domain] = {domain.key: domain for domain in DOMAINS}
