"""Export a trained Keras model to a script, so that a page can compute its output by itself.

`widgets/cnn.js` has the other half. The weights are written as numbers of 32 bits in base64, which
takes half the room of decimal digits.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

ACTIVATIONS = ("linear", "relu", "softmax")


def export(model: Any, file: str | Path) -> None:
    """Write a trained model to a script that defines `nnlecture.model`.

    It is a script and not JSON because a browser reads no JSON from a file share.

    Parameters
    ----------
    model
        A Keras `Sequential` of the layers Conv2D, MaxPooling2D, Flatten and Dense; convolutions
        are without padding and with steps of 1.
    file
        The script's file. It is replaced as a whole.

    Raises
    ------
    ValueError
        The model has a layer, or a layer has a setting, that the page cannot compute.
    """
    layers = [_layer(layer) for layer in model.layers]
    text = json.dumps({"shape": list(model.input_shape[1:]), "layers": layers})
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new")
    script = f'"use strict";\nvar nnlecture = nnlecture || {{}};\nnnlecture.model = {text};\n'
    temporary.write_text(script, encoding="utf-8")
    temporary.replace(path)


def _layer(layer: Any) -> dict[str, Any]:
    kind, settings = type(layer).__name__, layer.get_config()
    wanted: dict[str, Any]
    result: dict[str, Any] = {"kind": kind}
    match kind:
        case "Flatten":
            wanted = {"data_format": "channels_last"}
        case "MaxPooling2D":
            size = tuple(settings["pool_size"])
            wanted = {"padding": "valid", "strides": size, "data_format": "channels_last"}
            result["size"] = size
        case "Dense":
            wanted = {"use_bias": True}
        case "Conv2D":
            wanted = {
                "padding": "valid",
                "strides": (1, 1),
                "dilation_rate": (1, 1),
                "groups": 1,
                "use_bias": True,
                "data_format": "channels_last",
            }
        case _:
            raise ValueError(f"layer {layer.name}: a page cannot compute a {kind}")
    for name, value in wanted.items():
        found = settings[name]
        if (tuple(found) if isinstance(found, list) else found) != value:
            raise ValueError(f"layer {layer.name}: {name} must be {value}, not {found}")
    if kind in ("Dense", "Conv2D"):
        if settings["activation"] not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(
                f"layer {layer.name}: a page cannot compute {settings['activation']}, only {known}"
            )
        kernel, bias = layer.get_weights()
        result |= {"activation": settings["activation"]}
        result |= {"kernel": _numbers(kernel), "bias": _numbers(bias)}
    return result


def _numbers(array: np.ndarray) -> dict[str, Any]:
    data = base64.b64encode(array.astype("<f4").tobytes()).decode("ascii")
    return {"shape": array.shape, "data": data}
