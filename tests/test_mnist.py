"""The network of the lecture; model files: none that is bad is loaded, and none runs code."""

import json
import pickle
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nnlecture import mnist
from nnlecture.mnist import load_model, network, without_chance
from nnlecture.reproducible import keras, seed


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Save an untrained network of the lecture; return its file."""
    seed(1)
    file = tmp_path_factory.mktemp("model") / "mnist.keras"
    network().save(file)
    return file


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(name, error=ValueError):
    """Return the one sentence with which a file is refused."""
    with pytest.raises(error, match="^" + re.escape(f"{name}: ")) as caught:
        load_model(name)
    message = str(caught.value)
    assert "\n" not in message
    return message


def rewritten(file, name, **changes):
    """Copy an archive, some of its entries changed; None leaves one out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(name, "w") as new:
        for entry in old.namelist():
            content = changes.get(entry.partition(".")[0], old.read(entry))
            if content is not None:
                new.writestr(entry, content)


def test_network_has_the_lectures_parameters():
    model = network()
    assert [layer.count_params() for layer in model.layers] == [80, 0, 0, 21_648, 170]
    assert type(model.optimizer).__name__ == "Adam"
    assert model.loss == "categorical_crossentropy"


def test_model_comes_back_from_its_file(file):
    x = np.random.default_rng(0).random((5, 28, 28, 1))
    seed(1)
    expected = network().predict(x, verbose=0)
    np.testing.assert_allclose(load_model(file).predict(x, verbose=0), expected, rtol=1e-5)


def test_missing_file(here):
    assert "train the network in exercise 5 a" in refused("mnist.keras", FileNotFoundError)


@pytest.mark.parametrize(
    "content, message",
    [(b"", "is empty"), (b"no model", "not a Keras file"), (b"\x89HDF\r\n\x1a\n", "not a Keras")],
)
def test_file_that_is_no_archive(here, content, message):
    Path("x.keras").write_bytes(content)
    assert message in refused("x.keras")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_truncated_file(here, file, share):
    content = file.read_bytes()
    Path("x.keras").write_bytes(content[: int(share * len(content))])
    assert "incomplete or damaged" in refused("x.keras")


def test_file_with_a_changed_byte(here, file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    Path("x.keras").write_bytes(content)
    assert "damaged" in refused("x.keras")


@pytest.mark.parametrize("missing", ["config", "model"])
def test_archive_of_something_else(here, file, missing):
    rewritten(file, "x.keras", **{missing: None})
    assert "not one that Keras has written" in refused("x.keras")


def test_archive_with_a_broken_configuration(here, file):
    rewritten(file, "x.keras", config=b"{")
    assert "not one that Keras has written" in refused("x.keras")


def test_archive_that_unpacks_to_too_much(here, file, monkeypatch):
    monkeypatch.setattr(mnist, "LARGEST", 1000)
    Path("x.keras").write_bytes(file.read_bytes())
    assert "more than the 1,000" in refused("x.keras")


@pytest.mark.parametrize("shape, classes", [((28, 28, 3), 10), ((32, 32, 1), 10), ((28, 28, 1), 2)])
def test_model_of_another_shape(here, shape, classes):
    layers = [keras.layers.Input(shape), keras.layers.Flatten(), keras.layers.Dense(classes)]
    keras.Sequential(layers).save("x.keras")
    message = refused("x.keras")
    assert str((None, *shape)) in message
    assert "(None, 28, 28, 1)" in message


def test_weights_of_another_model(here, file):
    layers = [keras.layers.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    keras.Sequential(layers).save("other.keras")
    with zipfile.ZipFile("other.keras") as other:
        rewritten(file, "x.keras", model=other.read("model.weights.h5"))
    assert "Keras cannot load this model" in refused("x.keras")


def test_lambda_layer_is_not_loaded_and_its_code_does_not_run(here):
    trap = keras.layers.Lambda(lambda x: (Path("trap").touch(), x)[1])
    keras.Sequential(
        [keras.layers.Input((28, 28, 1)), trap, keras.layers.Flatten(), keras.layers.Dense(10)]
    ).save("x.keras")
    Path("trap").unlink(missing_ok=True)
    keras.config.enable_unsafe_deserialization()  # as a careless notebook may have done
    try:
        assert "contains Lambda" in refused("x.keras")
    finally:
        keras.src.backend.common.global_state.set_global_attribute("safe_mode_saving", None)
    assert not Path("trap").exists()


def test_layer_of_a_foreign_module_is_not_imported(here, file):
    with zipfile.ZipFile(file) as archive:
        config = json.loads(archive.read("config.json"))
    config["config"]["layers"][2] |= {"module": "foreign", "class_name": "Trap"}
    Path("foreign.py").write_text("open('trap', 'w').close()\n")
    rewritten(file, "x.keras", config=json.dumps(config).encode())
    assert "contains Trap" in refused("x.keras")
    assert not Path("trap").exists()


class Trap:
    """Writes a file when unpickled."""

    def __reduce__(self):
        return open, ("trap", "w")


@pytest.mark.parametrize("name", ["x.pkl", "x.h5", "x.hdf5", "x.keras"])
def test_pickle_is_never_unpickled(here, name):
    Path(name).write_bytes(pickle.dumps(Trap()))
    refused(name)
    assert not Path("trap").exists()


def test_the_same_model_makes_the_same_file(here):
    models = []
    for name in ("one.keras", "two.keras"):
        seed(1)
        models.append(network())  # both are kept, so that they lie at other addresses
        models[-1].save(name)
    files = [Path("one.keras"), Path("two.keras")]
    assert files[0].read_bytes() != files[1].read_bytes()
    images = np.random.default_rng(1).random((3, 28, 28, 1))
    expected = models[0].predict(images, verbose=0)
    for file in files:
        without_chance(file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert np.array_equal(load_model("one.keras").predict(images, verbose=0), expected)
