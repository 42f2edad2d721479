"""Files that are not what they should be: refused in one sentence, before much is read or anything is waited for."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import LARGEST, Experiment
from hyperscope.lab.export.given import read_batches, read_weights
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4),)), seed=5)
NAME = "layer1.weights"


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    """A network's arrays."""
    return Trainer(SMALL).weights()


@pytest.fixture
def given(tmp_path) -> str:
    """The experiment in a file."""
    (tmp_path / "given.json").write_text(SMALL.to_json(), encoding="utf-8")
    return str(tmp_path / "given.json")


def refusal(capsys, *words: str) -> str:
    """The one sentence with which these words are refused."""
    assert run(words) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("hyperscope: ") and "\n" not in said and len(said) < 900
    return said


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def with_head(path: Path, head: str, *, version: int = 1, name: str = NAME, values: bytes = b"") -> None:
    """An archive of one array that says of itself what `head` says."""
    size = struct.pack("<H" if version == 1 else "<I", len(head))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.npy", b"\x93NUMPY" + bytes([version, 0]) + size + head.encode() + values)


# -- weights ----------------------------------------------------------------------------------------------------------


HEADS = [
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 400 + ",)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (True, 2)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 300 + ")" * 300 + "}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (4, 2)}",
    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (4, 2)}",
    "{'descr': '<U999999999', 'fortran_order': False, 'shape': (4, 2)}",
    "{'descr': 'nonsense', 'fortran_order': False, 'shape': (4, 2)}",
    "{'descr': 7}",
    "[]",
    "",
    "__import__('os').abort()",
]


@pytest.mark.parametrize("version", [1, 2, 3, 9])
@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
def test_an_array_that_cannot_be_is_refused(given, tmp_path, capsys, head, version):
    with_head(tmp_path / "a.npz", head, version=version)
    assert "a.npz" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))


@pytest.mark.parametrize(
    "values",
    [
        np.array([["a", "b"]] * 4),
        np.array([[b"a", b"b"]] * 4),
        np.array([[1, 2]] * 4, "M8[s]"),
        np.array([[1, 2]] * 4, "m8[s]"),
        np.array([[1j, 2]] * 4),
        np.array([[True, False]] * 4),
        np.array([[(1.0,), (2.0,)]] * 4, [("a", "f8")]),
        np.zeros((4, 2, 1)),
        np.zeros(()),
        np.zeros((0, 2)),
    ],
    ids=lambda values: f"{values.dtype} {values.shape}",
)
def test_arrays_of_another_kind_or_shape_are_named(given, tmp_path, capsys, weights, values):
    np.savez(tmp_path / "a.npz", **{**weights, NAME: values})
    assert f"'{NAME}'" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))


def test_a_small_file_that_claims_gigabytes_is_refused_by_its_shape(given, tmp_path, capsys, weights):
    before = peak()
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, values in weights.items():
            made = io.BytesIO()
            np.save(made, values)
            archive.writestr(f"{name}.npy", made.getvalue())
        with archive.open("extra.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_1_0(
                member, {"descr": "<f8", "fortran_order": False, "shape": (37_500_000,)}
            )
            for _ in range(300):
                member.write(bytes(1_000_000))
    assert (tmp_path / "a.npz").stat().st_size < 5_000_000
    assert "'extra' is no array of this network" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))
    assert peak() - before < 100


def test_a_head_that_claims_gigabytes_is_not_unpacked(given, tmp_path, capsys):
    before = peak()
    with_head(tmp_path / "a.npz", " " * 100_000_000, version=2)
    made = peak()  # this test's own text
    assert "a.npz" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))
    assert peak() - max(before, made) < 50


def test_an_archive_that_is_locked_is_named(given, tmp_path, capsys, weights):
    np.savez(tmp_path / "a.npz", **weights)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + flags] |= 1
    (tmp_path / "a.npz").write_bytes(content)
    assert "is encrypted" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bits_are_refused_or_change_nothing(tmp_path, weights, seed):
    np.savez_compressed(tmp_path / "a.npz", **weights)
    sound, rng = (tmp_path / "a.npz").read_bytes(), np.random.default_rng(seed)
    for _ in range(60):
        content = bytearray(sound)
        content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
        (tmp_path / "a.npz").write_bytes(content)
        with suppress(ValueError):
            found = read_weights(tmp_path / "a.npz", weights)
            assert all(np.array_equal(found[name], weights[name]) for name in set(found) & set(weights))


def test_an_archive_that_lists_millions_is_refused(given, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.npy", b"")
    assert "lists more than any network has" in refusal(capsys, "run", given, "--init", str(tmp_path / "a.npz"))


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_mark_before_the_first_batch_changes_nothing(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf0 1\n2\n")
    assert [batch.tolist() for batch in read_batches(tmp_path / "a.txt", 9).written] == [[0, 1], [2]]


@pytest.mark.parametrize("word", ["9" * 5000, "x" * 5000, "\x1b]0;", "1_0", "٣٣٣٣٣٣"])
def test_a_word_that_is_no_example_is_quoted_briefly(tmp_path, word):
    (tmp_path / "a.txt").write_text(f"0 1\n2 {word}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 2: .* is no training example") as refused:
        read_batches(tmp_path / "a.txt", 9)
    assert len(str(refused.value)) < len(str(tmp_path)) + 120 and "\x1b" not in str(refused.value)


def test_an_order_in_one_endless_line_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("0 " * 2_100_000, encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: it is longer than"):
        read_batches(tmp_path / "a.txt", 9)


def test_batches_that_are_no_text_are_named(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"0 1\n\xff\xfe")
    with pytest.raises(ValueError, match=r"a\.txt: this is no text in UTF-8"):
        read_batches(tmp_path / "a.txt", 9)


# -- experiments and sessions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [SMALL, Score(SMALL)], ids=["experiment", "session"])
def test_a_mark_before_json_changes_nothing(tmp_path, value):
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + value.to_json().encode())
    assert run(["run", str(tmp_path / "a.json"), "--epochs", "0"]) == 0


FAR = "x" * 5000
JSON = {
    "long value": json.dumps({"data": {"source": FAR}}),
    "long field": json.dumps({FAR: 1}),
    "long number": '{"seed": ' + "9" * 5000 + "}",
    "long float": '{"training": {"learning_rate": ' + "9" * 5000 + ".5}}",
    "long list": json.dumps({"data": {"features": [FAR] * 50}}),
    "long points": json.dumps({"data": {"painted": [FAR]}}),
    "version": json.dumps({"version": FAR}),
    "many layers": json.dumps({"network": {"layers": [{}] * 200_000}}),
    "many lines": json.dumps({"data": {"painted": [""] * 100_000}}),
    "spaces": " " * (LARGEST + 1),
    "nested": '{"data": ' + "[" * 90_000,
    "session path": json.dumps({"version": 1, "start": {}, "end": 3, "events": [{"beat": 1, "set": {FAR: 1}}]}),
    "session value": json.dumps(
        {"version": 1, "start": {}, "end": 3, "events": [{"beat": 1, "set": {"data.source": FAR}}]}
    ),
    "session edit": json.dumps(
        {"version": 1, "start": {}, "end": 3, "events": [{"beat": 1, "edit": {"name": FAR, "index": FAR, "value": 1}}]}
    ),
    "session start": json.dumps({"version": 1, "start": {"seed": FAR}, "end": 3, "events": []}),
    "session end": '{"version": 1, "start": {}, "end": ' + "9" * 5000 + ', "events": []}',
    "session shown": json.dumps({"version": 1, "start": {}, "end": 0, "events": [], "shown": {FAR: FAR}}),
    "session version": json.dumps({"version": FAR, "start": {}, "end": 0, "events": []}),
}


@pytest.mark.parametrize("name", JSON)
def test_json_that_is_no_experiment_is_refused_briefly(tmp_path, capsys, name):
    (tmp_path / "a.json").write_text(JSON[name], encoding="utf-8")
    sentence = refusal(capsys, "run", str(tmp_path / "a.json"))
    assert "a.json: " in sentence and FAR[:60] not in sentence and "9" * 60 not in sentence


@pytest.mark.parametrize(
    "words",
    [
        ["run", "HS1-" + FAR],
        ["run", FAR],
        ["run", "given.json", "--set", f"{FAR}=1"],
        ["run", "given.json", "--set", f"training.{FAR}=1"],
        ["run", "given.json", "--set", f"data.source={FAR}"],
        ["run", "given.json", "--set", f"seed={FAR}"],
        ["run", "given.json", "--set", "seed=" + "9" * 5000],
        ["run", "given.json", "--set", f"data.features={FAR}"],
        ["run", "given.json", "--set", f"data.painted={FAR}"],
        ["run", "given.json", "--epochs", FAR],
        ["run", "given.json", f"--{FAR}"],
        ["export", "given.json", "--what", FAR, "--out", "a.png"],
        ["record", "--size", FAR, "--out", "a.png"],
        ["record", "--lab", FAR, "--out", "a.png"],
        ["record", "--screens", "s", "--scenes", FAR],
    ],
    ids=lambda words: " ".join(word[:20] for word in words),
)
def test_words_are_quoted_briefly(given, tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    sentence = refusal(capsys, *words)
    assert FAR[: 260 if words == ["run", FAR] else 60] not in sentence and "9" * 60 not in sentence


# -- what is no file --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.npz", "a.txt"])
def test_a_pipe_is_refused_and_not_waited_for(given, tmp_path, capsys, name):
    os.mkfifo(tmp_path / name)
    words = {"a.npz": ["run", given, "--init"], "a.txt": ["run", given, "--batches"]}.get(name, ["run"])
    assert "not a file but a device or pipe" in refusal(capsys, *words, str(tmp_path / name))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless device")
@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.npz", "a.txt"])
def test_an_endless_device_behind_a_name_is_refused(given, tmp_path, capsys, name):
    (tmp_path / name).symlink_to("/dev/zero")
    words = {"a.npz": ["run", given, "--init"], "a.txt": ["run", given, "--batches"]}.get(name, ["run"])
    assert "not a file but a device or pipe" in refusal(capsys, *words, str(tmp_path / name))


def test_a_file_larger_than_any_session_is_not_read(tmp_path, capsys):
    before = peak()
    with (tmp_path / "a.json").open("wb") as file:
        file.truncate(2_000_000_000)  # a hole: it takes no room
    assert "larger than 16 MB (2000 MB)" in refusal(capsys, "run", str(tmp_path / "a.json"))
    assert peak() - before < 50 and threading.active_count() < 20
