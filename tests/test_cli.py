"""The command line: what it writes can be used, repeats exactly, and wrong input ends in one sentence."""

from __future__ import annotations

import csv
import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import hyperscope
from hyperscope import __version__
from hyperscope.cli import run
from hyperscope.engine.settings import WHOLE_SET, Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, read
from hyperscope.lab.session.opening import opened, opened_score
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.lab.training.trainer import Trainer
from hyperscope.resources import asset

IRIS = str(asset("datasets/iris.csv"))
FILES = {
    "metrics.csv",
    "steps.csv",
    "weights.npz",
    "examples.npz",
    "batches.txt",
    "map.png",
    "experiment.json",
}
FAR_IN_DEV = 3  # a data seed that puts the last row of 60 into the dev set
CODES = sorted((Path(__file__).parent / "kept").glob("*.code.txt"))
METRICS = ["epoch", "step"] + [f"{part}_{what}" for part in ("train", "dev", "test") for what in ("loss", "accuracy")]
NORMED = Experiment(network=Network(layers=(Layer(8, batch_norm="before"),) * 2))
MOST = 90  # s; a busy machine takes seconds to start Python


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def started(
    *words: str, folder: Path, stdout: object = subprocess.PIPE, stderr: object = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`python -m hyperscope` with these words, in a process of its own that works in `folder`."""
    source = str(Path(hyperscope.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-m", "hyperscope", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source, "PYTHONUTF8": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        encoding="utf-8",
        timeout=MOST,
        check=False,
    )


def refusal(capsys, *words: str) -> str:
    """The one sentence with which these words are refused."""
    assert run(words) == 2
    printed = capsys.readouterr()
    said = printed.err.strip()
    assert printed.out == "" and said.startswith("hyperscope: ") and "\n" not in said
    return said


# -- run --------------------------------------------------------------------------------------------------------------


def test_a_run_on_a_table_writes_all_its_files(tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["run", IRIS, "--epochs", "5", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == FILES


def test_a_run_says_in_one_line_what_it_came_to(tmp_path, capsys):
    run(["run", IRIS, "--epochs", "5"])
    assert re.fullmatch(
        r"Epoch 5, step \d+: train [\d.]+% \(loss [\d.]+\), dev .*, test [\d.]+% \(loss [\d.]+\)\.\n",
        capsys.readouterr().out,
    )


def test_a_run_learns_iris(capsys):
    run(["run", IRIS, "--epochs", "60", "--json"])
    assert json.loads(capsys.readouterr().out)["train_accuracy"] > 0.9


def test_metrics_have_a_row_for_the_start_and_one_for_each_epoch(tmp_path):
    run(["run", IRIS, "--epochs", "5", "--out", str(tmp_path)])
    written = rows(tmp_path / "metrics.csv")
    assert list(written[0]) == METRICS
    assert [row["epoch"] for row in written] == ["0", "1", "2", "3", "4", "5"]


def test_steps_have_a_row_for_each_step(tmp_path):
    run(["run", IRIS, "--epochs", "5", "--out", str(tmp_path)])
    steps = rows(tmp_path / "steps.csv")
    assert len(steps) == int(rows(tmp_path / "metrics.csv")[-1]["step"])
    assert [int(row["step"]) for row in steps] == list(range(1, len(steps) + 1))


def test_no_epochs_write_the_start(tmp_path):
    assert run(["run", IRIS, "--epochs", "0", "--out", str(tmp_path)]) == 0
    assert len(rows(tmp_path / "metrics.csv")) == 1
    with np.load(tmp_path / "weights.npz") as arrays:
        assert np.array_equal(arrays["layer1.weights"], arrays["initial.layer1.weights"])


def test_the_same_command_twice_writes_the_same_bytes(tmp_path):
    for name in ("once", "again"):
        run(["run", IRIS, "--epochs", "5", "--out", str(tmp_path / name)])
    for file in sorted(FILES):
        assert (tmp_path / "once" / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_two_processes_write_the_same_arrays(tmp_path):
    for name in ("once", "again"):
        ended = started("run", IRIS, "--epochs", "5", "--out", name, folder=tmp_path)
        assert (ended.returncode, ended.stderr.count("Traceback")) == (0, 0)
    assert (tmp_path / "once/metrics.csv").read_bytes() == (tmp_path / "again/metrics.csv").read_bytes()
    with np.load(tmp_path / "once/weights.npz") as once, np.load(tmp_path / "again/weights.npz") as again:
        assert once.files == again.files
        assert all(once[name].tobytes() == again[name].tobytes() for name in once.files)


def test_a_run_writes_the_same_bytes_on_any_number_of_threads(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole_set = Training(batch_size=WHOLE_SET)
    wide = Experiment(data=Data(source="digits"), network=Network(layers=(Layer(64),) * 2), training=whole_set)
    Path("digits.json").write_text(wide.to_json(), encoding="utf-8")
    for threads in ("1", "4"):
        with threadpool_limits(int(threads)):
            run(["run", "digits.json", "--epochs", "3", "--out", threads])
    for file in sorted(FILES):
        assert Path("1", file).read_bytes() == Path("4", file).read_bytes(), file


def test_the_experiment_that_is_written_repeats_the_run(tmp_path):
    run(["run", IRIS, "--epochs", "5", "--set", "seed=7", "--out", str(tmp_path / "once")])
    run(["run", str(tmp_path / "once" / "experiment.json"), "--epochs", "5", "--out", str(tmp_path / "again")])
    assert (tmp_path / "once/steps.csv").read_bytes() == (tmp_path / "again/steps.csv").read_bytes()


@pytest.mark.parametrize(
    ("setting", "group", "name", "value"),
    [
        ("training.learning_rate=0.1", "training", "learning_rate", 0.1),
        ("training.optimiser=sgd", "training", "optimiser", "sgd"),
        ("training.batch_size=16", "training", "batch_size", 16),
        ("data.standardise=off", "data", "standardise", False),
    ],
)
def test_set_changes_a_knob(tmp_path, setting, group, name, value):
    run(["run", IRIS, "--epochs", "1", "--set", setting, "--out", str(tmp_path)])
    assert getattr(getattr(read(tmp_path / "experiment.json"), group), name) == value


def test_set_can_be_given_more_than_once(tmp_path):
    run(["run", IRIS, "--epochs", "1", "--set", "seed=4", "--set", "network.layers.1.units=5", "--out", str(tmp_path)])
    written = read(tmp_path / "experiment.json")
    assert (written.seed, written.network.layers[1].units) == (4, 5)


def test_json_is_json_and_nothing_else(capsys):
    run(["run", IRIS, "--epochs", "2", "--json"])
    assert list(json.loads(capsys.readouterr().out)) == [*METRICS, "stopped"]


def test_a_session_that_ends_at_its_start_is_run_with_what_was_set_there_by_hand(tmp_path):
    start = Experiment(data=Data(points=60))
    by_hand = Score(start, (Event(0, start, edit=Edit("output.bias", (0,), 3.0)),))
    found = []
    for name, score in (("as it is", Score(start)), ("by hand", by_hand)):
        (tmp_path / f"{name}.json").write_text(score.to_json(), encoding="utf-8")
        assert run(["run", str(tmp_path / f"{name}.json"), "--epochs", "1", "--out", str(tmp_path / name)]) == 0
        with np.load(tmp_path / name / "weights.npz") as arrays:
            found.append(float(arrays["output.bias"][0]))
    assert found[1] > found[0] + 1


def test_a_run_that_diverges_says_why_and_writes_what_there_is(tmp_path, capsys):
    file = tmp_path / "wild.json"
    linear = Network(layers=(Layer(8, "linear"),) * 3)
    file.write_text(
        Experiment(network=linear, training=Training(optimiser="sgd", learning_rate=10.0)).to_json(), encoding="utf-8"
    )
    assert run(["run", str(file), "--epochs", "20", "--json", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "Training stopped at step" in printed.err
    assert "Training stopped at step" in json.loads(printed.out)["stopped"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


LINEAR = Network(layers=(Layer(8, "linear"),) * 3)
STOPPING = {  # by which one run or another goes back to where it was before
    "to its start": Experiment(
        data=Data(points=100), network=LINEAR, training=Training(optimiser="sgd", learning_rate=10.0)
    ),
    "to a sound step": Experiment(
        data=Data(points=100), network=LINEAR, training=Training(optimiser="sgd", learning_rate=1.0, warmup=6.0)
    ),
    "to the lowest dev loss": Experiment(training=Training(learning_rate=0.1, patience=3)),
}


@pytest.fixture(params=STOPPING)
def stopped(request, tmp_path, capsys) -> tuple[Path, dict[str, object]]:
    """The folder of a run that stopped itself and went back, and what was printed of it as JSON."""
    file = tmp_path / "experiment.json"
    file.write_text(STOPPING[request.param].to_json(), encoding="utf-8")
    assert run(["run", str(file), "--epochs", "40", "--json", "--out", str(tmp_path / "out")]) == 0
    return tmp_path / "out", json.loads(capsys.readouterr().out)


def kept(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "weights.npz") as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_a_run_that_went_back_reports_the_network_that_is_kept(stopped, tmp_path, capsys):
    folder, printed = stopped
    start = {name: values for name, values in kept(folder).items() if not name.startswith("initial.")}
    np.savez(tmp_path / "kept.npz", **start)
    init = ["--init", str(tmp_path / "kept.npz"), "--epochs", "0", "--json"]
    assert run(["run", str(folder / "experiment.json"), *init]) == 0
    alone, measures = json.loads(capsys.readouterr().out), METRICS[2:]
    assert printed["stopped"]
    assert [printed[name] for name in measures] == [alone[name] for name in measures]
    assert float(rows(folder / "metrics.csv")[-1]["step"]) == printed["step"]


def test_the_steps_and_batches_of_a_run_that_went_back_end_where_its_weights_are(stopped):
    folder, printed = stopped
    steps, batches = rows(folder / "steps.csv"), (folder / "batches.txt").read_text().splitlines()
    assert len(steps) == len(batches) == printed["step"]


def test_the_batches_of_a_run_that_went_back_lead_from_its_start_to_its_weights(stopped, tmp_path):
    folder, printed = stopped
    arrays = kept(folder)
    start = {name.removeprefix("initial."): arrays[name] for name in arrays if name.startswith("initial.")}
    end = start
    if printed["step"]:
        np.savez(tmp_path / "start.npz", **start)
        words = ["--init", str(tmp_path / "start.npz"), "--batches", str(folder / "batches.txt")]
        words += ["--set", "training.patience=0", "--out", str(tmp_path / "again")]
        run(["run", str(folder / "experiment.json"), *words])
        end = kept(tmp_path / "again")
    assert all(end[name].tobytes() == arrays[name].tobytes() for name in start)


# -- runs given step for step -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["off", "before", "after"])
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_the_initial_weights_and_batches_of_a_run_repeat_it_step_for_step(tmp_path, norm, optimiser):
    network = Network(layers=(Layer(8, "tanh", norm), Layer(6, "relu", norm)))
    chosen = Experiment(data=Data(points=200), network=network, training=Training(optimiser=optimiser))
    file = tmp_path / "experiment.json"
    file.write_text(chosen.to_json(), encoding="utf-8")
    once, again = tmp_path / "once", tmp_path / "again"
    run(["run", str(file), "--epochs", "4", "--out", str(once)])
    with np.load(once / "weights.npz") as arrays:
        start = {name.removeprefix("initial."): arrays[name] for name in arrays.files if name.startswith("initial.")}
    np.savez(tmp_path / "start.npz", **start)
    # another seed, so that nothing but the two files can make the runs equal
    words = ["--set", "seed=99", "--init", str(tmp_path / "start.npz"), "--batches", str(once / "batches.txt")]
    assert run(["run", str(file), "--epochs", "4", *words, "--out", str(again)]) == 0
    assert (once / "steps.csv").read_bytes() == (again / "steps.csv").read_bytes()
    assert (once / "batches.txt").read_bytes() == (again / "batches.txt").read_bytes()


def test_an_order_of_batches_may_end_within_an_epoch(tmp_path, capsys):
    (tmp_path / "few.txt").write_text("0 1 2 3\n4, 5, 6\n\n7\n", encoding="utf-8")
    run(["run", IRIS, "--batches", str(tmp_path / "few.txt"), "--json"])
    assert json.loads(capsys.readouterr().out)["step"] == 3


def test_a_loss_beyond_all_numbers_is_null_in_json(tmp_path, capsys):
    rows = [f"{number % 7},{number % 5},{'xy'[number % 2]}" for number in range(59)]
    (tmp_path / "far.csv").write_text("\n".join(["a,b,class", *rows, "1e30,1e30,y"]), encoding="utf-8")
    far = Data(source="file", file=str(tmp_path / "far.csv"), seed=FAR_IN_DEV)
    lines = Network(layers=(), output="hinge")  # whose loss grows with the scores, without an end
    (tmp_path / "far.json").write_text(Experiment(data=far, network=lines).to_json(), encoding="utf-8")
    weights = {"output.weights": np.array([[1e10, 1e10], [0, 0]]), "output.bias": np.zeros(2)}
    np.savez(tmp_path / "start.npz", **weights)
    words = ["--init", str(tmp_path / "start.npz"), "--epochs", "0", "--json"]
    assert run(["run", str(tmp_path / "far.json"), *words]) == 0
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["dev_loss"] is None


# -- the window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES, ids=lambda path: path.name.partition(".")[0])
def test_a_code_opens_the_window_on_its_session(code, monkeypatch):
    windows = []
    monkeypatch.setattr("hyperscope.cli.no_window", lambda: "")
    monkeypatch.setattr("hyperscope.ui.app.open_window", lambda session, *_, **__: windows.append(session) or 0)
    words = code.read_text(encoding="ascii").strip()
    try:
        assert run([words]) == 0
    finally:
        gc.enable()  # whoever opens a window switches it off
    assert windows[0].experiment == opened_score(words).experiment


# -- wrong input ------------------------------------------------------------------------------------------------------


def test_a_missing_file_is_named(capsys):
    assert "gone.json: No such file" in refusal(capsys, "run", "gone.json")


def test_a_missing_table_is_named(capsys):
    assert "gone.csv" in refusal(capsys, "run", "gone.csv")


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + ".csv", "HS2-" + "a" * 300], ids=["file", "table", "no code"])
@pytest.mark.parametrize("words", [(), ("run",)], ids=["window", "run"])
def test_a_name_too_long_for_a_file_is_refused(capsys, words, name):
    assert "name too long" in refusal(capsys, *words, name).lower()


@pytest.mark.parametrize("words", [("--out", "a.png"), ("--screens", "screens")], ids=["one", "all"])
def test_no_picture_is_made_of_another_experiment_than_was_given(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert "gone.csv" in refusal(capsys, "record", *words, "gone.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


ODD = os.fsdecode(b"t\xfc.csv")  # as it was called where names are in Latin-1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there every name is text")
@pytest.mark.parametrize("words", [(), ("run",), ("run", "--out", "out"), ("record", "--out", "a.png")], ids=" ".join)
def test_a_table_whose_name_is_no_text_is_refused_before_anything_is_trained(tmp_path, monkeypatch, capsys, words):
    (tmp_path / ODD).write_bytes(Path(IRIS).read_bytes())
    monkeypatch.chdir(tmp_path)
    said = refusal(capsys, *words, ODD)
    assert r"t\udcfc.csv" in said and "rename what is called that" in said
    assert {path.name for path in tmp_path.iterdir()} == {"home", ODD}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there every name is text")
def test_a_folder_whose_name_is_no_text_is_written_to(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["run", IRIS, "--epochs", "1", "--out", os.fsdecode(b"\xfc")]) == 0
    assert {path.name for path in (tmp_path / os.fsdecode(b"\xfc")).iterdir()} == FILES


@pytest.mark.parametrize(
    "words",
    [
        ("run", IRIS, "--set", "data.label=" + ODD),
        ("run", IRIS, "--set", f"data.left_out={ODD}"),
        ("report", IRIS, "--out", "a.html", "--title", ODD),
        ("search", "--out", "out", "--notes", ODD),
    ],
    ids=["class", "column", "title", "notes"],
)
def test_words_that_no_file_can_hold_are_refused_at_once(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert r"\udcfc" in (said := refusal(capsys, *words)) and "UTF-8" in said
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_film_that_cannot_be_made_is_refused_before_anything_is_trained(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    monkeypatch.setattr("imageio_ffmpeg._utils._get_ffmpeg_exe", lambda: None)
    out = str(tmp_path / "a.mp4")
    assert "GIF works without" in refusal(capsys, "export", "gone.csv", "--what", "map", "--out", out)


def test_an_experiment_on_a_table_with_too_long_a_name_is_refused(tmp_path, capsys):
    given = Experiment(data=Data(source="file", file="a" * 300 + ".csv"))
    (tmp_path / "given.json").write_text(given.to_json(), encoding="utf-8")
    assert opened(tmp_path / "given.json") == given
    assert "file name too long" in refusal(capsys, "run", str(tmp_path / "given.json"))


def test_a_file_of_another_kind_is_named(tmp_path, capsys):
    (tmp_path / "notes.docx").touch()
    assert "notes.docx" in refusal(capsys, "run", str(tmp_path / "notes.docx"))


def test_a_folder_in_place_of_a_file_is_named(tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    assert "folder.csv" in refusal(capsys, "run", str(tmp_path / "folder.csv"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "this is not an experiment"),
        (b"[1]", "it must be a JSON object"),
        (b"\x80\x81", "this is not an experiment"),
        (b'{"training": {"learning_rate": "fast"}}', "learning_rate"),
        (b'{"training": {"learning_rate": 99}}', "learning_rate is 99"),
        (b'{"network": {"layers": [{"units": 0}]}}', "units is 0"),
        (b'{"data": {"source": "spirals"}}', "spirals"),
        (b'{"version": 999}', "version is 999"),
        (b"[" * 99_999, "this is not an experiment"),
    ],
    ids=["cut short", "a list", "binary", "text", "too large", "too small", "no data set", "future", "nested deep"],
)
def test_a_broken_experiment_is_named_with_what_is_wrong(tmp_path, capsys, content, said):
    (tmp_path / "broken.json").write_bytes(content)
    sentence = refusal(capsys, "run", str(tmp_path / "broken.json"))
    assert "broken.json" in sentence and said in sentence


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("training.speed=1", "'training.speed' names no setting"),
        ("speed=1", "'speed' names no setting"),
        ("trainig.learning_rate=1", "'trainig' is not a group of settings"),
        ("network.layers.9.units=4", "there are layers 0 to 2"),
        ("network.layers.units=4", "network.layers.units"),
        ("training=4", "'training' names no setting"),
        ("version=2", "'version' names no setting"),
        ("training.learning_rate=99", "learning_rate is 99"),
        ("training.learning_rate=nan", "learning_rate is nan"),
        ("training.learning_rate=fast", "training.learning_rate is 'fast'; it must be a number"),
        ("training.learning_rate=", "training.learning_rate is ''; it must be a number"),
        ("training.batch_size=2.5", "training.batch_size is '2.5'; it must be a whole number"),
        ("training.optimiser=adma", "adma"),
        ("data.standardise=maybe", "it must be true or false"),
        ("training.learning_rate", "write it as PATH=VALUE"),
    ],
)
def test_a_setting_that_is_not_allowed_is_named(capsys, setting, said):
    assert said in refusal(capsys, "run", IRIS, "--set", setting)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("0 1 2\n3 x 5\n", "line 2: 'x' is no training example"),
        ("0 1 99999\n", "line 1: '99999' is no training example"),
        ("0 -1\n", "line 1: '-1' is no training example"),
        ("0 ²\n", "line 1: '²' is no training example"),
        ("\n\n", "there are no mini-batches in it"),
    ],
    ids=["a word", "too large", "negative", "no digit", "empty"],
)
def test_an_order_of_batches_that_is_wrong_is_named_by_its_line(tmp_path, capsys, content, said):
    file = tmp_path / "order.txt"
    file.write_text(content, encoding="utf-8")
    sentence = refusal(capsys, "run", IRIS, "--batches", str(file))
    assert "order.txt" in sentence and said in sentence


def test_a_missing_order_of_batches_is_named(capsys):
    assert "gone.txt" in refusal(capsys, "run", IRIS, "--batches", "gone.txt")


def test_initial_weights_of_the_wrong_shape_are_named(tmp_path, capsys):
    run(["run", IRIS, "--epochs", "0", "--set", "network.layers.0.units=5", "--out", str(tmp_path)])
    capsys.readouterr()
    sentence = refusal(capsys, "run", IRIS, "--init", str(tmp_path / "weights.npz"))
    assert "weights.npz" in sentence and "'layer1.weights' has shape (5, 4); it must be (8, 4)" in sentence


def test_initial_weights_that_lack_an_array_are_refused(tmp_path, capsys):
    np.savez(tmp_path / "few.npz", **{"layer1.weights": np.zeros((8, 4))})
    assert "is missing" in refusal(capsys, "run", IRIS, "--init", str(tmp_path / "few.npz"))


def test_initial_weights_that_are_not_finite_are_refused(tmp_path, capsys):
    run(["run", IRIS, "--epochs", "0", "--out", str(tmp_path)])
    capsys.readouterr()
    with np.load(tmp_path / "weights.npz") as arrays:
        start = {name: arrays[name] for name in arrays.files if not name.startswith("initial.")}
    start["output.bias"] = np.full_like(start["output.bias"], np.nan)
    np.savez(tmp_path / "nan.npz", **start)
    assert "not finite" in refusal(capsys, "run", IRIS, "--init", str(tmp_path / "nan.npz"))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("output.bias", np.array(["a", "b", "c"]), "'output.bias' holds text; all must be real numbers"),
        ("output.bias", np.array([b"1", b"2", b"3"]), "'output.bias' holds text"),
        ("output.bias", np.array([1j, 0, 0]), "'output.bias' holds complex numbers; all must be real"),
        ("output.bias", np.ones(3, bool), "'output.bias' holds true and false; all must be real"),
        ("output.bias", np.zeros(3, "datetime64[s]"), "'output.bias' holds dates; all must be real"),
        ("output.bias", np.zeros(3, "timedelta64[s]"), "'output.bias' holds values of type timedelta64[s]; all"),
        (
            "output.bias",
            np.array([0, -1e300, 0]),
            "'output.bias' holds -1e+300; in float32 all must lie within ±1.8e+19",
        ),
        ("layer2.running_variance", -np.ones(8), "'layer2.running_variance' holds -1; a variance must be 0 or more"),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, np.ndarray) else None,
)
def test_initial_weights_that_no_network_has_are_refused(tmp_path, capsys, name, values, said):
    np.savez(tmp_path / "odd.npz", **{**Trainer(NORMED).weights(), name: values})
    (tmp_path / "normed.json").write_text(NORMED.to_json(), encoding="utf-8")
    sentence = refusal(capsys, "run", str(tmp_path / "normed.json"), "--init", str(tmp_path / "odd.npz"))
    assert "odd.npz" in sentence and said in sentence


def test_initial_weights_of_more_digits_are_refused_beyond_what_can_be_squared(tmp_path, capsys):
    wide = Experiment(training=Training(precision="float64"))
    np.savez(tmp_path / "far.npz", **{**Trainer(wide).weights(), "output.bias": np.array([0, 1e300, 0])})
    (tmp_path / "wide.json").write_text(wide.to_json(), encoding="utf-8")
    sentence = refusal(capsys, "run", str(tmp_path / "wide.json"), "--init", str(tmp_path / "far.npz"))
    assert "holds 1e+300; in float64 all must lie within ±1.3e+154" in sentence


def test_initial_weights_that_lead_to_no_loss_are_refused(tmp_path, capsys):
    trainer = Trainer(Experiment(network=Network(layers=(Layer(8, "relu"),) * 3)))
    np.savez(tmp_path / "far.npz", **{name: 1e18 * values for name, values in trainer.weights().items()})
    (tmp_path / "relu.json").write_text(trainer.experiment.to_json(), encoding="utf-8")
    sentence = refusal(capsys, "run", str(tmp_path / "relu.json"), "--init", str(tmp_path / "far.npz"))
    assert "far.npz: with these weights the training loss is not finite" in sentence


@pytest.mark.parametrize("content", [b"", b"no arrays", b"PK\x03\x04broken"], ids=["empty", "text", "broken zip"])
def test_a_file_that_holds_no_arrays_is_named(tmp_path, capsys, content):
    (tmp_path / "start.npz").write_bytes(content)
    assert "start.npz" in refusal(capsys, "run", IRIS, "--init", str(tmp_path / "start.npz"))


def test_a_single_array_is_no_file_of_weights(tmp_path, capsys):
    np.save(tmp_path / "start.npy", np.zeros(3))
    assert "start.npy" in refusal(capsys, "run", IRIS, "--init", str(tmp_path / "start.npy"))


def test_a_file_where_the_output_should_go_is_named(tmp_path, capsys):
    (tmp_path / "taken").touch()
    assert "taken" in refusal(capsys, "run", IRIS, "--epochs", "1", "--out", str(tmp_path / "taken"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "file"),
        (["run", IRIS, "--epochs", "-1"], "epochs is -1"),
        (["run", IRIS, "--epochs", "many"], "many"),
        (["run", IRIS, "--fast"], "--fast"),
        (["record"], "record needs"),
        (["record", "--out", "film.avi"], "film.avi"),
        (["record", "--out", "a.png", "--size", "large"], "large"),
        (["record", "--out", "a.png", "--size", "10000000000x800"], "at most 7680x7680"),
        (["record", "--out", "a.png", "--size", "640x0"], "size is '640x0'"),
        (["record", "--out", "a.png", "--size", "640x²"], "size is '640x²'"),
        (["run", IRIS, "--out", ""], "--out: it is empty"),
        (["run", IRIS, "--init", " "], "--init: it is empty"),
        (["export", IRIS, "--what", "map", "--out", ""], "--out: it is empty"),
        (["record", "--out", "a.png", "--epochs", "0"], "epochs is 0"),
        (["record", "--screens", "screens", "--scenes", "start,sunset"], "'sunset'"),
        (["doctor", "who"], "who"),
        (["export", IRIS, "--what", "map"], "--out"),
        (["export", IRIS, "--out", "a.png"], "--what"),
        (["export", IRIS, "--what", "mop", "--out", "a.png"], "export is 'mop'; it must be one of csv, weights"),
        (["export", IRIS, "--what", "map", "--out", "a.bmp"], "a.bmp: .bmp is not one of .png, .svg, .gif, .mp4"),
        (["export", IRIS, "--what", "csv", "--out", "a"], "a: the name has no ending; add one of .csv"),
        (["export", IRIS, "--what", "map", "--out", "a.png", "--scale", "9"], "scale is 9; it must lie in [1, 4]"),
        (["export", IRIS, "--what", "map", "--out", "a.png", "--epochs", "-1"], "epochs is -1"),
        (["export", "HS1-AAAA", "--what", "map", "--out", "a.png"], "this session's code is damaged"),
        (["report", IRIS, "--out", "a.pdf"], "a.pdf: .pdf is not one of .html"),
        (["report", "gone.json", "--out", "a.html"], "gone.json: No such file"),
        (["run", "HS1-AAAA"], "this session's code is damaged"),
        (["--theme", "pink"], "pink"),
    ],
    ids=lambda words: " ".join(words[:1] + words[-1:]) if isinstance(words, list) else None,
)
def test_words_that_make_no_command_are_refused(capsys, words, said):
    assert said in refusal(capsys, *words)


def test_a_table_that_cannot_be_trained_on_is_refused(tmp_path, capsys):
    (tmp_path / "gaps.csv").write_text("a,b,class\n1,NA,x\n2,3,y\n" * 20, encoding="utf-8")
    assert "gaps.csv" in refusal(capsys, "run", str(tmp_path / "gaps.csv"))


def test_wrong_input_ends_a_process_with_two_and_no_traceback(tmp_path):
    ended = started("run", "gone.json", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip().splitlines() == ["hyperscope: gone.json: No such file or directory"]


# -- output -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["run", IRIS, "--epochs", "0"], ["doctor", "--help"], ["--help"], ["--version"]])
def test_what_cannot_be_printed_ends_with_two_and_a_sentence(tmp_path, words):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no device that is always full")
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = started(*words, folder=tmp_path, stdout=full)
    assert ended.returncode == 2
    assert "hyperscope: the output could not be printed: no space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr and "Exception ignored" not in ended.stderr


@pytest.mark.parametrize(("words", "code"), [(["run", IRIS, "--epochs", "0"], 0), (["run", "gone.json"], 2)])
def test_a_full_stream_of_errors_changes_nothing(tmp_path, words, code):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no device that is always full")
    with open("/dev/full", "w", encoding="utf-8") as full:
        assert started(*words, folder=tmp_path, stderr=full).returncode == code


CLOSED = """
import os, sys
for number in map(int, sys.argv[1]):
    os.close(number)
os.execv(sys.executable, [sys.executable, "-m", "hyperscope", *sys.argv[2:]])
"""


@pytest.mark.skipif(os.name != "posix", reason="streams are closed otherwise on Windows")
@pytest.mark.parametrize("closed", ["1", "2", "12", "012"])
def test_closed_streams_change_nothing(tmp_path, closed):
    source = str(Path(hyperscope.__file__).parents[1])
    words = [sys.executable, "-c", CLOSED, closed, "run", IRIS, "--epochs", "0", "--out", "out"]
    ended = subprocess.run(words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": source}, timeout=MOST, check=False)
    assert ended.returncode == 0 and {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_an_alphabet_that_lacks_a_letter_gets_its_number(tmp_path):
    ended = started("run", IRIS, "--epochs", "0", folder=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0 and "mean \\u03bc and" in ended.stderr


def test_files_that_are_replaced_are_named(tmp_path, capsys):
    run(["run", IRIS, "--epochs", "0", "--out", str(tmp_path)])
    assert "takes the place" not in capsys.readouterr().err
    run(["run", IRIS, "--epochs", "0", "--out", str(tmp_path)])
    said = capsys.readouterr().err
    assert f"In {tmp_path} this run takes the place of another: metrics.csv" in said


def test_a_name_cannot_steer_the_terminal(tmp_path, capsys):
    table = "a,b,\x1b]0;stolen\x07\n" + "1,2,\x1b[31mred\n3,4,\u202eblue\n" * 30
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    run(["run", str(tmp_path / "table.csv"), "--epochs", "0"])
    run(["run", str(tmp_path / "\x1b]0;gone\x07.csv")])
    printed = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u202e"} & set(printed.out + printed.err)
    assert "\\x1b]0;" in printed.err


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_the_doctor_ends_well_and_looks_at_everything(tmp_path):
    ended = started("doctor", folder=tmp_path)
    assert ended.returncode == 0
    assert all(topic in ended.stdout for topic in ("Python", "NumPy", "Qt", "Display", "Data folder", "Speed"))


def test_the_version_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        run(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"Hyperscope {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [[], ["run"], ["record"], ["export"], ["report"], ["doctor"]],
    ids=lambda words: " ".join(words) or "window",
)
def test_each_command_has_its_help(capsys, words):
    with pytest.raises(SystemExit) as ended:
        run([*words, "--help"])
    assert ended.value.code == 0 and "usage: hyperscope" in capsys.readouterr().out


def test_a_run_loads_no_qt(tmp_path):
    code = (
        "import sys; from hyperscope.cli import run; run(['run', sys.argv[1], '--epochs', '1', '--json']);"
        "sys.exit(any(name.startswith(('PySide6', 'pyqtgraph')) for name in sys.modules))"
    )
    source = str(Path(hyperscope.__file__).parents[1])
    command = [sys.executable, "-c", code, IRIS]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": source}, cwd=tmp_path, timeout=MOST).returncode == 0
