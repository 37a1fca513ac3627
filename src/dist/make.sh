#!/usr/bin/env bash
# Makes the packages of a build: a tar.gz with its own Java, and a .deb. Called by mvn -Pdist package, when all modules are built.
#   make.sh VERSION OUTPUT
set -euo pipefail
export LC_ALL=C

version=$1
output=$2
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
name=penstock-$version
image=$output/$name
java_home=${JAVA_HOME:?the build sets it}

say() {
    echo "dist: $*" >&2
}

copy_files() {
    rm -rf "$output"
    mkdir -p "$image/lib"
    cp "$root/benchmarks/target/penstock-benchmarks-$version.jar" "$root"/benchmarks/target/lib/*.jar "$image/lib/"
    cp "$root/src/scripts/jvm.options" "$image/lib/"
    cp "$root/benchmarks/target/bom.json" "$image/penstock.cdx.json" 2>/dev/null || true
    install -m 755 "$root/src/dist/penstock" "$image/penstock"
    cp -r "$root/systemd" "$root/LICENSE" "$image/"
    mkdir -p "$image/doc"
    cp -r "$root"/src/docs/*.md "$root/src/monitoring" "$image/doc/"
    cp "$root/daemon/src/main/resources/org/penstock/daemon/config/penstock.yaml" "$image/doc/"
}

# What the jars name (jdeps says so of each; java.desktop, which nothing here needs of what they offer, left out), and what is looked up by name: JNDI (logback), unsupported (Netty, signals), vector (encoder).
modules=java.base,java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml
modules+=,jdk.crypto.ec,jdk.incubator.vector,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs

make_runtime() {
    "$java_home/bin/jlink" --output "$image/runtime" --strip-debug --no-header-files --no-man-pages --generate-cds-archive \
        --add-modules "$modules"
}

make_archive() {
    local jars class_path
    # the archive knows the jars by their time
    find "$image" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
    jars=("$image"/lib/*.jar)
    class_path=$(IFS=:; echo "${jars[*]}")
    "$root/src/scripts/archive.sh" "$image/lib/penstock.jsa" "$image/runtime/bin/java" "@$image/lib/jvm.options" -cp "$class_path"
}

make_tar() {
    tar -C "$output" --owner=0 --group=0 --numeric-owner -czf "$output/$name-linux-x86_64.tar.gz" "$name"
    say "$output/$name-linux-x86_64.tar.gz"
}

make_deb() {
    local deb=$output/deb doc
    doc=$deb/usr/share/doc/penstock
    mkdir -p "$deb"/{DEBIAN,etc/penstock,usr/bin,usr/lib/systemd/system,usr/lib/sysusers.d,usr/lib/tmpfiles.d} "$doc/examples"
    cp -a "$image" "$deb/usr/lib/penstock"
    rm -rf "$deb"/usr/lib/penstock/{systemd,doc,LICENSE}
    ln -s ../lib/penstock/penstock "$deb/usr/bin/penstock"
    cp -a "$image/doc/." "$doc/"
    cp "$root/LICENSE" "$doc/copyright"
    cp "$root/src/dist/penstock.yaml" "$deb/etc/penstock/"
    # the unit of the checkout, with this package's places
    sed -e 's|/opt/penstock/penstock|/usr/bin/penstock|; s|/opt/penstock/src/docs|/usr/share/doc/penstock|; s|/opt/penstock|/usr/lib/penstock|' \
        "$root/systemd/penstockd.service" >"$deb/usr/lib/systemd/system/penstockd.service"
    cp "$root/systemd/sysusers.d/penstock.conf" "$deb/usr/lib/sysusers.d/"
    cp "$root/systemd/tmpfiles.d/penstock.conf" "$deb/usr/lib/tmpfiles.d/"
    cp "$root"/systemd/penstockd.service.d/*.conf "$root"/systemd/sysctl.d/*.conf "$root"/systemd/tmpfiles.d/penstock-high-rate.conf \
        "$doc/examples/"
    local kib
    kib=$(du -sk --exclude=DEBIAN "$deb" | cut -f1)
    sed -e "s/@VERSION@/$version/; s/@KIB@/$kib/" "$root/src/dist/debian/control" >"$deb/DEBIAN/control"
    cp "$root/src/dist/debian/conffiles" "$deb/DEBIAN/"
    install -m 755 "$root"/src/dist/debian/{postinst,prerm,postrm} "$deb/DEBIAN/"
    chmod -R go-w "$deb"
    dpkg-deb --root-owner-group -Zxz -z1 --build "$deb" "$output/penstock_${version}_amd64.deb" >/dev/null
    rm -rf "$deb"
    say "$output/penstock_${version}_amd64.deb"
}

copy_files
make_runtime
make_archive
make_tar
if command -v dpkg-deb >/dev/null; then
    make_deb
else
    say "no .deb: dpkg-deb is not here"
fi
