#!/bin/sh
# node.sh DATADIR COMMAND...: starts a node of Galera, also one that was killed: its position is asked of InnoDB
# first, so that it gets from the others what it lacks. A file DATADIR.first makes it the first node of a new cluster.
here=$(dirname "$0")
PATH=$(cd "$here" && pwd):$PATH
first=$1.first; shift
position=$("$@" --wsrep-recover 2>&1 | sed -n 's/.*Recovered position: *//p' | tail -n 1)
[ -z "$position" ] || set -- "$@" "--wsrep-start-position=$position"
if [ -e "$first" ]; then
  rm "$first"
  set -- "$@" --wsrep-new-cluster
fi
exec "$@"
