#!/usr/bin/env bash
# Makes a class archive: the classes that one short life of the daemon loads, as they lie in memory. A JVM that is given it
# (-XX:SharedArchiveFile) is ready in half of the time; one whose Java or jars are others goes without it.
#   archive.sh ARCHIVE JAVA OPTION…    the options that it will be used with; the class path of jars alone, in the same order
set -euo pipefail

archive=$1
java=$2
options=("${@:3}")
work=$(mktemp -d)

# shellcheck disable=SC2329 # the trap calls it
leave() {
    local status=$?
    kill "$(jobs -p)" 2>/dev/null || true
    if ((status != 0)); then cat "$work"/*.log >&2; fi
    rm -rf "$work"
}
trap leave EXIT

penstock() {
    "$java" "${options[@]}" org.penstock.daemon.cli.Penstock "$@" </dev/null
}

mkfifo "$work/out"
"$java" -XX:DumpLoadedClassList="$work/classes" "${options[@]}" org.penstock.daemon.cli.Penstock \
    serve --data-dir "$work/data" --port 0 --http-port 0 >"$work/out" 2>"$work/serve.log" </dev/null &
daemon=$!
read -r ready <"$work/out"
address=${ready#*data=}
address=${address%% *}
# a frame file that any machine can make: 64 frames of 64x64 16-bit zeros
head -c $((64 * 64 * 64 * 2)) /dev/zero >"$work/frames.raw"
penstock send --to "$address" --detector archive --dtype u2 --shape 64,64 "$work/frames.raw" >"$work/send.log" 2>&1
penstock status --to "$address" --json >"$work/status.log" 2>&1
kill -TERM "$daemon"
wait "$daemon"
# an archive of its own, not one on top of Java's: the daemon is ready a quarter sooner
"$java" -Xshare:dump -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$work/new.jsa" "${options[@]}" >"$work/dump.log" 2>&1
mv "$work/new.jsa" "$archive"
