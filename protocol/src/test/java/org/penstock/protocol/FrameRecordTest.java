package org.penstock.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameRecordTest {
    private static final FrameRecord RECORD = FrameRecord.of(List.of(
            FrameValue.number("a", ElementType.U2, null),
            FrameValue.text("b", 3),
            FrameValue.ofHeader(FrameValue.TIMESTAMP),
            FrameValue.number("c", ElementType.F4, "K"),
            FrameValue.ofHeader(FrameValue.STATUS),
            FrameValue.ofHeader(FrameValue.TICK)));

    private final ByteBuffer message = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

    private FrameHeader frame(int metadataBytes) {
        return new FrameHeader(message).writeRaw(7, 123, 10).withValues(-1, 5, metadataBytes);
    }

    @Test
    void shouldCountWhatIsSentAndWhatIsKept() {
        assertThat(RECORD.metadataBytes()).isEqualTo(4 + 2 + 3 + 4);
        assertThat(RECORD.bytes()).isEqualTo(2 + 3 + 8 + 4 + 4 + 8);
        assertThat(RECORD.texts()).isEqualTo(1);
        assertThat(FrameRecord.of(List.of(FrameValue.ofHeader(FrameValue.TICK))).metadataBytes())
                .isZero();
        assertThat(FrameRecord.of(null).isEmpty()).isTrue();
    }

    @Test
    void shouldPutHeaderAndMetadataInTheDeclaredOrder() {
        message.putShort(84, (short) -2).put(86, new byte[] {'x', 'y', 0}).putFloat(89, 1.5f);

        RECORD.assemble(frame(13), record, 10);

        assertThat(record.getShort(10)).isEqualTo((short) -2);
        assertThat(record.slice(12, 3)).isEqualTo(ByteBuffer.wrap(new byte[] {'x', 'y', 0}));
        assertThat(record.getLong(15)).isEqualTo(123);
        assertThat(record.getFloat(23)).isEqualTo(1.5f);
        assertThat(record.getInt(27)).isEqualTo(5);
        assertThat(record.getLong(31)).isEqualTo(-1);
    }

    @Test
    void shouldNotKeepWhatWasThereBeforeOfAFrameWithoutMetadata() {
        for (int i = 0; i < record.capacity(); i++) {
            record.put(i, (byte) 0x55);
        }

        RECORD.assemble(frame(0), record, 0);

        assertThat(record.getShort(0)).isZero();
        assertThat(record.slice(2, 3)).isEqualTo(ByteBuffer.wrap(new byte[3]));
        assertThat(record.getLong(5)).isEqualTo(123);
        assertThat(record.getFloat(13)).isNaN();
        assertThat(record.get(RECORD.bytes())).isEqualTo((byte) 0x55);
    }

    @Test
    void shouldRefuseTooManyAndTooLongOnes() {
        List<FrameValue> many = Collections.nCopies(65, FrameValue.text("a", 1));
        assertThatThrownBy(() -> FrameRecord.of(many)).hasMessageContainingAll("expected<=64", "actual=65");
        assertThatThrownBy(() -> FrameRecord.of(List.of(FrameValue.text("a", 1000), FrameValue.text("b", 100))))
                .hasMessageContainingAll("expectedBytes<=1024", "actualBytes=1100");
    }
}
