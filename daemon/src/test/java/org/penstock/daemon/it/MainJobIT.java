package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** Frames in over TCP, files out, judged by foreign readers. */
final class MainJobIT {
    @TempDir
    private Path dataDir;

    @Test
    void shouldWriteImagesThatForeignReadersRead() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            OpenStream request = OpenStream.of("eiger", ElementType.U2, List.of(256L, 512L), 10L)
                    .withFramesPerFile(4);
            try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
                ByteBuffer frame = ByteBuffer.allocateDirect(256 * 512 * 2).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < 10; i++) {
                    for (int at = 0; at < frame.capacity(); at += 2) {
                        frame.putShort(at, (short) (at / 64 + i));
                    }
                    stream.send(i, 0, frame.duplicate().order(ByteOrder.LITTLE_ENDIAN));
                }
                report = stream.end(10L);
            }
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesWritten()).isEqualTo(10);
        System.err.println(report);
    }
}
