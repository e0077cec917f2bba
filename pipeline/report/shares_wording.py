"""The words of ``domaines shares``, in French and in English. Data only."""

from __future__ import annotations

WORDS = {
    "fr": {
        "domain": "Domaine",
        "predicted": "Prédits",
        "read": "Vérifiés",
        "share": "Part",
        "interval": "Intervalle",
        "published": "Étude 2016",
        "group": "Groupe",
        "services": "Services",
        "difference": "Écart (points)",
        "empty": "(vide)",
        "silent": "moins de lignes que le minimum : non montré",
        "small": "petit groupe",
        "to": "à",
    },
    "en": {
        "domain": "Domain",
        "predicted": "Predicted",
        "read": "Audited",
        "share": "Share",
        "interval": "Interval",
        "published": "2016 study",
        "group": "Group",
        "services": "Services",
        "difference": "Difference (points)",
        "empty": "(empty)",
        "silent": "fewer rows than the minimum: not shown",
        "small": "small group",
        "to": "to",
    },
}
METHODS = {
    "fr": {
        "emq": "Corrigé (EMQ, Saerens et al. 2002)",
        "calibration_matrix": "Corrigé (matrice de calibration, Kloos et al. 2020)",
    },
    "en": {
        "emq": "Corrected (EMQ, Saerens et al. 2002)",
        "calibration_matrix": "Corrected (calibration matrix, Kloos et al. 2020)",
    },
}
CAUTION = {
    "fr": "valable seulement si la façon d'écrire n'a pas changé",
    "en": "valid only if the wording has not changed",
}
SENTENCES = {
    "fr": {
        "basis": "D'après {audited} lignes vérifiées par des personnes sur {n} ({method}, λ = {power}) ; "
        "intervalles à {level} %.",
        "file": "Affirmation sur les services de ce fichier, et d'aucun autre "
        "(pour les communes en général : --statement communes).",
        "communes": "Affirmation sur les communes en général : les {communes} communes du fichier tiennent lieu "
        "d'échantillon. Si elles se sont choisies elles-mêmes (réponse volontaire), rien ici ne le corrige.",
        "simultaneous": "Ces intervalles sont vrais tous ensemble avec une probabilité de {level} %.",
        "weighted": "Les parts sont pondérées par la colonne « poids » ; les nombres sont ceux des lignes.",
        "few": "* Trop peu de lignes vérifiées pour {few} : l'intervalle, plus large, est celui des seules lignes "
        "vérifiées (Wilson).",
        "unseen": "Aucune ligne vérifiée n'est de : {unseen} ; sa part n'est pas nulle pour autant, la borne haute dit "
        "jusqu'où elle peut aller.",
        "drifted": "Ce fichier s'écarte de ce que le modèle a appris : ",
        "alike": "Ce fichier ressemble aux textes appris : ",
        "unknown_words": "mots inconnus {here} % (apprentissage {there} %, seuil {limit} %, soit moitié plus)",
        "length": "{here} mots par texte (apprentissage {there}, seuil : deux fois plus ou deux fois moins)",
        "confidence": "indice de confiance moyen {here} (apprentissage {there}, seuil {limit}, un dixième de moins)",
        "mix": "répartition prédite à {here} points de celle de l'apprentissage (seuil {limit}, un service sur sept)",
        "passed": " — seuil dépassé",
    },
    "en": {
        "basis": "From {audited} rows that people checked out of {n} ({method}, λ = {power}); {level} % intervals.",
        "file": "A statement about the services of this file, and of no other "
        "(for communes in general: --statement communes).",
        "communes": "A statement about communes in general: the file's {communes} communes stand for a sample. If they "
        "chose themselves (voluntary response), nothing here corrects for it.",
        "simultaneous": "These intervals hold all together with a probability of {level} %.",
        "weighted": "Shares are weighted by the column “poids”; counts are those of rows.",
        "few": "* Too few audited rows for {few}: the interval, wider, is that of the audited rows alone (Wilson).",
        "unseen": "No audited row is of: {unseen}; its share need not be nil, the upper bound says how far it may go.",
        "drifted": "This file differs from what the model learnt: ",
        "alike": "This file resembles the training texts: ",
        "unknown_words": "unknown words {here} % (training {there} %, threshold {limit} %, half as many again)",
        "length": "{here} words a text (training {there}, threshold: twice as long or half)",
        "confidence": "mean confidence index {here} (training {there}, threshold {limit}, a tenth less)",
        "mix": "predicted mix {here} points from that of training (threshold {limit}: one service in seven changes)",
        "passed": " — threshold passed",
    },
}
