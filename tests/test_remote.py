"""Files that are not here: fsspec's memory filesystem, and a real HTTP server on loopback."""

import functools
import http.server
import json
import threading

import fsspec
import pytest

from pipeline import remote

SURVEY = "id,description\n1,wifi gratuit sur la place\n2,tablettes pour l'école\n"


@pytest.fixture(autouse=True)
def _small_model(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


@pytest.fixture
def server(tmp_path):
    """The address of a folder served over HTTP."""
    (tmp_path / "served").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            return None

    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def label(run, source, output, *more):
    return run("label", source, "-o", output, "--model", "small", *more)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet", "xlsx", "jsonl"])
def test_what_is_written_there_is_what_is_written_here(run, memory, tmp_path, suffix):
    (tmp_path / "in.csv").write_text(SURVEY)
    memory.pipe_file("/in.csv", SURVEY.encode())
    assert label(run, "memory://in.csv", f"memory://out/a.{suffix}")[0] == 0
    assert label(run, tmp_path / "in.csv", tmp_path / f"a.{suffix}")[0] == 0
    there, here = memory.cat_file(f"/out/a.{suffix}"), (tmp_path / f"a.{suffix}").read_bytes()
    # A workbook holds the hour of its making.
    assert there == here or suffix == "xlsx"
    assert memory.find("/out") == [f"/out/a.{suffix}"]


def test_faults_and_patterns_and_the_manifest_go_there_too(run, memory):
    memory.pipe_file("/parts/a.csv", SURVEY.encode())
    memory.pipe_file("/parts/b.csv", b"id,description\n1,wifi,trop\n")
    assert label(run, "memory://parts/*.csv", "memory://out/")[0] == 1
    assert memory.find("/out") == [
        "/out/a.csv",
        "/out/b.csv",
        "/out/b.csv.faults.csv",
        "/out/domaines.manifest.json",
    ]
    assert sorted(json.loads(memory.cat_file("/out/domaines.manifest.json"))) == ["a.csv", "b.csv"]
    memory.pipe_file("/parts/b.csv", SURVEY.encode())
    code, _, err = label(run, "memory://parts/*.csv", "memory://out/", "--resume")
    assert (code, err.count("est déjà fait")) == (0, 1)
    assert not memory.exists("/out/b.csv.faults.csv")


def test_a_file_over_http_is_read(run, server, tmp_path):
    (tmp_path / "served" / "enquete.csv").write_text(SURVEY)
    assert label(run, f"{server}/enquete.csv", tmp_path / "out.csv")[0] == 0
    assert (tmp_path / "out.csv").read_text().count("\n") == 3


def test_http_is_not_written(run, server, tmp_path):
    (tmp_path / "in.csv").write_text(SURVEY)
    code, _, err = label(run, tmp_path / "in.csv", f"{server}/out.csv")
    assert code == 2
    assert f"« {server}/out.csv » se lit mais ne s'écrit pas" in err


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("memory://absent.csv", 3, "« memory://absent.csv » n'existe pas"),
        ("memory://absent/*.csv", 3, "Aucun fichier ne correspond"),
        ("zzz://a.csv", 2, "protocole « zzz » inconnu"),
        ("http://127.0.0.1:9/a.csv", 3, "« http://127.0.0.1:9/a.csv »"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(run, memory, tmp_path, source, code, words):
    found, out, err = label(run, source, tmp_path / "out.csv")
    assert (found, out) == (code, "")
    assert words in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_not_there_is_one_sentence(run, server, tmp_path):
    code, _, err = label(run, f"{server}/absent.csv", tmp_path / "out.csv")
    assert (code, "absent.csv » n'existe pas" in err) == (3, True)


def test_a_missing_protocol_says_what_to_install(run, tmp_path):
    # As fsspec knows s3:// where s3fs is not installed.
    fsspec.register_implementation("loin", "pas_la.Systeme", clobber=True, errtxt="Install pas_la")
    code, _, err = label(run, "loin://seau/a.csv", tmp_path / "out.csv")
    assert code == 2
    assert "pip install 'domaines-numeriques[remote]'" in err


def test_an_output_that_is_the_input_is_refused(run, memory):
    memory.pipe_file("/in.csv", SURVEY.encode())
    assert label(run, "memory://in.csv", "memory://in.csv")[0] == 2


def test_a_remote_stamp_tells_a_change(memory):
    memory.pipe_file("/in.csv", b"a")
    before = remote.stamp("memory://in.csv")
    memory.pipe_file("/in.csv", b"ab")
    assert remote.stamp("memory://in.csv") != before
