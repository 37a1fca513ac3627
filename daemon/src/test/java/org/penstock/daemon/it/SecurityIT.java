package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.source.Numpy;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.MessageKind;

/** Who may do what, on both ports, in a daemon that asks for tokens. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SecurityIT {
    private static final String OPERATOR = "operator-0123456789abcdef0123456789abcdef0123456789";
    private static final String READER = "reader-0123456789abcdef0123456789abcdef0123456789ab";
    private static final String CAMERA = "camera-0123456789abcdef0123456789abcdef0123456789ab";
    private static final Path PYTHON = Path.of(
                    System.getProperty("penstock.root", ".."), "protocol", "clients", "python")
            .toAbsolutePath();

    @TempDir
    private Path folder;

    @Test
    void shouldAskForTheTokenOfTheRoleOnBothPortsAndNoteWhoDidWhat() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data"))
                .config("security: {token_file: " + tokens() + "}\nhttp: {port: 0}\n"))) {
            InetSocketAddress http = daemon.httpAddress();
            ControlApi nobody = new ControlApi(http, new ApiContract());
            nobody.call(200, "GET", "/api/version", "", null);
            nobody.call(401, "GET", "/api/scans", "", null);
            nobody.withToken("x".repeat(50)).call(401, "POST", "/api/scans", "", "{}");
            ControlApi reader = nobody.withToken(READER);
            reader.call(200, "GET", "/api/scans", "", null);
            JsonNode refused = reader.call(403, "POST", "/api/scans", "", "{}");
            assertThat(refused.path("detail").asText()).contains("caller=reader", "role=operate");
            ControlApi operator = nobody.withToken(OPERATOR);
            String id = operator.create("{\"detectors\": [{\"name\": \"camera\"}]}")
                    .path("id")
                    .asText();

            assertThat(dataPort(daemon.address(), id)).isEqualTo("""
                    no_token
                    no_token
                    forbidden
                    forbidden
                    forbidden
                    complete""");
            assertThat(operator.order(200, "stop", id).path("closed").asBoolean())
                    .isTrue();

            daemon.awaitLog("/stop, target=" + id);
            assertThat(audit(daemon))
                    .anyMatch(line -> line.contains("done: peer=127.0.0.1")
                            && line.contains("caller=operator, role=operate")
                            && line.contains("POST /api/scans, target=/api/scans/" + id)
                            && line.contains("result=201"))
                    .anyMatch(line -> line.contains("caller=operator") && line.contains("/stop, target=" + id))
                    .anyMatch(line -> line.contains("caller=camera, role=ingest, action=OPEN_STREAM, target=camera"))
                    .anyMatch(line ->
                            line.contains("refused: ") && line.contains("caller=unknown, action=POST /api/scans"))
                    .anyMatch(line ->
                            line.contains("refused: ") && line.contains("caller=reader, action=POST /api/scans"))
                    .anyMatch(line -> line.contains("caller=camera, action=OPEN_STREAM detector=other"));
            assertThat(daemon.log()).noneMatch(line -> line.contains("0123456789abcdef"));
        }
    }

    @Test
    void shouldSayThatTheDaemonsFileOfTokensIsNoClients() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data"))
                .config("security: {token_file: " + tokens() + "}\nhttp: {port: 0}\n"))) {
            String data = "127.0.0.1:" + daemon.address().getPort();
            String http = "127.0.0.1:" + daemon.httpAddress().getPort();
            String expected = "token not read: not a client's token file: expected=the token alone, actual=";

            assertThat(withTokensOfTheDaemon("status", "--to", data)).contains("status: " + expected);
            assertThat(withTokensOfTheDaemon("scan", "list", "--daemon", http)).contains(expected);
            assertThat(Numpy.run(folder, "sys, os", """
                    sys.path.insert(0, '%s')
                    sys.dont_write_bytecode = True
                    os.environ['PENSTOCK_TOKEN_FILE'] = '%s'
                    import penstock_client as p
                    try:
                        p.status('%s')
                    except OSError as e:
                        print(e)
                    """.formatted(PYTHON, tokens(), data)))
                    .startsWith("not a client's token file: file=" + tokens());
        }
    }

    private String withTokensOfTheDaemon(String... arguments) throws Exception {
        ProcessBuilder command =
                new ProcessBuilder(DaemonProcess.command(List.of(arguments))).redirectErrorStream(true);
        command.environment().put("PENSTOCK_TOKEN_FILE", tokens().toString());
        Process process = command.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said).doesNotContain(OPERATOR, READER);
        return said;
    }

    private String dataPort(InetSocketAddress data, String scan) throws Exception {
        return Numpy.run(folder, "numpy", """
                import sys
                sys.path.insert(0, '%s')
                sys.dont_write_bytecode = True
                import penstock_client as p
                DATA, SCAN, CAMERA, READER = '127.0.0.1:%d', '%s', '%s', '%s'
                def code(do):
                    try:
                        do()
                    except p.PenstockError as error:
                        print(error.code)
                code(lambda: p.status(DATA))
                code(lambda: p.open(DATA, 'camera', 'u2', (4, 4), join=SCAN, token='x' * 50))
                code(lambda: p.open(DATA, 'camera', 'u2', (4, 4), join=SCAN, token=READER))
                code(lambda: p.open(DATA, 'other', 'u2', (4, 4), token=CAMERA))
                code(lambda: p.abort(DATA, 'any', 'for fun', token=READER))
                with p.open(DATA, 'camera', 'u2', (4, 4), join=SCAN, token=CAMERA) as stream:
                    stream.send(numpy.zeros((4, 4), 'u2'))
                print(stream.report['state'])
                """.formatted(PYTHON, data.getPort(), scan, CAMERA, READER));
    }

    private static List<String> audit(DaemonProcess daemon) {
        return daemon.log().stream().filter(line -> line.contains(" audit: ")).toList();
    }

    @Test
    void shouldRefuseALongGreeting() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                RawClient client = RawClient.connect(daemon)) {
            client.send(MessageKind.HELLO, "{\"role\": \"data\", \"client\": \"" + "x".repeat(5000) + "\"}");

            client.error(ErrorCode.BODY_BYTES);
        }
    }

    @Test
    void shouldListenToOthersOnlyWithTokensAndByAChoiceThatHasAName() throws Exception {
        assertThatThrownBy(() -> TestDaemon.config(folder, "network: {host: 0.0.0.0}\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("network.host: expected=a loopback address")
                .hasMessageContaining("security.token_file");
        assertThatThrownBy(() ->
                        TestDaemon.config(folder, "http: {host: 0.0.0.0}\nsecurity: {token_file: " + tokens() + "}\n"))
                .hasMessageContaining("http.host: expected=")
                .hasMessageContaining("security.plain_text: private_network");
        String chosen =
                "network: {host: 0.0.0.0}\nsecurity: {plain_text: private_network, token_file: " + tokens() + "}\n";
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"), chosen)) {
            assertThat(InetAddress.getByName(daemon.daemon().host()).isAnyLocalAddress())
                    .isTrue();
        }
        Path open = Files.writeString(folder.resolve("open"), "a admin " + OPERATOR);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> TestDaemon.start(folder.resolve("data"), "security: {token_file: " + open + "}\n"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("chmod 600");
    }

    private Path tokens() throws IOException {
        Path file = folder.resolve("tokens");
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    "operator operate " + OPERATOR + "\nreader read " + READER + "\ncamera ingest:camera " + CAMERA
                            + "\n");
        }
        return file;
    }
}
