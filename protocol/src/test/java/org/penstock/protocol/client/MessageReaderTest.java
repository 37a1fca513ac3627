package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.Credit;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

class MessageReaderTest {
    @Test
    void shouldReadMessagesThatArriveByteByByte() throws IOException {
        MessageReader reader = new MessageReader(new ByteArrayInputStream(messages(100_000)) {
            @Override
            public synchronized int read(byte[] bytes, int from, int count) {
                return super.read(bytes, from, Math.min(count, 1));
            }
        });

        assertThat(reader.next()).isEqualTo(MessageKind.CREDIT);
        assertThat(Credit.frameLimit(reader.buffer(), reader.at())).isEqualTo(8);
        assertThat(reader.next()).isEqualTo(MessageKind.STATUS);
        assertThat(reader.body()).hasSize(100_000).containsOnly(1);
        assertThat(reader.next()).isEqualTo(MessageKind.CREDIT);
        assertThat(reader.next()).isNull();
    }

    @Test
    void shouldReadOverTheHeaderOfALaterVersion() throws IOException {
        ByteBuffer message = ByteBuffer.allocate(Prefix.BYTES + 10).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(message, 0, MessageKind.PING, 2);
        message.putShort(6, (short) 8).put(Prefix.BYTES + 8, (byte) 5);
        MessageReader reader = new MessageReader(new ByteArrayInputStream(message.array()));

        assertThat(reader.next()).isEqualTo(MessageKind.PING);
        assertThat(reader.body()).containsExactly(5, 0);
    }

    @Test
    void shouldSayThatTheConnectionEndedWithinAMessage() {
        InputStream half = new ByteArrayInputStream(messages(10), 0, 20);

        assertThatThrownBy(() -> new MessageReader(half).next())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("expectedBytes=24, actualBytes=20");
    }

    @Test
    void shouldRefuseWhatIsTooLongBeforeItIsRead() {
        ByteBuffer message = ByteBuffer.allocate(Prefix.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(message, 0, MessageKind.REPORT, -1);

        assertThatThrownBy(() -> new MessageReader(new ByteArrayInputStream(message.array())).next())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("too long");
    }

    private static byte[] messages(int statusBytes) {
        ByteBuffer credit = ByteBuffer.allocate(Credit.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Credit.write(credit, 0, 8);
        byte[] body = new byte[statusBytes];
        java.util.Arrays.fill(body, (byte) 1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(credit.array());
        all.writeBytes(Prefix.message(MessageKind.STATUS, body).array());
        all.writeBytes(credit.array());
        return all.toByteArray();
    }
}
