package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.nexus.Field;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

final class StreamPlanTest {
    private static final DaemonConfig CONFIG = DaemonConfig.defaults();

    @Test
    void shouldFillInWhatAClientDoesNotSay() {
        StreamPlan plan = plan(Map.of());

        assertThat(plan.type()).isEqualTo(ElementType.U2);
        assertThat(plan.shape()).containsExactly(512, 256);
        assertThat(plan.frames()).isNull();
        assertThat(plan.geometry().every()).isEqualTo(1);
        assertThat(plan.geometry().frameBytes()).isEqualTo(512 * 256 * 2);
        assertThat(plan.delivery()).isEqualTo(new StreamPlan.Delivery(true, false, 1, null, null));
        assertThat(plan.scan()).isEqualTo(ScanRequest.DEFAULTS);
        assertThat(plan.fields()).isEmpty();
        assertThat(plan.lima()).isNull();
        assertThat(plan.form().codec().filterPipeline(2, 4096)).hasSize(1);
    }

    @Test
    void shouldTakeWhatAClientSays() {
        StreamPlan plan = plan(Map.of(
                "frames", 1L << 31, "save", false, "overflow", "drop", "connections", 64, "every", 3, "codec", "none"));

        assertThat(plan.delivery()).isEqualTo(new StreamPlan.Delivery(false, true, 64, null, null));
        assertThat(plan.frames()).isEqualTo(1L << 31);
        assertThat(plan.geometry().every()).isEqualTo(3);
        assertThat(plan.form().codec().filterPipeline(2, 4096)).isEmpty();
    }

    @Test
    void shouldStoreSingleValuesAsTheyAre() {
        StreamPlan asTheyAre = plan(Map.of("shape", List.of()));
        StreamPlan asAsked = plan(Map.of("shape", List.of(), "codec", "bslz4"));

        assertThat(asTheyAre.form().codec().filterPipeline(2, 4096)).isEmpty();
        assertThat(asAsked.form().codec().filterPipeline(2, 4096)).hasSize(1);
    }

    @Test
    void shouldKeepMorePartsOpenForConnectionsThatLag() {
        assertThat(plan(Map.of()).openParts(CONFIG.storage())).isEqualTo(4);
        assertThat(plan(Map.of("connections", 2)).openParts(CONFIG.storage())).isEqualTo(64);
    }

    @Test
    void shouldTakeDetectorFieldsWithAndWithoutUnits() {
        StreamPlan plan = plan(Map.of(
                "detector_info", Map.of("x_pixel_size", Map.of("value", 75e-6, "units", "m"), "description", "Eiger")));

        assertThat(plan.fields())
                .containsEntry("x_pixel_size", new Field(75e-6, "m"))
                .containsEntry("description", Field.of("Eiger"));
    }

    @Test
    void shouldRefuseNamesThatAreNone() {
        shouldRefuse("detector", "a/b", ErrorCode.BAD_NAME);
        shouldRefuse("detector", "..", ErrorCode.BAD_NAME);
        shouldRefuse("detector", "a".repeat(129), ErrorCode.BAD_NAME);
    }

    @Test
    void shouldRefuseFramesThatCannotBe() {
        shouldRefuse("dtype", "u3", ErrorCode.BAD_DTYPE);
        shouldRefuse("dtype", ">u2", ErrorCode.BAD_DTYPE);
        shouldRefuse("shape", List.of(0), ErrorCode.BAD_SHAPE);
        shouldRefuse("shape", List.of(-1, 4), ErrorCode.BAD_SHAPE);
        shouldRefuse("shape", List.of(1, 1, 1, 1), ErrorCode.BAD_SHAPE);
        shouldRefuse("shape", List.of(1L << 31), ErrorCode.BAD_SHAPE);
        shouldRefuse("shape", List.of(1 << 30, 1 << 30, 1 << 30), ErrorCode.BAD_SHAPE);
        shouldRefuse("shape", List.of(1 << 14, 1 << 14), ErrorCode.BAD_SHAPE);
    }

    @Test
    void shouldRefuseValuesOutOfRange() {
        shouldRefuse("frames", 0, ErrorCode.BAD_VALUE);
        shouldRefuse("frames", (1L << 31) + 1, ErrorCode.BAD_VALUE);
        shouldRefuse("every", 0, ErrorCode.BAD_VALUE);
        shouldRefuse("connections", 65, ErrorCode.BAD_VALUE);
        shouldRefuse("overflow", "lose", ErrorCode.BAD_VALUE);
        shouldRefuse("codec", "zip", ErrorCode.BAD_VALUE);
        shouldRefuse("clock", "sundial", ErrorCode.BAD_VALUE);
    }

    @Test
    void shouldTakeFramesThatArriveEncodedAsOneChunkEach() {
        StreamPlan plan = plan(Map.of("encoding", "zstd", "codec", "zstd:7", "shape", List.of(8, 8)));

        assertThat(plan.form())
                .isEqualTo(new ChunkForm(PayloadEncoding.ZSTD, FrameRecord.NONE, ChunkCodec.of("zstd:7")));
        assertThat(plan.geometry().chunkFrames()).isEqualTo(1);
        assertThat(plan(Map.of("encoding", "blosc")).form().codec()).isEqualTo(ChunkCodec.of("blosc"));
    }

    @Test
    void shouldRefuseEncodingsThatCannotBeStoredAsTheyAre() {
        shouldRefuse("encoding", "jpeg", ErrorCode.UNSUPPORTED);
        shouldRefuseEncoding(Map.of("encoding", "bslz4", "codec", "lz4"));
        shouldRefuseEncoding(Map.of("encoding", "lz4", "codec", "none"));
        shouldRefuseEncoding(Map.of("encoding", "lz4", "shape", List.of(100)));
        shouldRefuseEncoding(Map.of("encoding", "lz4", "shape", List.of()));
    }

    private static void shouldRefuseEncoding(Map<String, ?> keys) {
        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> plan(keys));
        assertThat(refused).as("%s", keys).isNotNull();
        assertThat(refused.code()).as("%s", keys).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(refused).hasMessageContaining("key=encoding");
    }

    private static void shouldRefuse(String key, Object value, ErrorCode code) {
        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> plan(Map.of(key, value)));
        assertThat(refused).as("%s=%s", key, value).isNotNull();
        assertThat(refused.code())
                .as("%s=%s: %s", key, value, refused.getMessage())
                .isEqualTo(code);
        assertThat(refused).hasMessageContaining("key=" + key);
    }

    /** Plans a request with these keys, named and typed as on the wire. */
    private static StreamPlan plan(Map<String, ?> keys) {
        Map<String, Object> body =
                new LinkedHashMap<>(Map.of("detector", "eiger", "dtype", "u2", "shape", List.of(512, 256)));
        body.putAll(keys);
        return StreamPlan.of(
                JsonBody.readStrict(JsonBody.text(body).getBytes(StandardCharsets.UTF_8), OpenStream.class), CONFIG);
    }
}
