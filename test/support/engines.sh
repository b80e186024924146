#!/bin/sh
# engines.sh NAME...: lays servers of other releases than the machine's own into a folder outside of the tree, and
# installs nothing. What a name stands for is the table below; where it lies, and whether it is there, is decided by
# this file alone: each NAME becomes a folder NAME in $ENGINES (by default chatsrv-engines in the temporary folder),
# with NAME/run/PROGRAM to start a program of it with its own loader and libraries, whatever this machine has.
#
# The packages are Debian's, fetched by apt, which checks the archive's signature and each package's hash.
set -eu

# suite_and_packages NAME: the Debian suite and what is wanted of it. What that depends on comes along.
suite_and_packages() {
  case $1 in
    mysql-9) echo "sid mysql-server-core" ;;
    mariadb-11) echo "trixie mariadb-server-core mariadb-client-core" ;;
    redis-8) echo "trixie redis-server redis-tools" ;;
    valkey-9) echo "sid valkey-server valkey-tools" ;;
    # MariaDB's cluster: the provider and a server of the same release.
    galera-4) echo "bookworm galera-4 mariadb-server-core mariadb-client-core" ;;
    *) echo "engines.sh: $1 is none of mysql-9 mariadb-11 redis-8 valkey-9 galera-4" >&2; exit 2 ;;
  esac
}

engines=${ENGINES:-${TMPDIR:-/tmp}/chatsrv-engines}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if ! command -v apt-get >/dev/null || [ ! -e "$keyring" ]; then
  echo "engines.sh: needs apt and debian-archive-keyring: the other releases are Debian's packages" >&2
  exit 1
fi
# The machine's own mirror, as apt-get names it.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -v security | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}

# apt_in FOLDER ARGUMENT...: apt-get whose lists, state and sources are in FOLDER; nothing counts as installed there.
apt_in() {
  state=$1; shift
  apt-get -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts="$state/none" \
    -o Dir::Etc::PreferencesParts="$state/none" -o Dir::State="$state" -o Dir::State::Lists="$state/lists" \
    -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Install-Recommends=false \
    -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" "$@"
}

# lay NAME: makes the folder. It gets its name when it is whole, so that what was cut off is no engine.
lay() (
  target=$engines/$1
  # shellcheck disable=SC2046 # a list of words
  set -- $(suite_and_packages "$1")
  suite=$1; shift
  state=$engines/apt-$suite
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/none"
  : >"$state/status"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$state/sources.list"
  apt_in "$state" update
  # Of what they depend on only libraries are of use here: no script of a package is run.
  names=$(apt_in "$state" -s install "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
  wanted=$(echo "$names" | grep -E '^(lib[a-z0-9]|zlib1g$)')

  part=$(mktemp -d "$engines/part.XXXXXX")
  mkdir "$part/debs" "$part/run"
  # shellcheck disable=SC2086
  (cd "$part/debs" && apt_in "$state" download $wanted "$@")
  for deb in "$part"/debs/*.deb; do dpkg-deb -x "$deb" "$part"; done
  (cd "$part/debs" && printf '%s\n' *.deb) >"$part/packages"
  rm -r "$part/debs"

  for file in "$part"/usr/sbin/* "$part"/usr/bin/*; do
    [ -x "$file" ] && [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
    cat >"$part/run/${file##*/}" <<END
#!/bin/sh
root=\${0%/run/*}
for loader in "\$root"/lib*/*/ld-linux-*.so.* "\$root"/usr/lib*/*/ld-linux-*.so.* "\$root"/lib64/ld-linux-*.so.*; do
  [ -e "\$loader" ] && break
done
lib=\${loader%/*}
exec "\$loader" --library-path "\$lib:\$root/usr/lib/\${lib##*/}:\$root/lib/\${lib##*/}" "\$root${file#"$part"}" "\$@"
END
    chmod +x "$part/run/${file##*/}"
  done
  chmod 755 "$part"
  rm -rf "$target"
  mv "$part" "$target"
)

mkdir -p "$engines"
for name in "$@"; do
  [ -e "$engines/$name/packages" ] || { echo "engines.sh: fetching $name" >&2; lay "$name" >&2; }
  echo "$engines/$name"
done
