package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.source.Numpy;
import org.penstock.daemon.tls.TestCertificates;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.Endpoint;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;
import org.penstock.protocol.tls.TlsContext;

/** A daemon that speaks TLS 1.3 on both ports and asks clients for certificates; OpenSSL, curl and Python are the foreign eyes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TlsIT {
    private static final String CURL = "/usr/bin/curl";
    private static final String ADMIN = "admin-0123456789abcdef0123456789abcdef0123456789abcdef";

    /** How one begins; with a line's end in it, which its random bytes may have: till then HTTP waits for one. */
    private static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 80, 1, 0, 0, 76, 3, 3, 7, 7, 7, '\r', '\n', 7};

    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 256L, 256L);
    private static final Path PYTHON = Path.of(
                    System.getProperty("penstock.root", ".."), "protocol", "clients", "python")
            .toAbsolutePath();

    @TempDir
    private static Path site;

    private static TestCertificates certificates;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(site);
        certificates.authority("ca");
        certificates.signed("daemon", "ca");
        certificates.signed("detector", "ca");
        certificates.authority("stranger");
        certificates.signed("intruder", "stranger");
    }

    @Test
    void shouldWriteAScanThatCameInTls() throws Exception {
        // small frames of several connections are gathered on one thread: connections move there
        try (DaemonProcess daemon = start("network: {ingest_threads: 3}\n")) {
            String said = Numpy.run(folder, "numpy, h5py, hdf5plugin", """
                    import sys
                    sys.path.insert(0, '%s')
                    sys.dont_write_bytecode = True
                    import penstock_client as p
                    HTTP, DATA, TOKEN, SITE = '127.0.0.1:%d', '127.0.0.1:%d', '%s', '%s/'
                    tls = p.tls(SITE + 'ca.crt', SITE + 'detector.crt', SITE + 'detector.key')
                    who = {'token': TOKEN, 'tls': tls}
                    frames = numpy.random.default_rng(7).integers(0, 9, (60, 256, 256)).astype('u2')
                    small = numpy.arange(60, dtype='f8')
                    detectors = [{'name': 'camera', 'frames': 60}, {'name': 'diode', 'frames': 60}]
                    with p.create_scan(HTTP, detectors=detectors, **who) as scan:
                        camera = p.open(DATA, 'camera', 'u2', (256, 256), 60, connections=3, join=scan.id, **who)
                        diode = p.open(DATA, 'diode', 'f8', (), 60, connections=3, join=scan.id, ack='durable', **who)
                        with camera, diode:
                            for n in range(60):
                                camera.send(frames[n], n)
                                diode.send(small[n], n)
                            camera.end()
                            diode.end()
                    print(camera.report['state'], diode.report['state'], camera.report['frames_written'])
                    print(p.status(DATA, **who)['tls'])
                    import glob
                    master = glob.glob('data/**/scan0001.h5', recursive=True)[0]
                    with h5py.File(master) as h:
                        found = h['/1.1/instrument/camera/data'][()]
                        print((found == frames).all(), (h['/1.1/instrument/diode/data'][()] == small).all())
                    """.formatted(
                    PYTHON, daemon.httpAddress().getPort(), daemon.address().getPort(), ADMIN, site));

            assertThat(said).isEqualTo("""
                    complete complete 60
                    client_certificates
                    True True""");
            String who = "audit: done: peer=127\\.0\\.0\\.1:\\d+, certificate=CN=detector, caller=admin, role=";
            assertThat(daemon.log())
                    .anyMatch(line -> line.matches(".*" + who + "operate, action=POST /api/scans, target=.*"))
                    .anyMatch(line -> line.matches(".*" + who + "ingest, action=OPEN_STREAM, target=camera.*"));
            assertThat(daemon.awaitLog("TLS 1.3 on both ports"))
                    .contains("subject=CN=daemon, validUntil=", "client certificates=of " + site.resolve("ca.crt"));
        }
    }

    @Test
    void shouldTakeTheFramesOfTheJavaClientAndOfTheCommands() throws Exception {
        try (DaemonProcess daemon = start("")) {
            Path frames = folder.resolve("frames.npy");
            Numpy.run(
                    folder,
                    "numpy",
                    "numpy.save('frames.npy', numpy.arange(20 * 1000 * 1000, dtype='u2').reshape(20, 1000, 1000))");

            String sent = penstock(
                    List.of("send", "--to", "localhost:" + daemon.address().getPort(), "--detector", "eiger"),
                    frames.toString());
            assertThat(sent).contains("\"state\":\"complete\"", "\"frames_written\":20");
            assertThat(penstock(List.of(
                            "status", "--to", "127.0.0.1:" + daemon.address().getPort(), "--json")))
                    .contains("\"tls\":\"client_certificates\"");
            assertThat(penstock(List.of(
                            "scan",
                            "list",
                            "--daemon",
                            "127.0.0.1:" + daemon.httpAddress().getPort())))
                    .contains("COMPLETE");
        }
    }

    @Test
    void shouldTakeFramesWhileMemoryIsShortAndKeysAreRenewed() throws Exception {
        String small = "memory: {slab_bytes: 16 MiB, stream_bytes: 1 MiB}\n";
        // the JDK renews the keys of a connection after 137 GB
        Path often = Files.writeString(
                folder.resolve("often.security"), "jdk.tls.keyLimits=AES/GCM/NoPadding KeyUpdate 2^20\n");
        DaemonProcess.Setting setting = DaemonProcess.Setting.of(folder.resolve("data"))
                .config(tls("", false) + small)
                .environment(
                        "JAVA_TOOL_OPTIONS",
                        "-Djava.security.properties=" + often + " -Djavax.net.debug=ssl:handshake");
        try (DaemonProcess daemon = DaemonProcess.start(setting)) {
            Endpoint there = Endpoint.tls(daemon.address(), TlsContext.ofClient(site.resolve("ca.crt"), null, null));
            try (FrameStream stream = PenstockClient.open(there, FRAMES.request("camera", 400L), StreamListener.NONE)) {
                FRAMES.send(stream, 0, 400);
                Report report = stream.end(400L);
                assertThat(report.state()).isEqualTo(Report.COMPLETE);
                assertThat(report.framesWritten()).isEqualTo(400);
            }
            daemon.awaitLog("Consuming KeyUpdate");
            assertThat(daemon.terminate()).isZero();
        }
    }

    @Test
    void shouldRefuseWhoDoesNotBelong() throws Exception {
        try (DaemonProcess daemon = start("network: {handshake_timeout: 1 s}\n")) {
            for (InetSocketAddress port : List.of(daemon.address(), daemon.httpAddress())) {
                assertThat(client(port, "-tls1_2", "detector")).contains("alert protocol version");
                assertThat(client(port, "-tls1_3", "intruder")).contains("alert certificate unknown");
                assertThat(client(port, "-tls1_3", null)).contains("alert certificate required");
                String good = client(port, "-tls1_3", "detector");
                assertThat(good)
                        .contains("Verify return code: 0 (ok)", "New, TLSv1.3")
                        .doesNotContain("alert", "New Session Ticket arrived");
            }
            assertThat(daemon.awaitLog("the client shows no certificate, security.tls_client_ca asks for one"))
                    .contains("TLS connection refused: port=data, peer=/127.0.0.1:");
            daemon.awaitLog("TLS connection refused: port=http, peer=127.0.0.1:");
            daemon.awaitLog("the client's certificate is not of security.tls_client_ca");
            daemon.awaitLog("Client requested protocol TLSv1.2 is not enabled");
            saysWhatMayBeMissing(daemon);
            assertThatThrownBy(() -> PenstockClient.control(Endpoint.tls(
                            daemon.address(), TlsContext.ofClient(site.resolve("stranger.crt"), null, null))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no TLS with the daemon: address=")
                    .hasMessageContaining("unable to find valid certification path");
        }
    }

    /** Whether the alert comes through, or is lost under a reset. */
    private void saysWhatMayBeMissing(DaemonProcess daemon) throws Exception {
        Endpoint without = Endpoint.tls(daemon.address(), TlsContext.ofClient(site.resolve("ca.crt"), null, null));
        Endpoint intruding = Endpoint.tls(
                daemon.address(),
                TlsContext.ofClient(
                        site.resolve("ca.crt"), certificates.certificate("intruder"), certificates.key("intruder")));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> PenstockClient.control(without))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("this client has shown no certificate, and the daemon may ask for one");
            assertThatThrownBy(() -> PenstockClient.control(intruding))
                    .as("the JDK shows no certificate that the daemon does not ask for")
                    .hasMessageContaining("has shown no certificate, and the daemon may ask for one of an authority");
        }
        String said = Numpy.run(folder, "sys", """
                sys.path.insert(0, '%s')
                sys.dont_write_bytecode = True
                import penstock_client as p
                SITE, DATA, HTTP = '%s/', '127.0.0.1:%d', '127.0.0.1:%d'
                def problem(ask):
                    try:
                        ask()
                    except OSError as e:
                        return str(e)
                without = p.tls(SITE + 'ca.crt')
                intruding = p.tls(SITE + 'ca.crt', SITE + 'intruder.crt', SITE + 'intruder.key')
                no, bad = 'has shown no certificate, and the daemon may ask for one', 'it may not take the certificate'
                for n in range(10):
                    assert no in problem(lambda: p.status(DATA, tls=without)), problem(lambda: p.status(DATA, tls=without))
                    assert bad in problem(lambda: p.status(DATA, tls=intruding))
                    assert no in problem(lambda: p.scans(HTTP, tls=without))
                print(problem(lambda: p.status(DATA, tls=without)))
                """.formatted(
                PYTHON, site, daemon.address().getPort(), daemon.httpAddress().getPort()));
        assertThat(said).startsWith("TLS connection broken off before the daemon said anything: address=127.0.0.1:");

        String sent = said(new ProcessBuilder(DaemonProcess.command(List.of(
                        "status",
                        "--to",
                        "127.0.0.1:" + daemon.address().getPort(),
                        "--tls-ca",
                        site.resolve("ca.crt").toString())))
                .redirectErrorStream(true));
        assertThat(sent).contains("no TLS with the daemon", "shown no certificate", "--tls-certificate");
    }

    @Test
    void shouldAnswerCurlInTlsAlone() throws Exception {
        try (DaemonProcess daemon = start("")) {
            String url = "://127.0.0.1:" + daemon.httpAddress().getPort() + "/api/version";
            List<String> ours =
                    List.of("--cacert", "ca.crt", "--cert", "detector.crt", "--key", "detector.key", "https" + url);

            assertThat(curl(ours)).contains("penstockd");
            assertThat(curl(List.of("--cacert", "ca.crt", "https" + url))).doesNotContain("penstockd");
            assertThat(curl(List.of("http" + url))).doesNotContain("penstockd");
            assertThat(daemon.awaitLog("plain bytes where TLS is spoken: port=http"))
                    .contains("peer=127.0.0.1:", "--tls-ca");
        }
    }

    @Test
    void shouldTellAPlainClientThatTlsIsSpoken() throws Exception {
        try (DaemonProcess daemon = start("")) {
            assertThatThrownBy(() -> PenstockClient.control(daemon.address()))
                    .hasMessageContaining("this port speaks TLS 1.3");
            assertThat(daemon.awaitLog("plain bytes where TLS is spoken: port=data"))
                    .contains("peer=/127.0.0.1:");
        }
    }

    @Test
    void shouldTellThatAPortSpeaksNoTls() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(folder.resolve("data")).config("http: {port: 0}\n"))) {
            client(daemon.address(), "-tls1_3", null);
            assertThat(daemon.awaitLog("which is TLS: this port speaks plain TCP"))
                    .contains("peer=");
            InetSocketAddress http = daemon.httpAddress();
            try (Socket peer = new Socket(http.getAddress(), http.getPort())) {
                peer.getOutputStream().write(CLIENT_HELLO);
                daemon.awaitLog("TLS, perhaps, where plain HTTP is spoken");
            }
        }
    }

    @Test
    void shouldEndAHandshakeThatDoesNotEnd() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data"))
                .config(tls("", true)
                        + "http: {port: 0, idle_timeout: 1 s}\nnetwork: {handshake_timeout: 500 ms}\n"))) {
            for (InetSocketAddress port : List.of(daemon.address(), daemon.httpAddress())) {
                for (byte[] begun : List.of(new byte[] {}, new byte[] {0x16}, new byte[] {0x16, 3, 1, 2, 0, 1, 0})) {
                    try (Socket peer = new Socket(port.getAddress(), port.getPort())) {
                        peer.getOutputStream().write(begun);
                        peer.setSoTimeout(20_000);
                        assertThat(isClosed(peer.getInputStream())).isTrue();
                    }
                }
            }
            try (ControlConnection control = PenstockClient.control(detectorAt(daemon.address()))) {
                assertThat(control.status().path("connections").asInt()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldTakeNewCertificatesAndTokensWithoutAStart() throws Exception {
        Path crt = Files.copy(certificates.certificate("daemon"), folder.resolve("live.crt"));
        Path key = Files.copy(certificates.key("daemon"), folder.resolve("live.key"));
        Path tokens = tokens();
        String security = "security: {tls_certificate: %s, tls_key: %s, token_file: %s}%nhttp: {port: 0}%n"
                .formatted(crt, key, tokens);
        DaemonProcess.Setting setting = DaemonProcess.Setting.of(folder.resolve("data"))
                .wrapper(List.of("env", "--default-signal=HUP"))
                .config(security);
        try (DaemonProcess daemon = DaemonProcess.start(setting)) {
            ControlApi old = new ControlApi(daemon.httpAddress(), new ApiContract())
                    .withToken(ADMIN)
                    .tls(TlsContext.ofClient(site.resolve("ca.crt"), null, null));
            old.call(200, "GET", "/api/scans", "", null);

            certificates.signed("next", "stranger");
            Files.copy(certificates.certificate("next"), crt, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(certificates.key("next"), key, StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(tokens, "other admin " + ADMIN.replace("admin", "other") + "\n");
            hangUp(daemon);
            assertThat(daemon.awaitLog("certificates read again")).contains("CN=next");
            assertThat(daemon.awaitLog("tokens read again"))
                    .contains("holders=[other], added=[other], removed=[admin]");

            ControlApi now = new ControlApi(daemon.httpAddress(), new ApiContract())
                    .tls(TlsContext.ofClient(site.resolve("stranger.crt"), null, null));
            now.withToken(ADMIN).call(401, "GET", "/api/scans", "", null);
            now.withToken(ADMIN.replace("admin", "other")).call(200, "GET", "/api/scans", "", null);
            assertThat(certificates.openssl(List.of(
                            "s_client",
                            "-connect",
                            "127.0.0.1:" + daemon.address().getPort(),
                            "-CAfile",
                            "stranger.crt")))
                    .contains("Verify return code: 0 (ok)", "CN = next");

            Files.writeString(tokens, "");
            Files.writeString(crt, "");
            hangUp(daemon);
            assertThat(daemon.awaitLog("tokens not taken, the old ones stay")).contains("no token in it");
            assertThat(daemon.awaitLog("certificates not taken, the old ones stay"))
                    .contains("no certificate in it");
            now.withToken(ADMIN.replace("admin", "other")).call(200, "GET", "/api/scans", "", null);
        }
    }

    private static boolean isClosed(InputStream in) throws IOException {
        try {
            in.readAllBytes();
            return true;
        } catch (SocketException _) {
            return true; // reset
        }
    }

    private static void hangUp(DaemonProcess daemon) throws Exception {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(daemon.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private DaemonProcess start(String more) throws Exception {
        return DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data"))
                .config(tls(", token_file: " + tokens(), true) + "http: {port: 0, idle_timeout: 1 s}\n" + more));
    }

    private static String tls(String more, boolean isMutual) {
        return "security: {tls_certificate: " + certificates.certificate("daemon") + ", tls_key: "
                + certificates.key("daemon") + (isMutual ? ", tls_client_ca: " + site.resolve("ca.crt") : "") + more
                + "}\n";
    }

    private Path tokens() throws IOException {
        Path file = folder.resolve("tokens");
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, "admin admin " + ADMIN + "\n");
            Files.writeString(folder.resolve("token"), ADMIN);
        }
        return file;
    }

    private Endpoint detectorAt(InetSocketAddress address) throws IOException {
        return Endpoint.tls(
                address,
                TlsContext.ofClient(
                        site.resolve("ca.crt"), certificates.certificate("detector"), certificates.key("detector")));
    }

    /** Runs a command of Penstock's with a client's certificate; returns what it prints. */
    private String penstock(List<String> arguments, String... more) throws Exception {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--tls-ca", site.resolve("ca.crt").toString()));
        all.addAll(List.of(
                "--tls-certificate",
                certificates.certificate("detector").toString(),
                "--tls-key",
                certificates.key("detector").toString()));
        all.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(DaemonProcess.command(all)).redirectErrorStream(true);
        builder.environment().put("PENSTOCK_TOKEN_FILE", folder.resolve("token").toString());
        return said(builder);
    }

    /** Connects as OpenSSL does, with a client's certificate or none; returns what it says of the connection. */
    private static String client(InetSocketAddress port, String version, String name) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/openssl",
                "s_client",
                version,
                "-CAfile",
                "ca.crt",
                "-connect",
                "127.0.0.1:" + port.getPort()));
        if (name != null) {
            command.addAll(List.of("-cert", name + ".crt", "-key", name + ".key"));
        }
        // reading goes on until the daemon has said its word: what it makes of the certificate comes after the client's
        // own end of the handshake
        command.add("-ign_eof");
        return said(new ProcessBuilder(command).directory(site.toFile()).redirectErrorStream(true));
    }

    private static String curl(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(CURL, "-sS", "--max-time", "20"));
        command.addAll(arguments);
        return said(new ProcessBuilder(command).directory(site.toFile()).redirectErrorStream(true));
    }

    private static String said(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
