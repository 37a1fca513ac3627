# shellcheck shell=bash
# Finds a JDK of at least 25; sourced by penstock and verify. No environment variable is needed.

# Sets REPLY to the version of the JDK in $1; fails when there is none, or one without a compiler.
jdk_version() {
    local line
    [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
    while IFS= read -r line; do
        if [[ $line =~ ^JAVA_VERSION=\"([0-9][0-9.]*) ]]; then
            REPLY=${BASH_REMATCH[1]}
            return 0
        fi
    done <"$1/release"
    return 1
}

is_jdk25() {
    [[ -n $1 ]] && jdk_version "$1" && ((${REPLY%%.*} >= 25))
}

# Sets and exports JAVA_HOME: what it was, else the java on PATH, else the newest of /usr/lib/jvm; fails and says what to install.
use_jdk25() {
    local on_path home
    is_jdk25 "${JAVA_HOME:-}" && return 0
    if on_path=$(command -v java); then
        on_path=$(readlink -f "$on_path")
        on_path=${on_path%/bin/java}
    fi
    if ! is_jdk25 "$on_path"; then
        on_path=$(for home in /usr/lib/jvm/*; do
            if is_jdk25 "$home"; then printf '%s %s\n' "$REPLY" "$home"; fi
        done | sort -V | tail -n 1)
        on_path=${on_path#* }
    fi
    if [[ -z $on_path ]]; then
        echo "${0##*/}: no JDK >= 25 in JAVA_HOME, on PATH or in /usr/lib/jvm." \
            "Install one: openjdk-25-jdk (Debian, Ubuntu) or Eclipse Temurin 25 (https://adoptium.net)" >&2
        return 1
    fi
    export JAVA_HOME=$on_path
}
