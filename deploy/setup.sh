#!/bin/sh
# Brings node_modules up to date, with npm where there is npm and with Bun otherwise, so that a fresh clone
# needs no step of its own. Called by the scripts in package.json; does nothing when nothing changed.
#
#   sh deploy/setup.sh        what running the server needs
#   sh deploy/setup.sh dev    what building and testing need as well
#
# The lockfiles an installation was made from are kept beside it: that copy says what is installed.
set -eu
cd "$(dirname "$0")/.."

mode=${1:-run}
installed=node_modules/.installed-for

# bun_runs: the package bun has its binary. Its install script puts it there, and many switch those off.
bun_runs() { node_modules/.bin/bun --version >/dev/null 2>&1; }

# is_current MODE: node_modules was made for MODE from these very lockfiles.
is_current() {
  bun_runs && cat package.json package-lock.json bun.lock | cmp -s - "$installed-$1"
}

if is_current dev || is_current "$mode"; then exit 0; fi

echo "chatsrv: installing packages" >&2
if command -v npm >/dev/null 2>&1; then
  if [ "$mode" = dev ]; then which=--include=dev; else which=--omit=dev; fi
  # --no-save: the lockfiles are read, never rewritten.
  npm install --no-save --no-audit --no-fund --loglevel=error "$which" </dev/null >&2
elif command -v bun >/dev/null 2>&1; then
  if [ "$mode" = dev ]; then which=; else which=--production; fi
  bun install --frozen-lockfile $which </dev/null >&2
else
  echo "chatsrv: neither npm nor bun is on the PATH; install Node with npm, or Bun" >&2
  exit 1
fi

if ! bun_runs; then
  echo "chatsrv: install scripts are off here (npm config get ignore-scripts); running the one of bun alone" >&2
  (cd node_modules/bun && node install.js) </dev/null >&2 || true
  if ! bun_runs; then
    echo "chatsrv: node_modules/.bin/bun still does not run. Allow install scripts for this folder and install anew:" >&2
    echo "chatsrv:   rm -rf node_modules && npm install --ignore-scripts=false" >&2
    exit 1
  fi
fi

rm -f "$installed"-*
cat package.json package-lock.json bun.lock >"$installed-$mode"
