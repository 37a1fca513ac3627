package org.penstock.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Collectors;

/**
 * JSON bodies to bytes and back: {@code snake_case} keys, UTF-8.
 *
 * <p>{@link #readStrict} is for the daemon: a key it does not know is refused, because it could mean something. {@link #readLenient} is for
 * clients: a newer daemon may say more.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class JsonBody {
    /** Longest JSON body. */
    public static final int MAX_BYTES = 1 << 20;

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectMapper LENIENT =
            STRICT.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private JsonBody() {}

    /** Returns the body as one line of text. */
    public static String text(Object body) {
        try {
            return STRICT.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("body has no JSON form: " + body, e);
        }
    }

    /** Returns prefix and body as one message, ready to be sent. */
    public static ByteBuffer message(MessageKind kind, Object body) {
        byte[] json = text(body).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(Prefix.BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(message, 0, kind, json.length);
        return message.put(Prefix.BYTES, json);
    }

    /**
     * Reads a body and refuses keys that its type does not have.
     *
     * @throws ProtocolException with code {@code json} or the code of a value's own check, naming the key
     */
    public static <T> T readStrict(byte[] json, Class<T> type) {
        return read(STRICT, json, type);
    }

    /**
     * Reads a body and passes over keys that its type does not have.
     *
     * @throws ProtocolException with code {@code json}, naming the key
     */
    public static <T> T readLenient(byte[] json, Class<T> type) {
        return read(LENIENT, json, type);
    }

    private static <T> T read(ObjectMapper mapper, byte[] json, Class<T> type) {
        try {
            T value = mapper.readValue(json, type);
            if (value == null) {
                throw new ProtocolException(
                        ErrorCode.JSON, "body is null: expected=" + type.getSimpleName() + ", actual=null");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            String known = e.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .sorted()
                    .collect(Collectors.joining(" "));
            throw new ProtocolException(
                    ErrorCode.JSON, "unknown key: key=" + path(e) + ", expected=one of " + known, e);
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof ProtocolException cause) {
                throw cause;
            }
            throw new ProtocolException(
                    ErrorCode.JSON, "bad value: key=" + path(e) + ", problem=" + e.getOriginalMessage(), e);
        } catch (JsonProcessingException e) {
            throw new ProtocolException(ErrorCode.JSON, "body is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ProtocolException(ErrorCode.JSON, "body could not be read: " + e.getMessage(), e);
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() != null ? step.getFieldName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining("."));
    }
}
