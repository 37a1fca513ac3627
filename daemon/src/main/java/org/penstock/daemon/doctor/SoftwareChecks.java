package org.penstock.daemon.doctor;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.ingest.IngestServer;
import org.penstock.daemon.verify.CodecProof;

/** Java, native libraries and codecs. */
final class SoftwareChecks {
    private static final int LEAST_JAVA = 25;

    private SoftwareChecks() {}

    static Finding java() {
        Runtime.Version version = Runtime.version();
        String found = version + " of " + System.getProperty("java.vendor") + ", " + System.getProperty("java.vm.name");
        if (version.feature() < LEAST_JAVA) {
            return Finding.wrong(
                    "java", found, "the daemon does not start", "install a JDK >= 25: apt-get install temurin-25-jdk");
        }
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
                ? Finding.good("java", found)
                : Finding.wrong(
                        "java",
                        found + ", without the Vector API",
                        "the bitshuffle encoder does not run",
                        "start it with ./penstock, which adds --add-modules jdk.incubator.vector");
    }

    static Finding hdf5() {
        try {
            Hdf5Library.open();
            String version = Hdf5Library.version();
            Hdf5Library.release();
            return Finding.good("hdf5 library", "libhdf5 " + version + " loads");
        } catch (LinkageError | IllegalStateException e) {
            return Finding.wrong(
                    "hdf5 library",
                    "libhdf5 does not load: " + e.getMessage(),
                    "no file can be written",
                    "is /tmp (or java.io.tmpdir) mounted noexec? name another: PENSTOCK_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
    }

    static Finding transport() {
        String problem = IngestServer.epollProblem();
        return problem == null
                ? Finding.good("network transport", "epoll")
                : Finding.costly(
                        "network transport",
                        "Java's own, for epoll does not load: " + problem,
                        "a tenth more processor time for receiving",
                        "is /tmp (or java.io.tmpdir) mounted noexec? name another: PENSTOCK_JAVA_OPTS=-Djava.io.tmpdir=DIR");
    }

    static Finding codecs() {
        List<String> problems = CodecProof.ALL.stream()
                .map(CodecProof::problem)
                .flatMap(Stream::ofNullable)
                .map(Objects::requireNonNull)
                .toList();
        return problems.isEmpty()
                ? Finding.good(
                        "codecs",
                        CodecProof.ALL.size() + " encode and decode known bytes as the C filters do: "
                                + String.join(
                                        " ",
                                        CodecProof.ALL.stream()
                                                .map(CodecProof::codec)
                                                .toList()))
                : Finding.wrong(
                        "codecs",
                        String.join("; ", problems),
                        "files could not be read again: do not use this codec here",
                        "report it, with the output of ./penstock --version");
    }
}
