#!/bin/sh
# Install what is missing: `setup.sh python FOLDER` makes the virtual environment from the lock
# file, `setup.sh quarto FOLDER` installs Quarto into it, `setup.sh latex [browser]` installs
# Debian's packages where this user may. What cannot be installed is said, with exit code 1.
set -eu

# texlive-plain-generic has soul, with which Pandoc strikes out, underlines and marks.
LATEX="texlive-xetex texlive-latex-recommended texlive-fonts-recommended texlive-plain-generic
    lmodern latexmk"
BROWSER="chromium poppler-utils"

have_latex() {
    command -v xelatex >/dev/null && command -v latexmk >/dev/null &&
        kpsewhich beamer.cls >/dev/null && kpsewhich unicode-math.sty soul.sty >/dev/null
}

have_browser() {
    { command -v chromium || command -v google-chrome; } >/dev/null && command -v pdftoppm >/dev/null
}

# Install Debian packages, as root or with sudo; fail where neither is possible.
debian() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then as_root="sudo"
    else return 1
    fi
    echo "Installing $*"
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Print the first Python of a version that the lock file covers.
find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
        then echo "$python"; return
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 is needed; found $(python3 --version 2>&1)" >&2
    return 1
}

make_environment() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null && ! debian python3-venv; then
        echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2
        return 1
    fi
    echo "Setting up $1 with $("$python" --version) (some minutes the first time)"
    "$python" -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

# Install the Quarto that pyproject.toml names, unless there is one.
install_quarto() {
    if command -v quarto >/dev/null || [ -x "$1/bin/quarto" ]; then return; fi
    # shellcheck disable=SC2016  # Python's, not the shell's
    package=$("$1/bin/python" -c 'import tomllib
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]
print(*extras["quarto"])')
    echo "Installing $package, which downloads Quarto from its own host"
    # Its dependencies serve people who have no Jupyter yet.
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation "$package" >/dev/null 2>&1 && return
    echo "Quarto could not be downloaded: install version 1.7 or later from quarto.org, or call 'make', which does without" >&2
    return 1
}

case "${1:-}" in
    python) make_environment "$2"; exit ;;
    quarto) install_quarto "$2"; exit ;;
    latex | browser) ;;
    *) echo "usage: setup.sh python FOLDER | quarto FOLDER | latex | browser ..." >&2; exit 2 ;;
esac

missing=""
for need in "$@"; do
    case "$need" in
        latex) have_latex || missing="$missing $LATEX" ;;
        browser) have_browser || missing="$missing $BROWSER" ;;
    esac
done
# shellcheck disable=SC2086  # a list of packages
if [ -n "$missing" ] && ! debian $missing; then
    echo "Missing, and not installed since this needs root: on Debian or Ubuntu run" >&2
    echo "    apt-get install --no-install-recommends$missing" >&2
    echo "(on macOS: MacTeX$(case "$*" in *browser*) echo ", Chromium and poppler" ;; esac))" >&2
    exit 1
fi
