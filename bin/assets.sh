#!/bin/sh
# Builds the style sheet and the script that every page loads, and puts the typeface beside them.
# Needs only what `npm ci` has installed; nothing is fetched here.
set -eu
cd "$(dirname "$0")/.."

out=src/rollbook/ui/static/rollbook
fonts=node_modules/@fontsource-variable/source-sans-3/files

mkdir -p "$out/fonts"
node_modules/.bin/sass --quiet-deps --no-source-map --style=compressed --load-path=. --load-path=node_modules \
    assets/app.scss "$out/app.css"
node_modules/.bin/esbuild assets/app.js --bundle --minify --format=esm --target=es2020 --legal-comments=none \
    --log-level=warning --outfile="$out/app.js"
for subset in latin latin-ext; do
    cp "$fonts/source-sans-3-$subset-wght-normal.woff2" "$out/fonts/"
done
