"""Labelling many files on a cluster, through joblib's Dask backend: one task a file.

The model goes once to each worker, which makes its table of words once and keeps it. Dask gives the files of a
lost worker to the others; an output is written whole or not at all, so that half a file is never taken for one.
Each file finished is noted at once in the manifest of parts: what stops here goes on from there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

from pipeline.errors import DomainesError, InputError, UsageError
from pipeline.labelling import Labeller
from pipeline.registry import Model
from pipeline.remote import is_remote
from pipeline.workflow.labelling import LabelOutcome, label, labeller_of, note_done
from pipeline.workflow.parts import Options, Plan

# Seconds in which a scheduler must answer.
PATIENCE = 15.0

_labellers: dict[str, Labeller] = {}
_lock = threading.Lock()


def label_on_cluster(plan: Plan, model: Model, options: Options, address: str) -> Iterator[LabelOutcome]:
    """Label files on the workers of the scheduler at ``address``, giving outcomes as they come.

    A file that cannot be read does not stop the others: its error is raised at the end. Raise ``UsageError``
    for ``-`` and without the extra ``cluster``, ``InputError`` when no scheduler or no worker answers.
    """
    if any("-" in pair for pair in plan):
        raise UsageError("--cluster ne lit ni n'écrit « - » : les ouvriers sont ailleurs, donner des fichiers.")
    parallel, config = _joblib()
    failures: list[DomainesError] = []
    with _client(address) as client, config(backend="dask", client=client, scatter=[model]):
        jobs = parallel(n_jobs=-1, batch_size=1, pre_dispatch="all", return_as="generator_unordered")
        for part in jobs(_delayed(source, target, model, options) for source, target in plan):
            if isinstance(part, DomainesError):
                failures.append(part)
            else:
                note_done(part, model, remember=True)
                yield part
    if failures:
        raise failures[0]


def label_part(source: str, target: str, model: Model, options: Options) -> LabelOutcome | DomainesError:
    """Label one file, on a worker; what is wrong with the file is given back, not raised."""
    try:
        return label(
            source,
            target,
            _labeller(model),
            text=options.text,
            sheet=options.sheet,
            jobs=1,
            excel=options.excel,
            masked=options.mask,
            say=lambda sentence: None,
            advance=lambda done, total: None,
        )
    except DomainesError as error:
        return error


def _delayed(source: str, target: str, model: Model, options: Options) -> Any:
    from joblib import delayed

    return delayed(label_part)(_absolute(source), _absolute(target), model, options)


def _labeller(model: Model) -> Labeller:
    """Give the worker's labeller: made from the model by the first task that asks."""
    with _lock:
        if model.digest not in _labellers:
            _labellers.clear()
            _labellers[model.digest] = labeller_of(model)
        return _labellers[model.digest]


def _absolute(path: str) -> str:
    # Workers may run in another folder.
    return path if is_remote(path) else os.path.abspath(path)


def _joblib() -> tuple[Any, Any]:
    try:
        import distributed  # noqa: F401
        from joblib import Parallel, parallel_config
    except ImportError as error:
        raise UsageError(
            "--cluster demande un complément qui n'est pas installé : pip install 'domaines-numeriques[cluster]'."
        ) from error
    return Parallel, parallel_config


def _client(address: str) -> Any:
    import distributed

    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"Aucun cluster ne répond à « {address} » : vérifier l'adresse (tcp://machine:8786) et ses ouvriers."
        ) from error
    return client
