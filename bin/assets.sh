#!/bin/sh
# Builds the style sheet and the scripts, and puts the typeface beside them.
# Needs only what `npm ci` and `make install` have installed; nothing is fetched here.
set -eu
cd "$(dirname "$0")/.."

out=src/rollbook/ui/static/rollbook
fonts=node_modules/@fontsource-variable/source-sans-3/files

mkdir -p "$out/fonts" "$out/img"
node_modules/.bin/sass --quiet-deps --no-source-map --style=compressed --load-path=. --load-path=node_modules \
    assets/app.scss "$out/app.css"
# One file a script, classic and not modules: app.js must run before the first paint.
for script in app register grid absence line desk rollcall kiosk; do
    node_modules/.bin/esbuild "assets/$script.js" --bundle --minify --format=iife --target=es2022 \
        --legal-comments=none --log-level=warning --outfile="$out/$script.js"
done
cp assets/img/*.svg "$out/img/"
for subset in latin latin-ext; do
    cp "$fonts/source-sans-3-$subset-wght-normal.woff2" "$out/fonts/"
done
# What is printed needs the same typeface as TrueType.
"${PYTHON:-.venv/bin/python}" bin/fonts.py "$fonts" "$out/fonts"
