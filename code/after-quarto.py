"""Complete the book that Quarto has rendered: `project: post-render` in _quarto.yml calls this.

Pages and slides link to notebooks, which Quarto does not make of a page. Quarto runs the script in
the project's folder, with the Python that its cells run in.
"""

import sys

try:
    from lecturebuild.cli import main
except ImportError:
    sys.exit(
        f"after-quarto.py: {sys.executable} has no lecturebuild, so the notebooks cannot be made. "
        "Call 'make' once: it sets up the environment .venv, which _environment names to Quarto"
    )

sys.exit(main(["complete"]))
