package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What is refused at the opening gets an answer, and leaves nothing behind. */
final class OpeningIT {
    private static final OpenStream CAMERA = OpenStream.of("camera", ElementType.U2, List.of(64L, 64L), 1L);

    @TempDir
    private Path dataDir;

    @Test
    void shouldRefuseNamesThatTheLayoutNeedsAndKeepNoMemory() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            OpenStream reserved = OpenStream.of("name", ElementType.U4, List.of(2162L, 2068L), 1L);
            OpenStream field =
                    CAMERA.toBuilder().detectorInfo(Map.of("data", 1)).build();
            for (int i = 0; i < 20; i++) {
                assertRefused(daemon, reserved, ErrorCode.BAD_NAME, "name");
                assertRefused(daemon, field, ErrorCode.BAD_NAME, "data");
            }

            assertThat(sendOne(daemon, CAMERA).state()).isEqualTo(Report.COMPLETE);
        }
    }

    @Test
    void shouldRefuseASecondDetectorOfTheSameGroup() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            OpenStream first = OpenStream.of("det-a", ElementType.U2, List.of(64L, 64L), 1L)
                    .withScan(new ScanRequest(null, null, null, null, null, null, null, null, 2, null));
            try (FrameStream stream = PenstockClient.open(daemon.address(), first)) {
                OpenStream second = OpenStream.of("det_a", ElementType.U2, List.of(64L, 64L), 1L)
                        .withScan(ScanRequest.join(stream.opened().scan()));

                assertRefused(daemon, second, ErrorCode.DUPLICATE_DETECTOR, "det_a");
            }
        }
    }

    @Test
    void shouldOpenAsManyStreamsAsTheDefaultsAllow() throws Exception {
        List<FrameStream> streams = new ArrayList<>();
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (int i = 0; i < 64; i++) {
                streams.add(PenstockClient.open(daemon.address(), CAMERA));
            }

            assertRefused(daemon, CAMERA, ErrorCode.BUSY, "limits.streams=64");
            for (FrameStream stream : streams) {
                stream.send(0, 0, ByteBuffer.allocateDirect(64 * 64 * 2));
                assertThat(stream.end(1L).state()).isEqualTo(Report.COMPLETE);
            }
        } finally {
            for (FrameStream stream : streams) {
                stream.close();
            }
        }
    }

    private static Report sendOne(TestDaemon daemon, OpenStream request) throws Exception {
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            stream.send(0, 0, ByteBuffer.allocateDirect(64 * 64 * 2));
            return stream.end(1L);
        }
    }

    private static void assertRefused(TestDaemon daemon, OpenStream request, ErrorCode code, String word) {
        assertThatThrownBy(() -> PenstockClient.open(daemon.address(), request).close())
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }
}
