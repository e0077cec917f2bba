"""What tests share: the real files where they are, and a small model trained once."""

from pathlib import Path

import pytest
from hypothesis import settings

# On a busy machine an example takes longer: that is no fault of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real"

SMALL_CORPUS = [
    ("wifi gratuit sur la place du marché", "acces_numerique"),
    ("atelier d'initiation à internet pour les seniors", "acces_numerique"),
    ("espace public numérique ouvert à tous", "acces_numerique"),
    ("site internet de la commune et page Facebook", "communication_publique"),
    ("panneau lumineux d'information dans le bourg", "communication_publique"),
    ("consultation en ligne des habitants sur le budget", "communication_publique"),
    ("catalogue de la médiathèque en ligne", "action_culturelle"),
    ("numérisation des archives et visite virtuelle du château", "action_culturelle"),
    ("billetterie du théâtre par internet", "action_culturelle"),
    ("tablettes numériques pour l'école élémentaire", "services_scolaires"),
    ("tableau blanc interactif dans les classes", "services_scolaires"),
    ("inscription à la cantine sur le portail famille", "services_scolaires"),
    ("vidéoprotection de la mairie", "autre"),
    ("logiciel de comptabilité pour la mairie", "autre"),
    ("réfection de la toiture de l'église", "autre"),
]


@pytest.fixture(scope="session")
def real():
    """The folder of real files; the test is skipped, and says so, where it is not there."""
    if not REAL.is_dir():
        pytest.skip("../shared is not there")
    return REAL


@pytest.fixture(scope="session")
def small_classifier():
    from pipeline.classifier import DomainClassifier

    texts, labels = zip(*SMALL_CORPUS, strict=True)
    return DomainClassifier(minimum_texts=1).fit(list(texts), list(labels))


@pytest.fixture(scope="session")
def small_model(small_classifier, tmp_path_factory):
    """The folder of a small model, saved."""
    from pipeline.domains import LABELS
    from pipeline.registry import save_model
    from pipeline.scoring import reordered

    folder = tmp_path_factory.mktemp("models") / "small"
    config = {"name": "small", "version": "1", "review_threshold": 0.5}
    save_model(
        folder, reordered(small_classifier.scoring_, LABELS), config, {"scores": {}, "date": "2026-01-01"}, "# small\n"
    )
    return folder


@pytest.fixture
def run(capsys):
    """Run the command line; give exit code, stdout and stderr."""
    from pipeline.cli import main

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
