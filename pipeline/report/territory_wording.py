"""The words of the territorial page, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TerritoryWording:
    """Every word of the page that no sentence of a finding says; ``{…}`` are filled in."""

    lang: str
    title: str
    warning: str
    findings: str
    claim: str
    verdict: str
    effect: str
    interval: str
    adjusted: str
    against: str
    note: str
    rests: str
    respondents: str
    whole: str
    corrected: str
    uncorrected: str
    weighted: str
    tests: str
    pictures: str
    picture: str
    table: str
    cloud: str
    cloud_alt: str
    mix: str
    mix_alt: str
    map: str
    map_alt: str
    population: str
    services: str
    line: str
    per_inhabitants: str
    communes: str
    inhabitants: str
    region: str
    sensitivity: str
    sensitivity_note: str
    scenario: str
    without_largest: str
    without_capital_region: str
    year: str
    everything: str
    measures: str
    measures_note: str
    measure_columns: tuple[str, ...]
    labels_as_predicted: str
    labels_corrected: str
    domain: str
    joint: str
    joint_note: str
    term: str
    ratio: str
    poisson: str
    profile: str
    profile_note: str
    here: str
    all_communes: str
    median_population: str
    rural: str
    median_income: str
    joining: str
    joined: str
    unknown: str
    missed: str
    reason: str
    nearest: str
    rows: str
    merged: str
    more: str
    made_on: str
    by_population: str
    by_income: str
    by_age: str
    by_density: str
    dense: str
    middle: str
    rural_class: str
    from_to: str
    nothing: str


FRENCH = TerritoryWording(
    lang="fr",
    title="Les six constats territoriaux, à l'épreuve",
    warning=(
        "Les communes de cette enquête ont choisi d'y répondre : elles ne sont pas tirées au sort. Ce qui suit décrit "
        "des liens entre communes, pas des causes, et ne vaut au-delà d'elles que si les autres leur ressemblent."
    ),
    findings="Les six constats",
    claim="Constat de 2016",
    verdict="Verdict",
    effect="Effet",
    interval="Intervalle à {level} %",
    adjusted="p (Holm)",
    against="contre :",
    note="Note",
    rests="Ce sur quoi cela repose",
    respondents=(
        "Les nombres de services ne portent que sur les communes présentes dans le fichier : le modèle est tronqué à "
        "zéro, il ne dit rien de celles qui n'ont rien déclaré."
    ),
    whole="Les communes absentes du fichier sont comptées comme n'ayant aucun service : le modèle porte sur toutes.",
    corrected=(
        "{n} lignes vérifiées corrigent les erreurs d'étiquetage (apprentissage supervisé par le plan de sondage, "
        "Egami et al. 2023) ; les intervalles en tiennent compte."
    ),
    uncorrected=(
        "Les étiquettes sont des prédictions, sans échantillon vérifié : leurs erreurs ne sont ni corrigées ni "
        "comptées dans les intervalles de (c), (e) et (f). Faire vérifier des lignes (« domaines audit draw »), puis "
        "--annotated."
    ),
    weighted=(
        "La colonne de poids « {name} » pondère les parts des domaines (c, e et f) ; les nombres de services restent "
        "ceux des lignes du fichier : un poids dit combien de services une ligne représente, et un total estimé n'est "
        "pas un nombre compté dans une commune. Sans les poids : --no-weights."
    ),
    tests=(
        "Un constat d'influence est confirmé par une différence montrée, un constat d'absence d'influence par une "
        "équivalence montrée (écart tenu dans ±{margin} points), jamais par un grand p. Les six p sont corrigés "
        "ensemble (Holm) au seuil de {alpha} %. « Étroitement corrélés » se lit : corrélation de rang de plus de 0,5. "
        "L'effet montré quatre fois sur cinq est l'erreur type multipliée par la somme des quantiles du test et de la "
        "puissance (Bloom 1995), au seuil que Holm laisse ; pour tous les domaines, celui du test conjoint."
    ),
    pictures="Images",
    picture="image",
    table="Le tableau derrière l'image",
    cloud="Services et population",
    cloud_alt="Nuage des communes, population et services en échelles logarithmiques, courbe ajustée et bande.",
    mix="Part des domaines selon la population, le revenu, l'âge et la densité",
    mix_alt="Barres empilées : part de chaque domaine par quart de communes ou classe de densité.",
    map="Services pour 10 000 habitants, par région",
    map_alt="Carte en tuiles des 18 régions : services, et services pour 10 000 habitants de la région.",
    population="Habitants",
    services="Services",
    line="nombre attendu, bande à {level} %",
    per_inhabitants="pour 10 000 hab.",
    communes="Communes",
    inhabitants="Habitants",
    region="Région",
    sensitivity="Sensibilité",
    sensitivity_note="Les mêmes tests sur une partie de l'enquête : un verdict qui change ne tient pas à l'ensemble.",
    scenario="Ce qui est gardé",
    without_largest="sans les dix communes les plus peuplées",
    without_capital_region="sans l'Île-de-France",
    year="année {value} seule",
    everything="tout",
    measures="Toutes les mesures",
    measures_note=(
        "points : écart de part entre le premier et le dernier quart ; log-ratio : la même chose pour les log-ratios "
        "centrés (Aitchison) des communes d'au moins 10 services, chaque commune comptant pour une, {labels} ; "
        "rapport : nombre de services multiplié par."
    ),
    measure_columns=("Constat", "Selon", "Domaine", "Mesure", "Intervalle", "p", "n"),
    labels_as_predicted="étiquettes prédites, telles quelles",
    labels_corrected=(
        "totaux corrigés par les lignes vérifiées, un total négatif comptant pour zéro : un logarithme n'étant pas "
        "linéaire, la correction n'y est qu'approchée, et les points font foi"
    ),
    domain="Domaine",
    joint="Nombre de services, tout à la fois",
    joint_note=(
        "Binomiale négative ; rapport des nombres attendus, pour une population ou un revenu multipliés par 2,7, un an "
        "d'âge moyen, une classe de densité, une région. {n} communes où tout est connu."
    ),
    term="Terme",
    ratio="Rapport",
    poisson="Surdispersion α = {alpha} ; Poisson contre binomiale négative : {p}.",
    profile="Qui a répondu",
    profile_note="Un échantillon volontaire ne ressemble pas au pays ; voici en quoi celui-ci en diffère.",
    here="Dans le fichier",
    all_communes="Table des communes",
    median_population="Population médiane",
    rural="Communes rurales",
    median_income="Revenu médian",
    joining="Raccordement aux communes",
    joined="{rows} lignes lues, {matched} raccordées à {communes} communes, {without} sans domaine.",
    unknown="Inconnus : revenu (ou secret) de {income} communes, âge moyen de {age}, population de {population}.",
    missed="Communes non trouvées",
    reason="Motif",
    nearest="La plus proche",
    rows="Lignes",
    merged="Domaines trop rares pour être étudiés seuls, réunis au dernier : {names}.",
    more="… et {n} autres, dans le fichier « .faults.csv » écrit à côté de la page.",
    made_on="Page du",
    by_population="Population (quarts)",
    by_income="Revenu médian, euros (quarts)",
    by_age="Âge moyen (quarts)",
    by_density="Grille de densité",
    dense="dense",
    middle="intermédiaire",
    rural_class="rural",
    from_to="{low} à {high}",
    nothing="Rien à montrer.",
)

ENGLISH = TerritoryWording(
    lang="en",
    title="The six territorial findings, tested",
    warning=(
        "The communes of this survey chose to answer: they were not drawn at random. What follows describes links "
        "between communes, not causes, and holds beyond them only if the others are like them."
    ),
    findings="The six findings",
    claim="Finding of 2016",
    verdict="Verdict",
    effect="Effect",
    interval="{level} % interval",
    adjusted="p (Holm)",
    against="against:",
    note="Note",
    rests="What this rests on",
    respondents=(
        "Numbers of services are about the communes of the file only: the model is truncated at zero and says nothing "
        "of those that declared none."
    ),
    whole="Communes absent from the file are counted as having no service: the model is about all of them.",
    corrected=(
        "{n} checked rows correct for label error (design-based supervised learning, Egami et al. 2023); the intervals "
        "take it into account."
    ),
    uncorrected=(
        "Labels are predictions, with no checked sample: their errors are neither corrected nor counted in the "
        "intervals of (c), (e) and (f). Have rows checked (“domaines audit draw”), then --annotated."
    ),
    weighted=(
        "The column of weights “{name}” weighs the shares of domains (c, e and f); numbers of services stay those of "
        "the rows of the file: a weight says how many services a row stands for, and an estimated total is not a "
        "number counted in a commune. Without weights: --no-weights."
    ),
    tests=(
        "A finding of influence is confirmed by a difference shown, one of no influence by an equivalence shown (a "
        "difference held within ±{margin} points), never by a large p. The six p are corrected together (Holm) at "
        "{alpha} %. “Closely correlated” is read as a rank correlation above 0.5. The effect "
        "that would have been shown four times in five is the sum of the test's and the power's quantiles times the "
        "standard error (Bloom 1995), at the level Holm leaves; for all domains together, that of the joint test."
    ),
    pictures="Pictures",
    picture="picture",
    table="The table behind the picture",
    cloud="Services and population",
    cloud_alt="Communes, population and number of services on logarithmic scales, fitted line and band.",
    mix="Share of the domains by population, income, age and density",
    mix_alt="Stacked bars: share of each domain by quarter of communes or class of density.",
    map="Services per 10,000 inhabitants, by region",
    map_alt="Tile map of the 18 regions: services, and services per 10,000 inhabitants of the region.",
    population="Inhabitants",
    services="Services",
    line="expected number, {level} % band",
    per_inhabitants="per 10,000 inh.",
    communes="Communes",
    inhabitants="Inhabitants",
    region="Region",
    sensitivity="Sensitivity",
    sensitivity_note="The same tests on a part of the survey: a verdict that changes does not rest on the whole.",
    scenario="What is kept",
    without_largest="without the ten most populated communes",
    without_capital_region="without Île-de-France",
    year="year {value} alone",
    everything="everything",
    measures="Every measure",
    measures_note=(
        "points: difference of share between the first and last quarter; log-ratio: the same for the centred "
        "log-ratios (Aitchison) of communes with 10 services or more, each commune counting for one, {labels}; ratio: "
        "number of services multiplied by."
    ),
    measure_columns=("Finding", "By", "Domain", "Measure", "Interval", "p", "n"),
    labels_as_predicted="labels as predicted",
    labels_corrected=(
        "totals corrected by the checked rows, a negative total counting as zero: a logarithm is not linear, so the "
        "correction is only approximate there, and the points prevail"
    ),
    domain="Domain",
    joint="Number of services, everything at once",
    joint_note=(
        "Negative binomial; ratio of expected numbers for a population or an income multiplied by 2.7, one year of "
        "mean age, a class of density, a region. {n} communes where everything is known."
    ),
    term="Term",
    ratio="Ratio",
    poisson="Overdispersion α = {alpha}; Poisson against negative binomial: {p}.",
    profile="Who answered",
    profile_note="A sample of volunteers is not like the country; here is how this one differs.",
    here="In the file",
    all_communes="Table of communes",
    median_population="Median population",
    rural="Rural communes",
    median_income="Median income",
    joining="Joining with communes",
    joined="{rows} rows read, {matched} joined with {communes} communes, {without} without a domain.",
    unknown="Unknown: income (or secret) of {income} communes, mean age of {age}, population of {population}.",
    missed="Communes not found",
    reason="Reason",
    nearest="Nearest",
    rows="Rows",
    merged="Domains too rare to be studied alone, put with the last one: {names}.",
    more="… and {n} others, in the file “.faults.csv” written beside the page.",
    made_on="Page of",
    by_population="Population (quarters)",
    by_income="Median income, euros (quarters)",
    by_age="Mean age (quarters)",
    by_density="Density grid",
    dense="dense",
    middle="intermediate",
    rural_class="rural",
    from_to="{low} to {high}",
    nothing="Nothing to show.",
)

TERRITORY_WORDINGS = {"fr": FRENCH, "en": ENGLISH}
