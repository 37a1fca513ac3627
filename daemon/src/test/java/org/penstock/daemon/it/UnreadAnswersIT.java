package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** A peer that asks and does not read is not read either, until it does: what waits for it would fill the heap of all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UnreadAnswersIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 2L, 2L);
    private static final int MESSAGES_AT_ONCE = 1000;
    private static final long MOST_BYTES = 48L << 20;

    @TempDir
    private Path dataDir;

    private final AtomicLong sentBytes = new AtomicLong();

    @Test
    void shouldNotReadMorePingsThanAreAnswered() throws Exception {
        byte[] ping =
                join(RawClient.prefix(Prefix.MAGIC, Prefix.VERSION, MessageKind.PING.code(), 0, 240), new byte[240]);
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient client = RawClient.greeted(daemon, Checksum.Kind.NONE)) {
            Thread sender = sendUntilHeld(client, ping);

            for (long i = 0; i < MOST_BYTES / (ping.length * (long) MESSAGES_AT_ONCE) * MESSAGES_AT_ONCE; i++) {
                assertThat(client.next().kind()).isEqualTo(MessageKind.PONG);
            }
            sender.join();
            client.ping();
            expectHealthyStream(daemon);
        }
    }

    @Test
    void shouldNotReadMoreFramesThanItCanRefuseByName() throws Exception {
        byte[] beyondTheEnd = RawClient.frame(7, FRAMES.frame(7), Checksum.Kind.NONE);
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient client = RawClient.streaming(daemon, Checksum.Kind.NONE, FRAMES.request("deaf", 1L))) {
            Thread sender = sendUntilHeld(client, beyondTheEnd);
            expectHealthyStream(daemon);

            long frames = MOST_BYTES / (beyondTheEnd.length * (long) MESSAGES_AT_ONCE) * MESSAGES_AT_ONCE;
            for (long i = 0; i < frames; i++) {
                RawClient.Message error = client.expect(MessageKind.ERROR);
                assertThat(new String(error.bytes(), StandardCharsets.UTF_8)).contains("frame_index");
            }
            sender.join();
            client.sendFrame(0, FRAMES, Checksum.Kind.NONE);
            client.end(1L);
            assertThat(client.report().state()).isEqualTo(Report.COMPLETE);
        }
    }

    /** Returns when nothing more is taken; what sends goes on with the rest when something is read. */
    private Thread sendUntilHeld(RawClient client, byte[] message) throws Exception {
        ByteBuffer messages = ByteBuffer.allocate(message.length * MESSAGES_AT_ONCE);
        for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
            messages.put(message);
        }
        byte[] atOnce = messages.array();
        Thread sender = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (sentBytes.get() + atOnce.length <= MOST_BYTES) {
                    client.send(atOnce);
                    sentBytes.addAndGet(atOnce.length);
                }
            } catch (IOException _) {
                // the test is over
            }
        });
        long before = -1;
        while (before != sentBytes.get()) {
            before = sentBytes.get();
            Await.elapsed(1000);
        }
        assertThat(before).as("bytes taken from a client that reads nothing").isLessThan(MOST_BYTES / 2);
        return sender;
    }

    private static void expectHealthyStream(TestDaemon daemon) throws IOException {
        try (FrameStream stream = PenstockClient.open(daemon.address(), FRAMES.request("eiger", 20L))) {
            FRAMES.send(stream, 0, 20);
            assertThat(stream.end(20L).state()).isEqualTo(Report.COMPLETE);
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
