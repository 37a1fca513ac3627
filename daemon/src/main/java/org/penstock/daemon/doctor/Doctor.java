package org.penstock.daemon.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.penstock.daemon.access.TokenFile;
import org.penstock.daemon.config.DaemonConfig;

/**
 * Looks at a machine as an expert would before a beam time.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class Doctor {
    private final DaemonConfig config;
    private final Map<String, Check> checks = new LinkedHashMap<>();

    /** Prepares to look at this machine as a daemon with this configuration would need it. */
    public Doctor(DaemonConfig config) {
        this(config, Host.THIS);
    }

    Doctor(DaemonConfig config, Host host) {
        this.config = config;
        checks.put("java", SoftwareChecks::java);
        checks.put("hdf5 library", SoftwareChecks::hdf5);
        checks.put("network transport", SoftwareChecks::transport);
        checks.put("codecs", SoftwareChecks::codecs);
        MachineChecks machine = new MachineChecks(host, config);
        checks.put("processor", machine::processor);
        checks.put("cpu governor", machine::governor);
        checks.put("numa", machine::numa);
        checks.put("memory", machine::memory);
        checks.put("memory lock", machine::swap);
        checks.put("huge pages", machine::hugePages);
        checks.put("limits", machine::limits);
        checks.put("clock", machine::clock);
        checks.put("socket buffers", machine::socketBuffers);
        checks.put("write-back", machine::writeBack);
        checks.put(
                "port",
                () -> port("port", config.network().host(), config.network().port()));
        Integer http = config.http().port();
        if (http != null) {
            checks.put("http port", () -> port("http port", config.http().host(), http));
        }
        Path tokens = config.security().tokenFile();
        if (tokens != null) {
            checks.put("tokens", () -> tokens(tokens));
        }
        if (config.security().hasTls()) {
            checks.put("tls certificate", new CertificateCheck(config.security(), Clock.systemUTC()));
        }
        config.storage().directories().forEach((name, directory) -> {
            DirectoryChecks there = new DirectoryChecks(host, config, name, directory);
            checks.put(name + " directory", there::fileSystem);
            checks.put(name + " directory, who writes", there::access);
            checks.put(name + " directory, room", there::room);
            checks.put(name + " directory, write rate", there::writeRate);
        });
        checks.put("codec rate", this::codecRate);
    }

    /** Makes all checks, one after the other, and shows each as it is done. */
    public List<Finding> examine(Consumer<Finding> done) {
        List<Finding> findings = new ArrayList<>();
        checks.forEach((name, check) -> {
            Finding finding = look(name, check);
            findings.add(finding);
            done.accept(finding);
        });
        return findings;
    }

    private static Finding look(String name, Check check) {
        try {
            return check.look();
        } catch (IOException | UncheckedIOException e) {
            return Finding.unknown(name, "not to be looked at: " + e.getMessage());
        }
    }

    private static Finding port(String name, String host, int port) {
        String address = host + ":" + port;
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return Finding.good(name, address + " is free");
        } catch (IOException e) {
            return Finding.costly(
                    name,
                    address + ": " + e.getMessage(),
                    "a daemon that is started now does not get it; good if it is the daemon that has it",
                    "ss -ltnp 'sport = :" + port + "'");
        }
    }

    private static Finding tokens(Path file) {
        try {
            TokenFile.read(file);
            return Finding.good("tokens", file + " is read");
        } catch (IOException e) {
            return Finding.wrong(
                    "tokens",
                    String.valueOf(e.getMessage()),
                    "the daemon does not start",
                    "./penstock token makes tokens; chmod 600 " + file);
        }
    }

    private Finding codecRate() {
        CodecRate rate = CodecRate.of(config.compression().codec());
        int threads = config.compression().threads();
        return Finding.good(
                "codec rate",
                config.compression().codec().name() + " takes " + Size.of(rate.bytesPerSecond())
                        + "/s of sparse 32-bit frames on one core, ratio " + Math.round(rate.ratio()) + "; "
                        + threads + " compressor threads about " + Size.of(threads * rate.bytesPerSecond()) + "/s");
    }
}
