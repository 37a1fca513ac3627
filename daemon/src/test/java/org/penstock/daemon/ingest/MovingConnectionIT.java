package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.control.StreamCounts;
import org.penstock.daemon.disk.FileSystemKind;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.daemon.pipeline.Ending;
import org.penstock.daemon.pipeline.Wired;
import org.penstock.daemon.tls.Door;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/** A connection of a stream of small frames moves to the loop of the others, and the stream ends while it is on its way. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MovingConnectionIT {
    private static final int ANSWER_MS = 20_000;

    @TempDir
    private Path dataDir;

    @Test
    void shouldGetTheReportOfAStreamThatEndedOnItsWay() throws Exception {
        DaemonConfig config =
                TestDaemon.config(dataDir, "network: {ingest_threads: 2}").withPort(0);
        try (Wired wired = new Wired(config, new StreamCounts());
                IngestServer server = server(wired);
                Socket first = greeted(server);
                Socket second = greeted(server)) {
            send(first, MessageKind.OPEN_STREAM, OpenStream.of("mca", ElementType.U2, List.of(20L, 30L), 100L));
            String id = JsonBody.readLenient(next(first, MessageKind.STREAM_OPENED), StreamOpened.class).stream();
            IngestStream stream = Objects.requireNonNull(server.stream(id));
            CountDownLatch isHeld = new CountDownLatch(1);
            stream.home().execute(() -> awaits(isHeld));

            send(second, MessageKind.ATTACH, Map.of("stream", id));
            SingleThreadEventExecutor home = (SingleThreadEventExecutor) stream.home();
            Await.until("the connection is to be attached", () -> home.pendingTasks() > 0);
            // behind that, and before whatever follows from it on another loop
            home.execute(() -> stream.finish(new Ending(null, false, true, "ended on its way")));
            isHeld.countDown();

            Report report = JsonBody.readLenient(next(second, MessageKind.REPORT), Report.class);
            assertThat(report.reason()).isEqualTo("ended on its way");
            assertThat(JsonBody.readLenient(next(first, MessageKind.REPORT), Report.class))
                    .isEqualTo(report);
        }
    }

    private static IngestServer server(Wired wired) throws IOException {
        return new IngestServer(
                wired.config(),
                new IngestServer.Services(
                        "test",
                        wired.ring(),
                        wired.acquisitions(),
                        FileSystemKind.of(wired.config().storage().dataDir()),
                        wired.telemetry(),
                        Map::of,
                        new Door(Access.open(), new AuditLog(), null, _ -> {})));
    }

    private static void awaits(CountDownLatch latch) {
        try {
            assertThat(latch.await(ANSWER_MS, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Socket greeted(IngestServer server) throws IOException {
        Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(ANSWER_MS);
        send(socket, MessageKind.HELLO, Map.of("role", "data", "checksums", List.of("crc32c")));
        next(socket, MessageKind.HELLO);
        return socket;
    }

    private static void send(Socket socket, MessageKind kind, Object body) throws IOException {
        ByteBuffer message = JsonBody.message(kind, body);
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        socket.getOutputStream().write(bytes);
    }

    /** Returns the body of the next message that is not credit or acknowledgement; it must be of this kind. */
    private static byte[] next(Socket socket, MessageKind expected) throws IOException {
        DataInputStream input = new DataInputStream(socket.getInputStream());
        while (true) {
            byte[] start = new byte[Prefix.BYTES];
            input.readFully(start);
            ByteBuffer prefix = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
            MessageKind kind = Prefix.check(prefix, 0);
            input.readNBytes(Prefix.headerBytes(prefix, 0));
            byte[] body = input.readNBytes((int) Prefix.bodyBytes(prefix, 0));
            if (kind != MessageKind.CREDIT && kind != MessageKind.ACK) {
                assertThat(kind).isEqualTo(expected);
                return body;
            }
        }
    }
}
