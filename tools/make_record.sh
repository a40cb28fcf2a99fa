#!/usr/bin/env bash
# Makes testdata/record/<form>: a registry and a record of decisions as the program of today writes them, with a decision of every
# way, missing and odd inputs, and one that was forgotten. A form that was released is never made again.
#
#   tools/make_record.sh target/debug/propenso 1
set -euo pipefail

program=$(realpath "$1")
form=$2
here=$(cd "$(dirname "$0")/.." && pwd)
models=$here/testdata/models/1.2.2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PROPENSO_LANG=en
printf 'data_dir = "data"\n[record]\nclient = "both"\n' > propenso.toml
run() { "$program" "$1" --config propenso.toml "${@:2}"; }

run models add "$models/a_rf_bin.pkl" --by Ana > /dev/null
run models promote 1 --by Ana > /dev/null
"$program" serve --config propenso.toml --listen 127.0.0.1:5999 2> log &
server=$!
url=http://127.0.0.1:5999
until curl -sf $url/prueba > /dev/null; do sleep 0.1; done

client='er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl=12'
odd='er=PER&po=si&vt=N&cp=08029&ec=B&vf=S&vb=S&fb=202310.0&ed=51-65&cf=3&im=99999&dt=1.000&nl=0&otro=1'
curl -sf "$url/prediccion?$client&id=C-001" -H 'x-request-id: caso-1' > /dev/null
curl -sf "$url/prediccion?$odd&formato=json" > /dev/null
curl -sf "$url/prediccion?$client&explicar=4&id=C-002" > /dev/null
curl -sf "$url/prediccion?$client&contrafactual=1&id=C-003" > /dev/null
curl -sf $url/v1/predict -d '{"instances": [
    {"er": "EMP", "po": "NO", "vt": "S", "cp": 8029, "ec": "A", "vf": "N", "vb": "N", "fb": null, "ed": "51-65", "cf": 3, "im": 263.68,
     "dt": 1000.82, "nl": 12, "id": "C-001"},
    {"er": "PER", "po": "NO", "vt": "S", "cp": "28013", "ec": "A", "vf": "N", "vb": "N", "fb": "202310", "ed": null, "cf": 1, "im": 1e2,
     "dt": "1.000,82", "nl": 0}]}' > /dev/null
head -61 "$here/examples/cobranza/cartera.csv" > cartera.csv
curl -sf -F file=@cartera.csv -F control_share=0.1 -F seed_key=marzo $url/v1/portfolios > /dev/null
until curl -sf $url/v1/portfolios | grep -q '"done"'; do sleep 0.1; done
run models add "$models/a_ada.pkl" --by Ana > /dev/null
run models promote 2 --by Ana > /dev/null
sleep 2
curl -sf "$url/prediccion?$client&id=C-004" > /dev/null
kill $server
wait $server || true
run decisions forget --client C-003 --yes --why prueba --by Ana
run decisions verify

# What is written ahead is taken over: one file each.
python3 - <<'PYTHON'
import glob, sqlite3
for name in glob.glob("data/registry.db") + glob.glob("data/decisions/*.db"):
    connection = sqlite3.connect(name)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
PYTHON
made=$here/testdata/record/$form
mkdir -p "$made"
for file in data/registry.db data/decisions/*.db; do
    gzip -9nc "$file" > "$made/$(basename "$file").gz"
done
cp data/pseudonym.key "$made/"
chmod 644 "$made/pseudonym.key"
