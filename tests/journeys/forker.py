"""A process that has everything imported and forks a real syncd for each line it reads.

Starting Python for each of a hundred runs would take minutes. A line is a JSON array of
the command's words; the answer is the child's process id, then its exit status.
"""

import json
import os
import sys


def main() -> None:
    """Fork and wait, until stdin ends."""
    import googleapiclient.discovery
    import httpx
    import notion_client
    import todoist_api_python.api

    from syncd.bootstrap import open_app
    from syncd.cli.app import main as run

    assert all((googleapiclient.discovery, httpx, notion_client, open_app))
    assert todoist_api_python.api
    for line in sys.stdin:
        words = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(run, words)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(run, words) -> None:
    """Be a syncd of its own: output to files, no inherited input."""
    out, *arguments = words
    sys.stdin = open(os.devnull)
    sys.stdout = open(f"{out}.out", "w", encoding="utf-8")
    sys.stderr = open(f"{out}.err", "w", encoding="utf-8")
    sys.argv = ["syncd", *arguments]
    code = 1
    try:
        code = run() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
