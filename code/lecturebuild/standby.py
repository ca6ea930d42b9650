"""A process that waits, with everything imported and read, and renders the book once it is told to.

The preview starts one ahead of the next change: it has a fresh process for every build, that can be
stopped without harm, and yet loses no time to starting Python. A line on the standard input is the
sign; when the preview ends without one, so does this process.
"""

import sys
from pathlib import Path

from lecturebuild import cli, render


def main() -> int:
    """Render the project named on the command line, once a line has come."""
    try:
        render.look_ahead(Path(sys.argv[1]))
        told = sys.stdin.readline()
    except KeyboardInterrupt:
        return 0
    return cli.main(["render", sys.argv[1], "--to", "html"]) if told else 0


if __name__ == "__main__":
    sys.exit(main())
