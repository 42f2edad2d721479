"""What code is made of: every knob is in it, users' texts cannot get out of their places, and files are clean."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from frameworks.conformance import CASES, COVERING, IN_FLOAT32
from hyperscope.cli import run as cli
from hyperscope.knob import Knob, Value
from hyperscope.lab.experiment.experiment import LISTS, Experiment, changed, every_knob
from hyperscope.lab.frameworks.folder import run_of
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.idle import idle
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.start import start_of
from hyperscope.lab.timeline.score import Event, Score

NASTY = '"; import os; os.system("echo broken") #\n"""\nraise SystemExit\r\u2028\\'
RICH = {  # so that every knob plays a part
    "network.layers.0.batch_norm": "before",
    "network.layers.1.dropout": 0.2,
    "network.bn_jolt": 0.1,
    "training.optimiser": "adam",
    "training.schedule": "steps",
    "training.l2": 0.01,
}


def script(experiment: Experiment, inputs: int = 2, classes: int = 3) -> Script:
    """What templates are told of an experiment that stands at its start."""
    return Script(start_of(Score(experiment), inputs, classes), inputs, classes, 300)


def others(knob: Knob, value: Value) -> list[Value]:
    """Values that a knob is tried at."""
    if knob.kind == "choice":
        return [one for one in knob.choices if one != value]
    if knob.kind == "switch":
        return [not value]
    if knob.kind == "text":
        return ["(0 (1 2))"] if knob.name == "tree" else ["another"]
    return [one for one in (knob.at(0.3), knob.at(0.7)) if one != value][:1]


@pytest.mark.parametrize("framework", frameworks)
def test_a_change_of_any_knob_changes_the_code_or_is_said_not_to_matter(framework):
    rich = Experiment()
    for path, value in RICH.items():
        rich = changed(rich, path, value)
    silent = []
    for base in (Experiment(), rich):
        before = frameworks[framework].code(script(base)).text
        for path, knob, value in every_knob(base):
            for other in others(knob, value):
                after = changed(base, path, other)
                if frameworks[framework].code(script(after)).text == before and path not in idle(after):
                    silent.append((path, other))
    assert silent == []


def test_lists_change_the_code_or_are_said_not_to_matter():
    base = Experiment()
    code = frameworks["numpy"].code(script(base)).text
    values = {
        "data.features": ("x1",),
        "data.painted": ("0,0 1,1", "1,0"),
        "data.left_out": ("x",),
        "training.weights_by_class": (2.0,),
    }
    assert set(values) == set(LISTS)
    for path, value in values.items():
        after = changed(base, path, value)
        assert frameworks["numpy"].code(script(after)).text != code or path in idle(after), path


@pytest.mark.parametrize("framework", frameworks)
def test_users_names_and_paths_cannot_get_out_of_a_comment(framework):
    plain = changed(changed(Experiment(), "data.source", "file"), "data.file", "plain.csv")
    nasty = changed(changed(plain, "data.file", f"/home/{NASTY}.csv"), "data.label", NASTY)
    nasty = changed(nasty, "data.left_out", (NASTY,))
    text = frameworks[framework].code(script(nasty)).text
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(frameworks[framework].code(script(plain)).text))
    assert "/home/" not in text


def test_a_table_with_nasty_names_is_code_that_runs(tmp_path, capsys):
    quoted = NASTY.replace('"', '""')
    rows = [f'{n % 7},{n % 5},"{"one" if n % 2 else quoted}"' for n in range(60)]
    table = tmp_path / "\"; import os; '''.csv"
    table.write_text(f'"{quoted}",b,class\n' + "\n".join(rows), encoding="utf-8")
    out = tmp_path / "out"
    assert (
        cli(["export", str(table), "--what", "code", "--framework", "numpy", "--epochs", "2", "--out", str(out)]) == 0
    )
    done = subprocess.run([sys.executable, "train.py"], cwd=out, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "broken" not in done.stdout


def test_generated_files_pass_ruff(tmp_path):
    for name, case in CASES.items():
        made = Script(start_of(case.score(), 2, 3), 2, 3, 60)
        for framework, entry in frameworks.items():
            (tmp_path / f"{framework}-{name.replace(' ', '-').replace(':', '')}.py").write_text(
                entry.code(made).text, encoding="utf-8"
            )
    rules = ["--isolated", "--no-cache", "--select", "E,F,I,UP,B", "--line-length", "140", "--target-version", "py311"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_notebook_holds_the_same_code_in_cells():
    files = run_of(CASES["moved: rate"].score()).files("pytorch")
    tree = json.loads(files["train.ipynb"])
    cells = ["".join(cell["source"]) for cell in tree["cells"]]
    assert len(cells) > 2
    for cell in cells:
        ast.parse(cell)
    assert "\n\n\n".join(cells).replace("Path()", "Path(__file__).parent") + "\n" == files["train.py"].decode()


def test_the_same_session_gives_the_same_files():
    assert run_of(CASES["dropout"].score(), 2).files("jax") == run_of(CASES["dropout"].score(), 2).files("jax")


def test_code_begins_where_the_network_was_rebuilt_last():
    score = CASES["moved: layers"].score()
    start = start_of(score, 2, 3)
    assert (start.place.tick, start.trained, start.remembers) == (31, True, False)


def test_a_move_before_the_first_step_is_how_the_code_begins():
    other = changed(Experiment(), "training.learning_rate", 0.3)
    start = start_of(Score(Experiment(), (Event(0, other),), 10), 2, 3)
    assert (start.experiment, start.moves) == (other, ())


@pytest.mark.parametrize("framework", frameworks)
def test_every_line_of_a_layer_is_marked_as_that_layers(framework):
    marks = {mark for line in frameworks[framework].code(script(Experiment())).lines for mark in line.marks}
    assert {"layer1", "layer2", "layer3", "layer4", "loss", "backward", "update", "data", "start", "batch"} <= marks


def test_no_framework_is_imported_by_what_writes_its_code():
    program = (
        "import sys; from hyperscope.lab.frameworks import folder;"
        "from hyperscope.lab.experiment.experiment import Experiment;"
        "from hyperscope.lab.timeline.score import Score;"
        "[folder.run_of(Score(Experiment()), 1).files(n) for n in folder.frameworks];"
        "sys.exit(bool({'torch', 'jax', 'optax', 'keras', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_a_framework_that_there_is_not_is_named_with_those_that_there_are(tmp_path, capsys):
    (tmp_path / "one.json").write_text(Experiment().to_json(), encoding="utf-8")
    words = ["export", str(tmp_path / "one.json"), "--what", "code", "--out", str(tmp_path / "out")]
    assert cli([*words, "--framework", "theano"]) == 2
    assert "pytorch" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_every_framework_runs_has_every_option_of_every_knob():
    seen: dict[str, set[Value]] = {}
    for name, precision in [*((name, "float64") for name in COVERING), *((name, "float32") for name in IN_FLOAT32)]:
        score = CASES[name].score(precision)
        for experiment in (score.start, *(event.experiment for event in score.events)):
            for path, _, value in every_knob(experiment):
                if path not in idle(experiment):
                    seen.setdefault(path, set()).add(value)
    lacking = {}
    for path, knob, _ in every_knob(CASES["optimiser sgd"].experiment):
        if path.startswith(("network.", "training.")) and ".layers.1." not in path:
            missing = set(knob.choices) - seen[path] if knob.kind == "choice" else len(seen[path]) < 2
            lacking |= {path: missing} if missing else {}
    assert lacking == {}  # data and seed are in data.npz and start.npz, and not in the code
    assert len(set(COVERING)) == len(COVERING) >= 40
