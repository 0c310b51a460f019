"""check_history.py FILE: exit status 3 when the history, if there is one, is damaged."""
import os
import sqlite3
import sys

if os.path.exists(sys.argv[1]):
    try:
        whole = sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        whole = str(error)
    if whole != "ok":
        print(whole, file=sys.stderr)
        sys.exit(3)
