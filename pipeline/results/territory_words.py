"""The words of territorial findings, in French and in English."""

from __future__ import annotations

CLAIMS = {
    "fr": {
        "a": "Le poids démographique des régions se voit dans la richesse de leurs services numériques",
        "b": "La population d'une commune et le nombre de ses services sont étroitement corrélés",
        "c": "La taille d'une commune n'influence pas les domaines qu'elle privilégie",
        "d": "La ruralité a une influence négative sur la volonté de développer des services",
        "e": "L'âge moyen des habitants n'influence ni les priorités ni l'intensité",
        "f": "Le revenu des habitants influence à la fois le nombre des services et leur nature",
    },
    "en": {
        "a": "The regions' demographic weight shows in the wealth of their digital services",
        "b": "A commune's population and the number of its services are closely correlated",
        "c": "The size of a commune does not influence which domains it favours",
        "d": "Rurality has a negative influence on the will to develop services",
        "e": "The mean age of inhabitants influences neither the priorities nor the intensity",
        "f": "The income of inhabitants influences both the number of services and their nature",
    },
}

VERDICTS = {
    "fr": {"confirmed": "confirmé", "contradicted": "contredit", "cannot_tell": "on ne peut pas le dire"},
    "en": {"confirmed": "confirmed", "contradicted": "contradicted", "cannot_tell": "cannot tell"},
}

COVARIATES = {
    "fr": {
        "population": "la population",
        "age": "l'âge moyen",
        "income": "le revenu",
        "rural": "la grille de densité",
        "regions": "la région",
    },
    "en": {
        "population": "population",
        "age": "mean age",
        "income": "income",
        "rural": "the density grid",
        "regions": "the region",
    },
}

# Regions proper, since 2016.
REGIONS = 18

QUARTERS = {
    "fr": {
        "population": "du quart des communes les moins peuplées au quart des plus peuplées",
        "age": "du quart des communes les plus jeunes au quart des plus âgées, à population égale",
        "income": "du quart des communes aux revenus les plus bas au quart des plus hauts, à population égale",
    },
    "en": {
        "population": "from the quarter of the least populated communes to that of the most populated",
        "age": "from the quarter of the youngest communes to that of the oldest, population held equal",
        "income": "from the quarter of the lowest incomes to that of the highest, population held equal",
    },
}

OBSTACLES = {
    "fr": {
        "no_commune_column": "le fichier n'a ni colonne « code_commune » ni colonne « commune »",
        "no_match": "aucune des {n} lignes n'a une commune connue de la table",
        "too_few": "communes utilisables : {n}, il en faut au moins {least}",
        "too_few_services": "{n} communes d'au moins {least} services",
        "one_region": "toutes les communes sont d'une seule région",
        "few_regions": "{n} régions seulement, il en faut au moins {least}",
        "no_variation": "{covariate} ne varie pas assez d'une commune à l'autre",
        "missing": "{covariate} manque pour toutes les communes",
        "empty_domain": "un domaine n'a plus aucun service une fois les étiquettes corrigées",
        "separation": "séparation parfaite, un domaine ne se rencontre que d'un côté : pas d'estimation finie",
        "one_domain": "un seul domaine a assez de services",
        "one_service_each": "aucune commune n'a plus d'un service",
        "no_convergence": "le modèle des nombres de services n'a pas trouvé de maximum",
        "singular": "les covariables ne se distinguent pas les unes des autres",
    },
    "en": {
        "no_commune_column": "the file has neither a column “code_commune” nor a column “commune”",
        "no_match": "none of the {n} rows has a commune known to the table",
        "too_few": "usable communes: {n}, at least {least} are needed",
        "too_few_services": "{n} communes with at least {least} services",
        "one_region": "all the communes are of one region",
        "few_regions": "only {n} regions, at least {least} are needed",
        "no_variation": "{covariate} does not vary enough between communes",
        "missing": "{covariate} is missing for every commune",
        "empty_domain": "a domain has no service left once labels are corrected",
        "separation": "perfect separation: a domain is met on one side only; the model has no finite estimate",
        "one_domain": "only one domain has enough services",
        "one_service_each": "no commune has more than one service",
        "no_convergence": "the model of numbers of services found no maximum",
        "singular": "covariates cannot be told apart",
    },
}


# Two claims have two parts: what contradicts them is one of these.
REASONS = {
    "fr": {
        ("e", "contradicted"): " ; contredit par un effet au moins au-delà de sa marge",
        ("f", "contradicted"): " ; contredit par un effet au moins tenu dans sa marge",
    },
    "en": {
        ("e", "contradicted"): "; contradicted by at least one effect beyond its margin",
        ("f", "contradicted"): "; contradicted by at least one effect held within its margin",
    },
}
