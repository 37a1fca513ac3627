package org.penstock.daemon.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.scan.CrashedScan;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AcquisitionsIT {
    private static final StreamListener NOBODY = new StreamListener() {
        @Override
        public void opened(OpenedStream stream) {}

        @Override
        public void ended(Report report) {}

        @Override
        public void suspended(OpenedStream stream) {}
    };

    @TempDir
    private Path dataDir;

    @Test
    void shouldTakeUpTheOtherStreamsWhereOneCannotBe() throws Exception {
        CrashedScan.leaveOpen(dataDir, "a", 1L << 40);
        CrashedScan.leaveOpen(dataDir, "b", 10L);
        List<OpenedStream> taken = new ArrayList<>();
        try (Wired wired = new Wired(DaemonConfig.defaults().withDataDir(dataDir), NOBODY)) {
            wired.acquisitions().resumeAll(_ -> LaneListener.NONE, (stream, _, _) -> taken.add(stream));

            assertThat(taken).singleElement().satisfies(stream -> {
                assertThat(stream.lane().id()).isEqualTo("stream-b");
                assertThat(wired.slab().freeBytes())
                        .as("nothing is reserved for the other")
                        .isEqualTo(wired.slab().bytes() - stream.lane().region().byteSize());
            });
            assertThat(wired.acquisitions().openStreams()).isEqualTo(1);
        }
    }

    @Test
    void shouldGiveBackWhatAStreamHadThatDoesNotOpen() throws Exception {
        StreamListener failing = new StreamListener() {
            @Override
            public void opened(OpenedStream stream) {
                throw new IllegalStateException("a fault for the test");
            }

            @Override
            public void ended(Report report) {}

            @Override
            public void suspended(OpenedStream stream) {}
        };
        CompletableFuture<ProtocolException> refused = new CompletableFuture<>();
        try (Wired wired = new Wired(DaemonConfig.defaults().withDataDir(dataDir), failing)) {
            OpenStream request = OpenStream.of("eiger", ElementType.U2, List.of(20L, 30L), 10L);
            wired.acquisitions().open(request, Checksum.Kind.CRC32C, LaneListener.NONE, new Acquisitions.OpenReply() {
                @Override
                public void opened(OpenedStream stream) {
                    refused.completeExceptionally(new AssertionError("stream opened"));
                }

                @Override
                public void refused(ProtocolException why) {
                    refused.complete(why);
                }
            });

            assertThat(refused.get(20, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(wired.slab().freeBytes()).isEqualTo(wired.slab().bytes());
            assertThat(wired.acquisitions().openStreams()).isZero();
            Await.until("its scan has ended", () -> wired.scans().states().open() == 0);
        }
    }
}
