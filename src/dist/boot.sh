#!/usr/bin/env bash
# Boots a bare Debian with the .deb by systemd-nspawn and sees the service work under a real systemd: notify, status, sandbox, reload, watchdog restart,
# a scan that goes on after it, stop. As root.
#   boot.sh DIST     DIST is what make.sh made; ./verify --slow calls this
# Exit code 0: all well. 77: it cannot be tried here. Else: what went wrong is the last line.
set -euo pipefail
export LC_ALL=C

dist=$(readlink -f "$1")
deb=$(echo "$dist"/penstock_*_amd64.deb)
work=$(mktemp -d)
root=$work/debian

say() {
    echo "boot: $*" >&2
}

cannot() {
    say "cannot be tried here: $*"
    exit 77
}

clean_up() {
    if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT

((EUID == 0)) || cannot "needs root"
command -v debootstrap >/dev/null || cannot "debootstrap is not installed"
command -v systemd-nspawn >/dev/null || cannot "systemd-nspawn is not installed (systemd-container)"

mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
say "a bare Debian with systemd"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,procps bookworm "$root" "${mirror:-http://deb.debian.org/debian}" \
    >"$work/debootstrap.log" 2>&1 || cannot "debootstrap: $(tail -n 1 "$work/debootstrap.log")"
mount -t proc proc "$root/proc" || cannot "no /proc in the new root"
cp "$deb" "$root/root/penstock.deb"
chroot "$root" dpkg -i /root/penstock.deb >"$work/dpkg.log" 2>&1 || { say "FAILED: dpkg -i"; exit 1; }
umount "$root/proc"
mkdir -p "$root/etc/systemd/system/penstockd.service.d"
printf '[Service]\nWatchdogSec=4\n' >"$root/etc/systemd/system/penstockd.service.d/soon.conf"
chroot "$root" systemctl enable penstockd >/dev/null 2>&1
head -c $((64 * 64 * 2 * 100)) /dev/urandom >"$root/root/frames.raw"

# What is looked at, inside; each line of the result is "ok WHAT" or "not ok WHAT".
cat >"$root/root/look" <<'LOOK'
#!/bin/bash
exec >/root/result 2>&1
see() { # WHAT COMMAND…
    local what=$1
    shift
    if "$@"; then echo "ok $what"; else echo "not ok $what"; fi
}
value() { systemctl show penstockd -p "$1" --value; }
is() { [[ $(value "$1") == "$2" ]]; }
logged() { journalctl -u penstockd -o cat --no-pager | grep -q -- "$1"; }
inside() { nsenter -t "$(value MainPID)" -m -- "$@"; }

see "active once it is ready" is ActiveState active
sleep 2
see "status line" bash -c "systemctl show penstockd -p StatusText --value | grep -q '^0 scans, 0 streams; '"
see "log in the journal with priorities" bash -c "journalctl -u penstockd -o json --no-pager | grep 'ready: data=' | grep -q '\"PRIORITY\":\"6\"'"
see "system files are read-only" bash -c "! nsenter -t $(value MainPID) -m -- touch /usr/x"
see "homes are not there" bash -c "! nsenter -t $(value MainPID) -m -- ls /root/frames.raw"
see "no capabilities" bash -c "grep -q '^CapEff:.*0000000000000000' /proc/$(value MainPID)/status"
see "system calls are filtered" bash -c "grep -q '^Seccomp:.*2' /proc/$(value MainPID)/status"
see "reload" systemctl reload penstockd
sleep 1
see "reload in the log" logged 'configuration read again'
see "still active" is ActiveState active

penstock send --to 127.0.0.1:9700 --detector camera --dtype u2 --shape 64,64 --rate 10 --frames 200 /root/frames.raw >/root/sent 2>/root/sent.log &
sender=$!
sleep 3
before=$(value MainPID)
kill -STOP "$before" # as dead as can be: no sign of life
for _ in $(seq 30); do
    sleep 1
    [[ $(value NRestarts) == 1 && $(value ActiveState) == active ]] && break
done
see "restarted by the watchdog" is NRestarts 1
see "another process" bash -c "[[ $(value MainPID) != $before ]]"
see "watchdog in the journal" bash -c "journalctl -u penstockd --no-pager | grep -qi 'watchdog'"
wait "$sender"
see "the scan went on" grep -q '"missing_frames":0' /root/sent
see "stops" systemctl stop penstockd
see "stopped well" is Result success
echo end
LOOK
chmod +x "$root/root/look"
cat >"$root/etc/systemd/system/look.service" <<'UNIT'
[Unit]
After=penstockd.service
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/root/look
[Install]
WantedBy=multi-user.target
UNIT
chroot "$root" systemctl enable look >/dev/null 2>&1

say "booting it"
# a /run/systemd of its own: what nspawn puts there must be on a tmpfs, and goes with it
# shellcheck disable=SC2016 # the dollar is the inner shell's
unshare --mount bash -c 'mount -t tmpfs tmpfs /run/systemd &&
    exec timeout 180 systemd-nspawn --quiet --boot --keep-unit --register=no --directory="$1" --console=read-only' boot "$root" \
    </dev/null >"$work/console" 2>&1 || true
[[ -s $root/root/result ]] || cannot "systemd-nspawn does not boot: $(grep -v '^$' "$work/console" | tail -n 2 | tr '\n' ' ')"
cat "$root/root/result" >&2
if grep -q '^not ok' "$root/root/result" || ! grep -q '^end$' "$root/root/result"; then
    say "FAILED, see above; the last of its log:"
    chroot "$root" journalctl -D /var/log/journal -u penstockd --no-pager 2>/dev/null | tail -n 20 >&2 || true
    exit 1
fi
say "all well"
