#!/usr/bin/env bash
# The whole way of a newcomer: fresh clone, unpinned install into an empty venv, wheel contents, one conversation in a pty.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-python3}

echo "== fresh clone"
git clone --quiet "$here" "$work/clone"
cd "$work/clone"

echo "== unpinned install into an empty venv"
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check .
"$work/venv/bin/hybridchat" --version

echo "== what the wheel holds"
cd "$work" # not the clone: its own folder would be imported
"$work/venv/bin/python" - <<'PY'
from importlib.resources import files

package = files("hybridchat")
assert any(f.name.endswith(".toml") for f in (package / "themes").iterdir()), "themes are missing from the wheel"
assert (package / "catalogue.toml").is_file(), "the catalogue is missing from the wheel"
assert (package / "tui" / "app.tcss").is_file(), "the style sheet is missing from the wheel"
PY

echo "== one question through a pipe"
: >"$work/config.toml"
: >"$work/config.toml"
HYBRIDCHAT_DATA_DIR="$work/data" HYBRIDCHAT_CONFIG="$work/config.toml" \
    "$work/venv/bin/hybridchat" ask --demo -q "What is the capital of France?" </dev/null | grep -q Paris

echo "== one conversation, full screen and plain"
for mode in "" "--plain"; do
    "$work/venv/bin/python" "$work/clone/tests/smoke_pty.py" "$work/venv/bin/hybridchat" $mode
done
echo "smoke: all fine"
