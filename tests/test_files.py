from pathlib import Path

import pytest

from nnlecture.files import data_file

ROOT = Path(__file__).parents[1]


def test_file_beside_the_notebook_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert data_file("boston.csv") == ROOT / "data" / "boston.csv"
    (tmp_path / "boston.csv").write_text("mine")
    assert data_file("boston.csv") == tmp_path / "boston.csv"


def test_message_says_which_file_to_put_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=rf"no other\.csv in {tmp_path}: download it"):
        data_file("other.csv")
