#!/bin/sh
# Makes lit.js, uplot.js, noble.js and mqtt.js again, each as one minified ES module. Needs npm; nothing else of Hearthlog does.
# Run it to move to another version, then write the new version and SHA-256 into README.md (a test compares them).
set -eu
lit_version=${1:-3.3.3}
uplot_version=${2:-1.6.32}
noble_version=${3:-2.4.0}
mqtt_version=${4:-5.16.0}
esbuild_version=0.28.2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --no-audit --no-fund --save-exact "lit@$lit_version" "uplot@$uplot_version" "esbuild@$esbuild_version" \
  "@noble/curves@$noble_version" "@noble/hashes@$noble_version" "mqtt@$mqtt_version" >/dev/null
cat > entry.js <<'JS'
export { LitElement, html, svg, nothing } from 'lit';
export { repeat } from 'lit/directives/repeat.js';
JS
npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --outfile=lit.js
echo "export { default } from 'uplot';" > entry.js
npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --outfile=uplot.js
cat > entry.js <<'JS'
export { sha256 } from '@noble/hashes/sha2.js';
export { p256 } from '@noble/curves/nist.js';
JS
npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --outfile=noble.js
cp lit.js uplot.js noble.js "$here/"
# Its makers bundle it for browsers themselves.
cp node_modules/mqtt/dist/mqtt.esm.js "$here/mqtt.js"
cp node_modules/mqtt/LICENSE.md "$here/mqtt.LICENSE"
cp node_modules/lit/LICENSE "$here/lit.LICENSE"
cp node_modules/uplot/LICENSE "$here/uplot.LICENSE"
cp node_modules/@noble/curves/LICENSE "$here/noble.LICENSE"
cd "$here"
sha256sum lit.js lit.LICENSE uplot.js uplot.LICENSE noble.js noble.LICENSE mqtt.js mqtt.LICENSE
