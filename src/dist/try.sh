#!/usr/bin/env bash
# Tries the packages in a bare Debian without Java: unpacks and installs them there, streams a scan in, upgrades while one runs, removes. As root.
#   try.sh DIST     DIST is what make.sh made; ./verify --slow calls this
# Exit code 0: all well. 77: it cannot be tried here. Else: what went wrong is the last line.
set -euo pipefail
export LC_ALL=C

dist=$(readlink -f "$1")
suite=bookworm
tarball=$(echo "$dist"/penstock-*-linux-x86_64.tar.gz)
deb=$(echo "$dist"/penstock_*_amd64.deb)
version=$(dpkg-deb --field "$deb" Version)
work=$(mktemp -d)
root=$work/debian
daemon=

say() {
    echo "try: $*" >&2
}

fail() {
    say "FAILED: $*"
    exit 1
}

clean_up() {
    local job
    for job in $(jobs -p); do kill -KILL "$job" 2>/dev/null || true; done
    wait
    if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
    if mountpoint -q "$root"; then umount "$root"; fi
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT

cannot() {
    say "cannot be tried here: $*"
    exit 77
}

make_debian() {
    local mirror
    mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
    [[ -n $mirror ]] || mirror=$(awk '$1 == "deb" { print $2; exit }' /etc/apt/sources.list 2>/dev/null || true)
    say "a bare Debian"
    debootstrap --variant=minbase "$suite" "$root" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 ||
        cannot "debootstrap: $(tail -n 1 "$work/debootstrap.log")"
    # a root that is a mount of its own, as Java looks for the file system of a folder among mounts
    mount --bind "$root" "$root" || cannot "no mount of its own for the new root"
    mount -t proc proc "$root/proc" || cannot "no /proc in the new root"
    if chroot "$root" sh -c 'command -v java' >/dev/null; then fail "there is a Java in the bare Debian"; fi
}

# Runs a command in the bare Debian as the daemon's account.
inside() {
    chroot --userspec="$account" "$root" "$@"
}

# Starts a daemon inside, on a port or, for 0, any; sets daemon (its process), address, ready_ms and idle_mib.
start() {
    local ready begun port=$1
    shift
    rm -f "$work/out"
    mkfifo "$work/out"
    begun=$(date +%s%N)
    chroot --userspec="$account" "$root" "$program" serve --port "$port" --http-port 0 "$@" >"$work/out" 2>>"$work/log" &
    daemon=$!
    read -r ready <"$work/out" || fail "the daemon did not start: $(tail -n 3 "$work/log")"
    ready_ms=$((($(date +%s%N) - begun) / 1000000))
    address=${ready#*data=}
    address=${address%% *}
    # no page of the slab is touched before the first frame
    idle_mib=$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$daemon/status")
    say "ready after $ready_ms ms, $idle_mib MiB resident"
}

stop() {
    kill -TERM "$daemon"
    wait "$daemon" || fail "the daemon ended with $?"
    daemon=
}

frames() {
    head -c $((64 * 64 * 2 * 200)) /dev/urandom >"$root/tmp/frames.raw"
}

# Streams 200 frames in and has every file proved.
stream() {
    inside "$program" send --to "$address" --detector camera --dtype u2 --shape 64,64 /tmp/frames.raw >"$work/sent" ||
        fail "the scan was not written: $(cat "$work/sent")"
    inside "$program" verify "$1" >"$work/verified" || fail "files are not good: $(cat "$work/verified")"
}

try_tarball() {
    say "the tar.gz, as an account without rights"
    account=65534:65534
    mkdir -p "$root/opt" "$root/srv/data"
    chown 65534:65534 "$root/srv/data"
    tar -C "$root/opt" -xzf "$tarball"
    program=/opt/penstock-$version/penstock
    inside "$program" --version | grep -q "^penstock $version, commit " || fail "--version"
    start 0 --data-dir /srv/data
    stream /srv/data
    stop
}

install_deb() {
    cp "$1" "$root/tmp/penstock.deb"
    chroot "$root" env DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /tmp/penstock.deb >"$work/dpkg.log" 2>&1 ||
        fail "dpkg -i: $(tail -n 3 "$work/dpkg.log")"
}

# The same package with a higher version number.
newer_deb() {
    local unpacked=$work/newer
    dpkg-deb -R "$deb" "$unpacked"
    sed -i "s/^Version: .*/Version: $version+1/" "$unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$unpacked" "$work/newer.deb" >/dev/null
    rm -rf "$unpacked"
}

try_deb() {
    local sender uid gid
    say "the .deb"
    install_deb "$deb"
    uid=$(chroot "$root" id -u penstock) || fail "no account penstock"
    gid=$(chroot "$root" id -g penstock)
    account=$uid:$gid
    program=/usr/bin/penstock
    [[ $(stat -c '%U:%G %a' "$root/etc/penstock") == "root:$(stat -c %G "$root/etc/penstock") 750" ]] || fail "mode of /etc/penstock"
    echo 'scan: {sample: mine}' >>"$root/etc/penstock/penstock.yaml"
    inside "$program" config check /etc/penstock/penstock.yaml >/dev/null || fail "config check"
    start 0 --config /etc/penstock/penstock.yaml
    ((ready_ms < ${PENSTOCK_MOST_START_MS:-1000})) || fail "ready after $ready_ms ms: expected<1000"
    ((idle_mib < ${PENSTOCK_MOST_IDLE_MIB:-200})) || fail "resident when idle, in MiB: expected<200, actual=$idle_mib"
    stream /var/lib/penstock/data

    say "an upgrade while a scan runs"
    local port=${address##*:}
    chroot --userspec="$account" "$root" "$program" send --to "$address" --detector slow --dtype u2 --shape 64,64 --rate 40 \
        --frames 400 /tmp/frames.raw >"$work/slow" 2>/dev/null &
    sender=$!
    until inside "$program" status --to "$address" --json | grep -q '"detector":"slow"'; do :; done
    newer_deb
    install_deb "$work/newer.deb"
    grep -q 'sample: mine' "$root/etc/penstock/penstock.yaml" || fail "the upgrade has replaced the configuration"
    # without systemd, which the package would ask to do it
    stop
    start "$port" --config /etc/penstock/penstock.yaml
    wait "$sender" || fail "the scan that ran did not go on: $(cat "$work/slow")"
    grep -q '"missing_frames":0' "$work/slow" || fail "frames are missing after the upgrade: $(cat "$work/slow")"
    stop
    inside "$program" verify /var/lib/penstock/data >"$work/verified" || fail "files are not good: $(cat "$work/verified")"

    say "removed"
    chroot "$root" dpkg -r penstock >/dev/null 2>&1 || fail "dpkg -r"
    [[ -e $root/etc/penstock/penstock.yaml ]] || fail "removing took the configuration"
    chroot "$root" dpkg -P penstock >/dev/null 2>&1 || fail "dpkg -P"
    [[ ! -e $root/etc/penstock ]] || fail "purging left the configuration"
    [[ -d $root/var/lib/penstock/data ]] || fail "purging took data"
}

((EUID == 0)) || cannot "needs root"
command -v debootstrap >/dev/null || cannot "debootstrap is not installed"
make_debian
frames
try_tarball
try_deb
say "all well"
