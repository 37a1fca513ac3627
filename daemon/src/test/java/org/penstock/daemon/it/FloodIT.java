package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Up to ten thousand connections that say nothing or never come to an end of their header: a stream that runs keeps its rate. On loopback, and over in seconds. */
@Tag("slow")
final class FloodIT {
    private static final Logger LOG = LoggerFactory.getLogger(FloodIT.class);
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 512L, 512L);
    private static final ByteBuffer FRAME = IMAGES.frame(1);
    private static final long INTERVAL_NS = 15_000_000;
    private static final int FRAMES = 300;
    private static final int MOST = 10_000;
    private static final int LEAST_CONNECTIONS = 1000;
    private static final int CONNECT_MS = 20;
    private static final int KEPT = 200;
    private static final double LEAST = 0.95;

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void shouldKeepTheRateOfARunningStream() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(folder.resolve("data")).config("http: {port: 0}\n"))) {
            double quiet = framesPerSecond(daemon.address());
            AtomicInteger connected = new AtomicInteger();
            double flooded;
            try (Flood _ = new Flood("127.0.0.2", daemon.address(), "", connected);
                    Flood _ =
                            new Flood("127.0.0.3", daemon.httpAddress(), "GET /api/scans HTTP/1.1\r\nX: ", connected)) {
                // its connections are all taken by then: another address finds room all the same
                Await.until("the flood is there", () -> connected.get() > KEPT);
                flooded = framesPerSecond(daemon.address());
            }

            LOG.info("frames/s: quiet {}, flooded {}, connections {}", quiet, flooded, connected);
            assertThat(connected.get()).isGreaterThan(LEAST_CONNECTIONS);
            assertThat(flooded).isGreaterThan(LEAST * quiet);
            assertThat(framesPerSecond(daemon.address())).isGreaterThan(LEAST * quiet);
        }
    }

    private static double framesPerSecond(InetSocketAddress daemon) throws IOException {
        try (FrameStream stream = PenstockClient.open(daemon, IMAGES.request("camera", (long) FRAMES))) {
            long beginNs = System.nanoTime();
            for (int index = 0; index < FRAMES; index++) {
                LockSupport.parkNanos(beginNs + index * INTERVAL_NS - System.nanoTime());
                stream.send(index, 0, FRAME.duplicate());
            }
            Report report = stream.end((long) FRAMES);
            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            return FRAMES * 1e9 / (System.nanoTime() - beginNs);
        }
    }

    /** Opens connection after connection, up to a number, and says the beginning of something; the oldest are given up. */
    private static final class Flood implements AutoCloseable {
        private final Deque<Socket> open = new ArrayDeque<>();
        private final Thread thread;
        private volatile boolean isOver;

        Flood(String from, InetSocketAddress target, String beginning, AtomicInteger connected) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                while (!isOver && connected.get() < MOST) {
                    connect(from, target, beginning, connected);
                }
            });
        }

        private void connect(String from, InetSocketAddress target, String beginning, AtomicInteger connected) {
            try {
                Socket socket = new Socket();
                open.add(socket);
                socket.bind(new InetSocketAddress(from, 0));
                socket.connect(target, CONNECT_MS);
                socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
                connected.incrementAndGet();
            } catch (IOException _) {
                // refused: that is what it may be
            }
            if (open.size() > KEPT) {
                close(open.remove());
            }
        }

        @Override
        public void close() {
            isOver = true;
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            open.forEach(Flood::close);
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException _) {
                // gone already
            }
        }
    }
}
