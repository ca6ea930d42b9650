"""The lecture's network for handwritten digits, and how to load one that somebody has trained.

A model file is a program as much as data: it names the layers that Keras is to build. A pickle, or
a Lambda layer, can hold any Python code at all, which loading would run. So only Keras's own format
is read here, in its safe mode, and the result is checked before anyone uses it.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import Any

import numpy as np

INPUT = (28, 28, 1)
"""Shape of an image: rows, columns, channels."""

CLASSES = 10
PROGRAMS = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
"""What Keras calls layers that hold, or fetch, a program of their own."""

LARGEST = 100_000_000  # bytes, unpacked; the lecture's model has some 300,000
WIDEST = 100_000
"""So many neurons, or filters, a layer may have: Keras makes room for them before it reads more."""


def network() -> Any:
    """Return the lecture's convolutional network, compiled and untrained: 21,898 parameters."""
    from nnlecture.reproducible import keras  # takes seconds, and a bad file needs none of it

    model = keras.Sequential(
        [
            keras.layers.Input(INPUT),
            keras.layers.Conv2D(8, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    adam = keras.optimizers.Adam(learning_rate=0.005)
    model.compile(loss="categorical_crossentropy", optimizer=adam, metrics=["accuracy"])
    return model


def without_chance(file: str | Path) -> None:
    """Take out of a `.keras` file what differs whenever the same model is saved.

    That is the date, which also stands beside the weights, and addresses in memory by which Keras
    calls what several layers share.
    """
    with zipfile.ZipFile(file) as saved:
        parts = {name: saved.read(name) for name in sorted(saved.namelist())}
    metadata = json.loads(parts["metadata.json"]) | {"date_saved": ""}
    parts["metadata.json"] = json.dumps(metadata).encode()
    config = parts["config.json"].decode()
    address = re.compile(r'(?<="shared_object_id": )\d+')
    numbers = list(dict.fromkeys(address.findall(config)))
    config = address.sub(lambda found: str(numbers.index(found[0]) + 1), config)
    parts["config.json"] = config.encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in parts.items():
            new.writestr(zipfile.ZipInfo(name), content)


def load_model(file: str | Path) -> Any:
    """Return the Keras model of a `.keras` file, for prediction.

    No code of the file is executed.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is no complete `.keras` file, holds code, or a model that does not take images of 28 x 28
        to ten numbers. The message is one sentence that begins with the file's name.
    """
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: there is no such model file: train the network in exercise 5 a, or download "
            "the file from the exercise's page into this folder"
        )
    _check_archive(path)
    from nnlecture.reproducible import keras

    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its many parts raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ValueError(
            f"{path}: Keras cannot load this model ({reason}): train and save it again"
        ) from error
    shapes = (getattr(model, "input_shape", None), getattr(model, "output_shape", None))
    if shapes != ((None, *INPUT), (None, CLASSES)):
        raise ValueError(
            f"{path}: the model takes input of shape {shapes[0]} to output of shape {shapes[1]}, "
            f"but digits need {(None, *INPUT)} and {(None, CLASSES)}: is it another model?"
        )
    answer = model.predict(np.zeros((1, *INPUT)), verbose=0)
    if not np.isclose(answer.sum(), 1, atol=0.01) or answer.min() < 0:  # nor is it NaN, then
        raise ValueError(
            f"{path}: what the model answers are no probabilities: end it with softmax, and train "
            "and save it again"
        )
    return model


def _check_archive(path: Path) -> None:
    """Raise ValueError unless a file is a complete archive as Keras writes it, of sensible size."""
    if path.suffix.lower() != ".keras":
        raise ValueError(
            f"{path}: only files in Keras's own format, .keras, are loaded, since others can hold "
            "programs: save the model with model.save('mnist.keras')"
        )
    with path.open("rb") as opened:
        start = opened.read(4)
    if not start:
        raise ValueError(f"{path}: the file is empty: train and save the model again")
    if start != b"PK\x03\x04":
        raise ValueError(f"{path}: not a Keras file, whatever its name says")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > LARGEST:
                raise ValueError(
                    f"{path}: {size:,} bytes when unpacked, more than the {LARGEST:,} that a model "
                    "for digits may have"
                )
            broken = archive.testzip()
            if broken is not None:
                raise ValueError(f"{path}: {broken} in it is damaged: get the file again")
            config = json.loads(archive.read("config.json"))
            archive.getinfo("model.weights.h5")
    except (zipfile.BadZipFile, zlib.error, LZMAError, RuntimeError, NotImplementedError):
        raise ValueError(
            f"{path}: the file is incomplete or damaged: download or save it again"
        ) from None
    except (KeyError, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError(f"{path}: an archive, but not one that Keras has written") from None
    if isinstance(config, dict):
        config.pop("compile_config", None)  # how it was trained; it is not loaded
    foreign = sorted(set(_foreign(config)))
    if foreign:
        raise ValueError(
            f"{path}: the model contains {', '.join(foreign)}, which can be any program, so it is "
            "not loaded: use a model of Keras's own layers"
        )
    width = max(_widths(config), default=0)
    if width > WIDEST:
        raise ValueError(f"{path}: a layer of {width:,} neurons is too much for digits")


def _foreign(config: Any) -> Iterator[str]:
    """Give the names of what a configuration contains that holds code or is not Keras's own.

    Safe mode refuses most of it, but a line elsewhere in a notebook can turn that off for good.
    """
    if isinstance(config, dict):
        name, module = config.get("class_name"), config.get("module")
        if str(name) in PROGRAMS or (module and not f"{module}.".startswith("keras.")):
            yield str(name)
        for value in config.values():
            yield from _foreign(value)
    elif isinstance(config, list):
        for value in config:
            yield from _foreign(value)


def _widths(config: Any) -> Iterator[int]:
    """Give the numbers of neurons and of filters that a configuration asks for."""
    if isinstance(config, dict):
        for key, value in config.items():
            if key in {"units", "filters"} and isinstance(value, (int, float)):
                yield int(value)
            yield from _widths(value)
    elif isinstance(config, list):
        for value in config:
            yield from _widths(value)
