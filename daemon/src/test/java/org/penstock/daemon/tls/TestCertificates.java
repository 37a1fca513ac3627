package org.penstock.daemon.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Certificates as a site has them, made by OpenSSL in a folder: authorities, and what they sign. */
public final class TestCertificates {
    private static final String OPENSSL = "/usr/bin/openssl";
    private static final List<String> EC = List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
    private static final List<String> RSA = List.of("-newkey", "rsa:2048");

    private final Path folder;

    public TestCertificates(Path folder) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of(OPENSSL)), OPENSSL + " is not installed");
        this.folder = Files.createDirectories(folder);
    }

    /** Returns the certificate of a new authority, {@code NAME.crt}. */
    public Path authority(String name) throws IOException, InterruptedException {
        List<String> request =
                new ArrayList<>(List.of("req", "-x509", "-nodes", "-days", "400", "-subj", "/CN=" + name));
        request.addAll(EC);
        request.addAll(List.of("-keyout", name + ".key", "-out", name + ".crt"));
        openssl(request);
        return folder.resolve(name + ".crt");
    }

    /** Makes {@code NAME.crt} and {@code NAME.key}, for 127.0.0.1 and localhost, valid for 365 days. */
    public void signed(String name, String authority) throws IOException, InterruptedException {
        signed(name, authority, EC);
    }

    /** The same, with an RSA key. */
    public void signedRsa(String name, String authority) throws IOException, InterruptedException {
        signed(name, authority, RSA);
    }

    private void signed(String name, String authority, List<String> kind) throws IOException, InterruptedException {
        List<String> request = new ArrayList<>(List.of("req", "-nodes", "-subj", "/CN=" + name));
        request.addAll(kind);
        request.addAll(List.of("-keyout", name + ".key", "-out", name + ".csr"));
        openssl(request);
        Files.writeString(folder.resolve("names.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
        openssl(List.of(
                "x509",
                "-req",
                "-days",
                "365",
                "-in",
                name + ".csr",
                "-CA",
                authority + ".crt",
                "-CAkey",
                authority + ".key",
                "-CAcreateserial",
                "-extfile",
                "names.ext",
                "-out",
                name + ".crt"));
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** Runs OpenSSL in the folder; returns what it says. */
    public String openssl(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(OPENSSL));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + said);
        }
        return said;
    }
}
