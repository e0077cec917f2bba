"""Labelling on a real Dask cluster of several processes, one of them killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import polars as pl
import pytest

from tests.conftest import ROOT

PARTS = 12


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as started:
        yield started


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))


def write_parts(folder, rows):
    folder.mkdir()
    for part in range(PARTS):
        texts = [f"wifi gratuit {part} place {n} tablettes {n * 7 % 1009}" for n in range(rows)]
        pl.DataFrame({"id": range(rows), "description": texts}).write_parquet(folder / f"{part:02d}.parquet")


def command(source, output, *more):
    return ["label", f"{source}/*.parquet", "-o", f"{output}/", "--model", "small", *more]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning")
@pytest.mark.long
def test_a_worker_killed_in_the_middle_loses_nothing_and_finished_files_stay(run, cluster, tmp_path):
    write_parts(tmp_path / "parts", 20_000)
    killed = []

    def kill():
        while not list((tmp_path / "out").glob("*.parquet")):
            time.sleep(0.01)
        worker = next(iter(cluster.workers.values()))
        killed.append(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    code, _, err = run(*command(tmp_path / "parts", tmp_path / "out", "--cluster", cluster.scheduler_address))
    thread.join()
    assert (code, len(killed)) == (0, 1), err
    assert run(*command(tmp_path / "parts", tmp_path / "here"))[0] == 0
    for part in sorted((tmp_path / "here").glob("*.parquet")):
        assert pl.read_parquet(tmp_path / "out" / part.name).equals(pl.read_parquet(part))
    manifest = json.loads((tmp_path / "out" / "domaines.manifest.json").read_text())
    assert sorted(manifest) == [f"{part:02d}.parquet" for part in range(PARTS)]
    times = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    (tmp_path / "out" / "03.parquet").unlink()
    code, _, err = run(*command(tmp_path / "parts", tmp_path / "out", "--cluster", cluster.scheduler_address))
    assert (code, err.count("est déjà fait")) == (0, PARTS - 1)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    assert {name for name in times if after[name] != times[name]} == {"03.parquet"}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning")
@pytest.mark.long
def test_a_file_that_cannot_be_read_does_not_stop_the_others(run, cluster, tmp_path):
    write_parts(tmp_path / "parts", 3)
    (tmp_path / "parts" / "05.parquet").write_bytes(b"PAR1 et rien d'autre")
    code, _, err = run(*command(tmp_path / "parts", tmp_path / "out", "--cluster", cluster.scheduler_address))
    assert code == 3
    assert "05.parquet" in err
    assert len(list((tmp_path / "out").glob("*.parquet"))) == PARTS - 1


def test_standard_input_is_not_sent_to_workers(run, tmp_path):
    code, _, err = run("label", "-", "-o", tmp_path / "out.csv", "--model", "small", "--cluster", "tcp://127.0.0.1:9")
    assert (code, "--cluster ne lit ni n'écrit « - »" in err) == (2, True)


def test_no_cluster_at_the_address_is_one_sentence(run, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.workflow.cluster.PATIENCE", 1.0)
    write_parts(tmp_path / "parts", 1)
    code, _, err = run(*command(tmp_path / "parts", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9"))
    assert code == 3
    assert "Aucun cluster ne répond à « tcp://127.0.0.1:9 »" in err


def test_without_the_extra_one_sentence_says_what_to_install(small_model, tmp_path):
    (tmp_path / "in.csv").write_text("description\nwifi\n")
    (tmp_path / "distributed.py").write_text("raise ImportError('absent')\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    arguments = ["label", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"), "--model", "small"]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments, "--cluster", "tcp://127.0.0.1:9"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "pip install 'domaines-numeriques[cluster]'" in done.stderr
    assert "Traceback" not in done.stderr
