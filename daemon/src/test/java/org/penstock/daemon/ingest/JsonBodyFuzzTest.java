package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.penstock.daemon.fuzz.AllocationLimit;
import org.penstock.protocol.Abort;
import org.penstock.protocol.Attach;
import org.penstock.protocol.End;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.Hello;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.Welcome;

/**
 * Any bytes as the JSON body of every message. Nothing but {@link ProtocolException} is thrown, no number or nesting takes memory out of
 * proportion, and what was read is written and read again as the same.
 */
final class JsonBodyFuzzTest {
    private static final long ALLOCATED_BYTES = 4 << 20;
    private static final long ALLOCATED_PER_BYTE = 4000;
    private static final List<Class<?>> FROM_CLIENTS =
            List.of(OpenStream.class, Attach.class, End.class, Abort.class, Hello.class);
    private static final List<Class<?>> FROM_THE_DAEMON =
            List.of(Welcome.class, StreamOpened.class, Report.class, Failure.class);

    @FuzzTest(maxDuration = "20s")
    void read(byte[] json) {
        AllocationLimit.check(ALLOCATED_BYTES + ALLOCATED_PER_BYTE * json.length, () -> {
            for (Class<?> type : FROM_CLIENTS) {
                readStrict(json, type);
                readLenient(json, type);
            }
            for (Class<?> type : FROM_THE_DAEMON) {
                readLenient(json, type);
            }
        });
    }

    private static void readStrict(byte[] json, Class<?> type) {
        try {
            Object body = JsonBody.readStrict(json, type);
            assertThat(body).isNotNull();
            String text = JsonBody.text(body);
            assertThat(JsonBody.text(JsonBody.readStrict(text.getBytes(StandardCharsets.UTF_8), type)))
                    .isEqualTo(text);
        } catch (ProtocolException e) {
            assertThat(e.code()).isIn(ErrorCode.JSON, ErrorCode.BAD_VALUE);
        }
    }

    private static void readLenient(byte[] json, Class<?> type) {
        try {
            assertThat((Object) JsonBody.readLenient(json, type)).isNotNull();
        } catch (ProtocolException e) {
            assertThat(e.code()).isIn(ErrorCode.JSON, ErrorCode.BAD_VALUE);
        }
    }
}
