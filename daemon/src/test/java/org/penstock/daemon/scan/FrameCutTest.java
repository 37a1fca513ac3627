package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;

/** With the defaults: chunks of 1 MiB, parts of 64 MiB to 2 GiB, one part every 3 s. */
final class FrameCutTest {
    private static final long MIB = 1 << 20;
    private static final List<Long> IMAGE_OF_2_MIB = List.of(1024L, 1024L);
    private static final List<Long> IMAGE_OF_8_KIB = List.of(64L, 64L);
    private static final List<Long> SPECTRUM_OF_2_KIB = List.of(1024L);

    @Test
    void shouldMakeOneChunkOfALargeFrame() {
        FrameGeometry geometry = cut(request(IMAGE_OF_2_MIB));

        assertThat(geometry.chunkFrames()).isEqualTo(1);
        assertThat(geometry.frameBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void shouldGatherSmallFramesToAChunk() {
        FrameGeometry geometry = cut(request(IMAGE_OF_8_KIB));

        assertThat(geometry.chunkBytes()).isEqualTo(MIB);
        assertThat(geometry.framesPerFile() % geometry.chunkFrames()).isZero();
    }

    @Test
    void shouldGatherNoMoreFramesThanWillBeStored() {
        assertThat(cut(request(IMAGE_OF_8_KIB).frames(10L)).chunkFrames()).isEqualTo(10);
        assertThat(cut(request(IMAGE_OF_8_KIB).frames(10L).every(4L)).chunkFrames())
                .isEqualTo(3);
        assertThat(cut(request(List.of()).frames(1L)).chunkFrames()).isEqualTo(1);
    }

    @Test
    void shouldKeepChunksOfCountersSmallWhenNobodySaidHowManyWillCome() {
        assertThat(cut(request(List.of())).chunkBytes()).isEqualTo(64 << 10);
        assertThat(cut(request(SPECTRUM_OF_2_KIB)).chunkBytes()).isEqualTo(64 << 10);
    }

    @Test
    void shouldGatherNoMoreSingleBytesThanTheHeapCanSayOfWhetherTheyAreThere() {
        OpenStream.Builder counter =
                OpenStream.builder("gate", ElementType.U1, List.of()).frames(2_000_000L);

        assertThat(cut(counter).chunkFrames()).isEqualTo(1 << 17);
    }

    @Test
    void shouldSizePartsByTheRate() {
        assertThat(partBytes(request(IMAGE_OF_2_MIB).rateHz(100.0))).isEqualTo(600 * MIB);
        assertThat(partBytes(request(IMAGE_OF_2_MIB).rateHz(100.0).every(5L))).isEqualTo(120 * MIB);
    }

    @Test
    void shouldKeepPartsWithinTheirLimitsWhateverTheRate() {
        assertThat(partBytes(request(IMAGE_OF_2_MIB).rateHz(0.1))).isEqualTo(64 * MIB);
        assertThat(partBytes(request(IMAGE_OF_2_MIB).rateHz(1e300))).isEqualTo(2048 * MIB);
    }

    @Test
    void shouldTakeAMiddleSizeWhenTheRateIsUnknown() {
        assertThat(partBytes(request(IMAGE_OF_2_MIB))).isEqualTo(512 * MIB);
        assertThat(partBytes(request(IMAGE_OF_2_MIB).rateHz(0.0))).isEqualTo(512 * MIB);
    }

    @Test
    void shouldKeepTheFramesPerFileThatAClientAskedFor() {
        FrameGeometry geometry = cut(request(IMAGE_OF_8_KIB).framesPerFile(300L));

        assertThat(geometry.framesPerFile()).isEqualTo(300);
        assertThat(geometry.chunkFrames()).as("divides 300, at most 128").isEqualTo(100);
    }

    @Test
    void shouldRoundTheFramesPerFileOfSpectraUpToWholeChunks() {
        FrameGeometry geometry = cut(request(SPECTRUM_OF_2_KIB).framesPerFile(100L));

        assertThat(geometry.chunkFrames()).isEqualTo(32);
        assertThat(geometry.framesPerFile()).isEqualTo(128);
    }

    @Test
    void shouldKeepWhatComesWithFramesWithinTheHeap() {
        FrameCut few = new FrameCut(DaemonConfig.defaults(), 1, 8, 8, 100, 4, 1);
        FrameCut many = new FrameCut(DaemonConfig.defaults(), 1, 8, 8, 100, 64, 1);

        assertThat(few.geometry(request(IMAGE_OF_2_MIB).build(), null).framesPerFile() * 100 * 4)
                .isBetween(60 * MIB, 66 * MIB);
        assertThat(many.geometry(request(IMAGE_OF_2_MIB).build(), null).framesPerFile() * 100 * 64)
                .isBetween(60 * MIB, 70 * MIB);
    }

    @Test
    void shouldPutAFrameThatIsLargerThanAPartInOneOfItsOwn() {
        FrameCut huge = new FrameCut(DaemonConfig.defaults(), 2, 4096 * MIB, 2, 0, 4, 1);

        assertThat(huge.geometry(request(IMAGE_OF_2_MIB).build(), null).framesPerFile())
                .isEqualTo(1);
    }

    @Test
    void shouldMakeAChunkOfEachFrameThatArrivesEncodedAndTakeItForPacked() {
        OpenStream.Builder encoded = request(IMAGE_OF_8_KIB).encoding(PayloadEncoding.LZ4);

        assertThat(cut(encoded).chunkFrames()).isEqualTo(1);
        assertThat(partBytes(encoded)).isEqualTo(8 * 512 * MIB);
        assertThat(cut(encoded.framesPerFile(300L)).framesPerFile()).isEqualTo(300);
    }

    @Test
    void shouldRefuseFilesWithoutFrames() {
        ProtocolException refused = catchThrowableOfType(
                ProtocolException.class, () -> cut(request(IMAGE_OF_2_MIB).framesPerFile(0L)));

        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(refused).hasMessageContaining("key=frames_per_file");
    }

    private static long partBytes(OpenStream.Builder request) {
        FrameGeometry geometry = cut(request);
        return geometry.framesPerFile() * geometry.frameBytes();
    }

    private static FrameGeometry cut(OpenStream.Builder request) {
        return StreamPlan.of(request.build(), DaemonConfig.defaults()).geometry();
    }

    private static OpenStream.Builder request(List<Long> shape) {
        return OpenStream.builder("eiger", ElementType.U2, shape);
    }
}
