package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Readers of three kinds open a scan that is being written, again and again: they see frames soon, and never a wrong pixel. */
final class LiveReadersIT {
    private static final Logger LOG = LoggerFactory.getLogger(LiveReadersIT.class);
    private static final Path SCRIPT =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "live_reader.py");
    private static final List<String> READERS = List.of("locking", "unlocked", "silx");
    private static final long SIDE = 128;
    private static final long FRAMES_PER_FILE = 4;
    private static final long MOST_UNSEEN_MS = 5000;

    @TempDir
    private Path dataDir;

    @BeforeEach
    void readersAreThere() {
        ForeignReader.assumePython("h5py, hdf5plugin, silx");
    }

    @Test
    void shouldShowFramesSoonAndNeverAWrongPixel() throws Exception {
        assertThat(opensWhileWriting(new Load(240, 50, 500))).isGreaterThanOrEqualTo(1500);
    }

    @Tag("slow")
    @Timeout(600)
    @Test
    void shouldNeverShowAWrongPixelInThousandsOfOpens() throws Exception {
        assertThat(opensWhileWriting(new Load(1200, 50, 1700))).isGreaterThanOrEqualTo(5000);
    }

    /**
     * @param frames that are sent
     * @param intervalMs between two of them
     * @param opens of each reader, at least
     */
    private record Load(long frames, long intervalMs, int opens) {
        long seconds() {
            return 60 + 6 * frames * intervalMs / 1000;
        }
    }

    private long opensWhileWriting(Load load) throws Exception {
        OpenStream request = OpenStream.of("eiger", ElementType.U4, List.of(SIDE, SIDE), load.frames())
                .withFramesPerFile(FRAMES_PER_FILE);
        List<Process> readers = new ArrayList<>();
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            String file = Objects.requireNonNull(stream.opened().datasetFile());
            for (String kind : READERS) {
                readers.add(reader(kind, file, stream.opened().entry() + "/measurement/eiger", load));
            }
            send(stream, load);
            assertThat(stream.end(load.frames()).state()).isEqualTo(Report.COMPLETE);
            long opens = 0;
            for (Process reader : readers) {
                opens += judge(reader, load);
            }
            return opens;
        } finally {
            readers.forEach(Process::destroy);
        }
    }

    private static Process reader(String kind, String file, String path, Load load) throws IOException {
        List<String> command = List.of(
                "/usr/bin/python3",
                SCRIPT.toAbsolutePath().toString(),
                file,
                path,
                kind,
                Long.toString(load.frames()),
                Integer.toString(load.opens()),
                Long.toString(load.seconds()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** At the pace of a detector: a part is full every fifth of a second. */
    private static void send(FrameStream stream, Load load) throws IOException {
        ByteBuffer frame =
                ByteBuffer.allocateDirect((int) (SIDE * SIDE * Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        long beginNs = System.nanoTime();
        for (int index = 0; index < load.frames(); index++) {
            long dueNs = beginNs + index * load.intervalMs() * 1_000_000;
            while (dueNs > System.nanoTime()) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
            for (int element = 2; element < SIDE * SIDE; element++) {
                frame.putInt(element * Integer.BYTES, index * 7919 + element * 31);
            }
            frame.putLong(0, System.currentTimeMillis());
            stream.send(index, 0, frame.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static long judge(Process reader, Load load) throws Exception {
        String said = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(reader.waitFor()).as(said).isZero();
        LOG.info("live reader: {}", said.strip());
        JsonNode result = new ObjectMapper().readTree(said);
        assertThat(result.path("wrong").asLong(-1)).as(said).isZero();
        assertThat(result.path("failed").asLong(-1)).as(said).isZero();
        assertThat(result.path("seen").asLong()).as(said).isEqualTo(load.frames());
        assertThat(result.path("opens").asInt()).as(said).isGreaterThanOrEqualTo(load.opens());
        assertThat(result.path("max_unseen_ms").asLong(-1)).as(said).isBetween(0L, MOST_UNSEEN_MS);
        return result.path("opens").asLong();
    }
}
