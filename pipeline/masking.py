"""Masking what names a person in a text: e-mail addresses, telephone numbers, names after a title or a first name.

Whole columns at a time, by Polars expressions. Names are found where something says they are names: a title (M., Mme,
Dr, Me…) or one of the first names below, with the capitalised words that follow. A surname alone, a name all in lower
case, a first name that is not in the list, an initial alone are NOT found; streets and schools that bear a person's
name after a first name (« école Jules Ferry ») are masked too. What is masked is for sharing, not anonymous.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: First names that are common in France and are seldom words, towns or surnames; written for this project.
FIRST_NAMES = """
Adrien Agnès Alain Albert Alexandre Alice Amandine Amélie Anaïs André Anne Antoine Arnaud Arthur Audrey Aurélie
Aurélien Bastien Béatrice Benjamin Benoît Bernadette Bernard Bertrand Brigitte Bruno Camille Caroline Catherine
Cécile Céline Charlotte Chantal Christelle Christian Christine Christophe Claire Claude Claudine Clément Corinne
Cyril Damien Daniel Danielle David Denis Didier Dominique Édouard Élodie Élisabeth Émilie Emmanuel Emmanuelle
Éric Estelle Étienne Évelyne Fabien Fabrice Fatima Florence Florian Françoise Frédéric Gabriel Gaëlle Geneviève
Georges Gérard Gilbert Gilles Grégory Guillaume Guy Hélène Henri Hervé Hugo Hugues Isabelle Jacqueline Jacques
Jean Jeanne Jérôme Joël Jocelyne Joseph Josette Julie Julien Juliette Jules Karim Karine Laetitia Laure Laurence
Laurent Léa Lionel Louis Louise Luc Lucas Lucie Ludovic Magali Marc Marcel Marguerite Marie Marion Marjorie
Martine Mathieu Mathilde Matthieu Maurice Mélanie Michel Michèle Mickaël Mireille Mohamed Monique Morgane Muriel
Myriam Nadia Nadine Nathalie Nicolas Nicole Odile Olivier Pascal Pascale Patrice Patricia Patrick Paul Paulette
Pauline Philippe Pierre Quentin Raphaël Raymond Régis Rémi Renaud René Richard Robert Roger Roland Romain
Sabrina Samuel Sandra Sandrine Sarah Sébastien Serge Séverine Simone Solène Sonia Sophie Stéphane Stéphanie
Suzanne Sylvain Sylvie Thérèse Thibault Thierry Thomas Valérie Vanessa Véronique Victor Vincent Virginie Viviane
Xavier Yann Yannick Yves Yvette Yvonne
""".split()  # noqa: SIM905

_CAPITALISED = r"\p{Lu}[\p{L}’'-]+"
_PARTICLES = r"(?:(?:de la|de|du|des|d['’]|le|la|el|ben|van) ?)?"
_TITLES = r"(?:M\.|MM\.|Mr\.?|Mme|Mmes|Mlle|Madame|Monsieur|Mademoiselle|Dr\.?|Docteur|Pr\.?|Me|Maître)"
_FIRST = rf"(?:{'|'.join(FIRST_NAMES)})"
_NAME = rf"{_CAPITALISED}(?:[ -]{_PARTICLES}{_CAPITALISED}){{0,2}}"

#: What is found, in this order, and what stands for it: the e-mail address first, for it may hold a name.
PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("emails", r"[\w.+%-]+ ?@ ?[\w-]+(?:\.[\w-]+)+", "[courriel]"),
    ("telephones", r"(?:(?:\+|\b00)33[ .-]?(?:\(0\)[ .-]?)?|\b0)[1-9](?:[ .-]?\d\d){4}\b", "[téléphone]"),
    ("names", rf"\b{_TITLES} {_PARTICLES}{_NAME}", "[personne]"),
    ("names", rf"\b{_FIRST}(?:[ -]{_FIRST})?(?: {_PARTICLES}{_CAPITALISED}){{1,2}}", "[personne]"),
)


@dataclass(frozen=True)
class Masked:
    """Texts without what was found, and how many of each kind were masked (``emails``, ``telephones``, ``names``)."""

    texts: pl.Series
    counts: dict[str, int]


def mask(texts: pl.Series) -> Masked:
    """Mask a column of texts; a text where nothing is found is untouched, to the byte.

    >>> import polars as pl
    >>> masked = mask(pl.Series(["Écrire à Mme Claire Le Goff, 01 23 45 67 89 ou c.legoff@mairie.fr", "wifi gratuit"]))
    >>> masked.texts.to_list()
    ['Écrire à [personne], [téléphone] ou [courriel]', 'wifi gratuit']
    >>> masked.counts
    {'emails': 1, 'telephones': 1, 'names': 1}
    """
    counts = dict.fromkeys((kind for kind, _, _ in PATTERNS), 0)
    for kind, pattern, stands in PATTERNS:
        found = int(texts.str.count_matches(pattern).sum() or 0)
        if found:
            counts[kind] += found
            texts = texts.str.replace_all(pattern, stands)
    return Masked(texts, counts)
