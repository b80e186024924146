#!/bin/sh
# Makes sure that the real servers the tests start are on this machine: mariadbd, redis-server, nginx, openssl for the
# certificates, and libfaketime for servers whose date is set wrong. On Debian, as root, what is missing is installed; elsewhere this says what to install.
#
# No service is started: MariaDB comes from the package that has the server's programs and no service, and
# those of Redis and nginx are neither started now nor enabled for later if they were not here before.
set -eu
PATH=$PATH:/usr/sbin:/usr/local/sbin

missing=
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || missing="$missing mariadb-server-core"
command -v my_print_defaults >/dev/null || missing="$missing mariadb-client-core"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v nginx >/dev/null || missing="$missing nginx"
command -v openssl >/dev/null || missing="$missing openssl"
set -- /usr/lib/*/faketime/libfaketimeMT.so.1
[ -e "$1" ] || missing="$missing faketime"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "chatsrv: the tests need MariaDB, Redis, nginx, openssl and libfaketime here (they start their own, on free ports)." >&2
  echo "chatsrv: missing, by their Debian names:$missing" >&2
  exit 1
fi

echo "chatsrv: installing$missing" >&2

# While this file answers 101, Debian's packages start no service.
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then mv "$policy" "$policy.chatsrv"; fi
restore() {
  rm -f "$policy"
  if [ -e "$policy.chatsrv" ]; then mv "$policy.chatsrv" "$policy"; fi
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null >&2
# shellcheck disable=SC2086 # a list of names
apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing </dev/null >&2
for service in redis-server nginx; do
  case $missing in *$service*) update-rc.d $service disable >/dev/null 2>&1 || true ;; esac
done
